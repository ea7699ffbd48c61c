"""Broken: its function is `async def`."""

url = "https://invalid_async.example"
model = ["invalid_async-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.invalid_async supports: (model: str, messages: list, stream: bool)"


async def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield "Hello"
