"""Broken: its import asks for itself."""

from g4f_lite import registry

registry.get("fails_asking_itself")
url = "https://fails_asking_itself.example"
model = ["fails_asking_itself-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.fails_asking_itself supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from fails_asking_itself")
