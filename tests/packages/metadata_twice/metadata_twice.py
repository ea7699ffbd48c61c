"""Broken metadata: one name, two values."""

url = "https://metadata_twice.example"
model = ["metadata_twice-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.metadata_twice supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from metadata_twice")
