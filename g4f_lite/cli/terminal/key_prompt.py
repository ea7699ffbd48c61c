"""A key from who runs the command: typed unseen on a terminal, or piped in; never from the command line."""

import sys

from g4f_lite._core.keys.store_format import key_fault
from g4f_lite.cli.exit_codes import UsageError

__all__ = ["read_key"]

_COMMAND = "keys set"
_LONGEST = 100_000


def read_key(provider: str) -> str:
    """Return a key that can be kept, without the blanks around it.

    Raises:
        UsageError: there is none, or it cannot be one. It is not repeated.
    """
    stream = sys.stdin
    if stream is None or stream.closed:
        raise UsageError("There is no standard input to read the key from.", _COMMAND)
    key = (_typed(provider) if stream.isatty() else _piped()).strip()
    fault = key_fault(key)
    if fault:
        raise UsageError(f"The key {fault}; nothing was changed.", _COMMAND)
    return key


def _typed(provider: str) -> str:
    import warnings
    from getpass import GetPassWarning, getpass

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", GetPassWarning)  # it would go on, and show what is typed
            return getpass(f"Key for {provider}: ")
    except EOFError:
        return ""
    except GetPassWarning:
        pass
    raise UsageError("This terminal cannot hide what is typed: pipe the key in instead.", _COMMAND)


def _piped() -> str:
    # Not as the text layer decodes it: its error would have the key in it.
    return sys.stdin.buffer.read(_LONGEST).decode("utf-8", "replace").removeprefix("\ufeff")
