"""Server-sent events: bytes in, events out (WHATWG HTML, section 9.2.6, "Interpreting an event stream").

Two departures from that text, both for the sake of answers: bytes that are no UTF-8 are an error and not
a replacement character, and `SSEDecoder` can hand out an event that the end of the body has cut off from
its blank line, which browsers drop and chat services are known to leave unfinished.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from g4f_lite.errors import ProviderResponseError

__all__ = ["MAX_EVENT", "FramingError", "SSEDecoder", "ServerSentEvent"]

MAX_EVENT = 16 * 1024 * 1024
"""Bytes of one event; more is refused before it fills the memory. A generated picture fits."""

_BOM = b"\xef\xbb\xbf"


class FramingError(ProviderResponseError):
    """The service's bytes cannot be cut into events or lines: they are not UTF-8, or one is too large.

    Attributes:
        certain: the events or lines before the fault that had not been handed out yet.
    """

    certain: Sequence[Any] = ()


class ServerSentEvent(NamedTuple):
    """One event.

    Attributes:
        data: its lines of data, joined by line feeds.
        event: its type, `""` where none is given (which means ``"message"``).
        id: the last event ID, as it stands with this event.
        retry: milliseconds, where the event came with a new time to reconnect after.
    """

    data: str
    event: str = ""
    id: str = ""
    retry: int | None = None


class SSEDecoder:
    """Cut a stream of bytes into events; the same events for every way of splitting the same bytes.

    Args:
        keep_last: whether an event that lacks its blank line at the end of the body counts.
        limit: the most bytes that one event may have.
    """

    __slots__ = (
        "_begun",
        "_data",
        "_event",
        "_held",
        "_id",
        "_keep_last",
        "_limit",
        "_line",
        "_retry",
        "_seen",
        "_skip_feed",
    )

    def __init__(self, *, keep_last: bool = False, limit: int = MAX_EVENT) -> None:
        self._keep_last = keep_last
        self._limit = limit
        self._line: list[bytes] = []  # the pieces of a line whose end has not come
        self._held = 0  # bytes of the event so far
        self._skip_feed = False  # the last byte was CR: an LF now would be the same line's end
        self._begun = False
        self._seen = 0  # bytes before the current line
        self._data: list[str] = []
        self._event = ""
        self._id = ""
        self._retry: int | None = None

    def feed(self, data: bytes, /) -> list[ServerSentEvent]:
        """Return the events that are whole now.

        Raises:
            FramingError: a line is not UTF-8, or an event is larger than the limit.
        """
        if not data:
            return []
        if self._skip_feed:
            self._skip_feed = False
            if data[:1] == b"\n":
                data = data[1:]
                self._seen += 1
        events: list[ServerSentEvent] = []
        try:
            if self._begun and not self._held and b"\r" not in data:
                data = self._plain(data, events)
            for line in data.splitlines(keepends=True):
                if line[-1] in b"\r\n":
                    if self._line:
                        self._held -= sum(map(len, self._line))  # the whole line is counted when it is taken
                        line = b"".join((*self._line, line))  # noqa: PLW2901 - the rest of the same line
                        self._line.clear()
                    self._take(line, events)
                else:
                    self._line.append(line)
                    self._count(len(line))
        except FramingError as error:
            error.certain = events
            raise
        self._skip_feed = data[-1:] == b"\r"
        return events

    def close(self) -> list[ServerSentEvent]:
        """Take the end of the bytes; return what `keep_last` saves."""
        events: list[ServerSentEvent] = []
        if self._keep_last:
            rest = b"".join(self._line)
            self._line.clear()
            if rest:
                self._take(rest, events)
            self._dispatch(events)
        return events

    def _plain(self, data: bytes, events: list[ServerSentEvent]) -> bytes:
        """Take the events that are whole, most of which are one line of data; return the bytes behind them.

        `data` begins where an event does, and has no line's end but line feeds.
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
                    self._seen += len(block) + 2
                    continue
            for line in (block + b"\n\n").splitlines(keepends=True):
                self._take(line, events)
        return rest

    def _take(self, line: bytes, events: list[ServerSentEvent]) -> None:
        """Take a whole line, with its end."""
        self._seen += len(line)
        if not self._begun:
            self._begun = True
            line = line.removeprefix(_BOM)
        bare = line.rstrip(b"\r\n")
        if not bare:
            self._dispatch(events)
            return
        self._count(len(line))
        if bare[:6] == b"data: ":  # nearly every line
            self._data.append(self._text(bare[6:]))
            return
        if bare[:1] == b":":  # a comment, often sent to keep the connection alive
            return
        name, _, value = bare.partition(b":")
        self._field(name, self._text(value.removeprefix(b" ")))

    def _field(self, name: bytes, value: str) -> None:
        if name == b"data":
            self._data.append(value)
        elif name == b"event":
            self._event = value
        elif name == b"id" and "\0" not in value:
            self._id = value
        elif name == b"retry" and value.isascii() and value.isdigit():
            self._retry = int(value[:18])

    def _dispatch(self, events: list[ServerSentEvent]) -> None:
        self._held = 0
        if self._data:
            text = self._data[0] if len(self._data) == 1 else "\n".join(self._data)
            self._data.clear()
            events.append(ServerSentEvent(text, self._event, self._id, self._retry))
            self._retry = None
        self._event = ""

    def _count(self, size: int) -> None:
        self._held += size
        if self._held > self._limit:
            raise FramingError(
                f"The service sent an event of more than {self._limit} bytes.",
                hint="Ask for less at once, or ask another provider.",
            )

    def _text(self, value: bytes) -> str:
        try:
            return value.decode()
        except UnicodeDecodeError as error:
            offset = self._seen - len(value) + error.start
            reason = error.reason
        raise not_utf8_error(reason, offset)


def not_utf8_error(reason: str, offset: int) -> FramingError:
    """Return the error for bytes that are no text; `offset` is about where, from 0."""
    return FramingError(
        f"The answer is not UTF-8: {reason} near byte {offset}.",
        hint="The answer is cut there; ask again, or ask another provider.",
    )
