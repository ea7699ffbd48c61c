"""Warned about: `model` is a string."""

url = "https://warned_model_str.example"
model = "warned_model_str-1"
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.warned_model_str supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from warned_model_str")
