"""Validation of a JSON schema that the caller wrote, before any value is validated against it."""

import re
from collections.abc import Callable
from typing import Any, NoReturn

from g4f_lite._utils.text import shorten
from g4f_lite.errors import InvalidArgumentError
from g4f_lite.structured._types import Schema, describe_kind

__all__ = [
    "SUBSCHEMA_LIST_KEYWORDS",
    "SUBSCHEMA_MAP_KEYWORDS",
    "TYPE_CHECKS",
    "raise_schema_error",
    "resolve_pointer",
    "validate_schema",
]


def validate_schema(node: Any, root: Schema, location: str, argument: str) -> bool:
    """Validate a schema; return whether it has keywords that need the package `jsonschema`.

    Raises:
        InvalidArgumentError: the schema is not valid; the message names the location.
    """
    where = f"The JSON schema at `{location}`" if location else "The JSON schema"
    if isinstance(node, bool):
        return False
    if not isinstance(node, dict):
        raise_schema_error(argument, f"{where} has to be a dictionary, not {describe_kind(node)}.")
    problems = [
        f"{where} has {shorten(repr(node[keyword]), 60)} as {keyword!r}."
        for keyword, is_valid in _KEYWORD_CHECKS.items()
        if keyword in node and not is_valid(node[keyword])
    ]
    if problems:
        raise_schema_error(argument, problems[0])
    pointer = node.get("$ref")
    if pointer is not None and resolve_pointer(root, pointer) is None:
        raise_schema_error(
            argument,
            f"{where} refers to {shorten(repr(pointer), 60)}, which is no place in it like #/$defs/name.",
        )
    needs_package = [
        validate_schema(part, root, part_location, argument)
        for part_location, part in _subschemas(node, location)
    ]
    return any(needs_package) or not _PACKAGE_KEYWORDS.isdisjoint(node)


def _subschemas(node: Schema, location: str) -> list[tuple[str, Any]]:
    parts = [(f"{location}/{key}", node[key]) for key in _SUBSCHEMA_KEYWORDS if key in node]
    for key in SUBSCHEMA_MAP_KEYWORDS:
        parts += [(f"{location}/{key}/{name}", part) for name, part in node.get(key, {}).items()]
    for key in SUBSCHEMA_LIST_KEYWORDS:
        parts += [(f"{location}/{key}/{number}", part) for number, part in enumerate(node.get(key, ()))]
    return parts


def raise_schema_error(argument: str, message: str) -> NoReturn:
    raise InvalidArgumentError(argument, message, hint="Correct the schema: see json-schema.org.")


def _is_pattern(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(re.compile(value))
    except re.error:
        return False


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value - value == 0


def _is_length(value: Any) -> bool:
    return _is_number(value) and value >= 0 and value == int(value)


def _is_type(value: object) -> bool:
    names = value if isinstance(value, list) else [value]
    return bool(names) and all(isinstance(name, str) and name in TYPE_CHECKS for name in names)


_PACKAGE_KEYWORDS = frozenset({
    "$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveAnchor", "$recursiveRef", "$vocabulary",
    "additionalItems", "contains", "dependencies", "dependentRequired", "dependentSchemas", "else", "if",
    "maxContains", "maxProperties", "minContains", "minProperties", "not", "patternProperties",
    "propertyNames", "then", "unevaluatedItems", "unevaluatedProperties",
})  # fmt: skip
"""Keywords that only the package `jsonschema` validates."""
TYPE_CHECKS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "null": ("null", lambda value: value is None),
    "boolean": ("a boolean", lambda value: isinstance(value, bool)),
    "number": ("a number", _is_number),
    "integer": ("an integer", lambda value: _is_number(value) and value == int(value)),
    "string": ("a string", lambda value: isinstance(value, str)),
    "array": ("an array", lambda value: isinstance(value, list)),
    "object": ("an object", lambda value: isinstance(value, dict)),
}
"""The values of the keyword `type`: their names in messages, and functions that check a value."""

SUBSCHEMA_MAP_KEYWORDS = ("properties", "$defs", "definitions")
"""Keywords that have an object of schemas as their value."""

SUBSCHEMA_LIST_KEYWORDS = ("anyOf", "oneOf", "allOf", "prefixItems")
"""Keywords that have an array of schemas as their value."""

_SUBSCHEMA_KEYWORDS = ("items", "additionalProperties")
_KEYWORD_CHECKS: dict[str, Callable[[Any], bool]] = {
    "type": _is_type,
    "enum": lambda value: isinstance(value, list),
    "required": lambda value: isinstance(value, list) and all(isinstance(name, str) for name in value),
    "pattern": _is_pattern,
    "$ref": lambda value: isinstance(value, str),
    "uniqueItems": lambda value: isinstance(value, bool),
    "multipleOf": lambda value: _is_number(value) and value > 0,
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _is_number),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), _is_length),
    **dict.fromkeys(SUBSCHEMA_MAP_KEYWORDS, lambda value: isinstance(value, dict)),
    **dict.fromkeys(SUBSCHEMA_LIST_KEYWORDS, lambda value: isinstance(value, list) and bool(value)),
}


def resolve_pointer(root: Schema, pointer: str) -> Any:
    """Return the schema that a pointer into `root` refers to, or None if it refers to nothing.

    Pointers into other documents are not resolved: nothing is ever fetched.
    """
    if not pointer.startswith("#") or (len(pointer) > 1 and pointer[1] != "/"):
        return None
    from urllib.parse import unquote

    node: Any = root
    for step in pointer[2:].split("/") if len(pointer) > 1 else ():
        key = unquote(step).replace("~1", "/").replace("~0", "~")
        if isinstance(node, dict):
            node = node.get(key)
        elif isinstance(node, list) and key.isdigit() and int(key) < len(node):
            node = node[int(key)]
        else:
            return None
    return node if isinstance(node, (dict, bool)) else None
