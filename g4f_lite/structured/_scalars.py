"""The shapes of values that hold no others: text, numbers, dates, and choices among given values."""

import enum
import math
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from g4f_lite._utils.text import join_names, shorten
from g4f_lite.structured._types import JSONType, Path, Schema, SchemaWriter, ValidationContext, kind_of

__all__ = ["FORMATTED", "PLAIN", "Anything", "Choice", "Formatted", "is_plain"]


class Anything(JSONType):
    """Any JSON value, as it is."""

    nullable = True

    def schema(self, writing: SchemaWriter) -> Schema:  # noqa: ARG002
        return {}

    def build(self, value: Any, path: Path, reading: ValidationContext) -> Any:  # noqa: ARG002
        return value


class _Plain(JSONType):
    """A value of one of JSON's own types."""

    def __init__(
        self, name: str, wanted: str, fits: Callable[[Any], bool], make: Callable[[Any], Any]
    ) -> None:
        self.name = name
        self.wanted = wanted
        self.nullable = name == "null"
        self._fits = fits
        self._make = make

    def schema(self, writing: SchemaWriter) -> Schema:  # noqa: ARG002
        return {"type": self.name}

    def build(self, value: Any, path: Path, reading: ValidationContext) -> Any:
        if self._fits(value):
            return self._make(value)
        if self.name in ("integer", "number") and kind_of(value) == "a number":
            return reading.wrong(path, f"expected {self.wanted}, not {shorten(repr(value), 40)}")
        return reading.expected(path, self.wanted, value)


def _as_it_is(value: Any) -> Any:
    return value


def _is_whole(value: object) -> bool:
    # JSON has one kind of number: 1.0 is the integer 1 there, and to every validator of JSON schemas.
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, float) and value.is_integer()
    )


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # an int beyond every float
        return False


PLAIN: dict[Any, JSONType] = {
    str: _Plain("string", "a string", lambda value: isinstance(value, str), _as_it_is),
    int: _Plain("integer", "an integer", _is_whole, int),
    float: _Plain("number", "a number", _is_number, float),
    bool: _Plain("boolean", "a boolean", lambda value: isinstance(value, bool), _as_it_is),
    type(None): _Plain("null", "null", lambda value: value is None, _as_it_is),
    Any: Anything(),
    object: Anything(),
}


# --- text with a form ----------------------------------------------------------------------------

_DATE = r"\d{4}-\d\d-\d\d"
_TIME = r"\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[Zz]|[+-]\d\d:\d\d)?"
_NUMBER = r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?"
_UUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


class Formatted(JSONType):
    """A string of a certain form, of which an object is made."""

    def __init__(self, schema: Schema, wanted: str, pattern: str, make: Callable[[str], Any]) -> None:
        self._schema = {"type": "string", **schema}
        self.wanted = wanted
        self._pattern = re.compile(pattern, re.ASCII)
        self._make = make

    def schema(self, writing: SchemaWriter) -> Schema:  # noqa: ARG002
        return dict(self._schema)

    def build(self, value: Any, path: Path, reading: ValidationContext) -> Any:
        if not isinstance(value, str):
            return reading.expected(path, self.wanted, value)
        if self._pattern.fullmatch(value):
            try:
                return self._make(value)
            except (ValueError, ArithmeticError):  # the 31st of February
                pass
        return reading.wrong(path, f"expected {self.wanted}, not {shorten(repr(value), 60)}")


def _in_the_form_of_python(text: str) -> str:
    """Return a time as `fromisoformat` of Python 3.10 reads it: six digits of a second, no `Z`."""
    text = re.sub(r"[Zz]$", "+00:00", text)
    return re.sub(r"\.(\d+)", lambda match: f".{match[1][:6]:0<6}", text)


FORMATTED: dict[Any, JSONType] = {
    datetime: Formatted(
        {"format": "date-time"},
        "a date and time like 2026-01-31T12:00:00Z",
        rf"{_DATE}[Tt ]{_TIME}",
        lambda text: datetime.fromisoformat(_in_the_form_of_python(text.upper())),
    ),
    date: Formatted({"format": "date"}, "a date like 2026-01-31", _DATE, date.fromisoformat),
    time: Formatted(
        {"format": "time"},
        "a time like 12:00:00",
        _TIME,
        lambda text: time.fromisoformat(_in_the_form_of_python(text)),
    ),
    UUID: Formatted({"format": "uuid"}, "a UUID", _UUID, UUID),
    Decimal: Formatted({"pattern": f"^{_NUMBER}$"}, "a decimal number in a string", _NUMBER, Decimal),
}


# --- one of some values --------------------------------------------------------------------------


def is_plain(value: object) -> bool:
    """Whether it is a string, an integer, a boolean or None, which JSON has as they are."""
    return value is None or type(value) in (str, int, bool)


class Choice(JSONType):
    """One of some values: a `Literal`, or the members of an enumeration by their values."""

    def __init__(self, members: Sequence[Any]) -> None:
        self._members = tuple((item.value if isinstance(item, enum.Enum) else item, item) for item in members)
        self.wanted = f"one of {join_names((repr(value) for value, _ in self._members), 20)}"
        self.nullable = any(value is None for value, _ in self._members)

    def schema(self, writing: SchemaWriter) -> Schema:  # noqa: ARG002
        values = [value for value, _ in self._members]
        kinds = list(dict.fromkeys(_JSON_TYPES[type(value)] for value in values))
        return {"type": kinds[0] if len(kinds) == 1 else kinds, "enum": values}

    def build(self, value: Any, path: Path, reading: ValidationContext) -> Any:
        for known, member in self._members:
            if known == value and isinstance(known, bool) is isinstance(value, bool):
                return member
        shown = shorten(repr(value), 60) if is_plain(value) and value is not None else kind_of(value)
        return reading.wrong(path, f"expected {self.wanted}, not {shown}")


_JSON_TYPES = {str: "string", int: "integer", bool: "boolean", float: "number", type(None): "null"}
