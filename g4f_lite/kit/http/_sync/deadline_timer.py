"""Alarms at points in time, for who waits in a blocking call and has to be woken: one thread for all.

A socket's own timeout is no deadline: it begins anew with each byte, so a service that sends one now
and then, in the head of its answer for instance, can keep a reader for ever.
"""

import heapq
import itertools
import os
import threading
import time
from collections.abc import Callable

__all__ = ["alarm"]

_LINGER = 10.0
"""Seconds that the thread waits for another alarm before it ends."""

_numbers = itertools.count()  # so that two alarms at one moment are never compared by what they do


class _Alarm:
    __slots__ = ("action", "moment", "number")

    def __init__(self, moment: float, action: Callable[[], None]) -> None:
        self.moment = moment
        self.action: Callable[[], None] | None = action
        self.number = next(_numbers)

    def __lt__(self, other: "_Alarm") -> bool:
        return (self.moment, self.number) < (other.moment, other.number)


class _Clock:
    """The alarms of one process."""

    def __init__(self) -> None:
        self._changed = threading.Condition()  # its lock is re-entrant: a signal handler may close a stream
        self._heap: list[_Alarm] = []
        self._dropped = 0
        self._thread: threading.Thread | None = None

    def add(self, moment: float, action: Callable[[], None]) -> Callable[[], None]:
        one = _Alarm(moment, action)
        with self._changed:
            heapq.heappush(self._heap, one)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="g4f_lite-deadlines", daemon=True)
                self._thread.start()
            elif self._heap[0] is one:
                self._changed.notify()
        return lambda: self._drop(one)

    def _drop(self, one: _Alarm) -> None:
        with self._changed:
            if one.action is None:
                return
            one.action = None
            self._dropped += 1
            if self._dropped > 64 and self._dropped * 2 > len(self._heap):  # noqa: PLR2004 - half are dead
                self._heap = [item for item in self._heap if item.action is not None]
                heapq.heapify(self._heap)
                self._dropped = 0

    def _run(self) -> None:
        while True:
            action = self._next()
            if action is None:
                return
            action()

    def _next(self) -> Callable[[], None] | None:
        """Wait for the next alarm and return what it does; None when there has been none for a while."""
        with self._changed:
            while True:
                while self._heap and self._heap[0].action is None:
                    heapq.heappop(self._heap)
                    self._dropped -= 1
                wait = self._heap[0].moment - time.monotonic() if self._heap else _LINGER
                if wait <= 0:
                    one = heapq.heappop(self._heap)
                    action, one.action = one.action, None
                    return action
                if not self._changed.wait(min(wait, threading.TIMEOUT_MAX)) and not self._heap:
                    self._thread = None
                    return None


_clocks: dict[int, _Clock] = {}


def alarm(moment: float, action: Callable[[], None]) -> Callable[[], None]:
    """Call `action` in another thread at `moment` (`time.monotonic`); return a function that takes it back.

    The action must neither block nor raise.
    """
    # A forked child has none of its parent's threads.
    return _clocks.setdefault(os.getpid(), _Clock()).add(moment, action)
