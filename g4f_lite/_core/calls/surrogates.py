"""Halves of characters: JSON writes one beyond U+FFFF as two escapes, and a service may cut between them.

A first half is held back until the next piece of the same text; a half that stays alone becomes U+FFFD, since
no text with one in it can be encoded. Pieces with no half in them, nearly all, are not copied.
"""

from collections.abc import Callable, Iterable
from typing import Any

from g4f_lite.events import Reasoning, Refusal, Text, ToolCallDelta

__all__ = ["Halves", "flush_surrogates", "join_event_surrogates", "join_surrogates", "joined"]

Halves = dict[tuple[Any, ...], str]
"""The first halves that are held back, by the text that they end: its kind, its choice, the call's position."""

_ANSWER = (Text, 0)
_UNKNOWN = "\ufffd"


def joined(pieces: Iterable[str]) -> str:
    """Return a text with its halves joined, and U+FFFD for those that have no other half."""
    text = "".join(pieces)
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def join_surrogates(halves: Halves, text: str, key: tuple[Any, ...] = _ANSWER) -> str:
    """Return what is certain of a text, given its next piece: the first choice's, unless `key` says another."""
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
    return joined((text,))


def join_event_surrogates(halves: Halves, item: Any) -> Any:
    """Return an event with what is certain of its text."""
    kind = type(item)
    if kind is ToolCallDelta:
        return item._replace(
            arguments=join_surrogates(halves, item.arguments, (kind, item.choice, item.position))
        )
    if kind in _SPOKEN:
        return item._replace(text=join_surrogates(halves, item.text, (kind, item.choice)))
    return item


_SPOKEN: dict[type, Callable[[tuple[Any, ...]], Any]] = {
    Text: lambda key: _UNKNOWN if key == _ANSWER else Text(_UNKNOWN, key[1]),
    Reasoning: lambda key: Reasoning(_UNKNOWN, key[1]),
    Refusal: lambda key: Refusal(_UNKNOWN, key[1]),
}


def flush_surrogates(halves: Halves) -> list[Any]:
    """Take the end of all texts: return the events that end those whose last half is alone, in place of it."""
    keys = list(halves)
    halves.clear()
    return [
        ToolCallDelta(key[2], arguments=_UNKNOWN, choice=key[1])
        if key[0] is ToolCallDelta
        else _SPOKEN[key[0]](key)
        for key in keys
    ]
