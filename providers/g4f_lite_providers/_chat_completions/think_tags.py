"""Reasoning that a model writes into its text: ``<think>...</think>`` before the answer, however it is split."""

from collections.abc import Iterator

__all__ = ["ThinkTags"]


class ThinkTags:
    """Tell what stands between a tag's two halves at the start of a text from what follows.

    A text that does not begin with the tag, white space aside, is left as it is; so is any tag later on.

    Args:
        tag: the tag's name, without its brackets.
    """

    def __init__(self, tag: str) -> None:
        self._opening = f"<{tag}>"
        self._closing = f"</{tag}>"
        self._held = ""
        self._inside = False
        self.over = False
        """Whether all that follows is the answer."""

    def feed(self, text: str) -> Iterator[tuple[bool, str]]:
        """Take more text; yield what is certain now, and whether it is reasoning."""
        self._held += text
        if not self._inside and not self.over:
            self._begin()
        if self._inside:
            yield from self._think()
        if self.over:
            yield from self.close()

    def close(self) -> Iterator[tuple[bool, str]]:
        """Take the end of the text; yield what was held back."""
        held, self._held = self._held, ""
        if held:
            yield self._inside, held

    def _begin(self) -> None:
        start = self._held.lstrip()
        if start.startswith(self._opening):
            self._inside = True
            self._held = start[len(self._opening) :]
        elif not self._opening.startswith(start):
            self.over = True

    def _think(self) -> Iterator[tuple[bool, str]]:
        thought, closing, rest = self._held.partition(self._closing)
        if not closing:
            kept = _overlap(thought, self._closing)
            thought, rest = thought[: len(thought) - kept], thought[len(thought) - kept :]
        if thought:
            yield True, thought
        self._held = rest
        if closing:
            self._inside, self.over = False, True


def _overlap(text: str, mark: str) -> int:
    """Return how many of the last characters of `text` may be the beginning of `mark`."""
    return next(
        (size for size in range(min(len(mark) - 1, len(text)), 0, -1) if text.endswith(mark[:size])), 0
    )
