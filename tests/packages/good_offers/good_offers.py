"""Good: offers two providers that have no entry point of their own."""

from types import SimpleNamespace


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield "Hello from an offer"


def g4f_lite_register_providers(register):
    for name in ("offered-one", "offered-two"):
        offer = SimpleNamespace(
            url="https://good-offers.example",
            model=[f"{name}-1"],
            supports_stream=True,
            needs_auth=False,
            params="",
            _create_completion=_create_completion,
        )
        register(offer, name=name)
