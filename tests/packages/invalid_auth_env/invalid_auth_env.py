"""Broken: `auth_env` is None."""

url = "https://invalid_auth_env.example"
model = ["invalid_auth_env-1"]
supports_stream = True
needs_auth = False
auth_env = None
params = "g4f_lite.providers.invalid_auth_env supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from invalid_auth_env")
