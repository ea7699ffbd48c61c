"""Broken: needs a module that is not installed."""

import a_module_that_nobody_has

url = "https://fails_missing_dependency.example"
model = ["fails_missing_dependency-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.fails_missing_dependency supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from fails_missing_dependency")
