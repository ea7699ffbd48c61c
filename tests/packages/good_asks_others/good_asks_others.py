"""Good: its import looks another provider up, and registers a third."""

from types import SimpleNamespace

from g4f_lite import registry

other = registry.get("good_minimal")
url = "https://good_asks_others.example"
model = ["good_asks_others-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.good_asks_others supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from good_asks_others")


registry.register(
    SimpleNamespace(
        url=url,
        model=["registered-1"],
        supports_stream=True,
        needs_auth=False,
        params="",
        _create_completion=_create_completion,
    ),
    name="registered-by-import",
)
