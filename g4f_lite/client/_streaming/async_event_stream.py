"""The result of the asynchronous ``client.chat.completions.stream``: the events of an answer."""

import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from types import TracebackType
from typing import Any, Generic

from g4f_lite._core.streams.closable_iterator import AsyncClosableIterator
from g4f_lite.client._parsing import ResponseParser
from g4f_lite.client._records.base import Parsed
from g4f_lite.client._streaming.async_chunk_stream import AsyncStream
from g4f_lite.client._streaming.events import ChatCompletionStreamEvent
from g4f_lite.client._streaming.snapshot import SnapshotBuilder
from g4f_lite.client.types import ChatCompletion, ChatCompletionChunk

__all__ = ["AsyncChatCompletionStream", "AsyncChatCompletionStreamManager"]


class AsyncChatCompletionStream(AsyncClosableIterator[ChatCompletionStreamEvent[Parsed]], Generic[Parsed]):
    """The events of an answer as they arrive; an asynchronous iterator and context manager."""

    def __init__(self, chunks: AsyncStream[ChatCompletionChunk], parsing: ResponseParser) -> None:
        self._chunks = chunks
        self._snapshots = SnapshotBuilder(parsing)
        self._items = _iterate_events(chunks, self._snapshots)

    async def aclose(self) -> None:
        """End the answer now. Does nothing if it has ended."""
        await self._chunks.aclose()
        with contextlib.suppress(RuntimeError):  # another task reads the stream, and the closed chunks end it
            await super().aclose()

    async def close(self) -> None:
        """Call `aclose`; this is the `openai` package's name for it."""
        await self.aclose()

    async def until_done(self) -> "AsyncChatCompletionStream[Parsed]":
        """Read to the end, and return the stream itself."""
        async for _ in self._items:
            pass
        return self

    async def get_final_completion(self) -> ChatCompletion[Parsed]:
        """Read to the end, and return the complete answer, or the part received before the stream was closed.

        Raises:
            StreamStateError: the call has failed.
            StructuredOutputError: the answer does not match `response_format`.
        """
        await self.until_done()
        return self._snapshots.final(self._chunks.completion)

    @property
    def current_completion_snapshot(self) -> ChatCompletion[Parsed]:
        """The answer so far."""
        return self._snapshots.current


AsyncChatCompletionStream.__module__ = "g4f_lite.client"


async def _iterate_events(
    chunks: AsyncStream[ChatCompletionChunk], snapshots: SnapshotBuilder
) -> AsyncGenerator[Any, None]:
    async for chunk in chunks:
        for event in snapshots.add_chunk(chunk):
            yield event
    for event in snapshots.finish(chunks.completion):
        yield event


class AsyncChatCompletionStreamManager(Generic[Parsed]):
    """The context manager that `stream` returns. Entering it makes the call, and returns the stream."""

    def __init__(
        self, create: Callable[[], Awaitable[AsyncStream[ChatCompletionChunk]]], parsing: ResponseParser
    ) -> None:
        self._create = create
        self._parsing = parsing
        self._stream: AsyncChatCompletionStream[Parsed] | None = None

    async def __aenter__(self) -> AsyncChatCompletionStream[Parsed]:
        self._stream = AsyncChatCompletionStream(await self._create(), self._parsing)
        return self._stream

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream is not None:
            await self._stream.close()
