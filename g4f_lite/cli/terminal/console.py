"""Standard output and standard error, on a terminal or redirected to a pipe or a file.

Foreign text is text that is not ours: an answer, a plugin's name, an error's message. On a terminal its control
characters are written as escapes, so that it cannot move the cursor, change the window's title or do worse. In a
pipe or a file it is written unchanged.
"""

import contextlib
import os
import sys
from typing import TextIO

from g4f_lite.cli.exit_codes import OutputClosedError, OutputError

__all__ = ["ERR", "OUT", "Console", "escape_control_characters", "program_name"]

_CONTROL_ESCAPES: dict[int, str | None] = {
    code: f"\\u{code:04x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"
}
_CONTROL_ESCAPES[ord("\r")] = None  # An answer with Windows' line ends is readable without it.

_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}
_DEFAULT_WIDTH = 80


def program_name() -> str:
    """Return the command that started this program."""
    name = os.path.basename(sys.argv[0]) if sys.argv else ""  # noqa: PTH119 - pathlib costs start time
    return "python -m g4f_lite" if name == "__main__.py" else "g4f-lite"


def escape_control_characters(text: str) -> str:
    r"""Return `text` with control characters as escapes like ``\u001b``.

    Line feeds and tabs stay, carriage returns are removed.
    """
    return text if text.isprintable() else text.translate(_CONTROL_ESCAPES)


class Console:
    """One of the two output streams.

    The stream is looked up at each use, since tests replace it.

    Args:
        name: ``"stdout"`` or ``"stderr"``. Errors of writing to stderr are ignored: there is no other place to
            report them.

    Attributes:
        is_mid_line: whether the last text that was written did not end its line.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._private_stream: TextIO | None = None
        self.is_mid_line = False

    @property
    def stream(self) -> TextIO | None:
        """The stream, or None if the process was started without it."""
        stream: TextIO | None = self._private_stream or getattr(sys, self._name)
        return stream

    def redirect_foreign_output(self) -> None:
        """Redirect what others write to descriptor 1 to standard error; do nothing on a terminal.

        Plugins, their libraries and the programs that they start write to file descriptor 1 at will. Afterwards
        only this object writes to the original standard output. A terminal shows both streams anyway, and
        `readline` needs the original descriptor there.
        """
        stream = self.stream
        if stream is None or self.is_terminal:
            return
        try:
            descriptor = os.dup(1)
            if sys.stderr is None:
                _redirect_to_devnull(1)
            else:
                os.dup2(2, 1)
        except OSError:  # The descriptor is closed.
            return
        encoding, errors = stream.encoding, stream.errors
        self._private_stream = open(descriptor, "w", encoding=encoding, errors=errors)  # noqa: PTH123, SIM115

    def configure(self) -> None:
        """Set the stream to write characters that its encoding lacks as escapes, instead of failing."""
        reconfigure = getattr(self.stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace", newline=None if self.is_terminal else "\n")
        self.is_mid_line = False

    # --- properties of the stream ----------------------------------------------------------------

    @property
    def is_terminal(self) -> bool:
        """Whether the stream is a terminal."""
        stream = self.stream
        try:
            return stream is not None and stream.isatty()
        except ValueError:  # The stream is closed.
            return False

    @property
    def is_smart(self) -> bool:
        """Whether the stream is a terminal that interprets control sequences."""
        if sys.platform == "win32" and not ({"WT_SESSION", "TERM"} & set(os.environ)):
            return False  # The old Windows console shows them as text.
        return self.is_terminal and os.environ.get("TERM") != "dumb"

    @property
    def has_colours(self) -> bool:
        """Whether to use colours: on a terminal without ``NO_COLOR``, anywhere with ``FORCE_COLOR``."""
        if os.environ.get("NO_COLOR"):
            return False
        return bool(os.environ.get("FORCE_COLOR")) or self.is_smart

    @property
    def width(self) -> int | None:
        """The terminal's number of columns, or None if lines may have any length."""
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
        """Write foreign text and flush.

        Raises:
            OutputError: standard output cannot be written.
        """
        self._write(escape_control_characters(text) if self.is_terminal else text)

    def write_line(self, text: str = "", style: str = "") -> None:
        """Write a line of foreign text in one style."""
        self._write(self.apply_style(text, style) + "\n")

    def apply_style(self, text: str, style: str) -> str:
        """Return foreign text for `write_raw`: escaped on a terminal, styled if there are colours."""
        escaped = escape_control_characters(text) if self.is_terminal else text
        return f"\x1b[{_STYLES[style]}m{escaped}\x1b[0m" if style and self.has_colours else escaped

    def write_raw(self, text: str) -> None:
        """Write text unchanged: our own, or the result of `apply_style`."""
        self._write(text)

    def end_line(self) -> None:
        """Write a line feed if the last text did not end its line."""
        if self.is_mid_line:
            self._write("\n")

    def flush(self) -> None:
        """Flush the stream.

        Raises:
            OutputError: standard output cannot be written.
        """
        self._write("")

    def discard_output(self) -> None:
        """Discard everything that is still to be written, including the interpreter's last flush."""
        with contextlib.suppress(OSError, ValueError, AttributeError):
            _redirect_to_devnull(self.stream.fileno())  # type: ignore[union-attr] # None is suppressed

    def _write(self, text: str) -> None:
        stream = self.stream
        try:
            if stream is None:
                raise OSError("it is closed")
            if text:
                self.is_mid_line = not text.endswith("\n")  # Before writing, which Ctrl-C can interrupt.
                stream.write(text)
            stream.flush()
        except (OSError, ValueError) as error:
            if self._name == "stdout":
                raise _output_error(error) from error


def _redirect_to_devnull(descriptor: int) -> None:
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, descriptor)
    os.close(devnull)


def _output_error(error: Exception) -> OutputError:
    # Windows reports EINVAL where other systems report EPIPE.
    if isinstance(error, BrokenPipeError) or (sys.platform == "win32" and getattr(error, "errno", 0) == 22):  # noqa: PLR2004
        return OutputClosedError("Standard output was closed.")
    reason = getattr(error, "strerror", None) or str(error)
    return OutputError(f"Standard output cannot be written: {reason}.")


OUT = Console("stdout")
ERR = Console("stderr")
