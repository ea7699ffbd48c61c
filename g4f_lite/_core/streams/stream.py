"""The synchronous stream of an answer, and its read loop."""

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any, cast

import g4f_lite
from g4f_lite._core.calls.accumulator import is_first_text, is_part_of_answer
from g4f_lite._core.calls.call import Call
from g4f_lite._core.calls.error_mapping import is_interrupt
from g4f_lite._core.calls.surrogates import join_event_surrogates, join_surrogates
from g4f_lite._core.streams.attempt_flow import close_source, drive, settle
from g4f_lite._core.streams.closable_iterator import ClosableIterator
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

    An iterator and a context manager. Leaving the `with`, calling `close()` or dropping the stream closes
    the connection to the service immediately. `close()` is thread-safe.
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
            # "generator already executing": another thread closes or reads the stream.
            if self._call.scope.cancelled:
                raise StopIteration from None
            raise

    def close(self) -> None:
        """End the answer now. Does nothing if it has ended."""
        self._call.scope.cancel()
        try:
            self._items.close()
        except ValueError:
            # Another thread is inside `next`. The cancel wakes it, and it closes the source.
            return
        # Closing a generator that was never started runs none of its code, so the source is closed here.
        self._call.mark_cancelled(close_source(self._source))

    def events(self) -> "Iterator[str | g4f_lite.Event]":
        """Return the stream itself, which from now on yields the events as well, as they arrive.

        The text of the first choice is yielded as `str`. A yielded event is a part of the answer, as text is:
        after it, no other provider is called. `Served` and `Metadata` describe the provider and are not a part
        of the answer: after a retry they are yielded again, for the new attempt.
        """
        self._call.events = True
        return cast("Iterator[str | Event]", self)

    @property
    def completion(self) -> Completion:
        """The complete answer, available after its end or after `close()`.

        Raises:
            StreamStateError: the answer has not ended, or the call failed.
        """
        return self._call.completion

    @property
    def provenance(self) -> Provenance:
        """The provider, the model and the attempts, as far as known now."""
        return self._call.provenance


CompletionStream.__module__ = "g4f_lite"


def open_first_attempt(call: Call) -> Iterator[Any] | None:
    """Open the first attempt now, so that an immediate error is raised by `create`.

    Returns None, and leaves the opening to the first read, if opening may block, or would hold a breaker permit
    that a stream which is never read would not release.
    """
    if call.planner is not None:
        return _open_next_attempt(call) if call.planner.can_start_immediately else None
    try:
        return call.open()
    except BaseException as error:
        if is_interrupt(error):
            raise
        failure = error
    call.handle_failure(failure)
    return None


def iterate_text(call: Call, source: Iterator[Any] | None) -> Generator[Any, None, None]:
    """Yield the text of the answer, and collect everything else in `call`. Closes every source on every path.

    Each turn of the loop is an attempt. Of an attempt that fails, nothing was yielded, or the next attempt
    continues it.
    """
    while True:
        if source is None:
            source = _open_next_attempt(call)
        failure = yield from _read(call, source)
        held_back = _finish_attempt(call, source, failure)
        if held_back is not None:
            yield from held_back
            return
        source = None


def _read(call: Call, source: Iterator[Any]) -> Generator[Any, None, BaseException | None]:
    """Yield what `source` has for the caller until it ends; return the provider's failure, or None."""
    scope = call.scope
    set_scope, reset_scope = _current.set, _current.reset
    accumulator, is_buffered = call.accumulator, call.is_buffered
    add, append, halves = accumulator.add, accumulator.parts.append, accumulator.pending_surrogates
    try:
        while True:
            token = set_scope(scope)
            try:
                item = next(source, _END)
                if item is _END or scope.cancelled:
                    return None
                text = item if type(item) is str else add(item)
            except (
                BaseException
            ) as error:  # the provider's, GeneratorExit too: that of the caller comes at `yield`
                if is_interrupt(error):
                    raise
                return error
            finally:
                reset_scope(token)
            if text and (halves or not text.isascii()):
                text = join_surrogates(halves, text)
            if text:
                append(text)
                if not is_buffered:
                    yield text
            elif call.events and not is_first_text(item):
                call.has_emitted_event = call.has_emitted_event or is_part_of_answer(item)
                yield join_event_surrogates(halves, item)
    except BaseException:  # closed; or KeyboardInterrupt, or the cancel of a task through synchronous code
        scope.cancel()
        call.mark_cancelled(close_source(source))
        raise


def _finish_attempt(call: Call, source: Iterator[Any], failure: BaseException | None) -> list[Any] | None:
    return drive(settle(call, failure), lambda _: close_source(source))


def _open_next_attempt(call: Call) -> Iterator[Any]:
    from g4f_lite._core.streams.attempt_runner import open_next_attempt

    try:
        return open_next_attempt(call)
    except BaseException:
        call.scope.cancel()
        call.mark_cancelled()
        raise
