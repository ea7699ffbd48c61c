"""The asynchronous stream of a conversation with tools."""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, cast

from g4f_lite._core.api.chat import ChatCompletion
from g4f_lite._core.streams.closable_iterator import AsyncClosableIterator
from g4f_lite.events import Event
from g4f_lite.tools._conversation import ToolRun
from g4f_lite.tools._invocation import ToolResult
from g4f_lite.tools._loop import ToolLoop

__all__ = ["AsyncToolStream"]


class AsyncToolStream(AsyncClosableIterator[str]):
    """The text of all rounds, piece by piece as it arrives. The functions run between two rounds.

    An asynchronous iterator and context manager. Leaving the `async with`, calling `aclose()` or cancelling
    the reading task closes the connection to the service immediately; no function is called after that.
    """

    __slots__ = ("__weakref__", "_flags", "_items", "_loop")

    def __init__(self, loop: ToolLoop) -> None:
        self._loop = loop
        self._flags: dict[str, bool] = {"events": False}
        self._items = _iterate_rounds(loop, self._flags)

    def __aiter__(self) -> "AsyncToolStream":
        return self

    def events(self) -> AsyncIterator[str | Event | ToolResult]:
        """Return the stream itself, which from now on yields the events and each `ToolResult` as well."""
        self._flags["events"] = True
        return cast("AsyncIterator[str | Event | ToolResult]", self)

    @property
    def run(self) -> ToolRun:
        """The complete conversation, available after its end.

        Raises:
            StreamStateError: the stream has not ended, or was closed before its end.
        """
        return self._loop.run


AsyncToolStream.__module__ = "g4f_lite"


async def _iterate_rounds(loop: ToolLoop, flags: dict[str, bool]) -> AsyncGenerator[Any, None]:
    while True:
        async with ChatCompletion.acreate(**loop.arguments(), stream=True) as stream:
            async for item in stream.events() if flags["events"] else stream:
                yield item
        results = await loop.step_async(stream.completion)
        if not results:
            return
        if flags["events"]:
            for result in results:
                yield result
