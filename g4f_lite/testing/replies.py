"""The replies of an `Upstream`: a body may stop, stall or break at any place.

Pure data without I/O: `Reply.frames` shows exactly what is sent.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import pairwise
from typing import Literal, NamedTuple

from g4f_lite.testing.gates import Gate

__all__ = ["Delay", "Frame", "HangUp", "Piece", "Raw", "Reply", "Reset", "Stall", "Step", "cut", "html_page"]

Framing = Literal["chunked", "length", "close", "raw"]
Encoding = Literal["", "gzip", "deflate"]

_WINDOW_BITS = {"gzip": 31, "deflate": 15}  # zlib selects the container by this number.


@dataclass(frozen=True, slots=True)
class Stall:
    """Send nothing more, and keep the connection open."""


@dataclass(frozen=True, slots=True)
class Delay:
    """Wait for a time. Prefer a `Gate` if the test knows what it waits for."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Reset:
    """Break the connection at once: the client receives RST."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """Close the connection with FIN, without the rest of the body."""


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes that are sent unchanged, outside the framing: a broken chunk size, for example."""

    data: bytes


Step = Gate | Stall | Delay | Reset | HangUp
"""A step between the pieces of a body."""

Piece = bytes | str | Raw | Step
"""An item of a body. Each non-empty `bytes` or `str` is one chunk and one write."""

Body = bytes | str | Iterable[Piece] | Callable[[], Iterable[Piece]]


class Frame(NamedTuple):
    """Bytes of one write.

    Attributes:
        data: the bytes on the wire.
        payload: the number of bytes of the body in it, before compression, or None for the head and the trailer.
    """

    data: bytes
    payload: int | None


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of an `Upstream`.

    Attributes:
        body: bytes, text (sent as UTF-8), a list of pieces, or a function that returns pieces. A function is
            called for each request, so it may be a generator that never ends.
        status: the HTTP status.
        headers: further headers, sent in this order.
        framing: ``"chunked"``; ``"length"`` (with Content-Length); ``"close"`` (the end of the connection is the
            end of the body); ``"raw"`` (without a head: only the pieces are sent).
        declared_length: with ``framing="length"``, the Content-Length to send instead of the true one.
        encoding: ``"gzip"`` or ``"deflate"`` to compress the body, flushed after every piece, or "".
        keep_alive: whether the connection accepts further requests after this one.
        drip: whether each byte, also of the head, is a write of its own.
        reason: the reason phrase of the status, or "" for the standard one.
    """

    body: Body = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    framing: Framing = "chunked"
    declared_length: int | None = None
    encoding: Encoding = ""
    keep_alive: bool = True
    drip: bool = False
    reason: str = ""

    @property
    def closes(self) -> bool:
        """Whether the connection ends with this reply."""
        return not self.keep_alive or self.framing in ("close", "raw")

    def frames(self) -> Iterator[Frame | Step]:
        """Yield each write, and the steps between the writes."""
        frames = self._undripped_frames()
        if not self.drip:
            yield from frames
            return
        for item in frames:
            if isinstance(item, Frame):
                # The payload counts with the last byte, since only then all of it is sent.
                yield from (Frame(bytes([byte]), None) for byte in item.data[:-1])
                yield Frame(item.data[-1:], item.payload)
            else:
                yield item

    def _undripped_frames(self) -> Iterator[Frame | Step]:
        body: Iterable[Frame | Step] = self._body_frames()
        if self.framing == "raw":
            yield from body
            return
        if self.framing == "length":
            body = list(body)
            yield Frame(self._head(_length(body)), None)
        else:
            yield Frame(self._head(None), None)
        for item in body:
            yield _chunk(item) if self.framing == "chunked" and isinstance(item, Frame) else item
        if self.framing == "chunked":
            yield Frame(b"0\r\n\r\n", None)

    def _head(self, length: int | None) -> bytes:
        lines = [f"HTTP/1.1 {self.status} {self.reason or _reason_phrase(self.status)}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.encoding:
            lines.append(f"Content-Encoding: {self.encoding}")
        if self.framing == "chunked":
            lines.append("Transfer-Encoding: chunked")
        if length is not None:
            lines.append(
                f"Content-Length: {length if self.declared_length is None else self.declared_length}"
            )
        if self.closes:
            lines.append("Connection: close")
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def _body_frames(self) -> Iterator[Frame | Step]:
        """Yield the pieces of the body as bytes: compressed if `encoding` is set, not framed yet."""
        compressor = zlib.compressobj(wbits=_WINDOW_BITS[self.encoding]) if self.encoding else None
        for item in self._pieces():
            if isinstance(item, Raw):
                yield Frame(item.data, None)
            elif isinstance(item, (bytes, str)):
                data = item.encode() if isinstance(item, str) else item
                if data:  # An empty chunk would end a chunked body.
                    encoded = (
                        compressor.compress(data) + compressor.flush(zlib.Z_SYNC_FLUSH)
                        if compressor
                        else data
                    )
                    yield Frame(encoded, len(data))
            else:
                yield item
        if compressor:
            yield Frame(compressor.flush(), 0)

    def _pieces(self) -> Iterable[Piece]:
        if isinstance(self.body, (bytes, str)):
            return (self.body,)
        return self.body() if callable(self.body) else self.body


def cut(data: bytes, offsets: Iterable[int]) -> list[bytes]:
    """Return the pieces of `data` between the offsets, which are taken modulo its length.

    The pieces joined are `data`, and none of them is empty.
    """
    if not data:
        return []
    bounds = {offset % len(data) for offset in offsets} | {0, len(data)}
    return [data[start:stop] for start, stop in pairwise(sorted(bounds))]


def html_page(title: str) -> bytes:
    """Return an error page in HTML, as a proxy between a service and its callers sends it."""
    page = (
        f"<!DOCTYPE html>\n<html><head><title>{title}</title></head>"
        f"<body><center><h1>{title}</h1></center><hr></body></html>\n"
    )
    return page.encode()


def _reason_phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _length(body: Iterable[Frame | Step]) -> int:
    return sum(len(item.data) for item in body if isinstance(item, Frame))


def _chunk(frame: Frame) -> Frame:
    if frame.payload is None:  # It is `Raw`.
        return frame
    return Frame(b"%x\r\n%b\r\n" % (len(frame.data), frame.data), frame.payload)
