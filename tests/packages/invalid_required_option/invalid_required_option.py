"""Broken: its function has an option without a default."""

url = "https://invalid_required_option.example"
model = ["invalid_required_option-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.invalid_required_option supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, region, **kwargs):
    yield from ("Hello ", "from invalid_required_option")
