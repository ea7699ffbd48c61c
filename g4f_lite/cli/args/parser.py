"""The `argparse` parser of a sub-command, which raises `UsageError` instead of exiting."""

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

from g4f_lite.cli.args.call_options import CALL_OPTIONS
from g4f_lite.cli.exit_codes import UsageError
from g4f_lite.cli.terminal.console import OUT, program_name

__all__ = ["Parser", "add_call_options"]

_MAX_WIDTH = 100
"""Columns that a help text uses at most."""


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        # With an explicit width, argparse does not import shutil to find the terminal's.
        super().__init__(prog, width=min(OUT.width or _MAX_WIDTH, _MAX_WIDTH) - 2, max_help_position=28)


class Parser(argparse.ArgumentParser):
    """The parser of one sub-command.

    Args:
        command: the name of the sub-command.
        summary: the text at the top of its help.
        examples: the lines at the end of its help.
    """

    def __init__(self, command: str, summary: str, examples: Sequence[str]) -> None:
        self.command = command
        example_lines = "".join(f"\n  {line}" for line in examples)
        super().__init__(
            prog=f"{program_name()} {command}",
            description=summary,
            epilog=f"examples:{example_lines}",
            formatter_class=_Formatter,
            allow_abbrev=False,
        )

    def error(self, message: str) -> NoReturn:
        """Raise `UsageError`; argparse would print the message and end the process."""
        raise UsageError(message, self.command)

    def _print_message(self, message: str, file: Any = None) -> None:  # noqa: ARG002 - argparse's
        OUT.write(message)


def add_call_options(parser: Parser) -> None:
    """Add `CALL_OPTIONS` to `parser`."""
    for spellings, settings in CALL_OPTIONS:
        parser.add_argument(*spellings, **settings)
