"""The clock, waiting and random numbers behind one seam, so that tests do not wait and know each number."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

__all__ = ["Clock", "clock", "override_clock"]


class Clock:
    """The system's clock. A test replaces it with `override_clock`."""

    def monotonic(self) -> float:
        """Return seconds that never decrease."""
        return time.monotonic()

    def time(self) -> float:
        """Return seconds since 1970."""
        return time.time()

    def random(self) -> float:
        """Return a number from 0 up to 1."""
        import random

        return random.random()  # noqa: S311 - it spreads load, and keeps no secret

    def sleep(self, seconds: float | None, wake: threading.Event) -> None:
        """Wait until `seconds` have passed or `wake` is set; only for `wake` if `seconds` is None. Blocks."""
        wake.wait(None if seconds is None else min(seconds, threading.TIMEOUT_MAX))

    async def sleep_async(self, seconds: float | None, wake: "asyncio.Event") -> None:
        """Wait as `sleep` does, without blocking the event loop."""
        import asyncio

        try:
            await asyncio.wait_for(wake.wait(), seconds)
        except asyncio.TimeoutError:
            return

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` from the timer's thread after `seconds`, and return a function that cancels this.

        The callback must not block: one thread serves the whole process.
        """
        from g4f_lite._utils.timer import timer

        return timer.call_at(time.monotonic() + seconds, callback)

    def call_later_on(
        self, loop: "asyncio.AbstractEventLoop", seconds: float, callback: Callable[[], None]
    ) -> Callable[[], None]:
        """Call `callback` on `loop` after `seconds`, and return a function that cancels this."""
        return loop.call_later(seconds, callback).cancel


_clock = Clock()


def clock() -> Clock:
    """Return the clock in use."""
    return _clock


@contextmanager
def override_clock(replacement: Clock) -> Iterator[None]:
    """Use `replacement` as the clock of the whole process while the context is open."""
    global _clock  # noqa: PLW0603 - replacing it is the purpose
    previous, _clock = _clock, replacement
    try:
        yield
    finally:
        _clock = previous
