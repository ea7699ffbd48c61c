"""The synchronous stream of an answer."""

from collections.abc import Generator, Iterator
from types import TracebackType
from typing import Any

from g4f_lite._call import Call
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

    def __iter__(self) -> Iterator[str]:
        # The generator itself: a loop over it costs no call of `__next__` in Python.
        return self._pieces

    def __next__(self) -> str:
        return next(self._pieces)

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
        note = close_source(self._source)
        self._call.cancelled(note)

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


def pieces(call: Call, source: Iterator[Any]) -> Generator[str, None, None]:  # noqa: PLR0912 - each is an end
    """Yield the text of `source`, noting the rest of it in `call`; close it on every path."""
    scope, take, append = call.scope, call.take, call.parts.append
    enter, leave = _current.set, _current.reset
    try:
        while True:
            token = enter(scope)
            try:
                item = next(source, _END)
            finally:
                leave(token)
            if type(item) is str:
                if item:
                    append(item)
                    if not call.whole:
                        yield item
            elif item is _END:
                break
            elif (text := take(item)) and not call.whole:
                yield text
    except GeneratorExit:
        scope.cancel()
        call.cancelled(close_source(source))
        raise
    except (Exception, SystemExit) as error:
        note = close_source(source)
        if not scope.cancelled:
            call.fail(error)
        call.cancelled(note)
        return
    except BaseException:  # KeyboardInterrupt, and a task's cancel that came through synchronous code
        call.cancelled(close_source(source))
        raise
    if scope.cancelled:  # from another thread; what woke the provider up may look like the end
        call.cancelled()
        return
    call.finish()
    if call.whole and call.parts:
        yield "".join(call.parts)


def close_source(source: Iterator[Any]) -> str | None:
    """Close the provider's generator; return what its clean-up raised, as one line."""
    close = getattr(source, "close", None)
    if close is None:
        return None
    try:
        close()
    except (Exception, SystemExit) as error:
        return f"while closing: {type(error).__name__}: {error}"
    return None
