"""Broken: names that nobody can type."""

url = "https://invalid_name.example"
model = ["invalid_name-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.invalid_name supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from invalid_name")
