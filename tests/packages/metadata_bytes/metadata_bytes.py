"""Broken metadata: a line of bytes that are no UTF-8, beside a good one."""

url = "https://metadata_bytes.example"
model = ["metadata_bytes-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.metadata_bytes supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from metadata_bytes")
