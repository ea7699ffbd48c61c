"""Warned about: the source reads one model and the module has others."""

url = "https://warned_drift.example"
model = ["warned_drift-1"]
supports_stream = True
needs_auth = False
model += ["warned_drift-2"]
params = "g4f_lite.providers.warned_drift supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from warned_drift")
