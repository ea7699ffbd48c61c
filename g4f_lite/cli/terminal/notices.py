"""Errors and notes, written to standard error."""

from g4f_lite.cli.terminal.console import ERR
from g4f_lite.cli.terminal.redaction import clean

__all__ = ["note", "show_error"]


def show_error(text: str) -> None:
    """Write an error as the one message of a run, or of a turn."""
    ERR.write_ready(f"{ERR.styled('g4f-lite: error:', 'red')} {ERR.styled(text, '')}\n")


def note(text: str) -> None:
    """Write something worth knowing that is no error."""
    ERR.line(f"g4f-lite: {clean(text)}", "dim")
