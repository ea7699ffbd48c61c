"""A clock that a test controls, and a reset of the state of the process."""

import asyncio
import threading
from collections.abc import Callable

from g4f_lite._core.keys import rotation
from g4f_lite._core.resilience import breaker_file
from g4f_lite._core.resilience.circuit_breaker import circuit_breakers
from g4f_lite._core.resilience.rate_limiter import limiter
from g4f_lite._utils import clock as _clock


class FakeClock(_clock.Clock):
    """A clock of which the time passes when code waits, or when the test calls `advance`.

    Attributes:
        now: the time that `monotonic` returns.
        slept: all waits, in order.
        drawn: the next results of `random`, which is 0.5 after them.
    """

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float | None] = []
        self.drawn: list[float] = []
        self.timers: list[tuple[float, Callable[[], None]]] = []

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return 1_800_000_000.0 + self.now

    def random(self) -> float:
        return self.drawn.pop(0) if self.drawn else 0.5

    def sleep(self, seconds: float | None, wake: threading.Event) -> None:
        self.slept.append(seconds)
        if seconds is None:
            assert wake.wait(10), "nobody ended the wait"
            return
        end = self.now + seconds
        while not wake.is_set() and self.now < end:
            self._step(end)

    async def sleep_async(self, seconds: float | None, wake: asyncio.Event) -> None:
        self.slept.append(seconds)
        if seconds is None:
            await asyncio.wait_for(wake.wait(), 10)
            return
        end = self.now + seconds
        while not wake.is_set() and self.now < end:
            self._step(end)
            for _ in range(3):  # the effect of a timer reaches the loop
                await asyncio.sleep(0)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Callable[[], None]:
        entry = (self.now + seconds, callback)
        self.timers.append(entry)
        return lambda: self.timers.remove(entry) if entry in self.timers else None

    def call_later_on(
        self, loop: asyncio.AbstractEventLoop, seconds: float, callback: Callable[[], None]
    ) -> Callable[[], None]:
        return self.call_later(seconds, callback)

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass, and call the callbacks that become due."""
        end = self.now + seconds
        while self.now < end:
            self._step(end)

    def _step(self, end: float) -> None:
        due = min((entry for entry in self.timers if entry[0] <= end), key=lambda e: e[0], default=None)
        if due is None:
            self.now = end
            return
        self.timers.remove(due)
        self.now = max(self.now, due[0])
        due[1]()


def forget_everything() -> None:
    """Delete everything that the process remembers about providers and keys."""
    circuit_breakers.reset()
    limiter._buckets.clear()
    rotation._counters.clear()
    breaker_file._last_write = (float("-inf"), frozenset())
