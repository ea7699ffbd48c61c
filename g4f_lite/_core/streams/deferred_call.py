"""An asynchronous call that is prepared when it is first needed, and how its waiting reader is woken."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from g4f_lite._core.calls.call import Call

__all__ = ["DeferredCall"]


class DeferredCall:
    """A call that is prepared when it is first needed: finding a provider may import it.

    Attributes:
        events: whether the caller wants events beside text.
        waiting: the task that waits for the provider's next piece, None while nobody does.
        woken: whether `waiting` was interrupted for that, by a cancel that is ours to take back.
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
        """Have the call end when its time is over, whatever it waits for then."""
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
        """Interrupt the task that waits: nothing but its own cancel wakes it from a provider's await."""
        if self.waiting is not None and not self.woken:
            self.woken = True
            self.waiting.cancel()

    def uncancel(self) -> bool:
        """Take our own cancel of the running task back; return False if it was cancelled by others too."""
        if not self.woken:
            return False
        self.woken = False
        task = asyncio.current_task()
        if sys.version_info >= (3, 11):
            return task is not None and task.uncancel() == 0
        else:  # noqa: RET505 - mypy reads it so; before 3.11 a second cancel cannot be told apart
            return True
