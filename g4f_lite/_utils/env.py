"""Environment variables that are read on each call, and are mostly not set.

`os.environ.get` raises and catches two exceptions for a variable that is not set, so that a dozen of them
cost as much as sending a request. The dictionary behind it is asked first.
"""

import os
from typing import Any

__all__ = ["EnvReader"]


class EnvReader:
    """Some variables, which are read together."""

    __slots__ = ("_keys", "_names", "_nothing")

    def __init__(self, *names: str) -> None:
        self._names = names
        self._nothing = (None,) * len(names)
        encode: Any = getattr(os.environ, "encodekey", str)
        self._keys = tuple(map(encode, names))

    def values(self) -> tuple[str | None, ...]:
        """Return their values now, in the order of their names; None for one that is not set."""
        known: Any = getattr(os.environ, "_data", None)  # None where somebody has put a dictionary there
        if known is None:
            return tuple(map(os.environ.get, self._names))
        if known.keys().isdisjoint(self._keys):
            return self._nothing
        return tuple(map(os.environ.get, self._names))
