"""The input of a key: typed on a terminal without echo, or piped in.

A key is never an argument, since other users can see the command line.
"""

import sys

from g4f_lite._core.keys.store_format import key_fault
from g4f_lite.cli.exit_codes import UsageError

__all__ = ["read_key"]

_COMMAND = "keys set"
_MAX_BYTES = 100_000
"""Bytes of standard input that are read at most."""


def read_key(provider: str) -> str:
    """Return the key that the user types or pipes in, without surrounding whitespace.

    Raises:
        UsageError: there is no key, or the text cannot be one. The message does not repeat the text.
    """
    stream = sys.stdin
    if stream is None or stream.closed:
        raise UsageError("There is no standard input to read the key from.", _COMMAND)
    key = (_read_typed(provider) if stream.isatty() else _read_piped()).strip()
    fault = key_fault(key)
    if fault:
        raise UsageError(f"The key {fault}; nothing was changed.", _COMMAND)
    return key


def _read_typed(provider: str) -> str:
    import warnings
    from getpass import GetPassWarning, getpass

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", GetPassWarning)  # After the warning, getpass would echo the key.
            return getpass(f"Key for {provider}: ")
    except EOFError:
        return ""
    except GetPassWarning:
        pass
    raise UsageError("This terminal cannot hide what is typed: pipe the key in instead.", _COMMAND)


def _read_piped() -> str:
    # The text layer's decoding error would contain the key, so the bytes are decoded here.
    return sys.stdin.buffer.read(_MAX_BYTES).decode("utf-8", "replace").removeprefix("\ufeff")
