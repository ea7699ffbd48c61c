"""The exit codes of the command line; `docs/command-line.md` has the same table."""

from enum import IntEnum

from g4f_lite.errors import G4FLiteError, ProviderError, RegistryError, RequestError

__all__ = ["Exit", "OutputClosedError", "OutputError", "UsageError", "exit_of"]


class Exit(IntEnum):
    """What the exit code says."""

    OK = 0
    PROBLEMS = 1
    """`check` found problems, or `doctor` found something broken."""
    USAGE = 2
    """The command line itself is wrong."""
    REGISTRY = 3
    """The provider cannot be had (`RegistryError`)."""
    REQUEST = 4
    """The request cannot be made as asked (`RequestError`); nothing was sent."""
    PROVIDER = 5
    """The provider was asked and failed (`ProviderError`)."""
    OUTPUT = 6
    """Standard output cannot be written: a full disk, say."""
    INTERNAL = 70
    """A fault of g4f-lite itself, or a package that it needs is not installed."""
    INTERRUPTED = 130
    """Ctrl-C."""
    PIPE = 141
    """Whoever read standard output has closed it."""


class UsageError(Exception):
    """The command line is wrong; `command` is the sub-command whose help says how it is right."""

    def __init__(self, message: str, command: str = "") -> None:
        super().__init__(message)
        self.command = command


class OutputError(Exception):
    """Standard output cannot be written."""


class OutputClosedError(OutputError):
    """Whoever read standard output has closed it."""


def exit_of(error: BaseException) -> Exit:
    """Return the exit code that `error` comes to."""
    for kind, code in _CODES:
        if isinstance(error, kind):
            return code
    return Exit.INTERNAL


_CODES: tuple[tuple[type[BaseException], Exit], ...] = (
    (UsageError, Exit.USAGE),
    (RegistryError, Exit.REGISTRY),
    (RequestError, Exit.REQUEST),
    (ProviderError, Exit.PROVIDER),
    (G4FLiteError, Exit.INTERNAL),
    (OutputClosedError, Exit.PIPE),
    (OutputError, Exit.OUTPUT),
    (KeyboardInterrupt, Exit.INTERRUPTED),
)
