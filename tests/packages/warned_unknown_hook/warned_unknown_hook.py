"""Warned about: has a hook that does not exist."""

url = "https://warned_unknown_hook.example"
model = ["warned_unknown_hook-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.warned_unknown_hook supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from warned_unknown_hook")


def g4f_lite_befor_request(request):
    pass
