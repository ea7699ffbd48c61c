"""The command line ``g4f-lite``.

This module imports nothing, and `main` imports what the one sub-command needs: the time from the start of
the process to the first token is mostly imports.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

__all__ = ["console", "main"]


def main(argv: "Sequence[str] | None" = None) -> int:
    """Run the command line and return its exit code.

    Args:
        argv: the arguments without the program's name; None: those of the process.
    """
    import gc

    # Hundreds of imports make much that lives for ever and nothing that could be collected: at the
    # usual threshold, looking for it takes a fortieth of the time to the first token.
    gc.set_threshold(20_000, 10, 10)
    try:
        from g4f_lite.cli.dispatch import run

        return run(argv)
    except KeyboardInterrupt:  # whatever was open has closed itself on the way here
        return _interrupted()


def console() -> "NoReturn":
    """Run the command line as this process's only business: `main`, and then the end.

    Standard output is for answers alone, and the end waits for no thread that a plugin has left running.
    """
    import os

    try:
        from g4f_lite.cli.terminal.console import OUT

        OUT.keep_for_answers()
        code = main()
        _finish()
    except KeyboardInterrupt:
        code = _interrupted()
        _finish()
    os._exit(code)


def _finish() -> None:
    """Do what the interpreter does at its end, but for waiting for threads."""
    import atexit
    import sys

    atexit._run_exitfuncs()  # the embedded model's is among them: it must not be left at work
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # noqa: S112 - closed, or whatever a plugin has put there
            continue


def _interrupted() -> int:
    import contextlib
    import signal

    with contextlib.suppress(ValueError):  # not in the main thread
        # What is left is the interpreter's end. A second Ctrl-C shall cut it short, without a traceback.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    # Python remembers a Ctrl-C that came while a string was executed, as dataclasses do when they are
    # defined, and at its end would die of the signal although it was dealt with. This makes it forget.
    exec("")  # noqa: S102
    return 128 + signal.SIGINT
