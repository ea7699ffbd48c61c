"""Broken: its function is a string."""

url = "https://invalid_not_callable.example"
model = ["invalid_not_callable-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.invalid_not_callable supports: (model: str, messages: list, stream: bool)"

_create_completion = "Hello"
