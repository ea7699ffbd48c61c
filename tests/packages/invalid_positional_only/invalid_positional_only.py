"""Broken: its function cannot be called by keyword."""

url = "https://invalid_positional_only.example"
model = ["invalid_positional_only-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.invalid_positional_only supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, /, stream: bool, **kwargs):
    yield from ("Hello ", "from invalid_positional_only")
