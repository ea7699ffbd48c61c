"""What the bytes of an HTTP/1.1 response mean; it does no I/O.

The parsing is that of httptools, which is llhttp, Node's parser. What stands here says where a response
ends, and whether what carried it can carry another.
"""

from collections.abc import Callable
from typing import Any

import httptools

__all__ = ["NotHTTPError", "Response"]

_MUCH_AROUND = 256 * 1024
"""Bytes of a response's head, or of what stands around its body, before one of the body has to come."""

_SWITCHING_PROTOCOLS = 101
_FIRST_STATUS = 100
_FIRST_FINAL_STATUS = 200


class NotHTTPError(Exception):
    """What came is no HTTP response; the text says why."""


class Response:
    """The responses of one connection, one after the other.

    Attributes:
        status: 0 until the head is there; `reason` and `headers` likewise.
        has_begun: whether a byte has come.
        is_complete: whether it is there to its end.
        keeps: whether the connection can carry another.
        held: bytes that came since the body was last taken.
        bodyless: whether it has no body whatever it says, as that to ``HEAD``.
    """

    __slots__ = (
        *("_parser", "_pieces", "_until_end"),
        *("bodyless", "has_begun", "headers", "held", "is_complete", "keeps", "on_body", "reason", "status"),
    )

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.on_body: Callable[[bytes], None] = self._pieces.append  # called by the parser
        self.bodyless = False
        self.restart()

    def restart(self) -> None:
        """Forget what was parsed: behind a tunnel another speaks, from the beginning."""
        self.expect()
        parser = httptools.HttpResponseParser(self)
        # What the synchronous path takes as well: lines that end with LF alone, spaces behind a chunk's
        # size, characters in a header's value that do not belong there, a length that chunks make void, and
        # a final response behind one that announced it and says "close".
        parser.set_dangerous_leniencies(
            lenient_headers=True,
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
            lenient_chunked_length=True,
            lenient_keep_alive=True,
        )
        self._parser: Any = parser

    def expect(self) -> None:
        """Make ready for the next response."""
        self.status = 0
        self.reason = ""
        self.headers: list[tuple[str, str]] = []
        self.has_begun = self.is_complete = self.keeps = False
        self.held = 0
        self._until_end = False
        self._pieces.clear()

    def feed(self, data: bytes) -> None:
        """Take more bytes; what was understood before an error stays.

        Raises:
            NotHTTPError: they are no HTTP, and the response is not complete.
        """
        if self.is_complete:  # nobody asked for more
            self.keeps = False
            return
        self.has_begun = True
        self.held += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.keeps = False
        except httptools.HttpParserError as error:
            self.keeps = False
            if not self.is_complete:
                raise NotHTTPError(str(error)) from None
        if self.held > _MUCH_AROUND and not (self._pieces or self.is_complete):
            raise NotHTTPError(f"more than {_MUCH_AROUND} bytes without one of a body")

    def close(self) -> bool:
        """Take the end of the connection; return whether it is that of the response too."""
        self.keeps = False
        self.is_complete = self.is_complete or self._until_end
        self._parser = self.on_body = None  # type: ignore[assignment]  # which are a cycle with this
        return self.is_complete

    def take(self) -> bytes:
        """Return what has come of the body and was not taken yet."""
        pieces = self._pieces
        if not pieces:
            return b""
        data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        self.held = 0
        return data

    # --- what the parser says ----------------------------------------------------------------

    def on_message_begin(self) -> None:
        """There is a response, or another one."""
        if self.is_complete:
            raise NotHTTPError("a second response")  # which ends the parsing: it must not get into the first

    def on_status(self, reason: bytes) -> None:
        """Take a part of what stands behind the status."""
        self.reason += reason.decode("latin-1")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, or a trailer, which is none and is not read."""
        if not self.status:
            self.headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        """Take the end of the head."""
        status = self._parser.get_status_code()
        if status < _FIRST_FINAL_STATUS and status != _SWITCHING_PROTOCOLS:
            if status < _FIRST_STATUS:
                raise NotHTTPError("no status")
            self.headers.clear()
            self.reason = ""
            return
        self.status = status
        self.keeps = self._parser.should_keep_alive()
        if self.bodyless:
            self.is_complete, self.keeps = True, False
        elif not self.keeps:
            names = {name.lower(): value for name, value in self.headers}
            coding = names.get("transfer-encoding", "").lower()
            is_chunked = coding.rpartition(",")[2].strip() == "chunked"
            self._until_end = not is_chunked if coding else "content-length" not in names

    def on_message_complete(self) -> None:
        """Take the end of a response; those before the real one end too."""
        if self.status:
            self.is_complete = True
