"""A push decoder of server-sent events (WHATWG HTML, section 9.2.6, "Interpreting an event stream").

The decoder departs from that text in two points, both for the sake of answers. Bytes that are not UTF-8 are
an error, not a replacement character. `SSEDecoder` can return an event that has no blank line after it when
the body ends: browsers drop such an event, but some chat services end with one.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from g4f_lite.errors import ProviderResponseError

__all__ = ["MAX_EVENT", "FramingError", "SSEDecoder", "ServerSentEvent"]

MAX_EVENT = 16 * 1024 * 1024
"""Bytes of the largest event. A larger one is refused before it fills the memory. A generated picture fits."""

_BOM = b"\xef\xbb\xbf"


class FramingError(ProviderResponseError):
    """The bytes cannot be split into events or lines: they are not UTF-8, or one is too large.

    Attributes:
        certain: the events or lines before the fault that `feed` had not returned yet.
    """

    certain: Sequence[Any] = ()


class ServerSentEvent(NamedTuple):
    """One event of a stream.

    Attributes:
        data: the lines of data, joined by line feeds.
        event: the type, or `""` if the event has none (which means ``"message"``).
        id: the last event ID of the stream at this event.
        retry: the new reconnection time in milliseconds, or None if the event does not set it.
    """

    data: str
    event: str = ""
    id: str = ""
    retry: int | None = None


class SSEDecoder:
    """A push decoder that splits bytes into events. The events do not depend on how the bytes are split.

    Args:
        keep_last: whether `close` returns an event that has no blank line after it.
        limit: the largest size of an event in bytes.
    """

    __slots__ = (
        "_data",
        "_event",
        "_has_started",
        "_id",
        "_keep_last",
        "_limit",
        "_line",
        "_offset",
        "_retry",
        "_size",
        "_skip_line_feed",
    )

    def __init__(self, *, keep_last: bool = False, limit: int = MAX_EVENT) -> None:
        self._keep_last = keep_last
        self._limit = limit
        self._line: list[bytes] = []  # the pieces of an incomplete line
        self._size = 0  # bytes of the current event
        self._skip_line_feed = False  # the last byte was CR: a following LF is the same line end
        self._has_started = False
        self._offset = 0  # bytes before the current line
        self._data: list[str] = []
        self._event = ""
        self._id = ""
        self._retry: int | None = None

    def feed(self, data: bytes, /) -> list[ServerSentEvent]:
        """Take more bytes, and return the events that are complete now.

        Raises:
            FramingError: a line is not UTF-8, or an event is larger than the limit.
        """
        if not data:
            return []
        if self._skip_line_feed:
            self._skip_line_feed = False
            if data[:1] == b"\n":
                data = data[1:]
                self._offset += 1
        events: list[ServerSentEvent] = []
        try:
            if self._has_started and not self._size and b"\r" not in data:
                data = self._take_blocks(data, events)
            for line in data.splitlines(keepends=True):
                if line[-1] in b"\r\n":
                    if self._line:
                        self._size -= sum(map(len, self._line))  # `_take_line` counts the whole line
                        line = b"".join((*self._line, line))  # noqa: PLW2901 - the rest of the same line
                        self._line.clear()
                    self._take_line(line, events)
                else:
                    self._line.append(line)
                    self._count(len(line))
        except FramingError as error:
            error.certain = events
            raise
        self._skip_line_feed = data[-1:] == b"\r"
        return events

    def close(self) -> list[ServerSentEvent]:
        """Take the end of the bytes, and return the last event if `keep_last` is true and it is incomplete."""
        events: list[ServerSentEvent] = []
        if self._keep_last:
            rest = b"".join(self._line)
            self._line.clear()
            if rest:
                self._take_line(rest, events)
            self._dispatch(events)
        return events

    def _take_blocks(self, data: bytes, events: list[ServerSentEvent]) -> bytes:
        """Take the complete events of `data`, and return the bytes after them.

        A fast path, since most events are one line of data. `data` starts at the start of an event, and all its
        line ends are line feeds.
        """
        blocks = data.split(b"\n\n")
        rest = blocks.pop()
        for block in blocks:
            if block[:6] == b"data: " and b"\n" not in block and len(block) < self._limit:
                try:
                    events.append(ServerSentEvent(block[6:].decode(), "", self._id, self._retry))
                except UnicodeDecodeError:
                    pass
                else:
                    self._retry = None
                    self._offset += len(block) + 2
                    continue
            for line in (block + b"\n\n").splitlines(keepends=True):
                self._take_line(line, events)
        return rest

    def _take_line(self, line: bytes, events: list[ServerSentEvent]) -> None:
        """Take a complete line, including its line end."""
        self._offset += len(line)
        if not self._has_started:
            self._has_started = True
            line = line.removeprefix(_BOM)
        bare = line.rstrip(b"\r\n")
        if not bare:
            self._dispatch(events)
            return
        self._count(len(line))
        if bare[:6] == b"data: ":  # nearly every line
            self._data.append(self._decode(bare[6:]))
            return
        if bare[:1] == b":":  # a comment, which services send to keep the connection alive
            return
        name, _, value = bare.partition(b":")
        self._set_field(name, self._decode(value.removeprefix(b" ")))

    def _set_field(self, name: bytes, value: str) -> None:
        if name == b"data":
            self._data.append(value)
        elif name == b"event":
            self._event = value
        elif name == b"id" and "\0" not in value:
            self._id = value
        elif name == b"retry" and value.isascii() and value.isdigit():
            self._retry = int(value[:18])

    def _dispatch(self, events: list[ServerSentEvent]) -> None:
        self._size = 0
        if self._data:
            text = self._data[0] if len(self._data) == 1 else "\n".join(self._data)
            self._data.clear()
            events.append(ServerSentEvent(text, self._event, self._id, self._retry))
            self._retry = None
        self._event = ""

    def _count(self, size: int) -> None:
        self._size += size
        if self._size > self._limit:
            raise FramingError(
                f"The service sent an event of more than {self._limit} bytes.",
                hint="Ask for less at once, or ask another provider.",
            )

    def _decode(self, value: bytes) -> str:
        try:
            return value.decode()
        except UnicodeDecodeError as error:
            offset = self._offset - len(value) + error.start
            reason = error.reason
        raise not_utf8_error(reason, offset)


def not_utf8_error(reason: str, offset: int) -> FramingError:
    """Return the error for bytes that are not UTF-8 near `offset`, which counts from 0."""
    return FramingError(
        f"The answer is not UTF-8: {reason} near byte {offset}.",
        hint="The answer is cut there; ask again, or ask another provider.",
    )
