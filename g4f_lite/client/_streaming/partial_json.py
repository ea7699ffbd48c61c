"""A parser of incomplete JSON text."""

from json import JSONDecoder
from typing import Any

__all__ = ["partial_json"]

_decode = JSONDecoder().raw_decode
_NUMBER_PARTS = (".", "e", "E", "+", "-")
_SPACE = " \t\n\r"


class _IncompleteValueError(Exception):
    """The text has no complete value at the position."""


def partial_json(text: str) -> Any:
    """Return the complete parts of a JSON value that may be cut off, or None without a complete part.

    An incomplete string, word or number is left out, and so is its key in an object.
    """
    try:
        return _parse_value(text, _skip_space(text, 0))[0]
    except (_IncompleteValueError, RecursionError):
        return None


def _parse_value(text: str, at: int) -> tuple[Any, int]:
    """Return the value that starts at `at` and the position after it, or -1 if the value is incomplete."""
    if text.startswith("{", at):
        return _parse_object(text, at + 1)
    if text.startswith("[", at):
        return _parse_array(text, at + 1)
    try:
        value, end = _decode(text, at)
    except ValueError:
        raise _IncompleteValueError from None
    if text.startswith(_NUMBER_PARTS, end):
        raise _IncompleteValueError  # "1." and "1e" start with a complete number
    return value, end


def _parse_array(text: str, at: int) -> tuple[list[Any], int]:
    items: list[Any] = []
    at = _skip_space(text, at)
    while not text.startswith("]", at):
        try:
            value, at = _parse_value(text, at)
        except _IncompleteValueError:
            return items, -1
        items.append(value)
        at = _skip_comma(text, at, "]")
        if at < 0:
            return items, -1
    return items, at + 1


def _parse_object(text: str, at: int) -> tuple[dict[str, Any], int]:
    members: dict[str, Any] = {}
    at = _skip_space(text, at)
    while not text.startswith("}", at):
        try:
            key, at = _parse_value(text, at)
            at = _skip_space(text, at)
            if not (isinstance(key, str) and text.startswith(":", at)):
                return members, -1
            value, at = _parse_value(text, _skip_space(text, at + 1))
        except _IncompleteValueError:
            return members, -1
        members[key] = value
        at = _skip_comma(text, at, "}")
        if at < 0:
            return members, -1
    return members, at + 1


def _skip_comma(text: str, at: int, end: str) -> int:
    """Return the position of the next item or of the end, or -1 if the text ends before it."""
    if at < 0:
        return -1
    at = _skip_space(text, at)
    if text.startswith(",", at):
        return _skip_space(text, at + 1)
    return at if text.startswith(end, at) else -1


def _skip_space(text: str, at: int) -> int:
    while text[at : at + 1] and text[at] in _SPACE:
        at += 1
    return at
