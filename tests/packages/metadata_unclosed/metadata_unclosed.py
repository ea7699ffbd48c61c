"""Broken metadata: an unclosed section."""

url = "https://metadata_unclosed.example"
model = ["metadata_unclosed-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.metadata_unclosed supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from metadata_unclosed")
