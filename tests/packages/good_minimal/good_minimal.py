"""Good: ten lines, nothing more than the contract asks for."""

url = "https://good_minimal.example"
model = ["good_minimal-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.good_minimal supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from good_minimal")
