"""JSON types of objects with known keys: dataclasses, typed dictionaries, named tuples, function arguments."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from g4f_lite._utils.text import shorten
from g4f_lite.structured._types import INVALID, JSONType, Path, Schema, SchemaWriter, ValidationContext

__all__ = ["NO_DEFAULT", "Field", "ObjectType", "add_error_issues"]

NO_DEFAULT: Any = object()


class Field(NamedTuple):
    """One key of an object.

    Attributes:
        name: the key.
        json_type: the type of its value.
        is_required: whether the key must be present.
        default: the value of an omitted key, if the schema can state it.
        description: the meaning of the key, for the model.
    """

    name: str
    json_type: JSONType
    is_required: bool = True
    default: Any = NO_DEFAULT
    description: str = ""


class ObjectType(JSONType):
    """An object with known keys, each with its own type, and no other keys."""

    expected = "an object"
    fields: Sequence[Field] = ()

    def __init__(self, name: str, factory: Callable[..., Any], description: str = "") -> None:
        self._name = name
        self._factory = factory
        self._description = description

    def schema(self, writer: SchemaWriter) -> Schema:
        return writer.define(self, self._name, self.schema_body)

    def schema_body(self, writer: SchemaWriter) -> Schema:
        """Return the schema itself, where `schema` returns a reference to it."""
        required = [field.name for field in self.fields if field.is_required or writer.strict]
        schema: Schema = {
            "type": "object",
            "properties": {field.name: _property_schema(field, writer) for field in self.fields},
            "required": required,
            "additionalProperties": False,
        }
        return {"description": self._description, **schema} if self._description else schema

    def validate(self, value: Any, path: Path, context: ValidationContext) -> Any:
        if not isinstance(value, dict):
            return context.add_mismatch(path, self.expected, value)
        key = (id(self), id(value))
        if (
            key not in context.results
        ):  # members of a union may share parts: without this, time is exponential
            part = context.fork()
            context.results[key] = (self._build(value, path, part), part.issues)
        result, issues = context.results[key]
        context.issues += issues
        return result

    def _build(self, value: dict[str, Any], path: Path, context: ValidationContext) -> Any:
        arguments = {}
        for field in self.fields:
            if field.name in value and not self._is_omitted(field, value, context):
                arguments[field.name] = field.json_type.validate(
                    value[field.name], (*path, field.name), context
                )
            elif field.is_required:
                context.add_issue((*path, field.name), "is missing")
        known_keys = {field.name for field in self.fields}
        for name in value:
            if name not in known_keys:
                context.add_issue((*path, name), "is not a known key")
        if context.issues:
            return INVALID
        try:
            return self._factory(**arguments)
        except ValueError as error:  # the caller's class rejects this combination of values
            return add_error_issues(error, path, context)

    @staticmethod
    def _is_omitted(field: Field, value: dict[str, Any], context: ValidationContext) -> bool:
        """Whether null means an omitted key, which strict schemas cannot express in another way."""
        return (
            context.strict
            and value[field.name] is None
            and not field.is_required
            and not field.json_type.is_nullable
        )


def _property_schema(field: Field, writer: SchemaWriter) -> Schema:
    schema = field.json_type.schema(writer)
    if writer.strict and not field.is_required and not field.json_type.is_nullable:
        description = schema.pop("description", "")
        schema = {"anyOf": [schema, {"type": "null"}]}
        if description:
            schema["description"] = description
    if not writer.strict and type(field.default) in (str, int, float, bool):
        schema = {**schema, "default": field.default}
    return {**schema, "description": field.description} if field.description else schema


def add_error_issues(error: ValueError, path: Path, context: ValidationContext) -> Any:
    """Add the issues of an error that the caller's class raised; return `INVALID`.

    An error of pydantic has a location for each issue.
    """
    list_errors = getattr(error, "errors", None)
    if not callable(list_errors):
        return context.add_issue(path, shorten(str(error)) or type(error).__name__)
    details: Any = list_errors()
    for detail in details:
        context.add_issue((*path, *detail["loc"]), shorten(detail["msg"]))
    return INVALID
