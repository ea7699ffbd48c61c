"""Broken: `working` is a string."""

url = "https://invalid_working.example"
model = ["invalid_working-1"]
supports_stream = True
needs_auth = False
working = "yes"
params = "g4f_lite.providers.invalid_working supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from invalid_working")
