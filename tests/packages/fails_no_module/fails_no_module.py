"""Broken: the entry point names a module that is not there."""

url = "https://fails_no_module.example"
model = ["fails_no_module-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.fails_no_module supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from fails_no_module")
