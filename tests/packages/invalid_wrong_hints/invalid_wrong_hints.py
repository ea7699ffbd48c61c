"""Broken: its function has wrong type hints."""

url = "https://invalid_wrong_hints.example"
model = ["invalid_wrong_hints-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.invalid_wrong_hints supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: int, messages: dict, stream: str, **kwargs):
    yield from ("Hello ", "from invalid_wrong_hints")
