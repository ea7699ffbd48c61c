"""Good: a src layout, and a module deep in a namespace package (no __init__.py anywhere)."""

url = "https://good_nested.example"
model = ["good_nested-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.good_nested supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from good_nested")
