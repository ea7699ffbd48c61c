"""Broken: `url` is a number."""

url = 5
model = ["invalid_url-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.invalid_url supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from invalid_url")
