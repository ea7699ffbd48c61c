"""Broken metadata: a value that is no module, beside a good one."""

url = "https://metadata_bad_value.example"
model = ["metadata_bad_value-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.metadata_bad_value supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from metadata_bad_value")
