"""Ask for a call that may have several attempts, waiting where it must; synchronous and asynchronous."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from g4f_lite._core.calls.attempt_planner import Attempts, Wait
from g4f_lite._core.calls.call import Call
from g4f_lite._core.calls.error_mapping import is_interrupt
from g4f_lite._core.resilience.rate_limiter import Who, limiter
from g4f_lite._utils.clock import clock

__all__ = ["next_source", "next_source_async"]


def next_source(call: Call) -> Iterator[Any]:
    """Ask whoever is next, and wait for that as long as it takes; an empty iterator if the call is cancelled.

    Raises:
        G4FLiteError: nobody is left.
    """
    tries = _of(call)
    with _Lines() as lines:
        while True:
            move = tries.move()
            lines.leave()
            if call.scope.cancelled:
                return iter(())
            if isinstance(move, Wait):
                _wait(call, tries, move, lines)
                continue
            if move is None:
                raise call.give_up()
            call.take_turn(move)
            try:
                return call.ask()
            except BaseException as error:
                if is_interrupt(error):
                    raise
                failure = error
            if _is_over(call):
                return iter(())
            call.fail(failure)


async def next_source_async(call: Call) -> Any:
    """Do the same without blocking the event loop; None if the call is cancelled."""
    import asyncio

    from g4f_lite._core.streams.thread_bridge import asked

    tries = _of(call)
    with _Lines() as lines:
        while True:
            move = tries.move() if tries.is_warm else await asyncio.to_thread(tries.move)
            lines.leave()
            if call.scope.cancelled:
                return None
            if isinstance(move, Wait):
                await _wait_async(call, tries, move, lines)
                continue
            if move is None:
                raise call.give_up()
            call.take_turn(move)
            try:
                return asked(call)
            except BaseException as error:
                if is_interrupt(error):
                    raise
                failure = error
            if _is_over(call):
                return None
            call.fail(failure)


def _is_over(call: Call) -> bool:
    """Whether it was cancelled: what woke the provider up may look like any failure."""
    return call.scope.cancelled


def _of(call: Call) -> Attempts:
    assert call.tries is not None  # noqa: S101 - a call without asks by itself
    return call.tries


class _Lines:
    """The lines for room that a call stands in; left once it has taken the room, or goes elsewhere."""

    def __init__(self) -> None:
        self._leaves: list[Callable[[], None]] = []

    def __enter__(self) -> "_Lines":
        return self

    def __exit__(self, *exception: object) -> None:
        self.leave()

    def stand_in(self, whose: Iterable[Who], wake: Callable[[], None]) -> None:
        for who in whose:
            self._leaves.append(limiter.line_up(who, wake))

    def leave(self) -> None:
        while self._leaves:
            self._leaves.pop()()


def _wait(call: Call, tries: Attempts, wait: Wait, lines: _Lines) -> None:
    """Wait until the time is over, there may be room, or the call is cancelled."""
    woken = threading.Event()
    forget = call.scope.add(woken.set)
    began = clock().monotonic()
    try:
        lines.stand_in(wait.whose, woken.set)
        clock().sleep(wait.seconds, woken)
    finally:
        tries.waited += clock().monotonic() - began
        forget()


async def _wait_async(call: Call, tries: Attempts, wait: Wait, lines: _Lines) -> None:
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
        lines.stand_in(wait.whose, wake)
        await clock().asleep(wait.seconds, woken)
    finally:
        tries.waited += clock().monotonic() - began
        forget()
