"""Close a provider's iterator, and tell its items apart."""

from collections.abc import Iterator
from typing import Any

__all__ = [
    "close_source",
    "is_answer",
    "is_text",
]


def is_text(item: Any) -> bool:
    """Whether an item is the first choice's text, which is handed out as `str` and never as an event."""
    if isinstance(item, str):
        return True
    from g4f_lite.events import Text

    return isinstance(item, Text) and item.choice == 0


def is_answer(item: Any) -> bool:
    """Whether an event is a part of an answer, behind which no other provider begins one anew."""
    from g4f_lite.events import Metadata, Served

    return not isinstance(item, (Served, Metadata))


def close_source(source: Iterator[Any] | None) -> BaseException | None:
    """Close the provider's generator; return what its clean-up raised."""
    try:
        close = getattr(source, "close", None)
        if close is not None:
            close()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return error
    return None
