"""The time, waiting, and chance: one seam, so that tests wait for nothing and know what is drawn."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

__all__ = ["Clock", "clock", "using"]


class Clock:
    """The system's clock; a test puts another one in its place with `using`."""

    def monotonic(self) -> float:
        """Return seconds that only ever grow."""
        return time.monotonic()

    def time(self) -> float:
        """Return seconds since 1970."""
        return time.time()

    def random(self) -> float:
        """Return a number from 0 up to 1."""
        import random

        return random.random()  # noqa: S311 - it spreads load, and keeps no secret

    def sleep(self, seconds: float | None, wake: threading.Event) -> None:
        """Wait so long, None: without end, or until `wake` is set."""
        wake.wait(None if seconds is None else min(seconds, threading.TIMEOUT_MAX))

    async def asleep(self, seconds: float | None, wake: "asyncio.Event") -> None:
        """Do the same without blocking the event loop."""
        import asyncio

        try:
            await asyncio.wait_for(wake.wait(), seconds)
        except asyncio.TimeoutError:
            return

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back from another thread after so long; return what takes that back.

        One thread serves all. The callback must not block.
        """
        from g4f_lite._utils.timer import timer

        return timer.call_at(time.monotonic() + seconds, callback)

    def call_later_on(
        self, loop: "asyncio.AbstractEventLoop", seconds: float, callback: Callable[[], None]
    ) -> Callable[[], None]:
        """Call back on an event loop after so long; return what takes that back."""
        return loop.call_later(seconds, callback).cancel


_clock = Clock()


def clock() -> Clock:
    """Return the clock that counts."""
    return _clock


@contextmanager
def using(other: Clock) -> Iterator[None]:
    """Put another clock in the system's place, for the whole process."""
    global _clock  # noqa: PLW0603 - what is put in its place is the point
    before, _clock = _clock, other
    try:
        yield
    finally:
        _clock = before
