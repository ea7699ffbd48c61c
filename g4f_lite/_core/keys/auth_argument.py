"""The `auth` argument of a call or a step: one key, or a list of keys."""

from typing import Any, NoReturn

from g4f_lite.errors import InvalidArgumentError

__all__ = [
    "normalize_auth",
]


def normalize_auth(auth: Any, argument: str = "auth", owner: str = "") -> Any:
    """Return `auth` with the white space around keys removed, which files often add.

    Args:
        auth: one key, a list of keys, or anything else that a provider takes, which is returned as it is.
        argument: the name of the argument, for an error.
        owner: words for an error that say which step has it.

    Raises:
        InvalidArgumentError: a key is empty. The environment's key does not replace it: a caller that means
            another account, by a variable that is not set, would not notice.
    """
    if isinstance(auth, str):
        return auth.strip() or _raise_missing_key(argument, f"{owner} is empty")
    if isinstance(auth, list):
        if not auth:
            _raise_missing_key(argument, f"{owner} is an empty list")
        for number, key in enumerate(auth, 1):
            if key is None or (isinstance(key, str) and not key.strip()):
                _raise_missing_key(argument, f"{owner} has nothing in place of key {number} of {len(auth)}")
        return [key.strip() if isinstance(key, str) else key for key in auth]
    return auth


def _raise_missing_key(argument: str, fault: str) -> NoReturn:
    raise InvalidArgumentError(
        argument,
        f"`{argument}`{fault}, as if from a variable that is not set.",
        hint=f"Pass a key; or leave {argument} out (None) to use those of the environment or the key store.",
    )
