"""The lines of standard input: typed with editing and a history, or piped in."""

import contextlib
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from g4f_lite.cli.exit_codes import UsageError
from g4f_lite.cli.terminal.console import ERR, OUT
from g4f_lite.paths import cache_dir

__all__ = ["LineReader"]

_PROMPT = "> "
_HISTORY_FILE = "chat-history"
_HISTORY_LINES = 1000
"""Lines that the history file keeps."""


class LineReader:
    """A reader of standard input by lines, with editing and a history if Python has `readline`.

    A context manager: leaving it saves the history, in a file that only its owner can read.

    Args:
        keep_history: whether to load and save the history.

    Attributes:
        is_interactive: whether a user types the lines on a terminal.
    """

    def __init__(self, *, keep_history: bool) -> None:
        self.is_interactive = sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty()
        # Python edits lines only if `input` writes the prompt to a terminal.
        self._can_edit = self.is_interactive and OUT.is_terminal
        self._readline: Any = _import_readline() if self._can_edit else None
        self._history = _history_file() if keep_history and self._readline is not None else None

    def __enter__(self) -> "LineReader":
        if self._history is not None:
            with contextlib.suppress(OSError):  # The file is missing or damaged.
                self._readline.read_history_file(self._history)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._history is not None:
            with contextlib.suppress(OSError):  # A chat does not fail because its history cannot be saved.
                _save_history(self._readline, self._history)

    def read(self) -> str | None:
        """Return the next line without its line end, or None at the end of the input. Blocks.

        Raises:
            KeyboardInterrupt: Ctrl-C twice in a row, or once if the input is piped.
            UsageError: the piped input cannot be decoded.
        """
        if not self.is_interactive:
            return self._read_piped()
        was_interrupted = False
        while True:
            try:
                return self._read_typed()
            except EOFError:
                ERR.write_raw("\n")
                return None
            except KeyboardInterrupt:
                ERR.write_raw("\n")
                if was_interrupted:
                    raise
                was_interrupted = True
                ERR.write_line("(Ctrl-C once more, or Ctrl-D, to leave)", "dim")

    def _read_typed(self) -> str:
        if self._can_edit:
            return input(_PROMPT)
        ERR.write_raw(_PROMPT)
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
            raise UsageError(f"Standard input is not {sys.stdin.encoding} text.", "chat") from error
        return line.removesuffix("\n").removeprefix("\ufeff") if line else None


def _import_readline() -> Any:
    """Return the module, or None if Python was built without it (on Windows, always)."""
    try:
        import readline
    except ImportError:
        return None
    return readline


def _history_file() -> Path | None:
    try:
        return cache_dir() / _HISTORY_FILE
    except RuntimeError:  # There is no home folder.
        return None


def _save_history(readline: Any, file: Path) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # The file is created first, with its permissions: no other user may read it, not even for a moment.
    os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))
    file.chmod(0o600)
    readline.set_history_length(_HISTORY_LINES)
    readline.write_history_file(file)
