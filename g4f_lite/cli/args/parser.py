"""`argparse`, with our way of saying what is wrong."""

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

from g4f_lite.cli.args.call_options import ASKING
from g4f_lite.cli.exit_codes import UsageError
from g4f_lite.cli.terminal.console import OUT, program

__all__ = ["Parser", "add_asking"]

_WIDEST = 100


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        # With the width given, argparse does not import shutil to find it out.
        super().__init__(prog, width=min(OUT.width or _WIDEST, _WIDEST) - 2, max_help_position=28)


class Parser(argparse.ArgumentParser):
    """The parser of one sub-command.

    Args:
        command: its name.
        summary: what it does.
        examples: lines to show at the end of its help.
    """

    def __init__(self, command: str, summary: str, examples: Sequence[str]) -> None:
        self.command = command
        listing = "".join(f"\n  {line}" for line in examples)
        super().__init__(
            prog=f"{program()} {command}",
            description=summary,
            epilog=f"examples:{listing}",
            formatter_class=_Formatter,
            allow_abbrev=False,
        )

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing and ending the program."""
        raise UsageError(message, self.command)

    def _print_message(self, message: str, file: Any = None) -> None:  # noqa: ARG002 - argparse's
        OUT.write(message)


def add_asking(parser: Parser) -> None:
    """Add the options that say whom to ask, and how."""
    for names, settings in ASKING:
        parser.add_argument(*names, **settings)
