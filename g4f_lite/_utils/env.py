"""Fast reading of environment variables that are needed by each call and mostly not set.

`os.environ.get` raises and catches two exceptions for a variable that is not set, so that a dozen of them
cost as much as sending a request. `EnvReader` looks into the dictionary behind `os.environ` first.
"""

import os
from typing import Any

__all__ = ["EnvReader"]


class EnvReader:
    """Reader of a fixed set of environment variables."""

    __slots__ = ("_keys", "_names", "_nothing")

    def __init__(self, *names: str) -> None:
        self._names = names
        self._nothing = (None,) * len(names)
        encode: Any = getattr(os.environ, "encodekey", str)
        self._keys = tuple(map(encode, names))

    def values(self) -> tuple[str | None, ...]:
        """Return the current values in the order of the names, None for a variable that is not set."""
        # There is no `_data` where a test or a program has replaced `os.environ` by a plain dictionary.
        data: Any = getattr(os.environ, "_data", None)
        if data is None:
            return tuple(map(os.environ.get, self._names))
        if data.keys().isdisjoint(self._keys):
            return self._nothing
        return tuple(map(os.environ.get, self._names))
