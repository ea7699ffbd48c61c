"""Broken: `model` is empty."""

url = "https://invalid_model_empty.example"
model = []
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.invalid_model_empty supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from invalid_model_empty")
