"""The stream of a conversation with tools."""

from collections.abc import Generator, Iterator
from typing import Any, cast

from g4f_lite._core.api.chat import ChatCompletion
from g4f_lite._core.streams.closable_iterator import ClosableIterator
from g4f_lite._core.streams.stream import CompletionStream
from g4f_lite.events import Event
from g4f_lite.tools._conversation import ToolRun
from g4f_lite.tools._invocation import ToolResult
from g4f_lite.tools._loop import ToolLoop

__all__ = ["ToolStream"]


class ToolStream(ClosableIterator[str]):
    """The text of all rounds, piece by piece as it arrives. The functions run between two rounds.

    An iterator and a context manager. Leaving the `with`, calling `close()` or dropping the stream closes
    the connection to the service immediately; no function is called after that.
    """

    __slots__ = ("__weakref__", "_flags", "_items", "_loop")

    def __init__(self, loop: ToolLoop) -> None:
        self._loop = loop
        self._flags: dict[str, bool] = {"events": False}
        first = ChatCompletion.create(**loop.arguments(), stream=True)
        self._items = _iterate_rounds(first, loop, self._flags)

    def __iter__(self) -> "ToolStream":
        return self

    def events(self) -> Iterator[str | Event | ToolResult]:
        """Return the stream itself, which from now on yields the events and each `ToolResult` as well."""
        self._flags["events"] = True
        return cast("Iterator[str | Event | ToolResult]", self)

    @property
    def run(self) -> ToolRun:
        """The complete conversation, available after its end.

        Raises:
            StreamStateError: the stream has not ended, or was closed before its end.
        """
        return self._loop.run


ToolStream.__module__ = "g4f_lite"


def _iterate_rounds(
    first: CompletionStream, loop: ToolLoop, flags: dict[str, bool]
) -> Generator[Any, None, None]:
    stream = first
    while True:
        with stream:
            yield from stream.events() if flags["events"] else stream
        results = loop.step(stream.completion)
        if not results:
            return
        if flags["events"]:
            yield from results
        stream = ChatCompletion.create(**loop.arguments(), stream=True)
