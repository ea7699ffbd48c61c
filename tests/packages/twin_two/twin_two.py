"""Claims a name that another distribution claims too."""

url = "https://twin_two.example"
model = ["twin_two-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.twin_two supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from twin_two")
