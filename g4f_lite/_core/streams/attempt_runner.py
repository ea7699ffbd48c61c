"""Ask for a call that may have several attempts, waiting where it must; synchronous and asynchronous."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from g4f_lite._core.calls.attempt_planner import AttemptPlanner, WaitFor
from g4f_lite._core.calls.call import Call
from g4f_lite._core.calls.error_mapping import is_interrupt
from g4f_lite._core.resilience.rate_limiter import UpstreamKey, limiter
from g4f_lite._utils.clock import clock

__all__ = ["open_next_attempt", "open_next_attempt_async"]


def open_next_attempt(call: Call) -> Iterator[Any]:
    """Ask whoever is next, and wait for that as long as it takes; an empty iterator if the call is cancelled.

    Raises:
        G4FLiteError: nobody is left.
    """
    tries = _of(call)
    with _WaitQueue() as lines:
        while True:
            move = tries.next_action()
            lines.leave()
            if call.scope.cancelled:
                return iter(())
            if isinstance(move, WaitFor):
                _wait(call, tries, move, lines)
                continue
            if move is None:
                raise call.exhausted_error()
            call.start_attempt(move)
            try:
                return call.open()
            except BaseException as error:
                if is_interrupt(error):
                    raise
                failure = error
            if _is_over(call):
                return iter(())
            call.handle_failure(failure)


async def open_next_attempt_async(call: Call) -> Any:
    """Do the same without blocking the event loop; None if the call is cancelled."""
    import asyncio

    from g4f_lite._core.streams.thread_bridge import open_source_async

    tries = _of(call)
    with _WaitQueue() as lines:
        while True:
            move = tries.next_action() if tries.is_loaded else await asyncio.to_thread(tries.next_action)
            lines.leave()
            if call.scope.cancelled:
                return None
            if isinstance(move, WaitFor):
                await _wait_async(call, tries, move, lines)
                continue
            if move is None:
                raise call.exhausted_error()
            call.start_attempt(move)
            try:
                return open_source_async(call)
            except BaseException as error:
                if is_interrupt(error):
                    raise
                failure = error
            if _is_over(call):
                return None
            call.handle_failure(failure)


def _is_over(call: Call) -> bool:
    """Whether it was cancelled: what woke the provider up may look like any failure."""
    return call.scope.cancelled


def _of(call: Call) -> AttemptPlanner:
    assert call.planner is not None  # noqa: S101 - a call without asks by itself
    return call.planner


class _WaitQueue:
    """The lines for room that a call stands in; left once it has taken the room, or goes elsewhere."""

    def __init__(self) -> None:
        self._leaves: list[Callable[[], None]] = []

    def __enter__(self) -> "_WaitQueue":
        return self

    def __exit__(self, *exception: object) -> None:
        self.leave()

    def join(self, whose: Iterable[UpstreamKey], wake: Callable[[], None]) -> None:
        for who in whose:
            self._leaves.append(limiter.add_waiter(who, wake))

    def leave(self) -> None:
        while self._leaves:
            self._leaves.pop()()


def _wait(call: Call, tries: AttemptPlanner, wait: WaitFor, lines: _WaitQueue) -> None:
    """Wait until the time is over, there may be room, or the call is cancelled."""
    woken = threading.Event()
    forget = call.scope.add(woken.set)
    began = clock().monotonic()
    try:
        lines.join(wait.upstreams, woken.set)
        clock().sleep(wait.seconds, woken)
    finally:
        tries.waited += clock().monotonic() - began
        forget()


async def _wait_async(call: Call, tries: AttemptPlanner, wait: WaitFor, lines: _WaitQueue) -> None:
    import asyncio

    loop, woken = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:  # raises on a closed loop, so that the line wakes somebody else
        loop.call_soon_threadsafe(woken.set)

    def wake_if_open() -> None:
        with suppress(RuntimeError):
            wake()

    forget = call.scope.add(wake_if_open)
    began = clock().monotonic()
    try:
        lines.join(wait.upstreams, wake)
        await clock().sleep_async(wait.seconds, woken)
    finally:
        tries.waited += clock().monotonic() - began
        forget()
