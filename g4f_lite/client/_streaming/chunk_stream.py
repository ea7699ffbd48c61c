"""The stream of chunks, as the OpenAI client hands it out."""

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
    """The chunks of an answer as they come; an iterator and a context manager.

    To a type checker it is a `Stream[ChatCompletionChunk]`. Leaving the `with`, `close()` or dropping it closes the connection to the service at once.
    """

    __slots__ = ("_items", "_source")

    def __init__(self, source: CompletionStream, *, with_usage: bool = False) -> None:
        self._source = source
        maker = ChunkBuilder(lambda: source.provenance.model_served, with_usage=with_usage)
        self._items = cast("Generator[Any, None, None]", maker.chunks(source.events()))

    def close(self) -> None:
        """End the answer now. Does nothing if it has ended."""
        self._source.close()
        with contextlib.suppress(ValueError):  # another thread is reading: the source ends it
            super().close()

    @property
    def completion(self) -> Completion:
        """The whole answer, after its end or after `close()`."""
        return self._source.completion

    @property
    def provenance(self) -> Provenance:
        """Who answers, as far as is known now."""
        return self._source.provenance


Stream.__module__ = "g4f_lite.client"
