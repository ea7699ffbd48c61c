"""Good: has an asynchronous function of its own."""

url = "https://good_async.example"
model = ["good_async-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.good_async supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from good_async")


async def _acreate_completion(model: str, messages: list, stream: bool, **kwargs):
    yield "Hello from async"
