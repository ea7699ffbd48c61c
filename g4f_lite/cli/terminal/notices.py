"""Errors and notes on standard error, each with the prefix ``g4f-lite:``."""

from g4f_lite.cli.terminal.console import ERR
from g4f_lite.cli.terminal.redaction import redact_secrets

__all__ = ["show_error", "show_note"]


def show_error(message: str) -> None:
    """Write an error. The caller has redacted it."""
    ERR.write_raw(f"{ERR.apply_style('g4f-lite: error:', 'red')} {ERR.apply_style(message, '')}\n")


def show_note(text: str) -> None:
    """Write a note, which informs and is not an error, without secrets."""
    ERR.write_line(f"g4f-lite: {redact_secrets(text)}", "dim")
