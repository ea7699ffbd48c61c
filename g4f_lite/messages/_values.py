"""Values inside of messages: strings that can be sent, and copies that the provider may change."""

import copy
from collections.abc import Mapping
from typing import Any

from g4f_lite.messages._media import ContentError, kind

__all__ = ["copy_unknown_keys", "copy_value", "required", "text_of"]


def text_of(value: object, place: str) -> str:
    """Return a string that can be sent, as a plain `str`.

    Raises:
        Unfit: it is none, or it has a lone surrogate.
    """
    if not isinstance(value, str):
        raise ContentError(f"{place} has to be a string, not {kind(value)}.", "Pass the text.")
    text = str.__str__(value)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise ContentError(
                f"{place} has a lone surrogate at position {error.start}, which no encoding can carry.",
                "It comes from text decoded with errors='surrogateescape': decode it as UTF-8.",
            ) from None
    return text


def copy_value(value: object, place: str) -> Any:
    """Return a copy of what can be changed, so that no provider changes what is the caller's.

    Raises:
        Unfit: it cannot be copied.
    """
    if value is None or isinstance(value, (str, int, float, bytes)):
        return value
    try:
        return copy.deepcopy(value)
    except Exception:  # of objects, anything; of lists, that they are too deep
        raise ContentError(f"{place} is a {kind(value)} that cannot be copied.", "Pass plain data.") from None


def required(value: Mapping[str, Any], key: str, place: str) -> Any:
    """Return the value of a key.

    Raises:
        Unfit: it is not there.
    """
    if key not in value:
        raise ContentError(f"{place} has no {key!r}.", "Add it.")
    return value[key]


def copy_unknown_keys(value: Mapping[str, Any], known: tuple[str, ...], place: str) -> dict[str, Any]:
    """Return copies of what else a service may want to have.

    Raises:
        Unfit: a key is no string, or a value cannot be copied.
    """
    if not all(isinstance(key, str) for key in value):
        raise ContentError(f"{place} has a key that is no string.", "Write its keys as strings.")
    return {key: copy_value(item, f"{place}[{key!r}]") for key, item in value.items() if key not in known}
