"""Keys in the keyring of the operating system, by the package `keyring`, which is an extra.

One entry of the service ``g4f-lite`` for each provider, with a key on each line.
"""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from g4f_lite._utils.untrusted import describe_exception
from g4f_lite.errors import KeyStoreError, MissingExtraError

__all__ = ["forget", "load", "save"]

_SERVICE = "g4f-lite"


def load(provider: str) -> tuple[str, ...]:
    """Return a provider's keys; empty: the keyring has none.

    Raises:
        MissingExtraError: the package is not installed.
        KeyStoreError: the keyring failed, or is locked.
    """
    keyring = _package()
    kept = _asked(lambda: keyring.get_password(_SERVICE, provider))
    return tuple(kept.split("\n")) if kept else ()


def save(provider: str, keys: Sequence[str]) -> None:
    """Have the keyring keep these keys of a provider, in place of those that it has; raises as `load` does."""
    keyring = _package()
    _asked(lambda: keyring.set_password(_SERVICE, provider, "\n".join(keys)), keys)
    if load(provider) != tuple(keys):  # a backend may do nothing at all, and say so nowhere
        raise KeyStoreError(
            "The system's keyring did not keep the key.",
            hint="`python -m keyring diagnose` shows which keyring is in use; without --keyring, a file keeps it.",
        )


def forget(provider: str) -> None:
    """Have the keyring forget a provider's keys; raises as `load` does."""
    keyring = _package()
    if load(provider):
        _asked(lambda: keyring.delete_password(_SERVICE, provider))


def _package() -> Any:
    try:
        return import_module("keyring")
    except ImportError:
        pass
    raise MissingExtraError("keyring", "The system's keyring")


def _asked(step: Callable[[], Any], secrets: Sequence[str] = ()) -> Any:
    """Return what the keyring answers; its backends raise whatever their libraries do."""
    try:
        return step()
    except Exception as error:
        reason = describe_exception(error, 200, secrets)
    # Outside the `except`: the exception's traceback has the key in its variables.
    raise KeyStoreError(
        f"The system's keyring failed: {reason}.",
        hint="Unlock it; `python -m keyring diagnose` shows which one is in use.",
    )
