"""The command line ``g4f-lite``: its entry points, Ctrl-C, and the end of its process.

This module imports nothing, and `main` imports only what the one sub-command needs: most of the time from the
start of the process to the first token is spent on imports.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

__all__ = ["console", "main"]


def main(argv: "Sequence[str] | None" = None) -> int:
    """Run the command line and return its exit code.

    Args:
        argv: the arguments without the program's name, or None for those of the process.
    """
    import gc

    # Hundreds of imports create many objects that live until the end and none that could be collected: with
    # the default threshold, the collector takes a fortieth of the time to the first token.
    gc.set_threshold(20_000, 10, 10)
    try:
        from g4f_lite.cli.dispatch import run

        return run(argv)
    except KeyboardInterrupt:  # The `with` statements on the way here have closed every connection.
        return _handle_interrupt()


def console() -> "NoReturn":
    """Run `main` in a process that has no other purpose, then end the process.

    In a pipe or a file, standard output gets answers only. The process does not wait for threads that a plugin
    has left running.
    """
    import os

    try:
        from g4f_lite.cli.terminal.console import OUT

        OUT.redirect_foreign_output()
        code = main()
        _finalize()
    except KeyboardInterrupt:
        code = _handle_interrupt()
        _finalize()
    os._exit(code)  # `sys.exit` would wait for every thread that is not a daemon.


def _finalize() -> None:
    """Do what the interpreter does at its end, except for waiting for threads."""
    import atexit
    import sys

    atexit._run_exitfuncs()  # One of them stops the embedded model, which must not go on computing.
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # noqa: S112 - the stream is closed, or an object of a plugin
            continue


def _handle_interrupt() -> int:
    """Prepare the process to end after Ctrl-C, and return the exit code for it."""
    import contextlib
    import signal

    with contextlib.suppress(ValueError):  # This is not the main thread.
        # Only the interpreter's end remains. A second Ctrl-C ends the process at once, without a traceback.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    # CPython remembers a Ctrl-C inside `exec` (dataclasses use it) and would die of it at its end: this clears it.
    exec("")  # noqa: S102 - a constant
    return 128 + signal.SIGINT
