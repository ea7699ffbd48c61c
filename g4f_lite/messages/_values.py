"""Values in messages: strings that can be encoded, and copies that a provider may modify."""

import copy
from collections.abc import Mapping
from typing import Any

from g4f_lite.messages._media import ContentError, type_name_of

__all__ = ["copy_unknown_keys", "copy_value", "require_key", "require_text"]


def require_text(value: object, where: str) -> str:
    """Return a string that can be encoded, as a plain `str`.

    Raises:
        ContentError: `value` is not a string, or has a lone surrogate.
    """
    if not isinstance(value, str):
        raise ContentError(f"{where} has to be a string, not {type_name_of(value)}.", "Pass the text.")
    text = str.__str__(value)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise ContentError(
                f"{where} has a lone surrogate at position {error.start}, which no encoding can carry.",
                "It comes from text decoded with errors='surrogateescape': decode it as UTF-8.",
            ) from None
    return text


def copy_value(value: object, where: str) -> Any:
    """Return a deep copy of a value, so that no provider can modify the caller's objects.

    Raises:
        ContentError: `value` cannot be copied.
    """
    if value is None or isinstance(value, (str, int, float, bytes)):
        return value
    try:
        return copy.deepcopy(value)
    except Exception:  # an object may raise anything; nested lists may be too deep
        raise ContentError(
            f"{where} is a {type_name_of(value)} that cannot be copied.", "Pass plain data."
        ) from None


def require_key(value: Mapping[str, Any], key: str, where: str) -> Any:
    """Return the value of a key.

    Raises:
        ContentError: `value` does not have the key.
    """
    if key not in value:
        raise ContentError(f"{where} has no {key!r}.", "Add it.")
    return value[key]


def copy_unknown_keys(value: Mapping[str, Any], known: tuple[str, ...], where: str) -> dict[str, Any]:
    """Return copies of the entries that are not in `known`, which a service may need.

    Raises:
        ContentError: a key is not a string, or a value cannot be copied.
    """
    if not all(isinstance(key, str) for key in value):
        raise ContentError(f"{where} has a key that is no string.", "Write its keys as strings.")
    return {key: copy_value(item, f"{where}[{key!r}]") for key, item in value.items() if key not in known}
