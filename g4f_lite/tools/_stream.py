"""The text of a conversation with tools, as it is made."""

from collections.abc import Generator, Iterator
from types import TracebackType
from typing import Any, cast

from g4f_lite._core.api.chat import ChatCompletion
from g4f_lite._core.streams.stream import CompletionStream
from g4f_lite.events import Event
from g4f_lite.tools._conversation import ToolRun
from g4f_lite.tools._invocation import ToolResult
from g4f_lite.tools._loop import ToolLoop

__all__ = ["ToolStream"]


class ToolStream(Iterator[str]):
    """The text of all rounds, piece by piece as it arrives; between two rounds the functions are called.

    An iterator and a context manager. Leaving the `with`, `close()` or dropping it closes the connection
    to the service at once; no function is called after that.
    """

    __slots__ = ("__weakref__", "_pieces", "_rounds", "_wishes")

    def __init__(self, rounds: ToolLoop) -> None:
        self._rounds = rounds
        self._wishes: dict[str, bool] = {"events": False}
        first = ChatCompletion.create(**rounds.arguments(), stream=True)
        self._pieces = _pieces(first, rounds, self._wishes)

    def __iter__(self) -> "ToolStream":
        return self

    def __next__(self) -> str:
        return cast("str", next(self._pieces))

    def __enter__(self) -> "ToolStream":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the answer here; a second time, or after its end, this does nothing."""
        self._pieces.close()

    def events(self) -> Iterator[str | Event | ToolResult]:
        """Return this stream itself, which gives the events too, and each `ToolResult` once there is one."""
        self._wishes["events"] = True
        return cast("Iterator[str | Event | ToolResult]", self)

    @property
    def run(self) -> ToolRun:
        """The whole conversation, after its end.

        Raises:
            StreamStateError: it has not ended, or it was closed before.
        """
        return self._rounds.run


# Not a method of the stream: that would be a cycle, and dropping the stream would close nothing.
def _pieces(first: CompletionStream, rounds: ToolLoop, wishes: dict[str, bool]) -> Generator[Any, None, None]:
    stream = first
    while True:
        with stream:
            yield from stream.events() if wishes["events"] else stream
        results = rounds.step(stream.completion)
        if not results:
            return
        if wishes["events"]:
            yield from results
        stream = ChatCompletion.create(**rounds.arguments(), stream=True)
