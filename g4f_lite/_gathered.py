"""What has come of an answer: its text, and what the provider said about it."""

from typing import Any, get_args

from g4f_lite.errors import ProviderResponseError
from g4f_lite.events import Event, Finish, FinishReason, Served, Usage

__all__ = ["Gathered", "wrong"]

_REASONS = get_args(FinishReason)
_HELD = {Usage: "two counts", Finish: f"one of {', '.join(_REASONS)}", Served: "a name"}


class Gathered:
    """The parts of an answer so far, and its events; a later event replaces an earlier one of its kind."""

    __slots__ = ("finish", "parts", "served", "usage")

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.usage: Usage | None = None
        self.finish: FinishReason | None = None
        self.served: str | None = None

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self.parts)

    def take(self, item: Any) -> str:
        """Take one thing that the provider yielded; return its text, `""` for an event.

        Text is not added to `parts`: that is for whoever hands it out.

        Raises:
            ProviderResponseError: it is neither text nor an event, or an event with a wrong value in it.
        """
        if isinstance(item, str):
            return str.__str__(item)  # of a subclass, what it is and not what it says that it is
        if isinstance(item, Usage) and all(type(count) is int and count >= 0 for count in item):
            self.usage = item
        elif isinstance(item, Finish) and item.reason in _REASONS:
            self.finish = item.reason
        elif isinstance(item, Served) and isinstance(item.model, str):
            self.served = item.model
        elif isinstance(item, Event):
            raise wrong("The provider yielded", item, f"one with {_HELD[type(item)]} in it")
        else:
            raise wrong("The provider yielded", item, "str or an event")
        return ""


def wrong(what: str, value: object, wanted: str) -> ProviderResponseError:
    """Return the error that says what a provider gave in place of what it has to give."""
    kind = "None" if value is None else f"a {type(value).__name__}"
    return ProviderResponseError(
        f"{what} {kind}, and it has to be {wanted}.",
        hint="This is a fault of the provider: tell its author, or ask another provider.",
    )
