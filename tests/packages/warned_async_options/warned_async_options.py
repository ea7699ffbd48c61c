"""Warned about: its two functions take different options."""

url = "https://warned_async_options.example"
model = ["warned_async_options-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.warned_async_options supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, temperature: float = 0.5):
    yield from ("Hello ", "from warned_async_options")


async def _acreate_completion(model: str, messages: list, stream: bool):
    yield "Hello"
