"""JSON types that contain other types: arrays, objects with arbitrary keys, and unions."""

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
    closest_issues,
)

__all__ = ["ArrayType", "DescribedType", "MapType", "NamedType", "TupleType", "UnionType"]


class ArrayType(JSONType):
    """An array of any length, for a list, a tuple or a set."""

    expected = "an array"

    def __init__(
        self, item: JSONType, factory: Callable[[Iterable[Any]], Any], *, unique_items: bool = False
    ) -> None:
        self._item = item
        self._factory = factory
        self._unique_items = unique_items

    def schema(self, writer: SchemaWriter) -> Schema:
        schema = {"type": "array", "items": self._item.schema(writer)}
        return {**schema, "uniqueItems": True} if self._unique_items else schema

    def validate(self, value: Any, path: Path, context: ValidationContext) -> Any:
        if not isinstance(value, list):
            return context.add_mismatch(path, self.expected, value)
        if self._unique_items and len({canonical_json(item) for item in value}) < len(value):
            return context.add_issue(path, "expected no item twice")
        result = [self._item.validate(item, (*path, index), context) for index, item in enumerate(value)]
        return INVALID if _has_invalid(result) else self._factory(result)


def canonical_json(value: Any) -> str:
    """Return one text for all JSON values that are equal in JSON, where 1 equals 1.0 and not true."""
    return json.dumps(_normalize_numbers(value), sort_keys=True)


def _normalize_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _normalize_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_normalize_numbers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _has_invalid(result: Iterable[Any]) -> bool:
    return any(item is INVALID for item in result)


class TupleType(JSONType):
    """An array of fixed length with one type for each item, for a tuple."""

    def __init__(self, items: Sequence[JSONType]) -> None:
        self._items = tuple(items)
        self.expected = f"an array of {len(self._items)} items"

    def schema(self, writer: SchemaWriter) -> Schema:
        # `"items": false` is redundant here, and some services do not support it.
        length = len(self._items)
        schema: Schema = {"type": "array", "minItems": length, "maxItems": length}
        if self._items:  # an empty `prefixItems` is not allowed
            schema["prefixItems"] = [item.schema(writer) for item in self._items]
        return schema

    def validate(self, value: Any, path: Path, context: ValidationContext) -> Any:
        if not isinstance(value, list):
            return context.add_mismatch(path, self.expected, value)
        if len(value) != len(self._items):
            return context.add_issue(path, f"expected {self.expected}, not of {len(value)}")
        pairs = enumerate(zip(self._items, value, strict=True))
        result = tuple(
            json_type.validate(item, (*path, index), context) for index, (json_type, item) in pairs
        )
        return INVALID if _has_invalid(result) else result


class MapType(JSONType):
    """An object with arbitrary keys and one type for all values, for a dictionary."""

    expected = "an object"

    def __init__(self, item: JSONType) -> None:
        self._item = item

    def schema(self, writer: SchemaWriter) -> Schema:
        return {"type": "object", "additionalProperties": self._item.schema(writer)}

    def validate(self, value: Any, path: Path, context: ValidationContext) -> Any:
        if not isinstance(value, dict):
            return context.add_mismatch(path, self.expected, value)
        result = {key: self._item.validate(item, (*path, key), context) for key, item in value.items()}
        return INVALID if _has_invalid(result.values()) else result


class UnionType(JSONType):
    """One of several types; the first one that accepts the value is used."""

    def __init__(self, members: Sequence[JSONType]) -> None:
        self._members = tuple(members)
        self.is_nullable = any(item.is_nullable for item in members)
        self.expected = " or ".join(dict.fromkeys(item.expected for item in members))

    def schema(self, writer: SchemaWriter) -> Schema:
        return {"anyOf": [item.schema(writer) for item in self._members]}

    def validate(self, value: Any, path: Path, context: ValidationContext) -> Any:
        failures: list[list[ValidationIssue]] = []
        for member in self._members:
            member_context = context.fork()
            result = member.validate(value, path, member_context)
            if result is not INVALID:
                return result
            failures.append(member_context.issues)
        closest = closest_issues(failures, path)
        if not closest:
            return context.add_mismatch(path, self.expected, value)
        context.issues += closest
        return INVALID


class DescribedType(JSONType):
    """A type with a description for the model."""

    def __init__(self, inner: JSONType, description: str) -> None:
        self._inner = inner
        self._description = description
        self.expected = inner.expected
        self.is_nullable = inner.is_nullable

    def schema(self, writer: SchemaWriter) -> Schema:
        return {**self._inner.schema(writer), "description": self._description}

    def validate(self, value: Any, path: Path, context: ValidationContext) -> Any:
        return self._inner.validate(value, path, context)


class NamedType(JSONType):
    """A named type, which may contain itself; `inner` is set after the type is created."""

    inner: JSONType

    def __init__(self, name: str) -> None:
        self._name = name
        self.expected = name

    def schema(self, writer: SchemaWriter) -> Schema:
        return writer.define(self, self._name, self.inner.schema)

    def validate(self, value: Any, path: Path, context: ValidationContext) -> Any:
        return self.inner.validate(value, path, context)
