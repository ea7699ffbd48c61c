"""The argument `response_format`: one of OpenAI's dictionaries, a JSON schema, or a type."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from g4f_lite._utils.text import join_names, shorten
from g4f_lite.errors import InvalidArgumentError
from g4f_lite.structured._from_hints import HintConverter
from g4f_lite.structured._objects import Field, ObjectType
from g4f_lite.structured._types import JSONType, Schema, describe_kind, write_schema
from g4f_lite.structured._validator import RawSchema

__all__ = ["WRAPPER_KEY", "ResponseFormat", "parse_response_format"]

WRAPPER_KEY = "value"
"""The key of a wrapper object around an answer of another type, because services require an object."""

_ARGUMENT = "response_format"
_OPENAI_TYPES = ("text", "json_object", "json_schema")
_SCHEMA_KEYWORDS = ("type", "properties", "items", "enum", "const", "anyOf", "oneOf", "allOf", "$ref")
_ANY_OBJECT_SCHEMA: Schema = {"type": "object"}


class ResponseFormat(NamedTuple):
    """The requested format of an answer.

    Attributes:
        name: the name of the schema, which some services require.
        json_type: the type of the JSON value, or None if any text is accepted.
        is_wrapped: whether the value is in an object, under the key `WRAPPER_KEY`.
        option: the caller's own dictionary, if it is one of OpenAI's.
    """

    name: str = "answer"
    json_type: JSONType | None = None
    is_wrapped: bool = False
    option: Mapping[str, Any] | None = None


def parse_response_format(response_format: Any) -> ResponseFormat:
    """Return the format that `response_format` describes.

    Raises:
        InvalidArgumentError: `response_format` is not a format, or is a type without a JSON type.
        MissingExtraError: the JSON schema needs the extra ``schema``.
    """
    if isinstance(response_format, Mapping):
        if response_format.get("type") in _OPENAI_TYPES:
            return _from_openai_dictionary(response_format)
        if not any(key in response_format for key in _SCHEMA_KEYWORDS):
            keys = (
                f"with the keys {join_names(map(str, response_format))}"
                if response_format
                else "without keys"
            )
            raise _unsupported_error(f"a dictionary {keys}")
        kind = response_format.get("type")
        if isinstance(kind, str) and kind.startswith("json"):
            raise _unsupported_error(f"of the type {shorten(repr(kind), 60)}")
        return _from_json_schema(response_format)
    if isinstance(response_format, (str, bytes, int, float)):
        raise _unsupported_error(f"{shorten(repr(response_format), 60)}")
    json_type = HintConverter(_ARGUMENT).convert(response_format, "`response_format`")
    name = _sanitize_name(getattr(response_format, "__name__", ""))
    if write_schema(json_type).get("type") == "object":
        return ResponseFormat(name, json_type)
    return ResponseFormat(name, _wrap_type(json_type), is_wrapped=True)


def _unsupported_error(description: str) -> InvalidArgumentError:
    return InvalidArgumentError(
        _ARGUMENT,
        f"`response_format` is {description}, which is no JSON schema, none of OpenAI's dictionaries and no type.",
        hint='Pass {"type": "json_object"} for any JSON object, or a JSON schema or a type for a certain one.',
    )


def _sanitize_name(name: object) -> str:
    sanitized = re.sub(r"[^A-Za-z0-9_-]+", "_", str(name)).strip("_")
    return sanitized[:64] or "answer"


def _wrap_type(json_type: JSONType) -> ObjectType:
    object_type = ObjectType("answer", dict)
    object_type.fields = [Field(WRAPPER_KEY, json_type)]
    return object_type


def _from_openai_dictionary(response_format: Mapping[str, Any]) -> ResponseFormat:
    if response_format["type"] == "text":
        return ResponseFormat(option=response_format)
    # Some services accept a schema with the type "json_object".
    schema: Any = response_format.get("schema", _ANY_OBJECT_SCHEMA)
    if response_format["type"] == "json_schema":
        json_schema = response_format.get("json_schema")
        if not isinstance(json_schema, Mapping) or not isinstance(json_schema.get("name"), str):
            raise InvalidArgumentError(
                _ARGUMENT,
                "`response_format` has the type 'json_schema' and no 'json_schema' with a 'name' and a 'schema'.",
                hint="Pass the JSON schema alone, or a type: it is put into this form.",
            )
        schema = json_schema.get("schema", _ANY_OBJECT_SCHEMA)
    if not isinstance(schema, Mapping):
        message = f"The schema of `response_format` has to be a dictionary, not {describe_kind(schema)}."
        raise InvalidArgumentError(_ARGUMENT, message, hint="Pass a JSON schema.")
    return ResponseFormat(json_type=RawSchema(schema, _ARGUMENT), option=response_format)


def _from_json_schema(schema: Mapping[str, Any]) -> ResponseFormat:
    name = _sanitize_name(schema.get("title", ""))
    if schema.get("type") == "object":
        return ResponseFormat(name, RawSchema(schema, _ARGUMENT))
    RawSchema(schema, _ARGUMENT)  # validated unwrapped too, so that an error names the caller's location
    wrapper = {
        "type": "object",
        "properties": {WRAPPER_KEY: _rebase_references(schema)},
        "required": [WRAPPER_KEY],
        "additionalProperties": False,
    }
    return ResponseFormat(name, RawSchema(wrapper, _ARGUMENT), is_wrapped=True)


def _rebase_references(node: Any) -> Any:
    """Return a schema with `$ref` pointers that are valid inside the wrapper object."""
    if isinstance(node, Mapping):
        return {
            key: f"#/properties/{WRAPPER_KEY}{item[1:]}"
            if key == "$ref" and isinstance(item, str) and item.startswith("#")
            else _rebase_references(item)
            for key, item in node.items()
        }
    return [_rebase_references(item) for item in node] if isinstance(node, (list, tuple)) else node
