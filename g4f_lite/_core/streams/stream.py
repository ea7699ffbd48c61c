"""The synchronous stream of an answer."""

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any, cast

import g4f_lite
from g4f_lite._core.calls.call import Call
from g4f_lite._core.calls.error_mapping import is_interrupt
from g4f_lite._core.calls.surrogates import join_event_surrogates, join_surrogates
from g4f_lite._core.streams.closable_iterator import ClosableIterator
from g4f_lite._core.streams.source import close_source, is_answer, is_text
from g4f_lite.cancellation import _current
from g4f_lite.results import Completion, Provenance

if TYPE_CHECKING:
    from g4f_lite.events import Event

__all__ = [
    "CompletionStream",
]


_END = object()


class CompletionStream(ClosableIterator[str]):
    """The text of an answer, piece by piece as it arrives.

    An iterator and a context manager. Leaving the `with`, `close()` or dropping it closes the
    connection to the service at once; `close()` works from another thread too.
    """

    __slots__ = ("__weakref__", "_call", "_items", "_source")

    def __init__(self, call: Call) -> None:
        self._call = call
        self._source = open_first_attempt(call)
        self._items = cast("Generator[str, None, None]", iterate_text(call, self._source))

    def __iter__(self) -> "CompletionStream":
        return self

    def __next__(self) -> str:
        try:
            return next(self._items)
        except ValueError:
            # "generator already executing": another thread is closing it, or reading it too.
            if self._call.scope.cancelled:
                raise StopIteration from None
            raise

    def close(self) -> None:
        """End the answer now. Does nothing if it has ended."""
        self._call.scope.cancel()
        try:
            self._items.close()
        except ValueError:
            # Another thread is inside `next`: the cancel wakes it, and it closes what is open.
            return
        # A generator that was never started runs none of its code when it is closed.
        self._call.mark_cancelled(close_source(self._source))

    def events(self) -> "Iterator[str | g4f_lite.Event]":
        """Return this stream itself, which from now on gives the events too, as they come.

        The first choice's text comes as `str`. An event that was handed out is a part of the answer as
        text is: after one, no other provider is asked. `Served` and `Metadata`, which say who answers, are
        not: after a retry they come once more, of who answers then.
        """
        self._call.events = True
        return cast("Iterator[str | Event]", self)

    @property
    def completion(self) -> Completion:
        """The whole answer, after its end or after `close()`.

        Raises:
            StreamStateError: it has not ended, or it failed.
        """
        return self._call.completion

    @property
    def provenance(self) -> Provenance:
        """Who answers, as far as is known now."""
        return self._call.provenance


CompletionStream.__module__ = "g4f_lite"


def open_first_attempt(call: Call) -> Iterator[Any] | None:
    """Ask the provider, so that what it raises at once is raised now; None: it is asked when it is read.

    That is so where asking may have to wait, or needs a leave that somebody who never reads would keep.
    """
    if call.planner is not None:
        return _next(call) if call.planner.can_start_immediately else None
    try:
        return call.open()
    except BaseException as error:
        if is_interrupt(error):
            raise
        failure = error
    call.handle_failure(failure)
    return None


def iterate_text(call: Call, source: Iterator[Any] | None) -> Generator[Any, None, None]:  # noqa: PLR0912 - every way out, in one place
    """Yield the text of the answer, noting the rest of it in `call`; close every source on every path.

    Each turn of the outer loop is an attempt. Of one that fails, nothing was yielded, or the next one
    goes on from it.
    """
    scope = call.scope
    enter, leave = _current.set, _current.reset
    while True:
        if source is None:
            source = _next(call)
        failure: BaseException | None = None
        take, append, holds = call.accumulator.add, call.accumulator.parts.append, call.is_buffered
        halves = call.accumulator.pending_surrogates
        try:
            while True:
                token = enter(scope)
                try:
                    item = next(source, _END)
                    if item is _END or scope.cancelled:
                        break
                    text = item if type(item) is str else take(item)
                except BaseException as error:  # the provider's, GeneratorExit too: ours comes at `yield`
                    if is_interrupt(error):
                        raise
                    failure = error
                    break
                finally:
                    leave(token)
                if text and (halves or not text.isascii()):
                    text = join_surrogates(halves, text)
                if text:
                    append(text)
                    if not holds:
                        yield text
                elif call.events and not is_text(item):
                    call.has_emitted_event = call.has_emitted_event or is_answer(item)
                    yield join_event_surrogates(halves, item)
        except BaseException:  # closed; or KeyboardInterrupt, or a task's cancel through synchronous code
            scope.cancel()
            call.mark_cancelled(close_source(source))
            raise
        held = _finish_attempt(call, source, failure)
        if held is not None:
            yield from held
            return
        source = None


def _finish_attempt(call: Call, source: Iterator[Any], failure: BaseException | None) -> list[str] | None:
    """End an attempt; return what was held back of the answer, None if another attempt follows.

    Raises:
        G4FLiteError: the call has failed with it.
    """
    if call.scope.cancelled:  # from another thread; what woke the provider up may look like any end
        trouble = close_source(source)
        if call.scope.expired:
            raise call.deadline_error(trouble)
        call.mark_cancelled(trouble)
        return []
    if failure is None:
        failure = call.validate_response()
    if failure is None:
        return call.complete()
    close_source(source)
    call.handle_failure(failure)
    return None


def _next(call: Call) -> Iterator[Any]:
    from g4f_lite._core.streams.attempt_runner import open_next_attempt

    try:
        return open_next_attempt(call)
    except BaseException:
        call.scope.cancel()
        call.mark_cancelled()
        raise
