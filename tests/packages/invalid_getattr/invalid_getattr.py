"""Broken: reading an attribute that it does not have raises."""

url = "https://invalid_getattr.example"
model = ["invalid_getattr-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.invalid_getattr supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from invalid_getattr")


def __getattr__(name):
    raise RuntimeError(f"no {name} here")
