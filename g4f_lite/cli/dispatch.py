"""Dispatch of the command line: the sub-command, its errors, and the exit code."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from g4f_lite.cli.exit_codes import ExitCode, OutputClosedError, OutputError, UsageError, exit_code_for
from g4f_lite.cli.terminal.console import ERR, OUT

__all__ = ["COMMANDS", "DEBUG_VARIABLE", "run"]

DEBUG_VARIABLE = "G4F_LITE_DEBUG"
"""The environment variable that adds the traceback to an error's message."""

COMMANDS = {
    "ask": "ask one question and print the answer as it comes",
    "chat": "talk to a model; each turn sends the whole conversation",
    "providers": "list the providers, and why one cannot be used",
    "models": "list the models and the providers that offer them",
    "keys": "store, list and remove the keys of providers",
    "check": "check a provider, a file or a distribution against the contract",
    "doctor": "report on this installation and on what is broken in it",
}
"""The sub-commands. Each is a module of `commands`, with `parser()` and `run(arguments)`.

If the module also has `parse_fast(words)`, that is tried first: `argparse` takes long to import.
"""

_HELP = """\
usage: {program} COMMAND ...

Ask chat models of any provider; every provider is a plugin.

commands:
{commands}

options:
  -h, --help     show this help; `{program} COMMAND --help` shows that of a command
  --version      show the version

examples:
  {program} ask "Why is the sky blue?"
  cat report.txt | {program} ask --provider yqcloud "Summarise this:"
  {program} chat
  {program} doctor

Without --provider and --model, G4F_LITE_PROVIDER is asked, or else the embedded model, `local`.
Keys come from the environment (`{program} providers` names the variables), or are stored by
`{program} keys set PROVIDER`, which asks for them: a key is never an argument.
Answers go to standard output, everything else to standard error.

exit codes: 0 fine, 1 problems found (check, doctor) or nothing to remove (keys), 2 wrong usage,
3 no such provider or a broken one, 4 the request cannot be made, 5 the provider failed,
6 output cannot be written, 70 a fault of g4f-lite, 130 interrupted, 141 output closed
"""


def run(argv: Sequence[str] | None) -> int:
    """Run the command line and return its exit code. Raises nothing but `KeyboardInterrupt`."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    OUT.configure()
    ERR.configure()
    try:
        code = _run_command(arguments)
        OUT.flush()
        return code
    except OutputClosedError:
        OUT.discard_output()
        return ExitCode.PIPE
    except KeyboardInterrupt:
        _end_open_lines()
        raise
    except Exception as error:
        return _report_error(error, arguments)


def _run_command(arguments: list[str]) -> int:
    name = arguments[0] if arguments else ""
    if name in COMMANDS:
        module: Any = import_module(f"g4f_lite.cli.commands.{name}")
        try:
            parsed = _parse_arguments(module, arguments[1:])
        except SystemExit:  # `argparse` has shown the help.
            return ExitCode.OK
        return int(module.run(parsed))
    if name in ("-h", "--help"):
        OUT.write(_help_text())
        return ExitCode.OK
    if name == "--version":
        from g4f_lite import __version__

        OUT.write_line(f"g4f-lite {__version__}")
        return ExitCode.OK
    if not name:
        ERR.write(_help_text())
        return ExitCode.USAGE
    raise UsageError(f"{_unknown_command_message(name)} The commands are: {', '.join(COMMANDS)}.")


def _parse_arguments(module: Any, words: list[str]) -> Any:
    parse_fast = getattr(module, "parse_fast", None)
    parsed = None if parse_fast is None else parse_fast(words)
    return module.parser().parse_args(words) if parsed is None else parsed


def _unknown_command_message(name: str) -> str:
    if name.startswith("-"):
        return f"The option {name!r} is not known here: options come after the command."
    from difflib import get_close_matches

    matches = get_close_matches(name, COMMANDS, n=1)
    return f"There is no command {name!r}.{f' Did you mean {matches[0]!r}?' if matches else ''}"


def _help_text() -> str:
    from g4f_lite.cli.terminal.console import program_name

    width = max(map(len, COMMANDS))
    commands = "\n".join(f"  {name:<{width}}  {summary}" for name, summary in COMMANDS.items())
    return _HELP.format(program=program_name(), commands=commands)


# --- errors ---------------------------------------------------------------------------------------


def _end_open_lines() -> None:
    """End unfinished lines, so that the shell's prompt or the error begins on a line of its own."""
    try:
        if not ERR.is_terminal or not OUT.is_terminal:
            ERR.end_line()
            OUT.end_line()
        elif OUT.is_mid_line or ERR.is_mid_line:  # Both are the same screen, with one line to end.
            OUT.is_mid_line = ERR.is_mid_line = False
            ERR.write_raw("\n")
    except OutputError:
        OUT.discard_output()


def _report_error(error: Exception, arguments: list[str]) -> ExitCode:
    """Write the message of `error` and return its exit code."""
    from g4f_lite.cli.error_messages import error_message
    from g4f_lite.cli.terminal.notices import show_error

    _end_open_lines()
    if os.environ.get(DEBUG_VARIABLE):
        _show_traceback(error)
    show_error(error_message(error, arguments[0] if arguments else ""))
    if isinstance(error, OutputError):
        OUT.discard_output()
    return exit_code_for(error)


def _show_traceback(error: Exception) -> None:
    import traceback

    from g4f_lite.cli.terminal.redaction import redact_secrets

    lines = traceback.format_exception(type(error), error, error.__traceback__)
    ERR.write(redact_secrets("".join(lines)))
