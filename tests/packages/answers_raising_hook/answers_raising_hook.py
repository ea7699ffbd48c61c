"""Valid, but its hooks raise."""

url = "https://answers_raising_hook.example"
model = ["answers_raising_hook-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.answers_raising_hook supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from answers_raising_hook")


def g4f_lite_before_request(request):
    raise RuntimeError("the hook raises")


def g4f_lite_after_response(completion):
    raise SystemExit("the hook ends the program")
