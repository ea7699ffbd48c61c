"""The parser of HTTP/1.1 responses; it does no I/O.

llhttp, which is Node's parser, does the parsing, by way of httptools. This module decides where a response
ends, and whether its connection can carry another.
"""

from collections.abc import Callable
from typing import Any

import httptools

__all__ = ["NotHTTPError", "ResponseParser"]

_MAX_OVERHEAD = 256 * 1024
"""Bytes of a head, of trailers or of chunk extensions that may come before a byte of the body."""

_SWITCHING_PROTOCOLS = 101
_FIRST_STATUS = 100
_FIRST_FINAL_STATUS = 200


class NotHTTPError(Exception):
    """The bytes are not an HTTP response; the text says why."""


class ResponseParser:
    """The responses of one connection, one after the other.

    Attributes:
        status: The status, or 0 until the whole head is parsed.
        reason: The reason phrase of the status line.
        headers: The headers, in their order.
        has_begun: Whether a byte of the response is received.
        is_complete: Whether the response is received to its end.
        keep_alive: Whether the connection can carry another exchange.
        unread: The number of bytes received since the body was last read.
        is_bodyless: Whether the response has no body whatever its headers say, as that to ``HEAD``.
    """

    __slots__ = (
        *("_body", "_ends_with_connection", "_parser"),
        *(
            "has_begun",
            "headers",
            "is_bodyless",
            "is_complete",
            "keep_alive",
            "on_body",
            "reason",
            "status",
            "unread",
        ),
    )

    def __init__(self) -> None:
        self._body: list[bytes] = []
        self.on_body: Callable[[bytes], None] = self._body.append  # httptools calls it.
        self.is_bodyless = False
        self.restart()

    def restart(self) -> None:
        """Make a new parser: after ``CONNECT``, another server speaks on the connection."""
        self.reset()
        parser = httptools.HttpResponseParser(self)
        # The synchronous client accepts these as well: lines that end with LF alone, spaces after the size
        # of a chunk, invalid characters in the value of a header, a length beside chunks, and a final
        # response after an interim one that says "close".
        parser.set_dangerous_leniencies(
            lenient_headers=True,
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
            lenient_chunked_length=True,
            lenient_keep_alive=True,
        )
        self._parser: Any = parser

    def reset(self) -> None:
        """Prepare for the next response."""
        self.status = 0
        self.reason = ""
        self.headers: list[tuple[str, str]] = []
        self.has_begun = self.is_complete = self.keep_alive = False
        self.unread = 0
        self._ends_with_connection = False
        self._body.clear()

    def feed(self, data: bytes) -> None:
        """Parse more bytes; what was parsed before an error stays.

        Raises:
            NotHTTPError: the bytes are not HTTP, and the response is not complete.
        """
        if self.is_complete:  # The service sends more than its response.
            self.keep_alive = False
            return
        self.has_begun = True
        self.unread += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.keep_alive = False
        except httptools.HttpParserError as error:
            self.keep_alive = False
            if not self.is_complete:
                raise NotHTTPError(str(error)) from None
        if self.unread > _MAX_OVERHEAD and not (self._body or self.is_complete):
            raise NotHTTPError(f"more than {_MAX_OVERHEAD} bytes without one of a body")

    def close(self) -> bool:
        """Take the end of the connection; return whether the response is complete."""
        self.keep_alive = False
        self.is_complete = self.is_complete or self._ends_with_connection
        self._parser = self.on_body = None  # type: ignore[assignment]  # They form a cycle with this object.
        return self.is_complete

    def read(self) -> bytes:
        """Return the bytes of the body that are received and not yet read; `b""` if there are none."""
        body = self._body
        if not body:
            return b""
        data = body[0] if len(body) == 1 else b"".join(body)
        body.clear()
        self.unread = 0
        return data

    # --- callbacks of httptools ----------------------------------------------------------------

    def on_message_begin(self) -> None:
        """Refuse a second response, whose body would be read as the first one's."""
        if self.is_complete:
            raise NotHTTPError("a second response")

    def on_status(self, reason: bytes) -> None:
        """Take a part of the reason phrase."""
        self.reason += reason.decode("latin-1")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; trailers are ignored."""
        if not self.status:
            self.headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        """Take the end of the head; of an interim response, forget it."""
        status = self._parser.get_status_code()
        if status < _FIRST_FINAL_STATUS and status != _SWITCHING_PROTOCOLS:
            if status < _FIRST_STATUS:
                raise NotHTTPError("no status")
            self.headers.clear()
            self.reason = ""
            return
        self.status = status
        self.keep_alive = self._parser.should_keep_alive()
        if self.is_bodyless:
            self.is_complete, self.keep_alive = True, False
        elif not self.keep_alive:
            names = {name.lower(): value for name, value in self.headers}
            coding = names.get("transfer-encoding", "").lower()
            is_chunked = coding.rpartition(",")[2].strip() == "chunked"
            self._ends_with_connection = not is_chunked if coding else "content-length" not in names

    def on_message_complete(self) -> None:
        """Take the end of a response; interim responses end too."""
        if self.status:
            self.is_complete = True
