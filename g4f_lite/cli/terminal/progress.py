"""The progress of a download on standard error: a bar on a terminal, a few lines anywhere else."""

import os
import time
from collections.abc import Callable
from types import TracebackType

from g4f_lite.cli.terminal.console import ERR

__all__ = ["Progress"]

_VARIABLE = "G4F_LITE_PROGRESS"
"""The embedded model has it too: ``0`` shows nothing."""

_BETWEEN_DRAWINGS = 0.1
_BAR = 24
_MEGABYTE = 1_000_000
_STEPS = (0, 25, 50, 75, 100)


class Progress:
    """What a provider's option `progress` is given: called with the bytes done and the bytes in all.

    A context manager: leaving it ends a bar's line.

    Args:
        write: takes the answer's text; called through this object's `write`, which ends the bar's line first.
    """

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._drawn = float("-inf")
        self._open = False
        self._told = -1

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def __call__(self, done: int, total: int) -> None:
        """Show how far it is. Never raises: a download must not fail because it is watched."""
        if os.environ.get(_VARIABLE) == "0":
            return
        if ERR.is_smart:
            self._draw(done, total)
        else:
            self._tell(done, total)

    def write(self, text: str) -> None:
        """Hand text on."""
        self.end()
        self._write(text)

    def end(self) -> None:
        """End the bar's line, if there is one."""
        if self._open:
            self._open = False
            ERR.end_line()

    def _draw(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._drawn < _BETWEEN_DRAWINGS and done != total:
            return
        self._drawn = now
        self._open = True
        size = _size(done, total)
        if total > 0:
            full = min(_BAR, _BAR * done // total)
            line = f"{_percent(done, total):3d}% [{'#' * full}{'-' * (_BAR - full)}] {size}"
        else:
            line = size
        columns = ERR.width or len(line)
        ERR.write_ready(f"\r{line[: columns - 1]}\x1b[K")

    def _tell(self, done: int, total: int) -> None:
        percent = _percent(done, total) if total > 0 else 0
        step = max(step for step in _STEPS if step <= percent)
        if step > self._told:
            self._told = step
            ERR.line(f"g4f-lite: fetching {_size(done, total)} ({percent}%)")


def _percent(done: int, total: int) -> int:
    return max(0, min(100, 100 * done // total))


def _size(done: int, total: int) -> str:
    whole = f" of {total / _MEGABYTE:.1f}" if total > 0 else ""
    return f"{done / _MEGABYTE:.1f}{whole} MB"
