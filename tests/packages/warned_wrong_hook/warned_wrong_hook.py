"""Warned about: a hook wants what it is never given."""

url = "https://warned_wrong_hook.example"
model = ["warned_wrong_hook-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.warned_wrong_hook supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from warned_wrong_hook")


def g4f_lite_before_request(request, secrets):
    pass
