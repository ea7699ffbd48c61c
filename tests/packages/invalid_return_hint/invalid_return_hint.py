"""Broken: its function says that it returns a number."""

url = "https://invalid_return_hint.example"
model = ["invalid_return_hint-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.invalid_return_hint supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs) -> int:
    return 5
