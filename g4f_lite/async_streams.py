"""The asynchronous stream of an answer."""

import asyncio
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator
from contextlib import aclosing
from types import TracebackType
from typing import Any

from g4f_lite._bridge import ThreadedSource
from g4f_lite._call import Call
from g4f_lite.cancellation import _current
from g4f_lite.errors import StreamStateError
from g4f_lite.results import Completion, Provenance

__all__ = ["AsyncCompletionStream"]

_TURN = 0.01
"""Seconds that a stream may run on the event loop without letting others run."""


class _Lazy:
    """A call that is prepared when it is first needed: finding a provider may import it.

    Attributes:
        waiting: the task that waits for the provider's next piece, None while nobody does.
        woken: whether `waiting` was interrupted for that, by a cancel that is ours to take back.
    """

    __slots__ = ("call", "prepare", "waiting", "woken")

    def __init__(self, prepare: Callable[[], Awaitable[Call]]) -> None:
        self.prepare = prepare
        self.call: Call | None = None
        self.waiting: asyncio.Task[Any] | None = None
        self.woken = False

    async def get(self) -> Call:
        if self.call is None:
            self.call = await self.prepare()
        return self.call

    def wake(self) -> None:
        """Interrupt the task that waits: nothing but its own cancel wakes it from a provider's await."""
        if self.waiting is not None and not self.woken:
            self.woken = True
            self.waiting.cancel()

    def take_back(self) -> bool:
        """Take our own cancel of the running task back; return False if it was cancelled by others too."""
        if not self.woken:
            return False
        self.woken = False
        task = asyncio.current_task()
        if sys.version_info >= (3, 11):
            return task is not None and task.uncancel() == 0
        else:  # noqa: RET505 - mypy reads it so; before 3.11 a second cancel cannot be told apart
            return True


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
        lazy = self._lazy
        call = lazy.call
        if call is not None:
            call.scope.cancel()
        try:
            await self._pieces.aclose()
        except RuntimeError:  # another task is reading: it is woken, and closes what is open
            if call is None or call.is_native:  # a provider in a thread is woken by the scope
                lazy.wake()
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
    call: Call | None = None
    source: Any = None
    failure: BaseException | None = None
    try:
        lazy.waiting = asyncio.current_task()
        call = await lazy.get()
        source = call.open_async() if call.is_native else ThreadedSource(call.open, call.scope)
        async with aclosing(_texts(lazy, call, source)) as texts:
            async for text in texts:
                call.gathered.parts.append(text)
                if not call.whole:
                    yield text
    except (GeneratorExit, asyncio.CancelledError, KeyboardInterrupt):
        if call is not None:
            call.scope.cancel()
            call.cancelled(await _close(source))
        if lazy.take_back():
            return
        raise
    except BaseException as error:
        failure = error
    finally:
        lazy.waiting = None
    if call is None or source is None:
        if failure is not None:
            raise failure
        return
    if call.scope.cancelled:
        call.cancelled(await _close(source))
        return
    if failure is not None:
        await _close(source)
        raise call.failed(failure)
    call.finish()
    if call.whole and call.gathered.parts:
        yield call.gathered.text


async def _texts(lazy: _Lazy, call: Call, source: Any) -> AsyncGenerator[str, None]:
    """Yield the text of `source` until it ends or the call is cancelled; the scope is current meanwhile."""
    scope, take, step = call.scope, call.gathered.take, source.__anext__
    turn = time.monotonic()
    while True:
        if time.monotonic() - turn > _TURN:  # who is always ready would never let others run
            await asyncio.sleep(0)
            turn = time.monotonic()
        lazy.waiting = asyncio.current_task()
        token = _current.set(scope)
        try:
            item = await step()
        except StopAsyncIteration:
            return
        except GeneratorExit as error:  # not ours: that comes where this generator yields
            raise RuntimeError("the provider raised GeneratorExit") from error
        finally:
            _current.reset(token)
            lazy.waiting = None
        if scope.cancelled:
            return
        text = item if type(item) is str else take(item)
        if text:
            yield text


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
    trouble: BaseException | None = getattr(source, "trouble", None)
    return trouble
