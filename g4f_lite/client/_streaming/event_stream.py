"""``client.chat.completions.stream``: an answer as events, and whole at the end."""

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
    """The events of an answer as they come; an iterator and a context manager."""

    def __init__(self, chunks: Stream[ChatCompletionChunk], parsing: ResponseParser) -> None:
        self._chunks = chunks
        self._snapshots = SnapshotBuilder(parsing)
        self._items = _iterate_events(chunks, self._snapshots)

    def close(self) -> None:
        """End the answer now. Does nothing if it has ended."""
        self._chunks.close()
        with contextlib.suppress(ValueError):  # another thread is reading: the chunks end it
            super().close()

    def until_done(self) -> "ChatCompletionStream[Parsed]":
        """Read to the end; return the stream itself."""
        for _ in self._items:
            pass
        return self

    def get_final_completion(self) -> ChatCompletion[Parsed]:
        """Read to the end; return the whole answer, or what had come when the stream was closed.

        Raises:
            StreamStateError: the stream has failed.
            StructuredOutputError: the answer is not what was asked for.
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
        yield from snapshots.take(chunk)
    yield from snapshots.end(chunks.completion)


class ChatCompletionStreamManager(Generic[Parsed]):
    """What `stream` returns: entered with `with`, it asks, and gives the `ChatCompletionStream`."""

    def __init__(self, ask: Callable[[], Stream[ChatCompletionChunk]], parsing: ResponseParser) -> None:
        self._ask = ask
        self._parsing = parsing
        self._stream: ChatCompletionStream[Parsed] | None = None

    def __enter__(self) -> ChatCompletionStream[Parsed]:
        self._stream = ChatCompletionStream(self._ask(), self._parsing)
        return self._stream

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream is not None:
            self._stream.close()
