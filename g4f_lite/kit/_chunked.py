"""The chunked framing of HTTP/1.1 (RFC 9112, section 7.1): bytes of the wire in, bytes of the body out.

The standard library reads one chunk at a time, in a dozen calls each. Services send an event in a chunk, so
that would cost as much as all the rest. This takes what the socket gave at once.
"""

from http.client import IncompleteRead

__all__ = ["ChunkDecoder"]

_LONGEST_LINE = 65536
"""Bytes of a chunk's head or of a trailer, as the standard library's client allows."""
_DIGITS = b"0123456789abcdefABCDEF"


class ChunkDecoder:
    """Push decoder; the same bytes for every way of splitting the same bytes.

    Attributes:
        over: whether the last chunk and its trailers have come; `may_end`: whether the last chunk has, behind
            which some services close the connection.
    """

    __slots__ = ("_behind", "_held", "_left", "may_end", "over")

    def __init__(self) -> None:
        self._held = b""  # the beginning of a line
        self._left = 0  # bytes of the chunk that have not come
        self._behind = False  # the line's end behind a chunk is next
        self.may_end = self.over = False

    def feed(self, data: bytes, /) -> bytes:
        """Take more bytes, return those of the body.

        Raises:
            IncompleteRead: it is no such framing.
        """
        if self._held:
            data, self._held = self._held + data, b""
        pieces, at, size = [], 0, len(data)
        while at < size and not self.over:
            if self._left:
                piece = data[at : at + self._left]
                pieces.append(piece)
                at += len(piece)
                self._left -= len(piece)
                continue
            end = data.find(b"\n", at)
            if end < 0:
                self._held = data[at:]
                break
            self._line(data[at:end].rstrip(b"\r"))
            at = end + 1
        if len(self._held) > _LONGEST_LINE:
            raise IncompleteRead(b"")
        return b"".join(pieces)

    def _line(self, line: bytes) -> None:
        if self._behind:
            if line:
                raise IncompleteRead(b"")
            self._behind = False
        elif self.may_end:
            self.over = not line
        else:
            digits = line.partition(b";")[0].strip(b" \t")
            if not digits or digits.strip(_DIGITS):
                raise IncompleteRead(b"")
            self._left = int(digits, 16)
            self.may_end = not self._left
            self._behind = not self.may_end
