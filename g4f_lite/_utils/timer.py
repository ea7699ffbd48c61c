"""One timer thread for the deadlines of all calls and all exchanges of the process.

A socket's own timeout is not a deadline: it starts again with each byte. A service that sends a byte now and
then, for instance in the head of its response, can keep a reader for ever.
"""

import heapq
import os
import threading
import time
from collections.abc import Callable
from itertools import count

__all__ = ["Timer", "timer"]

_LINGER = 30.0
"""Seconds the thread waits for another callback before it ends, and sleeps at most at a time."""

_FEW = 64
"""Cancelled entries that are always kept in the heap: rebuilding a heap for so few does not pay."""


class _Entry:
    """A callback and its time. `callback` is None once it was called or cancelled."""

    __slots__ = ("callback", "number", "when")

    def __init__(self, when: float, number: int, callback: Callable[[], None]) -> None:
        self.when = when
        self.number = number  # so that two callbacks of the same time are never compared
        self.callback: Callable[[], None] | None = callback

    def __lt__(self, other: "_Entry") -> bool:
        return (self.when, self.number) < (other.when, other.number)


class Timer:
    """Callbacks by time. Thread-safe.

    Its thread starts with the first callback, and ends when there has been none for a while.
    """

    def __init__(self) -> None:
        # Re-entrant: a signal handler may close a stream while its own thread holds the lock.
        self._changed = threading.Condition(threading.RLock())
        self._entries: list[_Entry] = []
        self._cancelled = 0
        self._numbers = count()
        self._is_running = False

    def call_at(self, when: float, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` in the timer's thread at `when`, and return a function that cancels this.

        The callback must not block: all others wait for it.

        Args:
            when: the time, on the scale of `time.monotonic`.
            callback: the function to call.
        """
        entry = _Entry(when, next(self._numbers), callback)
        with self._changed:
            heapq.heappush(self._entries, entry)
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._run, name="g4f_lite-timer", daemon=True).start()
            elif self._entries[0] is entry:
                self._changed.notify()
        return lambda: self._cancel(entry)

    def __len__(self) -> int:
        return len(self._entries)

    def _cancel(self, entry: _Entry) -> None:
        with self._changed:
            if entry.callback is None:
                return
            entry.callback = None
            self._cancelled += 1
            if self._cancelled > max(_FEW, len(self._entries) // 2):
                self._entries = [item for item in self._entries if item.callback is not None]
                heapq.heapify(self._entries)
                self._cancelled = 0

    def _run(self) -> None:
        while True:
            callback = self._wait_for_next()
            if callback is None:
                return
            try:
                callback()
            except Exception as error:  # the other callbacks must still be called
                threading.excepthook(
                    threading.ExceptHookArgs(
                        (type(error), error, error.__traceback__, threading.current_thread())
                    )
                )

    def _wait_for_next(self) -> Callable[[], None] | None:
        """Return the next callback when it is due, or None if there has been none for a while."""
        with self._changed:
            while True:
                while self._entries and self._entries[0].callback is None:
                    heapq.heappop(self._entries)
                    self._cancelled -= 1
                seconds = self._entries[0].when - time.monotonic() if self._entries else _LINGER
                if seconds <= 0:
                    entry = heapq.heappop(self._entries)
                    callback, entry.callback = entry.callback, None
                    return callback
                if not self._changed.wait(min(seconds, _LINGER)) and not self._entries:
                    self._is_running = False
                    return None


timer = Timer()


def _reset_after_fork() -> None:
    """Empty the timer of a forked child: it has neither its parent's thread nor its parent's calls."""
    timer.__init__()  # type: ignore[misc]


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_after_fork)
