"""Broken metadata: an entry before any section."""

url = "https://metadata_no_section.example"
model = ["metadata_no_section-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.metadata_no_section supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from metadata_no_section")
