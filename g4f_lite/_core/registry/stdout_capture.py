"""Keep what a plugin prints while it is imported away from stdout, which belongs to the answer."""

import contextlib
import sys
import threading
from collections.abc import Iterable, Iterator
from typing import Any

__all__ = ["captured_stdout"]

_MOST = 10_000
"""Characters kept; the rest is dropped, since a sentence of it is all that is ever shown."""


class _Capture:
    """A stdout that keeps what one thread writes, and passes on what the others do.

    A module may hold on to it, as a log handler does: once `done`, it passes everything on. Everything
    but writing is the real one's, so that modules which ask for its encoding or descriptor work.
    """

    def __init__(self, real: Any) -> None:
        self.real = real
        self.done = False
        self.buffer = _Bytes(self)
        self._thread = threading.get_ident()
        self._kept: list[str] = []
        self._room = _MOST

    def keeps(self) -> bool:
        """Whether what is written now is kept."""
        return not self.done and threading.get_ident() == self._thread

    def keep(self, text: str) -> None:
        """Keep it, as far as there is room."""
        self._kept.append(text[: self._room])
        self._room -= len(self._kept[-1])

    def write(self, text: str) -> int:
        """Keep or pass on."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if self.keeps():
            self.keep(text)
        elif self.real is not None:
            self.real.write(text)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Keep or pass on."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Flush the real one, unless nothing goes there."""
        if self.real is not None and not self.keeps():
            self.real.flush()

    def close(self) -> None:
        """Close the real one, but not while importing."""
        if not self.keeps():
            self.real.close()

    def getvalue(self) -> str:
        """Return what was kept."""
        return "".join(self._kept)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


class _Bytes:
    """The capture's `buffer`: the same for bytes."""

    def __init__(self, capture: _Capture) -> None:
        self._capture = capture

    def write(self, data: Any) -> int:
        """Keep or pass on."""
        if self._capture.keeps():
            self._capture.keep(bytes(data).decode("utf-8", "replace"))
            return len(data)
        return int(self._capture.real.buffer.write(data))

    def flush(self) -> None:
        """Flush the real one, unless nothing goes there."""
        self._capture.flush()

    def close(self) -> None:
        """Close the real one, but not while importing."""
        if not self._capture.keeps():
            self._capture.real.buffer.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._capture.real.buffer, name)


_lock = threading.RLock()


@contextlib.contextmanager
def captured_stdout() -> Iterator[_Capture]:
    """Within the `with`, keep what this thread prints.

    Threads that import at once stack their captures, and may end in any order: one that ends below
    another passes on from then, and is taken off together with the last one above it.
    """
    with _lock:
        capture = _Capture(sys.stdout)
        sys.stdout = capture
    try:
        yield capture
    finally:
        if sys.stdout is not capture:  # the import put its own in place, which may hold text back
            with contextlib.suppress(Exception):
                sys.stdout.flush()
        with _lock:
            capture.done = True
            while isinstance(sys.stdout, _Capture) and sys.stdout.done:
                sys.stdout = sys.stdout.real
