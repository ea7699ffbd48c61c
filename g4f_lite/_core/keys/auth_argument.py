"""Normalize the `auth=` argument of a call."""

from typing import Any, NoReturn

from g4f_lite.errors import InvalidArgumentError

__all__ = [
    "normalize_auth",
]


def normalize_auth(auth: Any, argument: str = "auth", whose: str = "") -> Any:
    """Return keys without the blanks that files put around them; for an error, the argument that they are.

    Raises:
        InvalidArgumentError: there is none. Those of the environment do not step in: who meant another
            account, by a variable that is not set, would not notice.
    """
    if isinstance(auth, str):
        return auth.strip() or _no_key(argument, f"{whose} is empty")
    if isinstance(auth, list):
        if not auth:
            _no_key(argument, f"{whose} is an empty list")
        for number, key in enumerate(auth, 1):
            if key is None or (isinstance(key, str) and not key.strip()):
                _no_key(argument, f"{whose} has nothing in place of key {number} of {len(auth)}")
        return [key.strip() if isinstance(key, str) else key for key in auth]
    return auth


def _no_key(argument: str, what: str) -> NoReturn:
    raise InvalidArgumentError(
        argument,
        f"`{argument}`{what}, as if from a variable that is not set.",
        hint=f"Pass a key; or leave {argument} out (None) to use those of the environment or the key store.",
    )
