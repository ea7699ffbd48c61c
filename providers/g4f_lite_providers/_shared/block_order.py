"""The order of an answer's blocks, for the turn that sends them back.

Anthropic's guide "Thinking in tool and multi-turn workflows" wants an assistant's message back as it was
received, and Google's "Thought Signatures" each signature in the part that it came in. A chat message keeps
thoughts, text and calls apart. So their order, and what a message has no place for, travel in the signature of
a block of reasoning without any text: a list of the blocks, each without what the message has already.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from g4f_lite_providers._shared.json_values import written

__all__ = ["CALL", "OTHER", "TEXT", "THOUGHT", "Place", "arranged", "order_in", "packed"]

THOUGHT, TEXT, CALL, OTHER = "thought", "text", "call", "other"

_Block = dict[str, Any]


class Place(NamedTuple):
    """One block in its place.

    Attributes:
        kind: the next thought, text or call of the message; or `OTHER`, which a message has none of.
        more: what the block has beside what the message says of it; of `OTHER`, all of it.
        length: of text, its characters.
    """

    kind: str
    more: Mapping[str, Any]
    length: int = 0


def packed(mark: str, places: Sequence[Place]) -> str | None:
    """Return the signature that keeps an order, None for that in which a message is sent anyway.

    Args:
        mark: what the signature begins with, which tells it from all others; with a colon.
        places: the blocks.
    """
    kinds = [place.kind for place in places]
    usual = [THOUGHT] * kinds.count(THOUGHT) + [TEXT][: kinds.count(TEXT)] + [CALL] * kinds.count(CALL)
    if kinds == usual and not any(place.more for place in places):
        return None
    return mark + written([list(place) for place in places], separators=(",", ":"))


def order_in(mark: str, message: Mapping[str, Any]) -> list[Place]:
    """Return the order that a message brings along; an empty one if it has none."""
    for thought in message.get("reasoning") or ():
        signature = thought.get("signature") or ""
        if signature.startswith(mark):
            try:
                found = [Place(*item) for item in json.loads(signature[len(mark) :])]
            except (ValueError, TypeError, RecursionError):
                return []
            return found if all(map(_fits, found)) else []
    return []


def _fits(place: Place) -> bool:
    return (
        place.kind in (THOUGHT, TEXT, CALL, OTHER)
        and isinstance(place.more, dict)
        and type(place.length) is int
        and place.length >= 0
    )


def arranged(
    order: Sequence[Place], thoughts: Sequence[_Block], text: object, calls: Sequence[_Block], spoken: _Block
) -> list[_Block] | None:
    """Return the blocks in their order, None if the message is not the one that the order is of.

    Args:
        order: their places.
        thoughts: those of the message.
        text: its text.
        calls: its calls.
        spoken: what a block of text has beside its `text`.
    """
    kinds = [place.kind for place in order]
    if (
        not order
        or not isinstance(text, str)
        or kinds.count(THOUGHT) != len(thoughts)
        or kinds.count(CALL) != len(calls)
        or sum(place.length for place in order if place.kind == TEXT) != len(text)
    ):
        return None  # who edits a message means what it says now
    return list(_filled(order, iter(thoughts), text, iter(calls), spoken))


def _filled(
    order: Sequence[Place], thoughts: Iterator[_Block], text: str, calls: Iterator[_Block], spoken: _Block
) -> Iterator[_Block]:
    start = 0
    for kind, more, length in order:
        if kind == THOUGHT:
            yield {**next(thoughts), **more}
        elif kind == CALL:
            yield {**next(calls), **more}
        elif kind == TEXT:
            yield {**spoken, "text": text[start : start + length], **more}
            start += length
        else:
            yield dict(more)
