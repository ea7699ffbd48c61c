"""The result of ``client.chat.completions.stream``: the events of an answer."""

import contextlib
from collections.abc import Callable, Generator
from types import TracebackType
from typing import Any, Generic

from g4f_lite._core.streams.closable_iterator import ClosableIterator
from g4f_lite.client._parsing import ResponseParser
from g4f_lite.client._records.base import Parsed
from g4f_lite.client._streaming.chunk_stream import Stream
from g4f_lite.client._streaming.events import ChatCompletionStreamEvent
from g4f_lite.client._streaming.snapshot import SnapshotBuilder
from g4f_lite.client.types import ChatCompletion, ChatCompletionChunk

__all__ = ["ChatCompletionStream", "ChatCompletionStreamManager"]


class ChatCompletionStream(ClosableIterator[ChatCompletionStreamEvent[Parsed]], Generic[Parsed]):
    """The events of an answer as they arrive; an iterator and a context manager."""

    def __init__(self, chunks: Stream[ChatCompletionChunk], parsing: ResponseParser) -> None:
        self._chunks = chunks
        self._snapshots = SnapshotBuilder(parsing)
        self._items = _iterate_events(chunks, self._snapshots)

    def close(self) -> None:
        """End the answer now. Does nothing if it has ended."""
        self._chunks.close()
        with contextlib.suppress(ValueError):  # another thread reads the stream, and the closed chunks end it
            super().close()

    def until_done(self) -> "ChatCompletionStream[Parsed]":
        """Read to the end, and return the stream itself."""
        for _ in self._items:
            pass
        return self

    def get_final_completion(self) -> ChatCompletion[Parsed]:
        """Read to the end, and return the complete answer, or the part received before the stream was closed.

        Raises:
            StreamStateError: the call has failed.
            StructuredOutputError: the answer does not match `response_format`.
        """
        self.until_done()
        return self._snapshots.final(self._chunks.completion)

    @property
    def current_completion_snapshot(self) -> ChatCompletion[Parsed]:
        """The answer so far."""
        return self._snapshots.current


ChatCompletionStream.__module__ = "g4f_lite.client"


def _iterate_events(
    chunks: Stream[ChatCompletionChunk], snapshots: SnapshotBuilder
) -> Generator[Any, None, None]:
    for chunk in chunks:
        yield from snapshots.add_chunk(chunk)
    yield from snapshots.finish(chunks.completion)


class ChatCompletionStreamManager(Generic[Parsed]):
    """The context manager that `stream` returns. Entering it makes the call, and returns a `ChatCompletionStream`."""

    def __init__(self, create: Callable[[], Stream[ChatCompletionChunk]], parsing: ResponseParser) -> None:
        self._create = create
        self._parsing = parsing
        self._stream: ChatCompletionStream[Parsed] | None = None

    def __enter__(self) -> ChatCompletionStream[Parsed]:
        self._stream = ChatCompletionStream(self._create(), self._parsing)
        return self._stream

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream is not None:
            self._stream.close()
