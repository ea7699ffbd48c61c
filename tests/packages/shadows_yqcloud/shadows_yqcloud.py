"""Claims the name of a built-in provider."""

url = "https://shadows_yqcloud.example"
model = ["shadows_yqcloud-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.shadows_yqcloud supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from shadows_yqcloud")
