"""Good: constants that are computed, so that only an import tells them."""

url = "https://" + "good-computed" + ".example"
model = [f"{family}-{size}" for family in ("computed",) for size in (1, 2)]
supports_stream = bool(1)
needs_auth = not supports_stream
params = "g4f_lite.providers.good_computed supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from good_computed")
