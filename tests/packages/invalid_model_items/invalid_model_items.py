"""Broken: `model` has an item that is no string."""

url = "https://invalid_model_items.example"
model = ["a", 5]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.invalid_model_items supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from invalid_model_items")
