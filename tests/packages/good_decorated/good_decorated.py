"""Good: its function is decorated, with functools.wraps."""

import functools

url = "https://good_decorated.example"
model = ["good_decorated-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.good_decorated supports: (model: str, messages: list, stream: bool)"


def quietly(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


@quietly
def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from good_decorated")
