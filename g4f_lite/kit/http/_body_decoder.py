"""From the bytes of the wire to the body: unpacked in bounded pieces, and no more than is allowed."""

import zlib
from collections.abc import Iterator, Mapping

from g4f_lite._utils.text import shorten
from g4f_lite.errors import ProviderResponseError
from g4f_lite.kit.http._errors import host_of

__all__ = ["Body", "body_of"]

_PIECE = 65536
"""Bytes that are unpacked at once: a packed body can be a thousand times as large as it came."""

_KNOWN = ("br", "compress", "zstd")
"""Encodings that can be named and not unpacked: nothing in the standard library does in every version."""

_ASK_AGAIN = "Ask again, or ask another provider."


def body_of(url: str, headers: Mapping[str, str], limit: int | None) -> "Body | None":
    """Return what makes the body of the wire's bytes, None if they are the body as they come.

    Raises:
        ProviderResponseError: it is packed in a way that was not asked for.
    """
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        return None if limit is None else Body(url, None, limit)
    if encoding not in ("gzip", "x-gzip", "deflate"):
        name = encoding if encoding in _KNOWN else "of an unknown name"  # which may be anything, a key too
        raise ProviderResponseError(
            f"{host_of(url)} sent a body in a content encoding that was not asked for: {name}.",
            hint="Leave the header Accept-Encoding to g4f-lite, or ask another provider.",
        )
    return Body(url, _Unpacker(url, encoding), limit)


class Body:
    """Push decoder of a body; the same bytes for every way of splitting what came over the wire."""

    __slots__ = ("_left", "_limit", "_unpacker", "_url")

    def __init__(self, url: str, unpacker: "_Unpacker | None", limit: int | None) -> None:
        self._url = url
        self._unpacker = unpacker
        self._limit = self._left = limit

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take more bytes of the wire, yield the body's, never `b""`.

        Raises:
            ProviderResponseError: they do not fit the content encoding, or the body is too large.
        """
        for piece in (data,) if self._unpacker is None else self._unpacker.feed(data):
            if self._left is None:
                yield piece
                continue
            allowed = piece[: self._left]
            self._left -= len(allowed)
            if allowed:
                yield allowed
            if len(allowed) < len(piece):
                raise ProviderResponseError(
                    f"{host_of(self._url)} sent more than the {self._limit} bytes that an answer may have.",
                    hint="Ask for less, or ask another provider.",
                )

    def close(self) -> None:
        """Take the end of the bytes.

        Raises:
            ProviderResponseError: what was packed does not end here.
        """
        if self._unpacker is not None:
            self._unpacker.close()


class _Unpacker:
    """Takes ``gzip`` (of several members too) or ``deflate`` (with or without zlib's head) off."""

    __slots__ = ("_gzip", "_held", "_members", "_over", "_state", "_url")

    def __init__(self, url: str, encoding: str) -> None:
        self._url = url
        self._gzip = encoding != "deflate"
        self._held = b""
        self._state: zlib._Decompress | None = None
        self._members = 0
        self._over = False
        """Whether what still comes is padding, as some services send it behind the end."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        data, self._held = self._held + data, b""
        while data and not self._over:
            if self._state is None:
                if len(data) < 2:  # noqa: PLR2004 - bytes that tell the formats apart
                    self._held = data
                    return
                self._begin(data)
                continue
            piece = self._unpack(self._state, data)
            if piece:
                yield piece
            data = self._state.unconsumed_tail
            while len(piece) == _PIECE:  # there may be more of what it has taken in
                piece = self._unpack(self._state, data)
                data = self._state.unconsumed_tail
                if piece:
                    yield piece
            if self._state.eof:
                data = self._state.unused_data
                self._state = None
                self._members += 1

    def _begin(self, data: bytes) -> None:
        """Make ready for the member that begins with `data`."""
        if self._members and not (self._gzip and data.startswith(b"\x1f\x8b")):
            self._over = True
        elif self._gzip:
            self._state = zlib.decompressobj(31)
        else:
            self._state = zlib.decompressobj(15 if _has_zlib_head(data) else -15)

    def _unpack(self, state: "zlib._Decompress", data: bytes) -> bytes:
        try:
            return state.decompress(data, _PIECE)
        except zlib.error as error:
            reason = shorten(str(error), 80)
        raise ProviderResponseError(
            f"{host_of(self._url)} sent a body that its content encoding does not fit: {reason}.",
            hint=_ASK_AGAIN,
        )

    def close(self) -> None:
        if self._state is not None or (self._held and not self._members):
            raise ProviderResponseError("The compressed answer was cut short.", hint=_ASK_AGAIN)


def _has_zlib_head(data: bytes) -> bool:
    """RFC 1950, section 2.2; some services leave it out."""
    return data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0  # noqa: PLR2004
