"""The exit codes of the command line, and which error leads to which code.

`docs/command-line.md` has the same table.
"""

from enum import IntEnum

from g4f_lite.errors import G4FLiteError, ProviderError, RegistryError, RequestError

__all__ = ["ExitCode", "OutputClosedError", "OutputError", "UsageError", "exit_code_for"]


class ExitCode(IntEnum):
    """The exit codes."""

    OK = 0
    PROBLEMS = 1
    """`check` found problems, `doctor` found something broken, or `keys remove` found no key."""
    USAGE = 2
    """The command line itself is wrong."""
    REGISTRY = 3
    """The provider is not installed, broken or blocked (`RegistryError`)."""
    REQUEST = 4
    """The request cannot be made as asked (`RequestError`); nothing was sent."""
    PROVIDER = 5
    """The provider was asked and failed (`ProviderError`)."""
    OUTPUT = 6
    """Standard output cannot be written, for example to a full disk."""
    INTERNAL = 70
    """A fault of g4f-lite itself, or a package that it needs is not installed."""
    INTERRUPTED = 130
    """Ctrl-C."""
    PIPE = 141
    """The reader of standard output has closed it."""


class UsageError(Exception):
    """The command line is wrong.

    Attributes:
        command: the sub-command to show the help of, or "" for the program itself.
    """

    def __init__(self, message: str, command: str = "") -> None:
        super().__init__(message)
        self.command = command


class OutputError(Exception):
    """Standard output cannot be written."""


class OutputClosedError(OutputError):
    """The reader of standard output has closed it."""


def exit_code_for(error: BaseException) -> ExitCode:
    """Return the exit code for `error`."""
    for error_type, code in _CODES:
        if isinstance(error, error_type):
            return code
    return ExitCode.INTERNAL


_CODES: tuple[tuple[type[BaseException], ExitCode], ...] = (
    (UsageError, ExitCode.USAGE),
    (RegistryError, ExitCode.REGISTRY),
    (RequestError, ExitCode.REQUEST),
    (ProviderError, ExitCode.PROVIDER),
    (G4FLiteError, ExitCode.INTERNAL),
    (OutputClosedError, ExitCode.PIPE),
    (OutputError, ExitCode.OUTPUT),
    (KeyboardInterrupt, ExitCode.INTERRUPTED),
)
"""The exit code of each error class; the first class that matches counts."""
