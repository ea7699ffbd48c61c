"""A reusable future for the one task that reads a connection.

asyncio's own way from a read to the reader takes two iterations of the event loop: the first sets a new
future's result and schedules the task, the second runs it. An event of a model comes alone, about a
millisecond behind the one before, so the second iteration, with its system call and its handle, was a fifth
of what the event cost. `Waiter.wake_now` runs the task in the iteration that read the bytes.
"""

import asyncio
from collections.abc import Callable, Generator
from contextvars import Context, copy_context
from typing import Any

__all__ = ["Waiter"]


class Waiter:
    """What a task waits on, again and again, as it would wait on a new `asyncio.Future` each time.

    Implements the part of a future that `asyncio.Task` uses. The name and the meaning of
    `_asyncio_future_blocking` are asyncio's, which supports futures of other classes by it. Not thread-safe.
    """

    __slots__ = ("_asyncio_future_blocking", "_callback", "_cancelled_error", "_context", "_loop")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._asyncio_future_blocking = False
        self._callback: Callable[[Any], object] | None = None
        self._context: Context | None = None
        self._cancelled_error: asyncio.CancelledError | None = None

    @property
    def has_task(self) -> bool:
        """Whether a task waits and is not woken yet."""
        return self._callback is not None

    def __await__(self) -> Generator[Any, None, None]:
        """Wait until the next wake-up."""
        self._asyncio_future_blocking = True
        self._cancelled_error = None
        try:
            yield self
        finally:
            self._callback = self._context = self._cancelled_error = None

    def wake(self) -> None:
        """Have the waiting task run in the next iteration of the event loop."""
        callback = self._callback
        if callback is not None:
            self._callback = None
            self._loop.call_soon(callback, self, context=self._context)

    def wake_now(self) -> None:
        """Run the waiting task before this returns, unless the caller runs in a task itself.

        To be called last in a callback of the event loop: the task may do anything in it, also close what
        the callback belongs to.
        """
        callback, context = self._callback, self._context
        if callback is None or context is None:
            return
        if asyncio.current_task(self._loop) is not None:
            self.wake()
            return
        self._callback = None
        try:
            context.run(callback, self)
        except (SystemExit, KeyboardInterrupt) as error:
            # They stop the event loop where its own callbacks raise them; uvloop's transports do not pass them on.
            self._loop.call_soon(_raise, error)

    # --- the part of a future that a task uses ------------------------------------------------

    def get_loop(self) -> asyncio.AbstractEventLoop:
        """Return the event loop whose tasks may wait."""
        return self._loop

    def add_done_callback(self, callback: Callable[[Any], object], *, context: Context | None = None) -> None:
        """Take the function that runs the waiting task."""
        self._callback = callback
        self._context = copy_context() if context is None else context

    def cancel(self, msg: Any = None) -> bool:
        """Cancel the waiting task; return False if it is woken already, as a future that is done does."""
        if self._callback is None:
            return False
        self._cancelled_error = asyncio.CancelledError(*(() if msg is None else (msg,)))
        self.wake()
        return True

    def result(self) -> None:
        """Return None, or raise `asyncio.CancelledError` if the task is cancelled."""
        if self._cancelled_error is not None:
            raise self._cancelled_error


def _raise(error: BaseException) -> None:
    raise error
