"""The lines that a user types, or that are piped in."""

import contextlib
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from g4f_lite.cli.exit_codes import UsageError
from g4f_lite.cli.terminal.console import ERR, OUT
from g4f_lite.paths import cache_dir

__all__ = ["InputLines"]

_PROMPT = "> "
_FILE = "chat-history"
_LINES = 1000


class InputLines:
    """Standard input, line by line; with editing and a history where `readline` is to be had.

    A context manager: leaving it saves the history, in a file that only its owner can read.

    Args:
        keep_history: whether to load and save it.
    """

    def __init__(self, *, keep_history: bool) -> None:
        self.interactive = sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty()
        # Python edits lines only if it writes the prompt to a terminal itself.
        self._edits = self.interactive and OUT.is_terminal
        self._readline: Any = _readline() if self._edits else None
        self._file = _history_file() if keep_history and self._readline is not None else None

    def __enter__(self) -> "InputLines":
        if self._file is not None:
            with contextlib.suppress(OSError):  # there is none yet, or it is damaged
                self._readline.read_history_file(self._file)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):  # a history that cannot be kept is no reason to fail
                _save(self._readline, self._file)

    def read(self) -> str | None:
        """Return the next line without its end, None at the end of the input.

        Raises:
            KeyboardInterrupt: Ctrl-C twice in a row, or once where nobody types.
        """
        if not self.interactive:
            return self._read_piped()
        interrupted = False
        while True:
            try:
                return self._read_typed()
            except EOFError:
                ERR.write_ready("\n")
                return None
            except KeyboardInterrupt:
                ERR.write_ready("\n")
                if interrupted:
                    raise
                interrupted = True
                ERR.line("(Ctrl-C once more, or Ctrl-D, to leave)", "dim")

    def _read_typed(self) -> str:
        if self._edits:
            return input(_PROMPT)
        ERR.write_ready(_PROMPT)
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line.removesuffix("\n")

    def _read_piped(self) -> str | None:
        if sys.stdin is None or sys.stdin.closed:
            return None
        try:
            line = sys.stdin.readline()
        except UnicodeDecodeError as error:
            raise UsageError(f"Standard input is no {sys.stdin.encoding} text.", "chat") from error
        return line.removesuffix("\n").removeprefix("\ufeff") if line else None


def _readline() -> Any:
    """Return the module, None where Python was built without it (on Windows, always)."""
    try:
        import readline
    except ImportError:
        return None
    return readline


def _history_file() -> Path | None:
    try:
        return cache_dir() / _FILE
    except RuntimeError:  # no home folder
        return None


def _save(readline: Any, file: Path) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Made before it is written: what was typed is nobody else's business, not even for a moment.
    os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))
    file.chmod(0o600)
    readline.set_history_length(_LINES)
    readline.write_history_file(file)
