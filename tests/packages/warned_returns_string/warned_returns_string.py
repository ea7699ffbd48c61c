"""Warned about: returns a string instead of yielding one; it is one chunk."""

url = "https://warned_returns_string.example"
model = ["warned_returns_string-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.warned_returns_string supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs) -> str:
    return "Hello from warned_returns_string"
