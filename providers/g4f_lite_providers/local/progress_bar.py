"""The progress bar of the fetch: on stderr, and only where a person looks at it."""

import os
import sys
from types import TracebackType
from typing import TextIO

__all__ = ["PROGRESS_VARIABLE", "Bar"]

PROGRESS_VARIABLE = "G4F_LITE_PROGRESS"

_WIDTH = 24
_MEGABYTE = 1_000_000


class Bar:
    """Called with the bytes done and in all, it redraws a line; as a context manager it ends that line.

    It draws nothing where stderr is no terminal, or ``G4F_LITE_PROGRESS`` is ``0``.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._stream = _terminal()
        self._shown = ""

    def __enter__(self) -> "Bar":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            self._write("\n")

    def __call__(self, done: int, total: int) -> None:
        """Draw `done` of `total` bytes."""
        filled = _WIDTH * done // total
        line = (
            f"{self._title} [{'#' * filled}{'.' * (_WIDTH - filled)}] "
            f"{done // _MEGABYTE:>3} of {total // _MEGABYTE} MB"
        )
        if line != self._shown:
            self._shown = line
            self._write(f"\r{line}")

    def _write(self, text: str) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):  # the terminal is gone; the fetch is not about it
            self._stream = None


def _terminal() -> TextIO | None:
    stream = sys.stderr  # None under pythonw
    if stream is None or os.environ.get(PROGRESS_VARIABLE) == "0":
        return None
    try:
        return stream if stream.isatty() else None
    except ValueError:  # closed
        return None
