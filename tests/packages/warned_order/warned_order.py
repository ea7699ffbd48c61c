"""Warned about: the parameters stand in another order."""

url = "https://warned_order.example"
model = ["warned_order-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.warned_order supports: (model: str, messages: list, stream: bool)"


def _create_completion(messages: list, model: str, stream: bool, **kwargs):
    yield from ("Hello ", "from warned_order")
