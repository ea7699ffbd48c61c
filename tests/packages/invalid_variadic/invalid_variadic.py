"""Broken: its function takes `messages` and `stream` as variadic parameters."""

url = "https://invalid_variadic.example"
model = ["invalid_variadic-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.invalid_variadic supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, *messages: list, **stream: bool):
    yield from ("Hello ", "from invalid_variadic")
