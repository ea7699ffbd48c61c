"""Keys in the keyring of the operating system, with the package `keyring`, which is an extra.

Each provider has one entry of the service ``g4f-lite``, with one key per line.
"""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from g4f_lite._utils.untrusted import describe_exception
from g4f_lite.errors import KeyStoreError, MissingExtraError

__all__ = ["delete_keys", "load_keys", "save_keys"]

_SERVICE = "g4f-lite"


def load_keys(provider: str) -> tuple[str, ...]:
    """Return the keys of a provider, or an empty tuple if the keyring has none.

    Raises:
        MissingExtraError: the package is not installed.
        KeyStoreError: the keyring failed, or is locked.
    """
    keyring = _import_keyring()
    password = _call_keyring(lambda: keyring.get_password(_SERVICE, provider))
    return tuple(password.split("\n")) if password else ()


def save_keys(provider: str, keys: Sequence[str]) -> None:
    """Replace the keys of a provider in the keyring. Raises as `load_keys` does."""
    keyring = _import_keyring()
    _call_keyring(lambda: keyring.set_password(_SERVICE, provider, "\n".join(keys)), keys)
    if load_keys(provider) != tuple(keys):  # a backend may do nothing, without an exception
        raise KeyStoreError(
            "The system's keyring did not keep the key.",
            hint="`python -m keyring diagnose` shows which keyring is in use; without --keyring, a file keeps it.",
        )


def delete_keys(provider: str) -> None:
    """Delete the keys of a provider from the keyring. Raises as `load_keys` does."""
    keyring = _import_keyring()
    if load_keys(provider):
        _call_keyring(lambda: keyring.delete_password(_SERVICE, provider))


def _import_keyring() -> Any:
    try:
        return import_module("keyring")
    except ImportError:
        pass
    raise MissingExtraError("keyring", "The system's keyring")


def _call_keyring(function: Callable[[], Any], secrets: Sequence[str] = ()) -> Any:
    """Return the result of `function`. Its backends raise any exception of the libraries that they use.

    Raises:
        KeyStoreError: `function` raised an exception.
    """
    try:
        return function()
    except Exception as error:
        reason = describe_exception(error, 200, secrets)
    # Raised outside the `except`, because the caught exception's traceback has the key in its variables.
    raise KeyStoreError(
        f"The system's keyring failed: {reason}.",
        hint="Unlock it; `python -m keyring diagnose` shows which one is in use.",
    )
