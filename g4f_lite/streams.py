"""The synchronous stream of an answer."""

from collections.abc import Generator, Iterator
from types import TracebackType
from typing import Any

from g4f_lite._call import Call
from g4f_lite._failures import is_interrupt
from g4f_lite.cancellation import _current
from g4f_lite.results import Completion, Provenance

__all__ = ["CompletionStream"]

_END = object()


class CompletionStream(Iterator[str]):
    """The text of an answer, piece by piece as it arrives.

    An iterator and a context manager. Leaving the `with`, `close()` or dropping it closes the
    connection to the service at once; `close()` works from another thread too.
    """

    __slots__ = ("__weakref__", "_call", "_pieces", "_source")

    def __init__(self, call: Call) -> None:
        self._call = call
        self._source = call.open()
        # Not a method of this object: that would be a cycle, and dropping the stream would close
        # nothing before the next garbage collection.
        self._pieces = pieces(call, self._source)

    def __iter__(self) -> "CompletionStream":
        return self

    def __next__(self) -> str:
        try:
            return next(self._pieces)
        except ValueError:
            # "generator already executing": another thread is closing it, or reading it too.
            if self._call.scope.cancelled:
                raise StopIteration from None
            raise

    def __enter__(self) -> "CompletionStream":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the answer here; a second time, or after its end, this does nothing."""
        self._call.scope.cancel()
        try:
            self._pieces.close()
        except ValueError:
            # Another thread is inside `next`: the cancel wakes it, and it closes what is open.
            return
        # A generator that was never started runs none of its code when it is closed.
        self._call.cancelled(close_source(self._source))

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


def pieces(call: Call, source: Iterator[Any]) -> Generator[str, None, None]:
    """Yield the text of `source`, noting the rest of it in `call`; close it on every path."""
    scope, take, append = call.scope, call.gathered.take, call.gathered.parts.append
    enter, leave = _current.set, _current.reset
    failure: BaseException | None = None
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
            if text:
                append(text)
                if not call.whole:
                    yield text
    except BaseException:  # closed; or KeyboardInterrupt, or a task's cancel through synchronous code
        scope.cancel()
        call.cancelled(close_source(source))
        raise
    if scope.cancelled:  # from another thread; what woke the provider up may look like any end
        call.cancelled(close_source(source))
        return
    if failure is not None:
        close_source(source)
        raise call.failed(failure)
    call.finish()
    if call.whole and call.gathered.parts:
        yield call.gathered.text


def close_source(source: Iterator[Any]) -> BaseException | None:
    """Close the provider's generator; return what its clean-up raised."""
    try:
        close = getattr(source, "close", None)
        if close is not None:
            close()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return error
    return None
