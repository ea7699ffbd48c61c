"""Warned about: has no `params`."""

url = "https://warned_no_params.example"
model = ["warned_no_params-1"]
supports_stream = True
needs_auth = False


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from warned_no_params")
