"""Judge a JSON schema that the caller wrote, before a value is checked against it."""

import re
from collections.abc import Callable
from typing import Any, NoReturn

from g4f_lite._utils.text import shorten
from g4f_lite.errors import InvalidArgumentError
from g4f_lite.structured._types import Schema, kind_of

__all__ = ["TYPES", "examine", "is_number", "refuse", "target"]


def examine(node: Any, root: Schema, place: str, argument: str) -> bool:
    """Return whether a schema has keywords that are not checked here; raise if it is none."""
    where = f"The JSON schema at `{place}`" if place else "The JSON schema"
    if isinstance(node, bool):
        return False
    if not isinstance(node, dict):
        refuse(argument, f"{where} has to be a dictionary, not {kind_of(node)}.")
    wrong = [
        f"{where} has {shorten(repr(node[keyword]), 60)} as {keyword!r}."
        for keyword, fits in _FORMS.items()
        if keyword in node and not fits(node[keyword])
    ]
    if wrong:
        refuse(argument, wrong[0])
    pointer = node.get("$ref")
    if pointer is not None and target(root, pointer) is None:
        refuse(
            argument,
            f"{where} refers to {shorten(repr(pointer), 60)}, which is no place in it like #/$defs/name.",
        )
    inner = [examine(part, root, inside, argument) for inside, part in _parts(node, place)]
    return any(inner) or not _BEYOND.isdisjoint(node)


def _parts(node: Schema, place: str) -> list[tuple[str, Any]]:
    parts = [(f"{place}/{key}", node[key]) for key in _ONE if key in node]
    for key in _BY_NAME:
        parts += [(f"{place}/{key}/{name}", part) for name, part in node.get(key, {}).items()]
    for key in _BY_PLACE:
        parts += [(f"{place}/{key}/{number}", part) for number, part in enumerate(node.get(key, ()))]
    return parts


def refuse(argument: str, message: str) -> NoReturn:
    raise InvalidArgumentError(argument, message, hint="Correct the schema: see json-schema.org.")


def _is_pattern(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(re.compile(value))
    except re.error:
        return False


def is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value - value == 0


def _is_length(value: Any) -> bool:
    return is_number(value) and value >= 0 and value == int(value)


def _is_type(value: object) -> bool:
    names = value if isinstance(value, list) else [value]
    return bool(names) and all(isinstance(name, str) and name in TYPES for name in names)


_BEYOND = frozenset({
    "$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveAnchor", "$recursiveRef", "$vocabulary",
    "additionalItems", "contains", "dependencies", "dependentRequired", "dependentSchemas", "else", "if",
    "maxContains", "maxProperties", "minContains", "minProperties", "not", "patternProperties",
    "propertyNames", "then", "unevaluatedItems", "unevaluatedProperties",
})  # fmt: skip
TYPES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "null": ("null", lambda value: value is None),
    "boolean": ("a boolean", lambda value: isinstance(value, bool)),
    "number": ("a number", is_number),
    "integer": ("an integer", lambda value: is_number(value) and value == int(value)),
    "string": ("a string", lambda value: isinstance(value, str)),
    "array": ("an array", lambda value: isinstance(value, list)),
    "object": ("an object", lambda value: isinstance(value, dict)),
}
_BY_NAME = ("properties", "$defs", "definitions")
_BY_PLACE = ("anyOf", "oneOf", "allOf", "prefixItems")
_ONE = ("items", "additionalProperties")
_FORMS: dict[str, Callable[[Any], bool]] = {
    "type": _is_type,
    "enum": lambda value: isinstance(value, list),
    "required": lambda value: isinstance(value, list) and all(isinstance(name, str) for name in value),
    "pattern": _is_pattern,
    "$ref": lambda value: isinstance(value, str),
    "uniqueItems": lambda value: isinstance(value, bool),
    "multipleOf": lambda value: is_number(value) and value > 0,
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), is_number),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), _is_length),
    **dict.fromkeys(_BY_NAME, lambda value: isinstance(value, dict)),
    **dict.fromkeys(_BY_PLACE, lambda value: isinstance(value, list) and bool(value)),
}


def target(root: Schema, pointer: str) -> Any:
    """Return what a pointer into the same schema leads to, None if nothing; others are never fetched."""
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
