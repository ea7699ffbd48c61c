"""Valid, but yields bytes."""

url = "https://answers_bytes.example"
model = ["answers_bytes-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.answers_bytes supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield b"Hello"
