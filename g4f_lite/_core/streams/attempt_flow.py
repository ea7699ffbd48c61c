"""The decisions at the end of an attempt, without I/O, and the drivers of such decisions.

Decisions that both kinds of streams share are generators. They yield instructions, such as `CLOSE`, and are
sent the results. A driver carries the instructions out, blocking or on an event loop.
"""

from collections.abc import Awaitable, Callable, Generator, Iterator
from typing import Any, TypeVar

from g4f_lite._core.calls.call import Call

__all__ = ["CLOSE", "close_source", "drive", "drive_async", "settle"]

_T = TypeVar("_T")

CLOSE = "close"
"""The instruction to close the source. Its result is the exception raised by that, or None."""


def settle(call: Call, failure: BaseException | None) -> Generator[Any, Any, list[Any] | None]:
    """Decide what follows an attempt that ended with `failure`, or without one.

    Yields `CLOSE` at most once. Returns the items of the answer that were held back, or None if another
    attempt follows.

    Raises:
        G4FLiteError: the call has failed.
    """
    if call.scope.cancelled:
        # Before the failure: what the cancel woke the provider with may look like any failure, or like the end.
        close_error = yield CLOSE
        if call.scope.expired:
            raise call.deadline_error(close_error)
        call.mark_cancelled(close_error)
        return []
    if failure is None:
        failure = call.validate_response()
    if failure is None:
        return call.complete()
    yield CLOSE
    call.handle_failure(failure)
    return None


def drive(steps: Generator[Any, Any, _T], perform: Callable[[Any], Any]) -> _T:
    """Run `steps` and return its result. `perform` carries out an instruction and returns the result."""
    result = None
    while True:
        try:
            instruction = steps.send(result)
        except StopIteration as end:
            returned: _T = end.value
            return returned
        result = perform(instruction)


async def drive_async(steps: Generator[Any, Any, _T], perform: Callable[[Any], Awaitable[Any]]) -> _T:
    """Run `steps` as `drive` does, but await each instruction."""
    result = None
    while True:
        try:
            instruction = steps.send(result)
        except StopIteration as end:
            returned: _T = end.value
            return returned
        result = await perform(instruction)


def close_source(source: Iterator[Any] | None) -> BaseException | None:
    """Close the provider's iterator; return the exception raised by that, or None."""
    try:
        close = getattr(source, "close", None)
        if close is not None:
            close()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return error
    return None
