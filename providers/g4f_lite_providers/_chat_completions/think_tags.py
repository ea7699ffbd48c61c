"""Reasoning inside the text: ``<think>...</think>`` before the answer, however a stream splits it."""

from collections.abc import Iterator

__all__ = ["ThinkTagParser"]


class ThinkTagParser:
    """Separates the reasoning between an opening and a closing tag from the answer after it.

    A text that does not begin with the tag, white space aside, stays as it is, and so does every later tag.

    Args:
        tag: the name of the tag, without brackets.

    Attributes:
        is_done: whether all further text is the answer.
    """

    def __init__(self, tag: str) -> None:
        self.is_done = False
        self._opening = f"<{tag}>"
        self._closing = f"</{tag}>"
        self._buffer = ""
        self._is_inside = False

    def feed(self, text: str) -> Iterator[tuple[bool, str]]:
        """Take more text. Yield pairs of whether it is reasoning, and the text that is certain now."""
        self._buffer += text
        if not self._is_inside and not self.is_done:
            self._look_for_opening()
        if self._is_inside:
            yield from self._read_reasoning()
        if self.is_done:
            yield from self.close()

    def close(self) -> Iterator[tuple[bool, str]]:
        """Take the end of the text. Yield what is still in the buffer, as `feed` does."""
        text, self._buffer = self._buffer, ""
        if text:
            yield self._is_inside, text

    def _look_for_opening(self) -> None:
        start = self._buffer.lstrip()
        if start.startswith(self._opening):
            self._is_inside = True
            self._buffer = start[len(self._opening) :]
        elif not self._opening.startswith(start):
            self.is_done = True

    def _read_reasoning(self) -> Iterator[tuple[bool, str]]:
        reasoning, closing, rest = self._buffer.partition(self._closing)
        if not closing:
            size = _overlap_size(reasoning, self._closing)
            reasoning, rest = reasoning[: len(reasoning) - size], reasoning[len(reasoning) - size :]
        if reasoning:
            yield True, reasoning
        self._buffer = rest
        if closing:
            self._is_inside, self.is_done = False, True


def _overlap_size(text: str, tag: str) -> int:
    """Return the number of characters at the end of `text` that may be the beginning of `tag`."""
    return next((size for size in range(min(len(tag) - 1, len(text)), 0, -1) if text.endswith(tag[:size])), 0)
