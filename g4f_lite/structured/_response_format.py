"""What `response_format` asks for: one of OpenAI's dictionaries, a JSON schema, or a type."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from g4f_lite._utils.text import join_names, shorten
from g4f_lite.errors import InvalidArgumentError
from g4f_lite.structured._from_hints import HintConverter
from g4f_lite.structured._objects import Field, ObjectType
from g4f_lite.structured._types import JSONType, Schema, kind_of, write
from g4f_lite.structured._validator import RawSchema

__all__ = ["WRAPPER", "ResponseFormat", "response_format_of"]

WRAPPER = "value"
"""The key under which an answer stands that is no object, since services want one."""

_ARGUMENT = "response_format"
_OPENAI = ("text", "json_object", "json_schema")
_OF_A_SCHEMA = ("type", "properties", "items", "enum", "const", "anyOf", "oneOf", "allOf", "$ref")
_ANY_OBJECT: Schema = {"type": "object"}


class ResponseFormat(NamedTuple):
    """What an answer has to be.

    Attributes:
        name: what it is called, for services that want a name.
        shape: what its JSON value has to be; None: anything goes.
        wrapped: whether it stands in an object, under the key `WRAPPER`.
        option: the caller's own dictionary, where it is one of OpenAI's.
    """

    name: str = "answer"
    shape: JSONType | None = None
    wrapped: bool = False
    option: Mapping[str, Any] | None = None


def response_format_of(response_format: Any) -> ResponseFormat:
    """Return what is asked for.

    Raises:
        InvalidArgumentError: it is none of these, or no JSON value stands for it.
        MissingExtraError: its JSON schema needs the extra ``schema``.
    """
    if isinstance(response_format, Mapping):
        if response_format.get("type") in _OPENAI:
            return _by_dictionary(response_format)
        if not any(key in response_format for key in _OF_A_SCHEMA):
            keys = (
                f"with the keys {join_names(map(str, response_format))}"
                if response_format
                else "without keys"
            )
            raise _neither(f"a dictionary {keys}")
        kind = response_format.get("type")
        if isinstance(kind, str) and kind.startswith("json"):
            raise _neither(f"of the type {shorten(repr(kind), 60)}")
        return _by_schema(response_format)
    if isinstance(response_format, (str, bytes, int, float)):
        raise _neither(f"{shorten(repr(response_format), 60)}")
    shape = HintConverter(_ARGUMENT).shape(response_format, "`response_format`")
    name = _plain_name(getattr(response_format, "__name__", ""))
    if write(shape).get("type") == "object":
        return ResponseFormat(name, shape)
    return ResponseFormat(name, _wrapped(shape), wrapped=True)


def _neither(what: str) -> InvalidArgumentError:
    return InvalidArgumentError(
        _ARGUMENT,
        f"`response_format` is {what}, which is no JSON schema, none of OpenAI's dictionaries and no type.",
        hint='Pass {"type": "json_object"} for any JSON object, or a JSON schema or a type for a certain one.',
    )


def _plain_name(name: object) -> str:
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", str(name)).strip("_")
    return plain[:64] or "answer"


def _wrapped(shape: JSONType) -> ObjectType:
    record = ObjectType("answer", dict)
    record.fields = [Field(WRAPPER, shape)]
    return record


def _by_dictionary(given: Mapping[str, Any]) -> ResponseFormat:
    if given["type"] == "text":
        return ResponseFormat(option=given)
    schema: Any = given.get("schema", _ANY_OBJECT)  # beside "json_object", some services take one
    if given["type"] == "json_schema":
        described = given.get("json_schema")
        if not isinstance(described, Mapping) or not isinstance(described.get("name"), str):
            raise InvalidArgumentError(
                _ARGUMENT,
                "`response_format` has the type 'json_schema' and no 'json_schema' with a 'name' and a 'schema'.",
                hint="Pass the JSON schema alone, or a type: it is put into this form.",
            )
        schema = described.get("schema", _ANY_OBJECT)
    if not isinstance(schema, Mapping):
        message = f"The schema of `response_format` has to be a dictionary, not {kind_of(schema)}."
        raise InvalidArgumentError(_ARGUMENT, message, hint="Pass a JSON schema.")
    return ResponseFormat(shape=RawSchema(schema, _ARGUMENT), option=given)


def _by_schema(schema: Mapping[str, Any]) -> ResponseFormat:
    name = _plain_name(schema.get("title", ""))
    if schema.get("type") == "object":
        return ResponseFormat(name, RawSchema(schema, _ARGUMENT))
    RawSchema(schema, _ARGUMENT)  # what is wrong with it is said in its own words, without the wrapper
    wrapper = {
        "type": "object",
        "properties": {WRAPPER: _moved(schema)},
        "required": [WRAPPER],
        "additionalProperties": False,
    }
    return ResponseFormat(name, RawSchema(wrapper, _ARGUMENT), wrapped=True)


def _moved(node: Any) -> Any:
    """Return a schema whose pointers into itself hold where the wrapper has it."""
    if isinstance(node, Mapping):
        return {
            key: f"#/properties/{WRAPPER}{item[1:]}"
            if key == "$ref" and isinstance(item, str) and item.startswith("#")
            else _moved(item)
            for key, item in node.items()
        }
    return [_moved(item) for item in node] if isinstance(node, (list, tuple)) else node
