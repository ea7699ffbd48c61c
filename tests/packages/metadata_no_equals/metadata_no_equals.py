"""Broken metadata: a line without `=`, beside a good one."""

url = "https://metadata_no_equals.example"
model = ["metadata_no_equals-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.metadata_no_equals supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from metadata_no_equals")
