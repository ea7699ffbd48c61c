"""From the arguments to the sub-command, and from what it raises to the exit code."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from g4f_lite.cli.exit_codes import Exit, OutputClosedError, OutputError, UsageError, exit_of
from g4f_lite.cli.terminal.console import ERR, OUT

__all__ = ["COMMANDS", "DEBUG_VARIABLE", "run"]

DEBUG_VARIABLE = "G4F_LITE_DEBUG"

COMMANDS = {
    "ask": "ask one question and print the answer as it comes",
    "chat": "talk, with the whole conversation sent each time",
    "providers": "list the providers, and why one cannot be used",
    "models": "list the models and who offers them",
    "keys": "keep the keys of providers, say where they are, forget them",
    "check": "judge a provider, a file or a distribution by the contract",
    "doctor": "show what this installation is, and what is wrong with it",
}
"""The sub-commands. Each is a module of this package, with `parser()` and `run(arguments)`.

Where it also has `quick(words)`, that is asked first: the parser's module takes long to import.
"""

_HELP = """\
usage: {program} COMMAND ...

Ask chat models, whoever provides them; every provider is a plugin.

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
Keys come from the environment (`{program} providers` names the variables), or are kept by
`{program} keys set PROVIDER`, which asks for them: never type one here.
Answers go to standard output, everything else to standard error.

exit codes: 0 fine, 1 problems found (check, doctor) or nothing to remove (keys), 2 wrong usage,
3 no such provider or a broken one, 4 the request cannot be made so, 5 the provider failed,
6 output cannot be written, 70 a fault of g4f-lite, 130 interrupted, 141 output closed
"""


def run(argv: Sequence[str] | None) -> int:
    """Run the command line; return its exit code. Only `KeyboardInterrupt` gets through."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    OUT.prepare()
    ERR.prepare()
    try:
        code = _run(arguments)
        OUT.flush()
        return code
    except OutputClosedError:
        OUT.silence()
        return Exit.PIPE
    except KeyboardInterrupt:
        _end_lines()
        raise
    except Exception as error:
        return _report(error, arguments)


def _run(arguments: list[str]) -> int:
    name = arguments[0] if arguments else ""
    if name in COMMANDS:
        module: Any = import_module(f"g4f_lite.cli.commands.{name}")
        try:
            parsed = _parsed(module, arguments[1:])
        except SystemExit:  # argparse has shown the help
            return Exit.OK
        return int(module.run(parsed))
    if name in ("-h", "--help"):
        OUT.write(_help())
        return Exit.OK
    if name == "--version":
        from g4f_lite import __version__

        OUT.line(f"g4f-lite {__version__}")
        return Exit.OK
    if not name:
        ERR.write(_help())
        return Exit.USAGE
    raise UsageError(f"{_unknown(name)} The commands are: {', '.join(COMMANDS)}.")


def _parsed(module: Any, words: list[str]) -> Any:
    quick = getattr(module, "quick", None)
    parsed = None if quick is None else quick(words)
    return module.parser().parse_args(words) if parsed is None else parsed


def _unknown(name: str) -> str:
    if name.startswith("-"):
        return f"The option {name!r} is not known here: options come after the command."
    from difflib import get_close_matches

    near = get_close_matches(name, COMMANDS, n=1)
    return f"There is no command {name!r}.{f' Did you mean {near[0]!r}?' if near else ''}"


def _help() -> str:
    from g4f_lite.cli.terminal.console import program

    width = max(map(len, COMMANDS))
    listing = "\n".join(f"  {name:<{width}}  {what}" for name, what in COMMANDS.items())
    return _HELP.format(program=program(), commands=listing)


# --- when something is wrong ----------------------------------------------------------------------


def _end_lines() -> None:
    """End what was being written, so that the shell's prompt or the error begins a line of its own."""
    try:
        if not ERR.is_terminal or not OUT.is_terminal:
            ERR.end_line()
            OUT.end_line()
        elif OUT.mid_line or ERR.mid_line:  # one screen, one line to end
            OUT.mid_line = ERR.mid_line = False
            ERR.write_ready("\n")
    except OutputError:
        OUT.silence()


def _report(error: Exception, arguments: list[str]) -> Exit:
    """Say what is wrong, once, and return the exit code."""
    from g4f_lite.cli.error_messages import explain
    from g4f_lite.cli.terminal.notices import show_error

    _end_lines()
    if os.environ.get(DEBUG_VARIABLE):
        _show_traceback(error)
    show_error(explain(error, arguments[0] if arguments else ""))
    if isinstance(error, OutputError):
        OUT.silence()
    return exit_of(error)


def _show_traceback(error: Exception) -> None:
    import traceback

    from g4f_lite.cli.terminal.redaction import clean

    ERR.write(clean("".join(traceback.format_exception(type(error), error, error.__traceback__))))
