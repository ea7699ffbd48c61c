"""Rotate several keys of one provider, call by call."""

from collections.abc import Sequence
from itertools import count
from typing import Any, NamedTuple

__all__ = [
    "RotatedKey",
    "rotate_keys",
]


_turns: dict[str, "count[int]"] = {}


class RotatedKey(NamedTuple):
    """One of several keys, and what it is called."""

    auth: Any
    label: str


def rotate_keys(provider: str, keys: Sequence[Any]) -> list[RotatedKey]:
    """Return the keys of a provider, beginning with another one for each call."""
    if len(keys) == 1:
        return [RotatedKey(keys[0], "")]
    first = next(_turns.setdefault(provider, count())) % len(keys)
    named = [RotatedKey(key, f"key {number} of {len(keys)}") for number, key in enumerate(keys, 1)]
    return [*named[first:], *named[:first]]
