"""The stream of chunks, as the OpenAI client hands it out."""

import contextlib
from collections.abc import Generator, Iterator
from types import TracebackType
from typing import cast

from g4f_lite.client._chunks import ChunkMaker
from g4f_lite.client.types import ChatCompletionChunk
from g4f_lite.results import Completion, Provenance
from g4f_lite.streams import CompletionStream

__all__ = ["Stream"]


class Stream(Iterator[ChatCompletionChunk]):
    """The chunks of an answer as they come; an iterator and a context manager.

    Leaving the `with`, `close()` or dropping it closes the connection to the service at once.
    """

    __slots__ = ("_chunks", "_source")

    def __init__(self, source: CompletionStream, *, with_usage: bool = False) -> None:
        self._source = source
        maker = ChunkMaker(lambda: source.provenance.model_served, with_usage=with_usage)
        self._chunks = cast("Generator[ChatCompletionChunk, None, None]", maker.chunks(source.events()))

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
