"""The stream of chunks, as the `openai` package returns it."""

import contextlib
from collections.abc import Generator
from typing import Any, TypeVar, cast

from g4f_lite._core.streams.closable_iterator import ClosableIterator
from g4f_lite._core.streams.stream import CompletionStream
from g4f_lite.client._streaming.chunk_builder import ChunkBuilder
from g4f_lite.results import Completion, Provenance

__all__ = ["Stream"]

_Item = TypeVar("_Item")


class Stream(ClosableIterator[_Item]):
    """The chunks of an answer as they arrive; an iterator and a context manager.

    Type checkers see a `Stream[ChatCompletionChunk]`. Leaving the `with`, calling `close()` or dropping the
    stream closes the connection to the service immediately.
    """

    __slots__ = ("_items", "_source")

    def __init__(self, source: CompletionStream, *, with_usage: bool = False) -> None:
        self._source = source
        builder = ChunkBuilder(lambda: source.provenance.model_served, with_usage=with_usage)
        self._items = cast("Generator[Any, None, None]", builder.chunks(source.events()))

    def close(self) -> None:
        """End the answer now. Does nothing if it has ended."""
        self._source.close()
        with contextlib.suppress(
            ValueError
        ):  # another thread reads the stream, and the closed source ends it
            super().close()

    @property
    def completion(self) -> Completion:
        """The complete answer, available after its end or after `close()`."""
        return self._source.completion

    @property
    def provenance(self) -> Provenance:
        """The provider, the model and the attempts, as far as known now."""
        return self._source.provenance


Stream.__module__ = "g4f_lite.client"
