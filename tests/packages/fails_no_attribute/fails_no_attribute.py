"""Broken: the entry point names an attribute that is not there."""

url = "https://fails_no_attribute.example"
model = ["fails_no_attribute-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.fails_no_attribute supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from fails_no_attribute")
