"""The rotation of several keys of one provider: each call begins with the next key."""

from collections.abc import Sequence
from itertools import count
from typing import Any, NamedTuple

__all__ = [
    "RotatedKey",
    "rotate_keys",
]


_counters: dict[str, "count[int]"] = {}
"""The number of calls to each provider with several keys."""


class RotatedKey(NamedTuple):
    """One of several keys, and its label for records, such as ``"key 1 of 2"``, or `""` if it is the only one."""

    auth: Any
    label: str


def rotate_keys(provider: str, keys: Sequence[Any]) -> list[RotatedKey]:
    """Return the keys of a provider, rotated so that each call begins with the next one. Thread-safe."""
    if len(keys) == 1:
        return [RotatedKey(keys[0], "")]
    first = next(_counters.setdefault(provider, count())) % len(keys)
    labeled = [RotatedKey(key, f"key {number} of {len(keys)}") for number, key in enumerate(keys, 1)]
    return [*labeled[first:], *labeled[:first]]
