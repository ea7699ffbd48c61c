"""The shapes of pydantic's classes. Nothing is imported: whoever has such a class has imported pydantic."""

import dataclasses
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from g4f_lite.structured._objects import noted
from g4f_lite.structured._strict_mode import made_strict
from g4f_lite.structured._types import JSONType, Path, Schema, SchemaWriter, ValidationContext

__all__ = ["Model", "model_of"]


def model_of(cls: Any) -> "Model | None":
    """Return the shape of a model or a dataclass of pydantic; None for other classes."""
    name = cls.__name__
    if hasattr(cls, "model_json_schema") and hasattr(cls, "model_validate_json"):
        return Model(name, cls.model_json_schema, cls.model_validate_json)
    if dataclasses.is_dataclass(cls) and hasattr(cls, "__pydantic_validator__"):
        adapter = sys.modules["pydantic"].TypeAdapter(cls)
        return Model(name, adapter.json_schema, adapter.validate_json)
    return None


class Model(JSONType):
    """A class of pydantic's, which has its own schema and its own validation.

    Args:
        name: its name.
        schema_of: returns its JSON schema.
        validate: makes it of a JSON text.
    """

    wanted = "an object"

    def __init__(self, name: str, schema_of: Callable[[], Schema], validate: Callable[[str], Any]) -> None:
        self._name = name
        self._schema_of = schema_of
        self._validate = validate

    def schema(self, writing: SchemaWriter) -> Schema:
        return writing.named(self, self._name, self._body)

    def _body(self, writing: SchemaWriter) -> Schema:
        whole = self._schema_of()
        inner = whole.pop("$defs", {})
        pointers = {}
        for name in inner:
            own = writing.free(name)
            writing.definitions[own] = {}
            pointers[f"#/$defs/{name}"] = f"#/$defs/{own}"
        for body, pointer in zip(inner.values(), pointers.values(), strict=True):
            writing.definitions[pointer.removeprefix("#/$defs/")] = self._final(body, pointers, writing)
        return self._final(whole, pointers, writing)

    @staticmethod
    def _final(schema: Schema, pointers: Mapping[str, str], writing: SchemaWriter) -> Schema:
        renamed: Schema = _renamed(schema, pointers)
        return made_strict(renamed) if writing.strict else renamed

    def build(self, value: Any, path: Path, reading: ValidationContext) -> Any:
        try:
            # As JSON, in which a date is a string; given as Python's objects, a strict model refuses it.
            return self._validate(json.dumps(value))
        except ValueError as error:
            return noted(error, path, reading)


def _renamed(node: Any, pointers: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: _renamed(item, pointers) for key, item in node.items()}
    if isinstance(node, list):
        return [_renamed(item, pointers) for item in node]
    return pointers.get(node, node) if isinstance(node, str) else node
