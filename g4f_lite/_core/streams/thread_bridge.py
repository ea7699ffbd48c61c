"""Bridge from a synchronous provider, in a thread of its own, to an asynchronous caller.

The thread reads ahead by a limited number of items, so that a slow caller slows the service down, and nothing
more is read after a cancel.
"""

import asyncio
import contextvars
import threading
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from g4f_lite._core.calls.call import Call
from g4f_lite._core.streams.attempt_flow import close_source
from g4f_lite.cancellation import CancelScope, _current, child_of
from g4f_lite.errors import StreamStateError

__all__ = ["ThreadBridge", "open_source_async"]

_READ_AHEAD = 32
"""Items that the thread reads before the caller has taken any."""
_CLOSING_SECONDS = 0.5
"""Seconds that closing waits for the provider to end."""
_END = object()


def open_source_async(call: Call) -> Any:
    """Call the provider, on the event loop if its result can be read there, else in a thread.

    Raises whatever the provider raises immediately. A thread starts with the first read, so it raises nothing yet.
    """
    source, is_asynchronous = call.open_async() if call.attempt.runs_on_event_loop else (None, False)
    if is_asynchronous:
        return source
    # A failed attempt is cancelled without the call, which may have another attempt.
    scope = call.scope if call.planner is None and call.make_planner is None else child_of(call.scope)
    return ThreadBridge(partial(call.open, scope) if source is None else lambda: source, scope)


class ThreadBridge:
    """An asynchronous iterator over the items of `open_source()`. For use from one event loop.

    Attributes:
        close_error: the exception raised by closing the provider, or None.
    """

    def __init__(self, open_source: Callable[[], Iterator[Any]], scope: CancelScope) -> None:
        self._open = open_source
        self._scope = scope
        self._loop = asyncio.get_running_loop()
        self._items: deque[Any] = deque()
        self._room = threading.Condition()
        self._arrived = asyncio.Event()
        self._ended = asyncio.Event()
        self._is_waiting = False
        self._is_started = False
        self._error: BaseException | None = None
        self.close_error: BaseException | None = None

    def __aiter__(self) -> "ThreadBridge":
        return self

    async def __anext__(self) -> Any:
        if asyncio.get_running_loop() is not self._loop:
            raise StreamStateError(
                "The stream belongs to another event loop.", hint="Read it in the loop that it was begun in."
            )
        if not self._is_started:
            self._start()
        while not self._items:
            self._arrived.clear()
            self._is_waiting = True
            if self._items:  # an item arrived in between
                break
            await self._arrived.wait()
        self._is_waiting = False
        item = self._items.popleft()
        if len(self._items) < _READ_AHEAD // 2:
            with self._room:
                self._room.notify()
        if item is not _END:
            return item
        error, self._error = self._error, None
        if isinstance(error, (StopIteration, StopAsyncIteration, GeneratorExit)):
            # Python would take each of these for its own: raised here, it would not mean a provider's failure.
            raise RuntimeError(f"the provider raised {type(error).__name__}") from error  # noqa: TRY004
        if error is not None:
            raise error
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Wake the provider, and wait until it is closed, but not longer than `_CLOSING_SECONDS`.

        A provider that waits outside the HTTP kit notices the cancel at its next item.
        """
        self._scope.cancel()
        with self._room:
            self._room.notify()
        self._scope.release()
        if self._is_started and not self._ended.is_set():
            try:
                await asyncio.wait_for(self._ended.wait(), _CLOSING_SECONDS)
            except asyncio.TimeoutError:
                self.close_error = TimeoutError("the provider has not ended yet")

    # --- in the thread -------------------------------------------------------------------------

    def _start(self) -> None:
        self._is_started = True
        context = contextvars.copy_context()
        # A daemon: a provider that hangs must not keep the interpreter from ending.
        threading.Thread(target=context.run, args=(self._run,), name="g4f_lite-provider", daemon=True).start()

    def _run(self) -> None:
        _current.set(self._scope)
        source: Iterator[Any] = iter(())
        try:
            source = self._open()
            for item in source:
                if not self._put(item):
                    break
        except BaseException as error:  # raised again in the caller's task
            self._error = error
        try:
            self.close_error = close_source(source)
        finally:
            self._items.append(_END)
            self._signal(self._mark_ended)

    def _put(self, item: Any) -> bool:
        """Pass an item to the caller; return False if the stream is abandoned. Blocks while the buffer is full."""
        with self._room:
            while len(self._items) >= _READ_AHEAD and not self._check_abandoned():
                self._room.wait(1.0)
        if self._check_abandoned():
            return False
        self._items.append(item)
        if self._is_waiting:
            self._signal(self._arrived.set)
        return True

    def _check_abandoned(self) -> bool:
        """Return whether the call is cancelled; cancel it if its event loop is closed."""
        if self._loop.is_closed():
            self._scope.cancel()
        return self._scope.cancelled

    def _mark_ended(self) -> None:
        self._arrived.set()
        self._ended.set()

    def _signal(self, callback: Callable[[], None]) -> None:
        try:
            self._loop.call_soon_threadsafe(callback)
        except RuntimeError:
            self._scope.cancel()  # the loop is closed, so the caller is gone
