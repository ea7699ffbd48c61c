"""An asynchronous call that is prepared when it is first read, and the interrupt of its reader."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from g4f_lite._core.calls.call import Call

__all__ = ["DeferredCall"]


class DeferredCall:
    """A call that is prepared when it is first needed, because finding a provider may import it.

    Attributes:
        events: whether the caller reads events as well as text.
        waiting: the task that waits for the provider's next piece, or None.
        woken: whether `interrupt_reader` cancelled `waiting`, which `uncancel` has to reverse.
    """

    __slots__ = ("call", "events", "prepare", "waiting", "woken")

    def __init__(self, prepare: Callable[[], Awaitable[Call]]) -> None:
        self.prepare = prepare
        self.call: Call | None = None
        self.events = False
        self.waiting: asyncio.Task[Any] | None = None
        self.woken = False

    async def get(self) -> Call:
        if self.call is None:
            self.call = await self.prepare()
            self.call.events = self.events
        return self.call

    def start_deadline_timer(self, call: Call) -> None:
        """Start the timer that ends the call at its deadline, whatever the call waits for."""
        from g4f_lite._utils.clock import clock

        if call.ends_at is None or call.stop_timer is not None:
            return
        left = max(call.ends_at - clock().monotonic(), 0.0)
        call.stop_timer = clock().call_later_on(asyncio.get_running_loop(), left, self._expire)

    def _expire(self) -> None:
        if self.call is not None:
            self.call.scope.expire()
            self.interrupt_reader()

    def interrupt_reader(self) -> None:
        """Cancel the waiting task, because only that wakes it from an `await` in the provider."""
        if self.waiting is not None and not self.woken:
            self.woken = True
            self.waiting.cancel()

    def uncancel(self) -> bool:
        """Reverse the cancel of `interrupt_reader`; return False if the task was also cancelled by other code."""
        if not self.woken:
            return False
        self.woken = False
        task = asyncio.current_task()
        if sys.version_info >= (3, 11):
            return task is not None and task.uncancel() == 0
        else:  # noqa: RET505 - mypy needs the else; before 3.11 a second cancel is not counted
            return True
