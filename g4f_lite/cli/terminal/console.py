"""Standard output and standard error: what goes to a terminal, and what goes anywhere else.

Foreign text (an answer, a plugin's name, an error's wording) that goes to a terminal is shown with its
control characters spelled out, so that it cannot move the cursor, retitle the window or worse. Anywhere
else it goes out as it is.
"""

import contextlib
import os
import sys
from typing import TextIO

from g4f_lite.cli.exit_codes import OutputClosedError, OutputError

__all__ = ["ERR", "OUT", "Console", "program", "strip_control_characters"]

_SPELLED: dict[int, str | None] = {
    code: f"\\u{code:04x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"
}
_SPELLED[ord("\r")] = None  # of an answer with Windows' line ends the rest is right

_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}
_DEFAULT_WIDTH = 80


def program() -> str:
    """Return how this program was called."""
    name = os.path.basename(sys.argv[0]) if sys.argv else ""  # noqa: PTH119 - pathlib costs start time
    return "python -m g4f_lite" if name == "__main__.py" else "g4f-lite"


def strip_control_characters(text: str) -> str:
    r"""Return `text` with every control character but line feed and tab spelled out, as ``\u001b``."""
    return text if text.isprintable() else text.translate(_SPELLED)


class Console:
    """One of the two output streams. The stream is looked up when it is used: tests replace it.

    Args:
        name: ``"stdout"`` or ``"stderr"``. What cannot be written to stderr is left out; there is nobody
            to tell.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._kept: TextIO | None = None
        self.mid_line = False
        """Whether the last thing written was text without a line's end."""

    @property
    def stream(self) -> TextIO | None:
        """The stream; None if the process was started without it."""
        stream: TextIO | None = self._kept or getattr(sys, self._name)
        return stream

    def keep_for_answers(self) -> None:
        """Have nothing but what is written here go where standard output goes; the rest goes to stderr.

        Plugins, their libraries and the programs that they start write to file descriptor 1 as they like.
        A terminal shows both anyway, and needs that descriptor where lines are edited.
        """
        stream = self.stream
        if stream is None or self.is_terminal:
            return
        try:
            mine = os.dup(1)
            if sys.stderr is None:
                _to_nowhere(1)
            else:
                os.dup2(2, 1)
        except OSError:  # closed
            return
        self._kept = open(mine, "w", encoding=stream.encoding, errors=stream.errors)  # noqa: PTH123, SIM115

    def prepare(self) -> None:
        """Let no character be an error: what the encoding does not have is written as an escape."""
        reconfigure = getattr(self.stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace", newline=None if self.is_terminal else "\n")
        self.mid_line = False

    # --- what it is ------------------------------------------------------------------------------

    @property
    def is_terminal(self) -> bool:
        """Whether a person looks at it."""
        stream = self.stream
        try:
            return stream is not None and stream.isatty()
        except ValueError:  # closed
            return False

    @property
    def is_smart(self) -> bool:
        """Whether it is a terminal that obeys control sequences."""
        if sys.platform == "win32" and not ({"WT_SESSION", "TERM"} & set(os.environ)):
            return False  # the old console shows them
        return self.is_terminal and os.environ.get("TERM") != "dumb"

    @property
    def has_colours(self) -> bool:
        """Whether to use colours: on a terminal, unless ``NO_COLOR`` says no; anywhere with ``FORCE_COLOR``."""
        if os.environ.get("NO_COLOR"):
            return False
        return bool(os.environ.get("FORCE_COLOR")) or self.is_smart

    @property
    def width(self) -> int | None:
        """The columns there are; None where lines may be as long as they like."""
        if not self.is_terminal:
            return None
        columns = os.environ.get("COLUMNS", "")
        if columns.isascii() and columns.isdigit() and int(columns):
            return int(columns)
        try:
            assert self.stream is not None  # noqa: S101 - it is a terminal
            return os.get_terminal_size(self.stream.fileno()).columns or _DEFAULT_WIDTH
        except (OSError, ValueError):
            return _DEFAULT_WIDTH

    @property
    def encoding(self) -> str:
        """The encoding, in lower case."""
        return (getattr(self.stream, "encoding", None) or "utf-8").lower()

    # --- writing ---------------------------------------------------------------------------------

    def write(self, text: str) -> None:
        """Write foreign text, at once.

        Raises:
            OutputError: it cannot be written.
        """
        self._put(strip_control_characters(text) if self.is_terminal else text)

    def line(self, text: str = "", style: str = "") -> None:
        """Write a line of foreign text, styled as a whole."""
        self._put(self.styled(text, style) + "\n")

    def styled(self, text: str, style: str) -> str:
        """Return foreign text ready for `write_ready`: harmless, and styled where there are colours."""
        safe = strip_control_characters(text) if self.is_terminal else text
        return f"\x1b[{_STYLES[style]}m{safe}\x1b[0m" if style and self.has_colours else safe

    def write_ready(self, text: str) -> None:
        """Write text that `styled` returned, or that is our own."""
        self._put(text)

    def end_line(self) -> None:
        """End the line, if one has been begun."""
        if self.mid_line:
            self._put("\n")

    def flush(self) -> None:
        """Have everything written."""
        self._put("")

    def silence(self) -> None:
        """Have whatever is still to be written, at the interpreter's end for one, go nowhere."""
        with contextlib.suppress(OSError, ValueError, AttributeError):
            _to_nowhere(self.stream.fileno())  # type: ignore[union-attr] # None is suppressed

    def _put(self, text: str) -> None:
        stream = self.stream
        try:
            if stream is None:
                raise OSError("it is closed")
            if text:
                self.mid_line = not text.endswith("\n")  # first: Ctrl-C can come in between
                stream.write(text)
            stream.flush()
        except (OSError, ValueError) as error:
            if self._name == "stdout":
                raise _output_error(error) from error


def _to_nowhere(descriptor: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


def _output_error(error: Exception) -> OutputError:
    # Windows says EINVAL where others say EPIPE.
    if isinstance(error, BrokenPipeError) or (sys.platform == "win32" and getattr(error, "errno", 0) == 22):  # noqa: PLR2004
        return OutputClosedError("Standard output was closed.")
    reason = getattr(error, "strerror", None) or str(error)
    return OutputError(f"Standard output cannot be written: {reason}.")


OUT = Console("stdout")
ERR = Console("stderr")
