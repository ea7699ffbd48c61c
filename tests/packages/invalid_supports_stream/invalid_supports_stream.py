"""Broken: `supports_stream` is a number."""

url = "https://invalid_supports_stream.example"
model = ["invalid_supports_stream-1"]
supports_stream = 1
needs_auth = False
params = "g4f_lite.providers.invalid_supports_stream supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from invalid_supports_stream")
