"""The shapes of objects with known keys: dataclasses, typed dictionaries, named tuples, a function's arguments."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from g4f_lite._utils.text import shorten
from g4f_lite.structured._types import INVALID, JSONType, Path, Schema, SchemaWriter, ValidationContext

__all__ = ["NO_DEFAULT", "Field", "ObjectType", "noted"]

NO_DEFAULT: Any = object()


class Field(NamedTuple):
    """One key of a record.

    Attributes:
        name: the key.
        shape: what its value has to be.
        required: whether it has to be there.
        default: what it is when it is not there, where this can be told to the model.
        description: what it means, for the model.
    """

    name: str
    shape: JSONType
    required: bool = True
    default: Any = NO_DEFAULT
    description: str = ""


class ObjectType(JSONType):
    """An object with known keys, each of its own shape, and no others."""

    wanted = "an object"
    fields: Sequence[Field] = ()

    def __init__(self, name: str, make: Callable[..., Any], description: str = "") -> None:
        self._name = name
        self._make = make
        self._description = description

    def schema(self, writing: SchemaWriter) -> Schema:
        return writing.named(self, self._name, self.body)

    def body(self, writing: SchemaWriter) -> Schema:
        """Return the schema itself, where `schema` refers to it."""
        required = [field.name for field in self.fields if field.required or writing.strict]
        schema: Schema = {
            "type": "object",
            "properties": {field.name: _property(field, writing) for field in self.fields},
            "required": required,
            "additionalProperties": False,
        }
        return {"description": self._description, **schema} if self._description else schema

    def build(self, value: Any, path: Path, reading: ValidationContext) -> Any:
        if not isinstance(value, dict):
            return reading.expected(path, self.wanted, value)
        key = (id(self), id(value))
        if key not in reading.known:  # the members of a union may have the same parts
            part = reading.apart()
            reading.known[key] = (self._build(value, path, part), part.misfits)
        built, misfits = reading.known[key]
        reading.misfits += misfits
        return built

    def _build(self, value: dict[str, Any], path: Path, reading: ValidationContext) -> Any:
        arguments = {}
        for field in self.fields:
            if field.name in value and not self._is_left_out(field, value, reading):
                arguments[field.name] = field.shape.build(value[field.name], (*path, field.name), reading)
            elif field.required:
                reading.wrong((*path, field.name), "is missing")
        known = {field.name for field in self.fields}
        for name in value:
            if name not in known:
                reading.wrong((*path, name), "is not a known key")
        if reading.misfits:
            return INVALID
        try:
            return self._make(**arguments)
        except ValueError as error:  # how a class of the caller's says that the values do not go together
            return noted(error, path, reading)

    @staticmethod
    def _is_left_out(field: Field, value: dict[str, Any], reading: ValidationContext) -> bool:
        """Whether null stands for a key that is not there, which strict schemas have no other way to say."""
        return (
            reading.strict and value[field.name] is None and not field.required and not field.shape.nullable
        )


def _property(field: Field, writing: SchemaWriter) -> Schema:
    schema = field.shape.schema(writing)
    if writing.strict and not field.required and not field.shape.nullable:
        description = schema.pop("description", "")
        schema = {"anyOf": [schema, {"type": "null"}]}
        if description:
            schema["description"] = description
    if not writing.strict and type(field.default) in (str, int, float, bool):
        schema = {**schema, "default": field.default}
    return {**schema, "description": field.description} if field.description else schema


def noted(error: ValueError, path: Path, reading: ValidationContext) -> Any:
    """Note what a class of the caller's said; pydantic's errors know the place of each."""
    errors = getattr(error, "errors", None)
    if not callable(errors):
        return reading.wrong(path, shorten(str(error)) or type(error).__name__)
    found: Any = errors()
    for item in found:
        reading.wrong((*path, *item["loc"]), shorten(item["msg"]))
    return INVALID
