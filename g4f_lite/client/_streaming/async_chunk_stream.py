"""The asynchronous stream of chunks, as the `openai` package returns it."""

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, TypeVar

from g4f_lite._core.streams.async_stream import AsyncCompletionStream
from g4f_lite._core.streams.closable_iterator import AsyncClosableIterator
from g4f_lite.client._streaming.chunk_builder import ChunkBuilder
from g4f_lite.client.types import ChatCompletionChunk
from g4f_lite.results import Completion, Provenance

__all__ = ["AsyncStream"]

_Item = TypeVar("_Item")


class AsyncStream(AsyncClosableIterator[_Item]):
    """The chunks of an answer as they arrive; an asynchronous iterator and context manager."""

    __slots__ = ("_items", "_source")

    def __init__(self, source: AsyncCompletionStream, *, with_usage: bool = False) -> None:
        self._source = source
        builder = ChunkBuilder(lambda: source.provenance.model_served, with_usage=with_usage)
        self._items: AsyncGenerator[Any, None] = _iterate_chunks(source.events(), builder)

    async def aclose(self) -> None:
        """End the answer now. Does nothing if it has ended."""
        await self._source.aclose()
        with contextlib.suppress(
            RuntimeError
        ):  # another task reads the stream, and the closed source ends it
            await super().aclose()

    async def close(self) -> None:
        """Call `aclose`; this is the `openai` package's name for it."""
        await self.aclose()

    @property
    def completion(self) -> Completion:
        """The complete answer, available after its end or after `close()`."""
        return self._source.completion

    @property
    def provenance(self) -> Provenance:
        """The provider, the model and the attempts, as far as known now."""
        return self._source.provenance


AsyncStream.__module__ = "g4f_lite.client"


async def _iterate_chunks(
    items: AsyncIterator[Any], builder: ChunkBuilder
) -> AsyncGenerator[ChatCompletionChunk, None]:
    async for item in items:
        chunk = builder.chunk(item)
        if chunk is not None:
            yield chunk
    usage_chunk = builder.usage_chunk()
    if usage_chunk is not None:
        yield usage_chunk
