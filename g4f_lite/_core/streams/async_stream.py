"""The asynchronous stream of an answer."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any, cast

import g4f_lite
from g4f_lite._core.calls.call import Call
from g4f_lite._core.calls.surrogates import join_event_surrogates, join_surrogates
from g4f_lite._core.streams.closable_iterator import AsyncClosableIterator
from g4f_lite._core.streams.deferred_call import DeferredCall
from g4f_lite._core.streams.source import is_answer, is_text
from g4f_lite._core.streams.thread_bridge import open_source_async
from g4f_lite.cancellation import CancelScope, _current
from g4f_lite.errors import StreamStateError
from g4f_lite.results import Completion, Provenance

if TYPE_CHECKING:
    from g4f_lite.events import Event

__all__ = ["AsyncCompletionStream"]

_END = object()
_TURN = 0.01
"""Seconds that a stream may run on the event loop without letting others run."""


class AsyncCompletionStream(AsyncClosableIterator[str]):
    """The text of an answer, piece by piece as it arrives, without blocking the event loop.

    An asynchronous iterator and context manager. Awaiting it finds the provider, so that an error in
    that is raised there; iterating does so too. Leaving the `async with`, `aclose()` or cancelling the
    task that reads closes the connection to the service at once.
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
        except RuntimeError:  # another task is reading: it is woken, and closes what is open
            # A provider in a thread is woken by the scope.
            if call is None or call.attempt.runs_on_event_loop:
                deferred.interrupt_reader()
            return
        if call is not None:
            call.mark_cancelled()

    def events(self) -> "AsyncIterator[str | g4f_lite.Event]":
        """Return this stream itself, which from now on gives the events too, as they come.

        The first choice's text comes as `str`. An event that was handed out is a part of the answer as
        text is: after one, no other provider is asked.
        """
        self._deferred.events = True
        if self._deferred.call is not None:
            self._deferred.call.events = True
        return cast("AsyncIterator[str | Event]", self)

    @property
    def completion(self) -> Completion:
        """The whole answer, after its end or after `aclose()`.

        Raises:
            StreamStateError: it has not ended, or it failed.
        """
        return self._require_call().completion

    @property
    def provenance(self) -> Provenance:
        """Who answers, as far as is known now.

        Raises:
            StreamStateError: it has not begun.
        """
        return self._require_call().provenance

    def _require_call(self) -> Call:
        if self._deferred.call is None:
            raise StreamStateError("The stream has not begun.", hint="Await it, or read from it, first.")
        return self._deferred.call


AsyncCompletionStream.__module__ = "g4f_lite"


async def _iterate_text(lazy: DeferredCall) -> AsyncGenerator[Any, None]:  # noqa: PLR0912, PLR0915 - every way out, in one place
    """Yield the text of the answer, noting the rest of it in the call; close every source on every path.

    Each turn of the outer loop is an attempt. Of one that fails, nothing was yielded, or the next one goes on
    from it.
    """
    call: Call | None = None
    clock = time.monotonic
    while True:
        source: Any = None
        failure: BaseException | None = None
        try:
            lazy.waiting = asyncio.current_task()
            if call is None:
                call = await lazy.get()
                lazy.start_deadline_timer(call)
            source = await _source(lazy, call)
            scope, holds, halves = call.scope, call.is_buffered, call.accumulator.pending_surrogates
            take, append = call.accumulator.add, call.accumulator.parts.append
            turn = clock()
            while source is not None and not scope.cancelled:
                items = await _next_batch(lazy, scope, source)
                if items is None:
                    break
                if hasattr(source, "next_batch"):  # which the loop brought, so that others could run
                    turn = clock()
                while not scope.cancelled:
                    item = _next(items)
                    if item is _END:
                        break
                    text = item if type(item) is str else take(item)
                    if text and (halves or not text.isascii()):
                        text = join_surrogates(halves, text)
                    if text:
                        append(text)
                        if not holds:
                            yield text
                    elif call.events and not is_text(item):
                        call.has_emitted_event = call.has_emitted_event or is_answer(item)
                        yield join_event_surrogates(halves, item)
                    if clock() - turn > _TURN:  # who is always ready would never let others run
                        await asyncio.sleep(0)
                        turn = clock()
        except (GeneratorExit, asyncio.CancelledError, KeyboardInterrupt):
            if call is not None:
                call.scope.cancel()
                failure = await _close(source)
            if not lazy.uncancel():
                if call is not None:
                    call.mark_cancelled(failure)
                raise
        except BaseException as error:
            failure = error
        finally:
            lazy.waiting = None
        if failure is not None and (call is None or call.has_failed):
            raise failure  # in finding somebody to ask
        held = [] if call is None else await _finish_attempt(lazy, call, source, failure)
        if held is not None:
            for text in held:
                yield text
            return


async def _next_batch(lazy: DeferredCall, scope: CancelScope, source: Any) -> Iterator[Any] | None:
    """Return what comes next, None at the end; the scope is current meanwhile.

    A GeneratorExit is the provider's: that of who closes the stream comes where the stream yields.
    """
    lazy.waiting = asyncio.current_task()
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
        lazy.waiting = None


def _next(items: Iterator[Any]) -> Any:
    try:
        return next(items, _END)
    except GeneratorExit as error:
        raise RuntimeError("the provider raised GeneratorExit") from error


async def _finish_attempt(
    lazy: DeferredCall, call: Call, source: Any, failure: BaseException | None
) -> list[str] | None:
    """End an attempt; return what was held back of the answer, None if another attempt follows.

    Raises:
        G4FLiteError: the call has failed with it.
    """
    if call.scope.cancelled:
        lazy.uncancel()
        trouble = await _close(source)
        if call.scope.expired:
            raise call.deadline_error(trouble)
        call.mark_cancelled(trouble)
        return []
    if failure is None:
        failure = call.validate_response()
    if failure is None:
        return call.complete()
    await _close(source)
    call.handle_failure(failure)
    return None


async def _source(lazy: DeferredCall, call: Call) -> Any:
    """Ask the provider, or whoever's turn it is."""
    if call.planner is None:
        return open_source_async(call)
    from g4f_lite._core.streams.attempt_runner import open_next_attempt_async

    lazy.waiting = None  # what it waits for there, the scope itself ends
    return await open_next_attempt_async(call)


async def _close(source: Any) -> BaseException | None:
    """Close the provider's generator; return what its clean-up raised."""
    try:
        close = getattr(source, "aclose", None)
        if close is not None:
            await close()
    except (asyncio.CancelledError, KeyboardInterrupt):
        raise
    except BaseException as error:
        return error
    trouble: BaseException | None = getattr(source, "close_error", None)
    return trouble
