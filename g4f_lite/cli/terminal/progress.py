"""The progress of a download on standard error: a bar on a terminal, else a few lines."""

import os
import time
from collections.abc import Callable
from types import TracebackType

from g4f_lite.cli.terminal.console import ERR

__all__ = ["DownloadProgress"]

_PROGRESS_VARIABLE = "G4F_LITE_PROGRESS"
"""The environment variable that hides the progress if it is ``0``; the embedded model reads it too."""

_REDRAW_SECONDS = 0.1
"""Seconds between two drawings of the bar, at least."""

_BAR_WIDTH = 24
_MEGABYTE = 1_000_000
_LINE_PERCENTS = (0, 25, 50, 75, 100)
"""The percentages that get a line where there is no bar."""


class DownloadProgress:
    """A function for a provider's option `progress`: takes the bytes done and the total.

    A context manager: leaving it ends the bar's line.

    Args:
        write: a function for the answer's text. The provider's text goes through this object's `write`, which
            ends the bar's line first.
    """

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write_text = write
        self._last_drawing = float("-inf")
        self._has_bar = False
        self._last_percent = -1

    def __enter__(self) -> "DownloadProgress":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end_bar()

    def __call__(self, done: int, total: int) -> None:
        """Show the progress. Never raises: a download must not fail because of its display.

        Args:
            done: bytes that have arrived.
            total: bytes of the whole download, or 0 if unknown.
        """
        if os.environ.get(_PROGRESS_VARIABLE) == "0":
            return
        if ERR.is_smart:
            self._draw_bar(done, total)
        else:
            self._write_line(done, total)

    def write(self, text: str) -> None:
        """End the bar's line and write the answer's text."""
        self.end_bar()
        self._write_text(text)

    def end_bar(self) -> None:
        """End the bar's line, if there is one."""
        if self._has_bar:
            self._has_bar = False
            ERR.end_line()

    def _draw_bar(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._last_drawing < _REDRAW_SECONDS and done != total:
            return
        self._last_drawing = now
        self._has_bar = True
        size = _format_size(done, total)
        if total > 0:
            filled = min(_BAR_WIDTH, _BAR_WIDTH * done // total)
            line = f"{_percent(done, total):3d}% [{'#' * filled}{'-' * (_BAR_WIDTH - filled)}] {size}"
        else:
            line = size
        columns = ERR.width or len(line)
        ERR.write_raw(f"\r{line[: columns - 1]}\x1b[K")

    def _write_line(self, done: int, total: int) -> None:
        percent = _percent(done, total) if total > 0 else 0
        reached = max(step for step in _LINE_PERCENTS if step <= percent)
        if reached > self._last_percent:
            self._last_percent = reached
            ERR.write_line(f"g4f-lite: fetching {_format_size(done, total)} ({percent}%)")


def _percent(done: int, total: int) -> int:
    return max(0, min(100, 100 * done // total))


def _format_size(done: int, total: int) -> str:
    of_total = f" of {total / _MEGABYTE:.1f}" if total > 0 else ""
    return f"{done / _MEGABYTE:.1f}{of_total} MB"
