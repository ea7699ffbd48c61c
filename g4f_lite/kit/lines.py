"""Lines, and newline-delimited JSON: bytes in, whole lines out."""

from g4f_lite.kit.sse import MAX_EVENT, FramingError, not_utf8_error

__all__ = ["LineDecoder"]


class LineDecoder:
    """Cut a stream of bytes into lines, which end with LF or CR LF; the last one needs no end.

    Lines come without their ends. Blank ones are left out: newline-delimited JSON allows them.

    Args:
        limit: the most bytes that one line may have.
    """

    __slots__ = ("_held", "_limit", "_line", "_seen")

    def __init__(self, *, limit: int = MAX_EVENT) -> None:
        self._limit = limit
        self._line: list[bytes] = []
        self._held = 0
        self._seen = 0

    def feed(self, data: bytes, /) -> list[str]:
        """Return the lines that are whole now.

        Raises:
            FramingError: a line is not UTF-8, or longer than the limit.
        """
        first, *others = data.split(b"\n")
        lines: list[str] = []
        try:
            self._add(first)
            for piece in others:
                lines += self._end()
                self._add(piece)
        except FramingError as error:
            error.certain = lines
            raise
        return lines

    def close(self) -> list[str]:
        """Take the end of the bytes; return the last line, if it has no end of its own; raises as `feed` does."""
        return self._end()

    def _add(self, piece: bytes) -> None:
        if piece:
            self._line.append(piece)
            self._held += len(piece)
        if self._held > self._limit:
            raise FramingError(
                f"The service sent a line of more than {self._limit} bytes.",
                hint="Ask for less at once, or ask another provider.",
            )

    def _end(self) -> list[str]:
        line = b"".join(self._line)
        self._line.clear()
        self._held = 0
        start, self._seen = self._seen, self._seen + len(line) + 1
        try:
            text = line.decode().removesuffix("\r")
        except UnicodeDecodeError as error:
            offset, reason = start + error.start, error.reason
        else:
            return [text] if text.strip() else []
        raise not_utf8_error(reason, offset)
