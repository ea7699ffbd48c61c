"""The asynchronous stream of an answer."""

import asyncio
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator
from types import TracebackType
from typing import Any

from g4f_lite._bridge import ThreadedSource
from g4f_lite._call import Call
from g4f_lite.cancellation import _current
from g4f_lite.errors import StreamStateError
from g4f_lite.results import Completion, Provenance

__all__ = ["AsyncCompletionStream"]

_CLOSED = "g4f_lite: the stream was closed by another task"


class _Lazy:
    """A call that is prepared when it is first needed: finding a provider may import it."""

    __slots__ = ("call", "prepare", "reader")

    def __init__(self, prepare: Callable[[], Awaitable[Call]]) -> None:
        self.prepare = prepare
        self.call: Call | None = None
        self.reader: asyncio.Task[Any] | None = None

    async def get(self) -> Call:
        if self.call is None:
            self.call = await self.prepare()
        return self.call


class AsyncCompletionStream(AsyncIterator[str]):
    """The text of an answer, piece by piece as it arrives, without blocking the event loop.

    An asynchronous iterator and context manager. Awaiting it finds the provider, so that an error in
    that is raised there; iterating does so too. Leaving the `async with`, `aclose()` or cancelling the
    task that reads closes the connection to the service at once.
    """

    __slots__ = ("__weakref__", "_lazy", "_pieces")

    def __init__(self, prepare: Callable[[], Awaitable[Call]]) -> None:
        self._lazy = _Lazy(prepare)
        self._pieces = _pieces(self._lazy)

    def __await__(self) -> Generator[Any, None, "AsyncCompletionStream"]:
        yield from self._lazy.get().__await__()
        return self

    def __aiter__(self) -> AsyncIterator[str]:
        return self._pieces

    async def __anext__(self) -> str:
        return await self._pieces.__anext__()

    async def __aenter__(self) -> "AsyncCompletionStream":
        return await self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End the answer here; a second time, or after its end, this does nothing."""
        call = self._lazy.call
        if call is not None:
            call.scope.cancel()
        try:
            await self._pieces.aclose()
        except RuntimeError:  # another task is reading: it is woken, and closes what is open
            _wake(self._lazy.reader)
            return
        if call is not None:
            call.cancelled()

    @property
    def completion(self) -> Completion:
        """The whole answer, after its end or after `aclose()`.

        Raises:
            StreamStateError: it has not ended, or it failed.
        """
        return self._known().completion

    @property
    def provenance(self) -> Provenance:
        """Who answers, as far as is known now.

        Raises:
            StreamStateError: it has not begun.
        """
        return self._known().provenance

    def _known(self) -> Call:
        if self._lazy.call is None:
            raise StreamStateError("The stream has not begun.", hint="Await it, or read from it, first.")
        return self._lazy.call


async def _pieces(lazy: _Lazy) -> AsyncGenerator[str, None]:
    """Yield the text of the answer, noting the rest of it in the call; close the provider on every path."""
    lazy.reader = asyncio.current_task()
    call = await lazy.get()
    scope, take = call.scope, call.take
    token = _current.set(scope)
    try:
        source = call.open_async() if call.is_native else ThreadedSource(call.open, scope)
    finally:
        _current.reset(token)
    try:
        async for item in source:
            text = take(item)
            if text and not call.whole:
                yield text
    except (Exception, SystemExit) as error:
        failed = not scope.cancelled  # asked first: closing the source cancels the scope
        note = await _close(source)
        if failed:
            call.fail(error)
        call.cancelled(note)
        return
    except BaseException as error:  # GeneratorExit, the task's cancel, KeyboardInterrupt
        scope.cancel()
        call.cancelled(await _close(source))
        if _was_woken(error, lazy.reader):
            return
        raise
    if scope.cancelled:
        call.cancelled()
        return
    call.finish()
    if call.whole and call.parts:
        yield "".join(call.parts)


def _wake(reader: "asyncio.Task[Any] | None") -> None:
    """Interrupt a task that waits for a native provider, which nothing but its own cancel can wake."""
    if reader is not None and not reader.done():
        reader.cancel(_CLOSED)


def _was_woken(error: BaseException, reader: "asyncio.Task[Any] | None") -> bool:
    """Whether a cancel was ours, and no other one came with it; if so, it is taken back."""
    if not isinstance(error, asyncio.CancelledError) or error.args != (_CLOSED,) or reader is None:
        return False
    if sys.version_info >= (3, 11):
        return reader.uncancel() == 0
    else:  # noqa: RET505 - mypy reads it so; before 3.11 a second cancel cannot be told apart
        return True


async def _close(source: Any) -> str | None:
    """Close the provider's generator; return what its clean-up raised, as one line."""
    close = getattr(source, "aclose", None)
    if close is None:
        return None
    try:
        await close()
    except (Exception, SystemExit) as error:
        return f"while closing: {type(error).__name__}: {error}"
    return getattr(source, "note", None)
