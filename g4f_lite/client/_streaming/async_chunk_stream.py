"""The asynchronous stream of chunks, as the OpenAI client hands it out."""

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from types import TracebackType
from typing import Any, TypeVar

from g4f_lite._core.streams.async_stream import AsyncCompletionStream
from g4f_lite.client._streaming.chunk_builder import ChunkBuilder
from g4f_lite.client.types import ChatCompletionChunk
from g4f_lite.results import Completion, Provenance

__all__ = ["AsyncStream"]

_Item = TypeVar("_Item")


class AsyncStream(AsyncIterator[_Item]):
    """The asynchronous twin of `Stream`."""

    __slots__ = ("_chunks", "_source")

    def __init__(self, source: AsyncCompletionStream, *, with_usage: bool = False) -> None:
        self._source = source
        maker = ChunkBuilder(lambda: source.provenance.model_served, with_usage=with_usage)
        self._chunks: AsyncGenerator[Any, None] = _achunks(source.events(), maker)

    def __aiter__(self) -> AsyncIterator[_Item]:
        return self._chunks

    async def __anext__(self) -> _Item:
        item: _Item = await self._chunks.__anext__()
        return item

    async def __aenter__(self) -> "AsyncStream[_Item]":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End the answer here; a second time, or after its end, this does nothing."""
        await self._source.aclose()
        with contextlib.suppress(RuntimeError):  # another task is reading: the source ends it
            await self._chunks.aclose()

    async def aclose(self) -> None:
        """Do what `close` does."""
        await self.close()

    @property
    def completion(self) -> Completion:
        """The whole answer, after its end or after `close()`."""
        return self._source.completion

    @property
    def provenance(self) -> Provenance:
        """Who answers, as far as is known now."""
        return self._source.provenance


async def _achunks(
    items: AsyncIterator[Any], maker: ChunkBuilder
) -> AsyncGenerator[ChatCompletionChunk, None]:
    async for item in items:
        chunk = maker.chunk(item)
        if chunk is not None:
            yield chunk
    last = maker.last()
    if last is not None:
        yield last
