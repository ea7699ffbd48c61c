"""The asynchronous stream of an answer, and its read loop."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any, cast

import g4f_lite
from g4f_lite._core.calls.accumulator import is_first_text, is_part_of_answer
from g4f_lite._core.calls.call import Call
from g4f_lite._core.calls.surrogates import join_event_surrogates, join_surrogates
from g4f_lite._core.streams.attempt_flow import drive_async, settle
from g4f_lite._core.streams.closable_iterator import AsyncClosableIterator
from g4f_lite._core.streams.deferred_call import DeferredCall
from g4f_lite._core.streams.thread_bridge import open_source_async
from g4f_lite.cancellation import CancelScope, _current
from g4f_lite.errors import StreamStateError
from g4f_lite.results import Completion, Provenance

if TYPE_CHECKING:
    from g4f_lite.events import Event

__all__ = ["AsyncCompletionStream"]

_END = object()
_TIME_SLICE = 0.01
"""Seconds that a stream runs on the event loop before it lets others run: its source may always be ready."""


class AsyncCompletionStream(AsyncClosableIterator[str]):
    """The text of an answer, piece by piece as it arrives, without blocking the event loop.

    An asynchronous iterator and context manager. Awaiting it finds the provider, and raises the errors of
    that; the first read does the same. Leaving the `async with`, calling `aclose()` or cancelling the reading
    task closes the connection to the service immediately.
    """

    __slots__ = ("__weakref__", "_deferred", "_items")

    def __init__(self, prepare: Callable[[], Awaitable[Call]]) -> None:
        self._deferred = DeferredCall(prepare)
        self._items = cast("AsyncGenerator[str, None]", _iterate_text(self._deferred))

    def __await__(self) -> Generator[Any, None, "AsyncCompletionStream"]:
        yield from self._deferred.get().__await__()
        return self

    async def __aenter__(self) -> "AsyncCompletionStream":
        return await self

    async def aclose(self) -> None:
        """End the answer now. Does nothing if it has ended."""
        deferred = self._deferred
        call = deferred.call
        if call is not None:
            call.scope.cancel()
        try:
            await self._items.aclose()
        except RuntimeError:  # another task reads the stream: it is woken, and closes the source
            # A provider in a thread is woken by the scope.
            if call is None or call.attempt.runs_on_event_loop:
                deferred.interrupt_reader()
            return
        if call is not None:
            call.mark_cancelled()

    def events(self) -> "AsyncIterator[str | g4f_lite.Event]":
        """Return the stream itself, which from now on yields the events as well, as they arrive.

        The text of the first choice is yielded as `str`. A yielded event is a part of the answer, as text is:
        after it, no other provider is called. `Served` and `Metadata` describe the provider and are not a part
        of the answer: after a retry they are yielded again, for the new attempt.
        """
        self._deferred.events = True
        if self._deferred.call is not None:
            self._deferred.call.events = True
        return cast("AsyncIterator[str | Event]", self)

    @property
    def completion(self) -> Completion:
        """The complete answer, available after its end or after `aclose()`.

        Raises:
            StreamStateError: the answer has not ended, or the call failed.
        """
        return self._require_call().completion

    @property
    def provenance(self) -> Provenance:
        """The provider, the model and the attempts, as far as known now.

        Raises:
            StreamStateError: the stream was neither awaited nor read.
        """
        return self._require_call().provenance

    def _require_call(self) -> Call:
        if self._deferred.call is None:
            raise StreamStateError("The stream has not begun.", hint="Await it, or read from it, first.")
        return self._deferred.call


AsyncCompletionStream.__module__ = "g4f_lite"


async def _iterate_text(deferred: DeferredCall) -> AsyncGenerator[Any, None]:  # noqa: PLR0912 - the read loop is inline: a generator in between costs time for each item
    """Yield the text of the answer, and collect everything else in the call. Closes every source on every path.

    Each turn of the outer loop is an attempt. Of an attempt that fails, nothing was yielded, or the next attempt
    continues it.
    """
    call = await _prepare(deferred)
    if call is None:
        return
    scope, clock = call.scope, time.monotonic
    while True:
        source: Any = None
        failure: BaseException | None = None
        try:
            source = await _open_source(call)
            accumulator, is_buffered = call.accumulator, call.is_buffered
            add, append, halves = accumulator.add, accumulator.parts.append, accumulator.pending_surrogates
            slice_start = clock()
            while source is not None and not scope.cancelled:
                items = await _next_batch(deferred, scope, source)
                if items is None:
                    break
                if hasattr(source, "next_batch"):
                    # The batch has come by the event loop, so that others could run.
                    slice_start = clock()
                while not scope.cancelled:
                    item = _next_item(items)
                    if item is _END:
                        break
                    text = item if type(item) is str else add(item)
                    if text and (halves or not text.isascii()):
                        text = join_surrogates(halves, text)
                    if text:
                        append(text)
                        if not is_buffered:
                            yield text
                    elif call.events and not is_first_text(item):
                        call.has_emitted_event = call.has_emitted_event or is_part_of_answer(item)
                        yield join_event_surrogates(halves, item)
                    if clock() - slice_start > _TIME_SLICE:
                        await asyncio.sleep(0)
                        slice_start = clock()
        except (GeneratorExit, asyncio.CancelledError, KeyboardInterrupt):
            scope.cancel()
            close_error = await _close_source(source)
            if not deferred.uncancel():
                call.mark_cancelled(close_error)
                raise
        except BaseException as error:
            failure = error
        if failure is not None and call.has_failed:
            raise failure  # by opening the source, which has ended the call
        held_back = await _finish_attempt(deferred, call, source, failure)
        if held_back is not None:
            for item in held_back:
                yield item
            return


async def _prepare(deferred: DeferredCall) -> Call | None:
    """Return the call with its deadline's timer started, or None if the stream is closed meanwhile."""
    deferred.waiting = asyncio.current_task()
    try:
        call = await deferred.get()
        deferred.start_deadline_timer(call)
    except asyncio.CancelledError:
        if deferred.uncancel():
            return None
        raise
    finally:
        deferred.waiting = None
    return call


async def _open_source(call: Call) -> Any:
    """Open the first or the next attempt; return its source, or None if the call is cancelled meanwhile.

    What it waits for, the scope of the call ends: the reader needs no interrupt.
    """
    if call.planner is None:
        return open_source_async(call)
    from g4f_lite._core.streams.attempt_runner import open_next_attempt_async

    return await open_next_attempt_async(call)


async def _next_batch(deferred: DeferredCall, scope: CancelScope, source: Any) -> Iterator[Any] | None:
    """Return the items that come next, or None at the end. The scope is current meanwhile.

    A GeneratorExit is the provider's: that of a caller who closes the stream comes where the stream yields.
    """
    deferred.waiting = asyncio.current_task()
    token = _current.set(scope)
    try:
        if hasattr(source, "next_batch"):
            batch = await source.next_batch()
            return None if batch is None else iter(batch)
        return iter((await source.__anext__(),))
    except StopAsyncIteration:
        return None
    except GeneratorExit as error:
        raise RuntimeError("the provider raised GeneratorExit") from error
    finally:
        _current.reset(token)
        deferred.waiting = None


def _next_item(items: Iterator[Any]) -> Any:
    try:
        return next(items, _END)
    except GeneratorExit as error:
        raise RuntimeError("the provider raised GeneratorExit") from error


async def _finish_attempt(
    deferred: DeferredCall, call: Call, source: Any, failure: BaseException | None
) -> list[Any] | None:
    if call.scope.cancelled:
        deferred.uncancel()
    return await drive_async(settle(call, failure), lambda _: _close_source(source))


async def _close_source(source: Any) -> BaseException | None:
    """Close the provider's iterator; return the exception raised by that, or None."""
    try:
        close = getattr(source, "aclose", None)
        if close is not None:
            await close()
    except (asyncio.CancelledError, KeyboardInterrupt):
        raise
    except BaseException as error:
        return error
    close_error: BaseException | None = getattr(source, "close_error", None)
    return close_error
