"""Streams of chunks, as the OpenAI clients hand them out."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from types import TracebackType
from typing import Any

from g4f_lite.async_streams import AsyncCompletionStream
from g4f_lite.client._results import ChunkMaker
from g4f_lite.client.types import ChatCompletionChunk
from g4f_lite.results import Completion, Provenance
from g4f_lite.streams import CompletionStream

__all__ = ["AsyncStream", "Stream"]


class Stream(Iterator[ChatCompletionChunk]):
    """The chunks of an answer as they come; an iterator and a context manager.

    Leaving the `with`, `close()` or dropping it closes the connection to the service at once.
    """

    __slots__ = ("_chunks", "_source")

    def __init__(self, source: CompletionStream, maker: ChunkMaker) -> None:
        self._source = source
        self._chunks = maker.chunks(iter(source.events()))

    def __iter__(self) -> Iterator[ChatCompletionChunk]:
        return self._chunks

    def __next__(self) -> ChatCompletionChunk:
        return next(self._chunks)

    def __enter__(self) -> "Stream":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the answer here; a second time, or after its end, this does nothing."""
        self._source.close()

    @property
    def completion(self) -> Completion:
        """The whole answer, after its end or after `close()`."""
        return self._source.completion

    @property
    def provenance(self) -> Provenance:
        """Who answers, as far as is known now."""
        return self._source.provenance


class AsyncStream(AsyncIterator[ChatCompletionChunk]):
    """The asynchronous twin of `Stream`."""

    __slots__ = ("_chunks", "_source")

    def __init__(self, source: AsyncCompletionStream, maker: ChunkMaker) -> None:
        self._source = source
        self._chunks = _achunks(source, maker)

    def __aiter__(self) -> AsyncIterator[ChatCompletionChunk]:
        return self._chunks

    async def __anext__(self) -> ChatCompletionChunk:
        return await self._chunks.__anext__()

    async def __aenter__(self) -> "AsyncStream":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End the answer here; a second time, or after its end, this does nothing."""
        await self._source.aclose()

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
    source: AsyncCompletionStream, maker: ChunkMaker
) -> AsyncGenerator[ChatCompletionChunk, None]:
    items: Any = source.events()
    async for item in items:
        chunk = maker.chunk(item)
        if chunk is not None:
            yield chunk
    last = maker.last()
    if last is not None:
        yield last
