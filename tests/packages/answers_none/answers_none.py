"""Valid, but yields None."""

url = "https://answers_none.example"
model = ["answers_none-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.answers_none supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield None
