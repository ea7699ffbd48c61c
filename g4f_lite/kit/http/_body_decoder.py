"""Decoding of response bodies: decompression in bounded pieces, and the limit of a body's size."""

import zlib
from collections.abc import Iterator, Mapping

from g4f_lite._utils.text import shorten
from g4f_lite.errors import ProviderResponseError
from g4f_lite.kit.http._errors import host_of

__all__ = ["BodyDecoder", "make_body_decoder"]

_PIECE_SIZE = 65536
"""Bytes that are decompressed at once: a body can become a thousand times as large."""

_UNDECODABLE = ("br", "compress", "zstd")
"""Encodings that an error names. The standard library cannot decode them in every version of Python."""

_ASK_AGAIN = "Ask again, or ask another provider."


def make_body_decoder(url: str, headers: Mapping[str, str], limit: int | None) -> "BodyDecoder | None":
    """Return the decoder of a body, or None if its bytes need neither decoding nor a limit.

    Raises:
        ProviderResponseError: the content encoding is not one that the request accepts.
    """
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        return None if limit is None else BodyDecoder(url, None, limit)
    if encoding not in ("gzip", "x-gzip", "deflate"):
        name = (
            encoding if encoding in _UNDECODABLE else "of an unknown name"
        )  # the header may contain anything, even a key
        raise ProviderResponseError(
            f"{host_of(url)} sent a body in a content encoding that was not asked for: {name}.",
            hint="Leave the header Accept-Encoding to g4f-lite, or ask another provider.",
        )
    return BodyDecoder(url, _Decompressor(url, encoding), limit)


class BodyDecoder:
    """A push decoder of a body. The result does not depend on how the input is split."""

    __slots__ = ("_decompressor", "_left", "_limit", "_url")

    def __init__(self, url: str, decompressor: "_Decompressor | None", limit: int | None) -> None:
        self._url = url
        self._decompressor = decompressor
        self._limit = self._left = limit

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take received bytes and yield bytes of the body, never `b""`.

        Raises:
            ProviderResponseError: the bytes do not fit the content encoding, or the body is too large.
        """
        for piece in (data,) if self._decompressor is None else self._decompressor.feed(data):
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
            ProviderResponseError: the compressed data is incomplete.
        """
        if self._decompressor is not None:
            self._decompressor.close()


class _Decompressor:
    """A decompressor of ``gzip`` (also of several members) or ``deflate`` (with or without zlib's header)."""

    __slots__ = ("_gzip", "_held", "_is_over", "_members", "_state", "_url")

    def __init__(self, url: str, encoding: str) -> None:
        self._url = url
        self._gzip = encoding != "deflate"
        self._held = b""
        self._state: zlib._Decompress | None = None
        self._members = 0
        self._is_over = False
        """Whether the rest is padding, which some services send after the end."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        data, self._held = self._held + data, b""
        while data and not self._is_over:
            if self._state is None:
                if len(data) < 2:  # noqa: PLR2004 - the bytes that identify the format
                    self._held = data
                    return
                self._start_member(data)
                continue
            piece = self._decompress(self._state, data)
            if piece:
                yield piece
            data = self._state.unconsumed_tail
            while len(piece) == _PIECE_SIZE:  # the decompressor may hold more output
                piece = self._decompress(self._state, data)
                data = self._state.unconsumed_tail
                if piece:
                    yield piece
            if self._state.eof:
                data = self._state.unused_data
                self._state = None
                self._members += 1

    def _start_member(self, data: bytes) -> None:
        """Prepare for the member that starts with `data`."""
        if self._members and not (self._gzip and data.startswith(b"\x1f\x8b")):
            self._is_over = True
        elif self._gzip:
            self._state = zlib.decompressobj(31)
        else:
            self._state = zlib.decompressobj(15 if _has_zlib_header(data) else -15)

    def _decompress(self, state: "zlib._Decompress", data: bytes) -> bytes:
        try:
            return state.decompress(data, _PIECE_SIZE)
        except zlib.error as error:
            reason = shorten(str(error), 80)
        raise ProviderResponseError(
            f"{host_of(self._url)} sent a body that its content encoding does not fit: {reason}.",
            hint=_ASK_AGAIN,
        )

    def close(self) -> None:
        if self._state is not None or (self._held and not self._members):
            raise ProviderResponseError("The compressed answer was cut short.", hint=_ASK_AGAIN)


def _has_zlib_header(data: bytes) -> bool:
    """Whether `data` starts with zlib's header (RFC 1950, section 2.2), which some services omit."""
    return data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0  # noqa: PLR2004
