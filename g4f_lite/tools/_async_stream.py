"""The text of a conversation with tools, as it is made, without blocking the event loop."""

from collections.abc import AsyncGenerator, AsyncIterator
from types import TracebackType
from typing import Any, cast

from g4f_lite._core.api.chat import ChatCompletion
from g4f_lite.events import Event
from g4f_lite.tools._conversation import ToolRun
from g4f_lite.tools._invocation import ToolResult
from g4f_lite.tools._loop import ToolLoop

__all__ = ["AsyncToolStream"]


class AsyncToolStream(AsyncIterator[str]):
    """The text of all rounds, piece by piece as it arrives; between two rounds the functions are called.

    An asynchronous iterator and context manager. Leaving the `async with`, `aclose()` or cancelling the
    task that reads closes the connection to the service at once; no function is called after that.
    """

    __slots__ = ("__weakref__", "_pieces", "_rounds", "_wishes")

    def __init__(self, rounds: ToolLoop) -> None:
        self._rounds = rounds
        self._wishes: dict[str, bool] = {"events": False}
        self._pieces = _pieces(rounds, self._wishes)

    def __aiter__(self) -> "AsyncToolStream":
        return self

    async def __anext__(self) -> str:
        return cast("str", await self._pieces.__anext__())

    async def __aenter__(self) -> "AsyncToolStream":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End the answer here; a second time, or after its end, this does nothing."""
        await self._pieces.aclose()

    def events(self) -> AsyncIterator[str | Event | ToolResult]:
        """Return this stream itself, which gives the events too, and each `ToolResult` once there is one."""
        self._wishes["events"] = True
        return cast("AsyncIterator[str | Event | ToolResult]", self)

    @property
    def run(self) -> ToolRun:
        """The whole conversation, after its end.

        Raises:
            StreamStateError: it has not ended, or it was closed before.
        """
        return self._rounds.run


async def _pieces(rounds: ToolLoop, wishes: dict[str, bool]) -> AsyncGenerator[Any, None]:
    while True:
        async with ChatCompletion.acreate(**rounds.arguments(), stream=True) as stream:
            async for item in stream.events() if wishes["events"] else stream:
                yield item
        results = await rounds.step_async(stream.completion)
        if not results:
            return
        if wishes["events"]:
            for result in results:
                yield result
