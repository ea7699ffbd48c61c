"""One thread that calls back at the times it is told, for all calls of the process."""

import heapq
import os
import threading
import time
from collections.abc import Callable
from itertools import count

__all__ = ["Timer", "timer"]

_IDLE = 30.0
"""Seconds that the thread stays without anything to do, and that it sleeps at most at a time."""

_FEW = 64


class _Entry:
    """Something to call back; None once that was taken back."""

    __slots__ = ("callback", "number", "when")

    def __init__(self, when: float, number: int, callback: Callable[[], None]) -> None:
        self.when = when
        self.number = number
        self.callback: Callable[[], None] | None = callback

    def __lt__(self, other: "_Entry") -> bool:
        return (self.when, self.number) < (other.when, other.number)


class Timer:
    """Callbacks by time. Its thread starts with the first and ends when there has been nothing for a while."""

    def __init__(self) -> None:
        self._changed = threading.Condition(
            threading.RLock()
        )  # a signal handler may come in while it is held
        self._entries: list[_Entry] = []
        self._taken_back = 0
        self._numbers = count()
        self._runs = False

    def add(self, when: float, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back at `when`, on `time.monotonic`'s scale; return what takes that back."""
        entry = _Entry(when, next(self._numbers), callback)
        with self._changed:
            heapq.heappush(self._entries, entry)
            if not self._runs:
                self._runs = True
                threading.Thread(target=self._run, name="g4f_lite-timer", daemon=True).start()
            elif self._entries[0] is entry:
                self._changed.notify()
        return lambda: self._take_back(entry)

    def __len__(self) -> int:
        return len(self._entries)

    def _take_back(self, entry: _Entry) -> None:
        with self._changed:
            if entry.callback is None:
                return
            entry.callback = None
            self._taken_back += 1
            if self._taken_back > max(_FEW, len(self._entries) // 2):
                self._entries = [item for item in self._entries if item.callback is not None]
                heapq.heapify(self._entries)
                self._taken_back = 0

    def _run(self) -> None:
        while True:
            callback = self._next()
            if callback is None:
                return
            try:
                callback()
            except Exception as error:  # the others' callbacks must not be lost with this one
                threading.excepthook(
                    threading.ExceptHookArgs(
                        (type(error), error, error.__traceback__, threading.current_thread())
                    )
                )

    def _next(self) -> Callable[[], None] | None:
        """Wait for the next callback that is due; None: there has been none for a while."""
        with self._changed:
            while True:
                left = self._entries[0].when - time.monotonic() if self._entries else None
                if left is not None and left <= 0:
                    entry = heapq.heappop(self._entries)
                    callback, entry.callback = entry.callback, None
                    if callback is not None:
                        return callback
                    self._taken_back -= 1
                elif (
                    not self._changed.wait(_IDLE if left is None else min(left, _IDLE)) and not self._entries
                ):
                    self._runs = False
                    return None


timer = Timer()


def _start_over() -> None:
    """Begin anew in a forked child, which has neither the thread nor the calls that wait for it."""
    timer.__init__()  # type: ignore[misc]


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_over)
