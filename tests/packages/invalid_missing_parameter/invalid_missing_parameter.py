"""Broken: its function lacks the parameter `stream`."""

url = "https://invalid_missing_parameter.example"
model = ["invalid_missing_parameter-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.invalid_missing_parameter supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, **kwargs):
    yield from ("Hello ", "from invalid_missing_parameter")
