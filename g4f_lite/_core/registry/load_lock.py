"""A lock for loading plugins that refuses to wait in a circle.

Plugins may look each other up while they are imported. With plain locks, two threads that each import one
plugin of such a pair would wait for each other for ever.
"""

import sys
import threading
import time
from types import FrameType

__all__ = ["CircularWaitError", "LoadLock", "modules_being_imported"]

_MAX_WAIT = 10.0
"""Seconds that a thread which is importing a module waits for another thread. Python's own import locks may
close a circle that this module cannot see."""

_changed = threading.Condition()
_waiting: dict[int, "LoadLock"] = {}
"""The lock that each waiting thread waits for. Read and written under `_changed`, as are all owners."""


class CircularWaitError(Exception):
    """Waiting for this lock would be waiting for the thread's own work."""


class LoadLock:
    """A re-entrant lock, one for each plugin or group of plugins."""

    __slots__ = ("_depth", "_owner")

    def __init__(self) -> None:
        self._owner: int | None = None
        self._depth = 0

    def __enter__(self) -> None:
        thread = threading.get_ident()
        with _changed:
            if self._owner not in (None, thread):
                self._wait(thread)
            self._owner = thread
            self._depth += 1

    def __exit__(self, *exception: object) -> None:
        with _changed:
            self._depth -= 1
            if not self._depth:
                self._owner = None
                _changed.notify_all()

    def _wait(self, thread: int) -> None:
        deadline = time.monotonic() + _MAX_WAIT if modules_being_imported() else None
        _waiting[thread] = self
        try:
            while self._owner is not None:
                if self._would_deadlock(thread):
                    raise CircularWaitError
                seconds = None if deadline is None else deadline - time.monotonic()
                if seconds is not None and seconds <= 0:
                    raise CircularWaitError
                _changed.wait(seconds)
        finally:
            del _waiting[thread]

    def _would_deadlock(self, thread: int) -> bool:
        """Whether the lock's owner waits, directly or through other owners, for a lock that `thread` has."""
        lock: LoadLock | None = self
        while lock is not None and lock._owner is not None:
            if lock._owner == thread:
                return True
            lock = _waiting.get(lock._owner)
        return False


def modules_being_imported() -> frozenset[str]:
    """Return the names of the modules that this thread is importing now, which may be nested."""
    names = set()
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_code.co_name == "<module>":
            spec = frame.f_globals.get("__spec__")
            if getattr(spec, "_initializing", False):
                names.add(str(getattr(spec, "name", "")))
        frame = frame.f_back
    return frozenset(names)
