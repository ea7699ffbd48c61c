"""A push decoder of lines, as of newline-delimited JSON."""

from g4f_lite.kit.sse import MAX_EVENT, FramingError, not_utf8_error

__all__ = ["LineDecoder"]


class LineDecoder:
    """A push decoder that splits bytes into lines, which end with LF or CR LF. The last needs no line end.

    The lines have no line ends. Blank lines are left out: newline-delimited JSON allows them.

    Args:
        limit: the largest size of a line in bytes.
    """

    __slots__ = ("_limit", "_line", "_offset", "_size")

    def __init__(self, *, limit: int = MAX_EVENT) -> None:
        self._limit = limit
        self._line: list[bytes] = []
        self._size = 0
        self._offset = 0

    def feed(self, data: bytes, /) -> list[str]:
        """Take more bytes, and return the lines that are complete now.

        Raises:
            FramingError: a line is not UTF-8, or longer than the limit.
        """
        first, *others = data.split(b"\n")
        lines: list[str] = []
        try:
            self._add(first)
            for piece in others:
                lines += self._take_line()
                self._add(piece)
        except FramingError as error:
            error.certain = lines
            raise
        return lines

    def close(self) -> list[str]:
        """Take the end of the bytes, and return the last line if it has no line end. Raises as `feed` does."""
        return self._take_line()

    def _add(self, piece: bytes) -> None:
        if piece:
            self._line.append(piece)
            self._size += len(piece)
        if self._size > self._limit:
            raise FramingError(
                f"The service sent a line of more than {self._limit} bytes.",
                hint="Ask for less at once, or ask another provider.",
            )

    def _take_line(self) -> list[str]:
        line = b"".join(self._line)
        self._line.clear()
        self._size = 0
        start, self._offset = self._offset, self._offset + len(line) + 1
        try:
            text = line.decode().removesuffix("\r")
        except UnicodeDecodeError as error:
            offset, reason = start + error.start, error.reason
        else:
            return [text] if text.strip() else []
        raise not_utf8_error(reason, offset)
