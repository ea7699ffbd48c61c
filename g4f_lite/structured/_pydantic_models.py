"""JSON types of pydantic classes.

pydantic is not imported here: a caller with such a class has imported it already.
"""

import dataclasses
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from g4f_lite.structured._objects import add_error_issues
from g4f_lite.structured._strict_mode import make_strict
from g4f_lite.structured._types import JSONType, Path, Schema, SchemaWriter, ValidationContext

__all__ = ["PydanticType", "pydantic_type_of"]


def pydantic_type_of(cls: Any) -> "PydanticType | None":
    """Return the type of a pydantic model or pydantic dataclass, or None for another class."""
    name = cls.__name__
    if hasattr(cls, "model_json_schema") and hasattr(cls, "model_validate_json"):
        return PydanticType(name, cls.model_json_schema, cls.model_validate_json)
    if dataclasses.is_dataclass(cls) and hasattr(cls, "__pydantic_validator__"):
        adapter = sys.modules["pydantic"].TypeAdapter(cls)
        return PydanticType(name, adapter.json_schema, adapter.validate_json)
    return None


class PydanticType(JSONType):
    """A pydantic class, which has its own schema and its own validation.

    Args:
        name: the name of the class.
        schema_of: returns the JSON schema of the class.
        validate: returns the object of a JSON text.
    """

    expected = "an object"

    def __init__(self, name: str, schema_of: Callable[[], Schema], validate: Callable[[str], Any]) -> None:
        self._name = name
        self._schema_of = schema_of
        self._validate = validate

    def schema(self, writer: SchemaWriter) -> Schema:
        return writer.define(self, self._name, self._write_definitions)

    def _write_definitions(self, writer: SchemaWriter) -> Schema:
        schema = self._schema_of()
        definitions = schema.pop("$defs", {})
        pointers = {}
        for name in definitions:
            unique_name = writer.unused_name(name)
            writer.definitions[unique_name] = {}
            pointers[f"#/$defs/{name}"] = f"#/$defs/{unique_name}"
        for body, pointer in zip(definitions.values(), pointers.values(), strict=True):
            writer.definitions[pointer.removeprefix("#/$defs/")] = self._finish_definition(
                body, pointers, writer
            )
        return self._finish_definition(schema, pointers, writer)

    @staticmethod
    def _finish_definition(schema: Schema, pointers: Mapping[str, str], writer: SchemaWriter) -> Schema:
        renamed: Schema = _rename_references(schema, pointers)
        return make_strict(renamed) if writer.strict else renamed

    def validate(self, value: Any, path: Path, context: ValidationContext) -> Any:
        try:
            # As JSON text: a strict model accepts a date as a string in JSON, but not as a Python string.
            return self._validate(json.dumps(value))
        except ValueError as error:
            return add_error_issues(error, path, context)


def _rename_references(node: Any, pointers: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: _rename_references(item, pointers) for key, item in node.items()}
    if isinstance(node, list):
        return [_rename_references(item, pointers) for item in node]
    return pointers.get(node, node) if isinstance(node, str) else node
