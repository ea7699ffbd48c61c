"""The shapes of values that hold others: arrays, objects with any keys, and unions."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from g4f_lite.structured._types import (
    INVALID,
    JSONType,
    Path,
    Schema,
    SchemaWriter,
    ValidationContext,
    ValidationIssue,
    nearest,
)

__all__ = ["Array", "Described", "FixedArray", "MapType", "Named", "Union"]


class Array(JSONType):
    """An array of any length, as a list, a tuple, a set."""

    wanted = "an array"

    def __init__(self, item: JSONType, make: Callable[[Iterable[Any]], Any], *, unique: bool = False) -> None:
        self._item = item
        self._make = make
        self._unique = unique

    def schema(self, writing: SchemaWriter) -> Schema:
        schema = {"type": "array", "items": self._item.schema(writing)}
        return {**schema, "uniqueItems": True} if self._unique else schema

    def build(self, value: Any, path: Path, reading: ValidationContext) -> Any:
        if not isinstance(value, list):
            return reading.expected(path, self.wanted, value)
        if self._unique and len({identity(item) for item in value}) < len(value):
            return reading.wrong(path, "expected no item twice")
        built = [self._item.build(item, (*path, place), reading) for place, item in enumerate(value)]
        return INVALID if _any_wrong(built) else self._make(built)


def identity(value: Any) -> str:
    """Return a text that two JSON values share when they are equal in JSON, where 1 is 1.0 and not true."""
    return json.dumps(_with_whole_numbers(value), sort_keys=True)


def _with_whole_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_whole_numbers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _any_wrong(built: Iterable[Any]) -> bool:
    return any(item is INVALID for item in built)


class FixedArray(JSONType):
    """An array whose places have a shape each: a tuple of known length."""

    def __init__(self, items: Sequence[JSONType]) -> None:
        self._items = tuple(items)
        self.wanted = f"an array of {len(self._items)} items"

    def schema(self, writing: SchemaWriter) -> Schema:
        # Not `"items": false` beside it, which says nothing more, and which some services do not know.
        length = len(self._items)
        schema: Schema = {"type": "array", "minItems": length, "maxItems": length}
        if self._items:  # an empty `prefixItems` is no schema
            schema["prefixItems"] = [item.schema(writing) for item in self._items]
        return schema

    def build(self, value: Any, path: Path, reading: ValidationContext) -> Any:
        if not isinstance(value, list):
            return reading.expected(path, self.wanted, value)
        if len(value) != len(self._items):
            return reading.wrong(path, f"expected {self.wanted}, not of {len(value)}")
        pairs = enumerate(zip(self._items, value, strict=True))
        built = tuple(shape.build(item, (*path, place), reading) for place, (shape, item) in pairs)
        return INVALID if _any_wrong(built) else built


class MapType(JSONType):
    """An object with any keys, whose values have one shape: a dictionary."""

    wanted = "an object"

    def __init__(self, item: JSONType) -> None:
        self._item = item

    def schema(self, writing: SchemaWriter) -> Schema:
        return {"type": "object", "additionalProperties": self._item.schema(writing)}

    def build(self, value: Any, path: Path, reading: ValidationContext) -> Any:
        if not isinstance(value, dict):
            return reading.expected(path, self.wanted, value)
        built = {key: self._item.build(item, (*path, key), reading) for key, item in value.items()}
        return INVALID if _any_wrong(built.values()) else built


class Union(JSONType):
    """One of several shapes; the first that fits is taken."""

    def __init__(self, members: Sequence[JSONType]) -> None:
        self._members = tuple(members)
        self.nullable = any(item.nullable for item in members)
        self.wanted = " or ".join(dict.fromkeys(item.wanted for item in members))

    def schema(self, writing: SchemaWriter) -> Schema:
        return {"anyOf": [item.schema(writing) for item in self._members]}

    def build(self, value: Any, path: Path, reading: ValidationContext) -> Any:
        failures: list[list[ValidationIssue]] = []
        for member in self._members:
            trial = reading.apart()
            built = member.build(value, path, trial)
            if built is not INVALID:
                return built
            failures.append(trial.misfits)
        meant = nearest(failures, path)
        if not meant:
            return reading.expected(path, self.wanted, value)
        reading.misfits += meant
        return INVALID


class Described(JSONType):
    """A shape with a description for the model."""

    def __init__(self, inner: JSONType, description: str) -> None:
        self._inner = inner
        self._description = description
        self.wanted = inner.wanted
        self.nullable = inner.nullable

    def schema(self, writing: SchemaWriter) -> Schema:
        return {**self._inner.schema(writing), "description": self._description}

    def build(self, value: Any, path: Path, reading: ValidationContext) -> Any:
        return self._inner.build(value, path, reading)


class Named(JSONType):
    """A shape with a name, which may be a part of itself; `inner` is set once it is known."""

    inner: JSONType

    def __init__(self, name: str) -> None:
        self._name = name
        self.wanted = name

    def schema(self, writing: SchemaWriter) -> Schema:
        return writing.named(self, self._name, self.inner.schema)

    def build(self, value: Any, path: Path, reading: ValidationContext) -> Any:
        return self.inner.build(value, path, reading)
