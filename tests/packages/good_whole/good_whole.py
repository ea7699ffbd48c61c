"""Good: can only answer whole; a stream of it is one chunk."""

url = "https://good_whole.example"
model = ["good_whole-1"]
supports_stream = False
needs_auth = False
params = "g4f_lite.providers.good_whole supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from good_whole")
