"""Capture of what a plugin prints while it is imported: stdout belongs to the program's answer."""

import contextlib
import sys
import threading
from collections.abc import Iterable, Iterator
from typing import Any

__all__ = ["capture_stdout"]

_MAX_CHARACTERS = 10_000
"""Characters that are captured. The rest is dropped, since a message quotes only a sentence of it."""


class _ThreadStdout:
    """A stdout that captures what one thread writes and forwards what other threads write.

    A module may keep a reference to it, as a log handler does; once `is_finished`, it forwards everything.
    Every other attribute is that of the real stdout, for modules that ask for its encoding or descriptor.
    """

    def __init__(self, real: Any) -> None:
        self.real = real
        self.is_finished = False
        self.buffer = _ThreadStdoutBuffer(self)
        self._thread = threading.get_ident()
        self._captured: list[str] = []
        self._room = _MAX_CHARACTERS

    def is_capturing(self) -> bool:
        """Whether a write of this thread is captured now."""
        return not self.is_finished and threading.get_ident() == self._thread

    def capture(self, text: str) -> None:
        """Add a text, or as much of it as there is room for."""
        self._captured.append(text[: self._room])
        self._room -= len(self._captured[-1])

    def write(self, text: str) -> int:
        """Capture or forward a text."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if self.is_capturing():
            self.capture(text)
        elif self.real is not None:
            self.real.write(text)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Capture or forward several texts."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Flush the real stdout, unless writes are captured."""
        if self.real is not None and not self.is_capturing():
            self.real.flush()

    def close(self) -> None:
        """Close the real stdout, unless writes are captured."""
        if not self.is_capturing():
            self.real.close()

    def getvalue(self) -> str:
        """Return the captured text."""
        return "".join(self._captured)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


class _ThreadStdoutBuffer:
    """The `buffer` of a `_ThreadStdout`: the same for bytes."""

    def __init__(self, stdout: _ThreadStdout) -> None:
        self._stdout = stdout

    def write(self, data: Any) -> int:
        """Capture or forward bytes."""
        if self._stdout.is_capturing():
            self._stdout.capture(bytes(data).decode("utf-8", "replace"))
            return len(data)
        return int(self._stdout.real.buffer.write(data))

    def flush(self) -> None:
        """Flush the real stdout, unless writes are captured."""
        self._stdout.flush()

    def close(self) -> None:
        """Close the real stdout's buffer, unless writes are captured."""
        if not self._stdout.is_capturing():
            self._stdout.real.buffer.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stdout.real.buffer, name)


_lock = threading.RLock()


@contextlib.contextmanager
def capture_stdout() -> Iterator[_ThreadStdout]:
    """Within the `with`, capture what this thread prints. Thread-safe.

    Threads that import at the same time stack their captures, and may finish in any order. A capture that
    finishes below another one forwards from then on, and is removed together with the last one above it.
    """
    with _lock:
        stdout = _ThreadStdout(sys.stdout)
        sys.stdout = stdout
    try:
        yield stdout
    finally:
        if sys.stdout is not stdout:  # the import has replaced stdout by its own, which may hold back text
            with contextlib.suppress(Exception):
                sys.stdout.flush()
        with _lock:
            stdout.is_finished = True
            while isinstance(sys.stdout, _ThreadStdout) and sys.stdout.is_finished:
                sys.stdout = sys.stdout.real
