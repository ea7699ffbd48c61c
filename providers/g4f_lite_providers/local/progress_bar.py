"""The progress bar of the fetch, which is drawn on stderr if that is a terminal."""

import os
import sys
from types import TracebackType
from typing import TextIO

__all__ = ["PROGRESS_VARIABLE", "ProgressBar"]

PROGRESS_VARIABLE = "G4F_LITE_PROGRESS"

_WIDTH = 24
_MEGABYTE = 1_000_000


class ProgressBar:
    """A function that draws the progress, and a context manager that ends the line.

    It draws nothing if stderr is not a terminal, or if ``G4F_LITE_PROGRESS`` is ``0``.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._stream = _stderr_terminal()
        self._line = ""

    def __enter__(self) -> "ProgressBar":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._line:
            self._write("\n")

    def __call__(self, done: int, total: int) -> None:
        """Draw the progress: `done` of `total` bytes."""
        filled = _WIDTH * done // total
        line = (
            f"{self._title} [{'#' * filled}{'.' * (_WIDTH - filled)}] "
            f"{done // _MEGABYTE:>3} of {total // _MEGABYTE} MB"
        )
        if line != self._line:
            self._line = line
            self._write(f"\r{line}")

    def _write(self, text: str) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):  # The terminal is gone; the fetch continues.
            self._stream = None


def _stderr_terminal() -> TextIO | None:
    stream = sys.stderr  # It is None under pythonw.
    if stream is None or os.environ.get(PROGRESS_VARIABLE) == "0":
        return None
    try:
        return stream if stream.isatty() else None
    except ValueError:  # closed
        return None
