"""JSON that is still being written: what of it is there."""

from json import JSONDecoder
from typing import Any

__all__ = ["partial_json"]

_READ = JSONDecoder().raw_decode
_OF_NUMBERS = (".", "e", "E", "+", "-")
_SPACE = " \t\n\r"


class _NothingYetError(Exception):
    """Where a value is expected, there is none that is whole."""


def partial_json(text: str) -> Any:
    """Return what has come of a JSON value: the whole parts of lists and objects; None if it is nothing.

    A string that has not ended is left out, and its key with it; so is a word or a number that has begun.
    """
    try:
        return _value(text, _past(text, 0))[0]
    except (_NothingYetError, RecursionError):
        return None


def _value(text: str, at: int) -> tuple[Any, int]:
    """Return the value that begins there, and where it ends; -1: it has not."""
    if text.startswith("{", at):
        return _object(text, at + 1)
    if text.startswith("[", at):
        return _array(text, at + 1)
    try:
        value, end = _READ(text, at)
    except ValueError:
        raise _NothingYetError from None
    if text.startswith(_OF_NUMBERS, end):
        raise _NothingYetError  # "1." and "1e" have a number in front
    return value, end


def _array(text: str, at: int) -> tuple[list[Any], int]:
    made: list[Any] = []
    at = _past(text, at)
    while not text.startswith("]", at):
        try:
            value, at = _value(text, at)
        except _NothingYetError:
            return made, -1
        made.append(value)
        at = _next(text, at, "]")
        if at < 0:
            return made, -1
    return made, at + 1


def _object(text: str, at: int) -> tuple[dict[str, Any], int]:
    made: dict[str, Any] = {}
    at = _past(text, at)
    while not text.startswith("}", at):
        try:
            key, at = _value(text, at)
            at = _past(text, at)
            if not (isinstance(key, str) and text.startswith(":", at)):
                return made, -1
            value, at = _value(text, _past(text, at + 1))
        except _NothingYetError:
            return made, -1
        made[key] = value
        at = _next(text, at, "}")
        if at < 0:
            return made, -1
    return made, at + 1


def _next(text: str, at: int, end: str) -> int:
    """Return where the next item or the end is, behind an item; -1: not yet."""
    if at < 0:
        return -1
    at = _past(text, at)
    if text.startswith(",", at):
        return _past(text, at + 1)
    return at if text.startswith(end, at) else -1


def _past(text: str, at: int) -> int:
    while text[at : at + 1] and text[at] in _SPACE:
        at += 1
    return at
