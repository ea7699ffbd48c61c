"""The next attempt of a call that may have several: the decisions, without I/O, and how they are carried out."""

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from typing import Any

from g4f_lite._core.calls.attempt_planner import AttemptPlanner, WaitFor
from g4f_lite._core.calls.call import Call
from g4f_lite._core.calls.candidates import Candidate
from g4f_lite._core.calls.error_mapping import is_interrupt
from g4f_lite._core.resilience.rate_limiter import limiter
from g4f_lite._core.streams.attempt_flow import drive, drive_async
from g4f_lite._utils.clock import clock

__all__ = ["PLAN", "open_next", "open_next_attempt", "open_next_attempt_async"]

PLAN = "plan"
"""The instruction to ask the planner for its next action. Its result is that action."""


def open_next(call: Call, open_source: Callable[[Call], Any]) -> Generator[Any, Any, Any]:
    """Decide on the next attempt, open it, and return its source, or None if the call is cancelled.

    Yields `PLAN`, which may import a provider, and `WaitFor`. `open_source` does not block.

    Raises:
        G4FLiteError: no candidate is left, or the call has failed.
    """
    while True:
        action: Candidate | WaitFor | None = yield PLAN
        if _is_cancelled(call):
            return None
        if action is None:
            raise call.exhausted_error()
        if isinstance(action, WaitFor):
            yield action
            continue
        call.start_attempt(action)
        try:
            return open_source(call)
        except BaseException as error:
            if is_interrupt(error):
                raise
            failure = error
        if _is_cancelled(call):  # what the cancel woke the provider with may look like any failure
            return None
        call.handle_failure(failure)


def _is_cancelled(call: Call) -> bool:
    # A function, since mypy takes an attribute that was False once to be False from then on.
    return call.scope.cancelled


def open_next_attempt(call: Call) -> Iterator[Any]:
    """Open the next attempt and return its iterator. Blocks for back-off and rate limits.

    Returns an empty iterator if the call is cancelled meanwhile.

    Raises:
        G4FLiteError: no candidate is left, or the call has failed.
    """
    with _Waiter(call) as waiter:
        source = drive(open_next(call, Call.open), waiter.perform)
    return iter(()) if source is None else source


async def open_next_attempt_async(call: Call) -> Any:
    """Open the next attempt as `open_next_attempt` does, without blocking the event loop.

    Returns None if the call is cancelled meanwhile.
    """
    from g4f_lite._core.streams.thread_bridge import open_source_async

    with _Waiter(call) as waiter:
        return await drive_async(open_next(call, open_source_async), waiter.perform_async)


class _Waiter:
    """Carries out the instructions of `open_next`.

    A wait for a rate limit is a place in the queue of the limiter. The place is kept until the planner has been
    asked again: it may take the room for which the call has waited.
    """

    def __init__(self, call: Call) -> None:
        assert call.planner is not None  # noqa: S101 - a call without a planner has no next attempt
        self._planner: AttemptPlanner = call.planner
        self._scope = call.scope
        self._leave_queue: list[Callable[[], None]] = []

    def __enter__(self) -> "_Waiter":
        return self

    def __exit__(self, *exception: object) -> None:
        self._leave_queues()

    def perform(self, instruction: Any) -> Candidate | WaitFor | None:
        if isinstance(instruction, WaitFor):
            self._wait(instruction)
            return None
        action = self._planner.next_action()
        self._leave_queues()
        return action

    async def perform_async(self, instruction: Any) -> Candidate | WaitFor | None:
        import asyncio

        planner = self._planner
        if isinstance(instruction, WaitFor):
            await self._wait_async(instruction)
            return None
        action = planner.next_action() if planner.is_loaded else await asyncio.to_thread(planner.next_action)
        self._leave_queues()
        return action

    def _wait(self, wait: WaitFor) -> None:
        """Wait until the time has passed, there may be room, or the call is cancelled."""
        woken = threading.Event()
        remove_callback = self._scope.add(woken.set)
        started = clock().monotonic()
        try:
            self._join_queues(wait, woken.set)
            clock().sleep(wait.seconds, woken)
        finally:
            self._planner.waited += clock().monotonic() - started
            remove_callback()

    async def _wait_async(self, wait: WaitFor) -> None:
        import asyncio

        loop, woken = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:  # raises on a closed loop, so that the limiter wakes another call
            loop.call_soon_threadsafe(woken.set)

        def wake_if_open() -> None:
            with suppress(RuntimeError):
                wake()

        remove_callback = self._scope.add(wake_if_open)
        started = clock().monotonic()
        try:
            self._join_queues(wait, wake)
            await clock().sleep_async(wait.seconds, woken)
        finally:
            self._planner.waited += clock().monotonic() - started
            remove_callback()

    def _join_queues(self, wait: WaitFor, wake: Callable[[], None]) -> None:
        for upstream in wait.upstreams:
            self._leave_queue.append(limiter.add_waiter(upstream, wake))

    def _leave_queues(self) -> None:
        while self._leave_queue:
            self._leave_queue.pop()()
