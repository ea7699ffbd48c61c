"""Surrogates, the halves of characters that a service has cut in two.

JSON writes a character beyond U+FFFF as two escapes, and a service may cut between them. A first half is held
back until the next piece of the same text. A half that stays alone becomes U+FFFD, since a text that contains
one cannot be encoded. Pieces without a half, which nearly all are, are not copied.
"""

from collections.abc import Callable, Iterable
from typing import Any

from g4f_lite.events import Reasoning, Refusal, Text, ToolCallDelta

__all__ = ["Halves", "flush_surrogates", "join_event_surrogates", "join_pieces", "join_surrogates"]

Halves = dict[tuple[Any, ...], str]
"""First halves that are held back, by the text that they end: event type, choice, position of the tool call."""

_FIRST_TEXT = (Text, 0)
_REPLACEMENT = "\ufffd"


def join_pieces(pieces: Iterable[str]) -> str:
    """Return `pieces` as one text with its halves joined, and U+FFFD for halves that are alone."""
    text = "".join(pieces)
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def join_surrogates(halves: Halves, text: str, key: tuple[Any, ...] = _FIRST_TEXT) -> str:
    """Return the next piece of a text without a first half at its end, which `halves` keeps.

    `key` names the text, by default that of the first choice.
    """
    if halves and text:
        text = halves.pop(key, "") + text
    try:
        text.encode()  # the fastest way to find a half
    except UnicodeEncodeError:
        pass
    else:
        return text
    if "\ud800" <= text[-1:] <= "\udbff":
        halves[key] = text[-1]
        text = text[:-1]
    return join_pieces((text,))


def join_event_surrogates(halves: Halves, item: Any) -> Any:
    """Return an event with `join_surrogates` applied to its text."""
    kind = type(item)
    if kind is ToolCallDelta:
        return item._replace(
            arguments=join_surrogates(halves, item.arguments, (kind, item.choice, item.position))
        )
    if kind in _REPLACEMENT_EVENTS:
        return item._replace(text=join_surrogates(halves, item.text, (kind, item.choice)))
    return item


_REPLACEMENT_EVENTS: dict[type, Callable[[tuple[Any, ...]], Any]] = {
    Text: lambda key: _REPLACEMENT if key == _FIRST_TEXT else Text(_REPLACEMENT, key[1]),
    Reasoning: lambda key: Reasoning(_REPLACEMENT, key[1]),
    Refusal: lambda key: Refusal(_REPLACEMENT, key[1]),
}


def flush_surrogates(halves: Halves) -> list[Any]:
    """End all texts, and return an event with U+FFFD for each text that ends with a half alone."""
    keys = list(halves)
    halves.clear()
    return [
        ToolCallDelta(key[2], arguments=_REPLACEMENT, choice=key[1])
        if key[0] is ToolCallDelta
        else _REPLACEMENT_EVENTS[key[0]](key)
        for key in keys
    ]
