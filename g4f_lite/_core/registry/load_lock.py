"""A lock for loading that never waits in a circle.

Plugins may ask for each other while they are imported. Two threads that each import one of such a pair
would wait for each other for ever with plain locks.
"""

import sys
import threading
import time
from types import FrameType

__all__ = ["CircularWaitError", "LoadLock", "modules_being_imported"]

_PATIENCE = 10.0
"""Seconds that a thread which is importing something itself waits for another: Python's own import
locks may close a circle that is invisible from here."""

_changed = threading.Condition()
_waiting: dict[int, "LoadLock"] = {}
"""What each waiting thread waits for; read and written under `_changed`, as are all owners."""


class CircularWaitError(Exception):
    """To wait here would be to wait for oneself."""


class LoadLock:
    """A re-entrant lock, one for each thing that is loaded."""

    __slots__ = ("_depth", "_owner")

    def __init__(self) -> None:
        self._owner: int | None = None
        self._depth = 0

    def __enter__(self) -> None:
        me = threading.get_ident()
        with _changed:
            if self._owner not in (None, me):
                self._wait(me)
            self._owner = me
            self._depth += 1

    def __exit__(self, *exception: object) -> None:
        with _changed:
            self._depth -= 1
            if not self._depth:
                self._owner = None
                _changed.notify_all()

    def _wait(self, me: int) -> None:
        deadline = time.monotonic() + _PATIENCE if modules_being_imported() else None
        _waiting[me] = self
        try:
            while self._owner is not None:
                if self._would_deadlock(me):
                    raise CircularWaitError
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0:
                    raise CircularWaitError
                _changed.wait(left)
        finally:
            del _waiting[me]

    def _would_deadlock(self, me: int) -> bool:
        """Whether this turn's owner waits, perhaps through others, for one of `me`."""
        turn: LoadLock | None = self
        while turn is not None and turn._owner is not None:
            if turn._owner == me:
                return True
            turn = _waiting.get(turn._owner)
        return False


def modules_being_imported() -> frozenset[str]:
    """Return the modules that this very thread is in the middle of importing."""
    names = set()
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_code.co_name == "<module>":
            spec = frame.f_globals.get("__spec__")
            if getattr(spec, "_initializing", False):
                names.add(str(getattr(spec, "name", "")))
        frame = frame.f_back
    return frozenset(names)
