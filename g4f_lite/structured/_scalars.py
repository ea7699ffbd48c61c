"""JSON types without parts: strings, numbers, dates, and enumerations."""

import enum
import math
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from g4f_lite._utils.text import join_names, shorten
from g4f_lite.structured._types import JSONType, Path, Schema, SchemaWriter, ValidationContext, describe_kind

__all__ = [
    "FORMATTED_TYPES",
    "PRIMITIVE_TYPES",
    "AnyType",
    "EnumType",
    "FormattedStringType",
    "is_json_primitive",
]


class AnyType(JSONType):
    """Any JSON value, unchanged."""

    is_nullable = True

    def schema(self, writer: SchemaWriter) -> Schema:  # noqa: ARG002
        return {}

    def validate(self, value: Any, path: Path, context: ValidationContext) -> Any:  # noqa: ARG002
        return value


class _PrimitiveType(JSONType):
    """One of the primitive types of JSON."""

    def __init__(
        self, name: str, expected: str, accepts: Callable[[Any], bool], factory: Callable[[Any], Any]
    ) -> None:
        self.name = name
        self.expected = expected
        self.is_nullable = name == "null"
        self._accepts = accepts
        self._factory = factory

    def schema(self, writer: SchemaWriter) -> Schema:  # noqa: ARG002
        return {"type": self.name}

    def validate(self, value: Any, path: Path, context: ValidationContext) -> Any:
        if self._accepts(value):
            return self._factory(value)
        if self.name in ("integer", "number") and describe_kind(value) == "a number":
            return context.add_issue(path, f"expected {self.expected}, not {shorten(repr(value), 40)}")
        return context.add_mismatch(path, self.expected, value)


def _unchanged(value: Any) -> Any:
    return value


def _is_integer(value: object) -> bool:
    # JSON has one kind of number: JSON Schema defines 1.0 as the integer 1.
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, float) and value.is_integer()
    )


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # an int larger than any float
        return False


PRIMITIVE_TYPES: dict[Any, JSONType] = {
    str: _PrimitiveType("string", "a string", lambda value: isinstance(value, str), _unchanged),
    int: _PrimitiveType("integer", "an integer", _is_integer, int),
    float: _PrimitiveType("number", "a number", _is_number, float),
    bool: _PrimitiveType("boolean", "a boolean", lambda value: isinstance(value, bool), _unchanged),
    type(None): _PrimitiveType("null", "null", lambda value: value is None, _unchanged),
    Any: AnyType(),
    object: AnyType(),
}


# --- formatted strings ---------------------------------------------------------------------------

_DATE = r"\d{4}-\d\d-\d\d"
_TIME = r"\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[Zz]|[+-]\d\d:\d\d)?"
_NUMBER = r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?"
_UUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


class FormattedStringType(JSONType):
    """A string with a format, from which a Python object is created."""

    def __init__(self, schema: Schema, expected: str, pattern: str, factory: Callable[[str], Any]) -> None:
        self._schema = {"type": "string", **schema}
        self.expected = expected
        self._pattern = re.compile(pattern, re.ASCII)
        self._factory = factory

    def schema(self, writer: SchemaWriter) -> Schema:  # noqa: ARG002
        return dict(self._schema)

    def validate(self, value: Any, path: Path, context: ValidationContext) -> Any:
        if not isinstance(value, str):
            return context.add_mismatch(path, self.expected, value)
        if self._pattern.fullmatch(value):
            try:
                return self._factory(value)
            except (ValueError, ArithmeticError):  # such as the 31st of February
                pass
        return context.add_issue(path, f"expected {self.expected}, not {shorten(repr(value), 60)}")


def _to_python_iso_format(text: str) -> str:
    """Return a time in the form that `fromisoformat` of Python 3.10 accepts: microseconds, and no `Z`."""
    text = re.sub(r"[Zz]$", "+00:00", text)
    return re.sub(r"\.(\d+)", lambda match: f".{match[1][:6]:0<6}", text)


FORMATTED_TYPES: dict[Any, JSONType] = {
    datetime: FormattedStringType(
        {"format": "date-time"},
        "a date and time like 2026-01-31T12:00:00Z",
        rf"{_DATE}[Tt ]{_TIME}",
        lambda text: datetime.fromisoformat(_to_python_iso_format(text.upper())),
    ),
    date: FormattedStringType({"format": "date"}, "a date like 2026-01-31", _DATE, date.fromisoformat),
    time: FormattedStringType(
        {"format": "time"},
        "a time like 12:00:00",
        _TIME,
        lambda text: time.fromisoformat(_to_python_iso_format(text)),
    ),
    UUID: FormattedStringType({"format": "uuid"}, "a UUID", _UUID, UUID),
    Decimal: FormattedStringType(
        {"pattern": f"^{_NUMBER}$"}, "a decimal number in a string", _NUMBER, Decimal
    ),
}


# --- enumerations --------------------------------------------------------------------------------


def is_json_primitive(value: object) -> bool:
    """Whether a value is exactly a string, an integer, a boolean or None, not of a subclass."""
    return value is None or type(value) in (str, int, bool)


class EnumType(JSONType):
    """One of some fixed values: a `Literal`, or the members of an `Enum` by their values."""

    def __init__(self, members: Sequence[Any]) -> None:
        self._members = tuple((item.value if isinstance(item, enum.Enum) else item, item) for item in members)
        self.expected = f"one of {join_names((repr(value) for value, _ in self._members), 20)}"
        self.is_nullable = any(value is None for value, _ in self._members)

    def schema(self, writer: SchemaWriter) -> Schema:  # noqa: ARG002
        values = [value for value, _ in self._members]
        kinds = list(dict.fromkeys(_JSON_TYPES[type(value)] for value in values))
        return {"type": kinds[0] if len(kinds) == 1 else kinds, "enum": values}

    def validate(self, value: Any, path: Path, context: ValidationContext) -> Any:
        for known, member in self._members:
            if known == value and isinstance(known, bool) is isinstance(value, bool):
                return member
        shown = (
            shorten(repr(value), 60)
            if is_json_primitive(value) and value is not None
            else describe_kind(value)
        )
        return context.add_issue(path, f"expected {self.expected}, not {shown}")


_JSON_TYPES = {str: "string", int: "integer", bool: "boolean", float: "number", type(None): "null"}
