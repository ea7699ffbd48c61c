"""The stream of chunks, as the OpenAI client hands it out."""

import contextlib
from collections.abc import Generator, Iterator
from types import TracebackType
from typing import Any, TypeVar, cast

from g4f_lite._core.streams.stream import CompletionStream
from g4f_lite.client._streaming.chunk_builder import ChunkBuilder
from g4f_lite.results import Completion, Provenance

__all__ = ["Stream"]

_Item = TypeVar("_Item")


class Stream(Iterator[_Item]):
    """The chunks of an answer as they come; an iterator and a context manager.

    To a type checker it is a `Stream[ChatCompletionChunk]`. Leaving the `with`, `close()` or dropping it closes the connection to the service at once.
    """

    __slots__ = ("_chunks", "_source")

    def __init__(self, source: CompletionStream, *, with_usage: bool = False) -> None:
        self._source = source
        maker = ChunkBuilder(lambda: source.provenance.model_served, with_usage=with_usage)
        self._chunks = cast("Generator[Any, None, None]", maker.chunks(source.events()))

    def __iter__(self) -> Iterator[_Item]:
        return self._chunks

    def __next__(self) -> _Item:
        item: _Item = next(self._chunks)
        return item

    def __enter__(self) -> "Stream[_Item]":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the answer here; a second time, or after its end, this does nothing."""
        self._source.close()
        with contextlib.suppress(ValueError):  # another thread is reading: the source ends it
            self._chunks.close()

    @property
    def completion(self) -> Completion:
        """The whole answer, after its end or after `close()`."""
        return self._source.completion

    @property
    def provenance(self) -> Provenance:
        """Who answers, as far as is known now."""
        return self._source.provenance
