"""What an `Upstream` answers: a `Reply`, whose body may stop, stall or break at any place.

Pure data: nothing here touches a socket, so what goes over the wire can be read off `Reply.frames`.
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

_WINDOW_BITS = {"gzip": 31, "deflate": 15}  # zlib's way of naming the two containers


@dataclass(frozen=True, slots=True)
class Stall:
    """Send nothing more, for ever, with the connection open."""


@dataclass(frozen=True, slots=True)
class Delay:
    """Wait by the clock. A `Gate` is the better choice wherever the test knows what it waits for."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Reset:
    """Break the connection at once: the client gets RST."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """Close the connection here in good order (FIN), with the body as unfinished as it is."""


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes that go out as they are, outside the framing: a broken chunk size, say."""

    data: bytes


Step = Gate | Stall | Delay | Reset | HangUp
"""What can stand between the pieces of a body."""

Piece = bytes | str | Raw | Step
"""An item of a body. Each non-empty `bytes` or `str` is one chunk and one write."""

Body = bytes | str | Iterable[Piece] | Callable[[], Iterable[Piece]]


class Frame(NamedTuple):
    """Bytes of one write.

    Attributes:
        data: what goes over the wire.
        payload: how many bytes of the body, before compression, it carries; None for head and trailer.
    """

    data: bytes
    payload: int | None


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of an `Upstream`.

    Attributes:
        body: bytes, text (sent as UTF-8), a list of pieces, or a function that returns pieces. A function is
            called for each request, so it may be a generator that never ends.
        status: the HTTP status; `reason`: its phrase, the usual one if empty.
        headers: further headers, sent in this order.
        framing: ``"chunked"``; ``"length"`` (with Content-Length); ``"close"`` (the end of the connection is
            the end of the body); ``"raw"`` (no head at all, the pieces are all that is sent).
        declared_length: with ``framing="length"``, the length to state instead of the true one.
        encoding: compress the body with ``"gzip"`` or ``"deflate"``, flushed after every piece.
        keep_alive: whether the connection takes further requests after this one.
        drip: each byte, of the head too, is a write of its own.
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
        """Yield what is sent, write by write, and the steps between the writes."""
        frames = self._whole_frames()
        if not self.drip:
            yield from frames
            return
        for item in frames:
            if isinstance(item, Frame):
                # The payload is counted with the last byte: only then it is all there.
                yield from (Frame(bytes([byte]), None) for byte in item.data[:-1])
                yield Frame(item.data[-1:], item.payload)
            else:
                yield item

    def _whole_frames(self) -> Iterator[Frame | Step]:
        body: Iterable[Frame | Step] = self._encoded()
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
        lines = [f"HTTP/1.1 {self.status} {self.reason or _phrase(self.status)}"]
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

    def _encoded(self) -> Iterator[Frame | Step]:
        """Yield the body's pieces as bytes, compressed if asked, not framed yet."""
        packer = zlib.compressobj(wbits=_WINDOW_BITS[self.encoding]) if self.encoding else None
        for item in self._items():
            if isinstance(item, Raw):
                yield Frame(item.data, None)
            elif isinstance(item, (bytes, str)):
                data = item.encode() if isinstance(item, str) else item
                if data:  # an empty chunk would end a chunked body
                    packed = packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH) if packer else data
                    yield Frame(packed, len(data))
            else:
                yield item
        if packer:
            yield Frame(packer.flush(), 0)

    def _items(self) -> Iterable[Piece]:
        if isinstance(self.body, (bytes, str)):
            return (self.body,)
        return self.body() if callable(self.body) else self.body


def cut(data: bytes, offsets: Iterable[int]) -> list[bytes]:
    """Cut `data` at the offsets, taken modulo its length, so that each of them falls inside.

    The pieces put together are `data`, and none of them is empty.
    """
    if not data:
        return []
    places = {offset % len(data) for offset in offsets} | {0, len(data)}
    return [data[start:stop] for start, stop in pairwise(sorted(places))]


def html_page(title: str) -> bytes:
    """Return the kind of page that stands between a service and its callers when something is wrong."""
    page = (
        f"<!DOCTYPE html>\n<html><head><title>{title}</title></head>"
        f"<body><center><h1>{title}</h1></center><hr></body></html>\n"
    )
    return page.encode()


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _length(body: Iterable[Frame | Step]) -> int:
    return sum(len(item.data) for item in body if isinstance(item, Frame))


def _chunk(frame: Frame) -> Frame:
    if frame.payload is None:  # `Raw`
        return frame
    return Frame(b"%x\r\n%b\r\n" % (len(frame.data), frame.data), frame.payload)
