"""Broken: `needs_auth` is a string."""

url = "https://invalid_needs_auth.example"
model = ["invalid_needs_auth-1"]
supports_stream = True
needs_auth = "no"
params = "g4f_lite.providers.invalid_needs_auth supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from invalid_needs_auth")
