"""Broken: its function has no type hints."""

url = "https://invalid_missing_hints.example"
model = ["invalid_missing_hints-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.invalid_missing_hints supports: (model: str, messages: list, stream: bool)"


def _create_completion(model, messages, stream, **kwargs):
    yield from ("Hello ", "from invalid_missing_hints")
