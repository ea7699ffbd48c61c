"""Good: a provider that has hooks too."""

url = "https://good_hooks.example"
model = ["good_hooks-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.good_hooks supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from good_hooks")


SEEN = []


def g4f_lite_before_request(request):
    SEEN.append(("before", request.provider))


def g4f_lite_after_response(request, completion):
    SEEN.append(("after", completion.text))


def g4f_lite_on_error(request, error):
    SEEN.append(("error", type(error).__name__))
