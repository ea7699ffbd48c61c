"""Strict mode: the subset of JSON Schema that the OpenAI API can enforce for the model's output.

See "Structured model outputs" in OpenAI's reference, section "Supported schemas": each object lists all its
keys as required and allows no others, the root is an object, and only some keywords are supported.
"""

from typing import Any

from g4f_lite.structured._meta_validation import SUBSCHEMA_LIST_KEYWORDS, SUBSCHEMA_MAP_KEYWORDS
from g4f_lite.structured._types import Schema

__all__ = ["make_strict", "strict_mode_problem"]

_STRICT_KEYWORDS = {
    "$defs",
    "$ref",
    "additionalProperties",
    "anyOf",
    "const",
    "definitions",
    "description",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "items",
    "maxItems",
    "maximum",
    "minItems",
    "minimum",
    "multipleOf",
    "pattern",
    "properties",
    "required",
    "title",
    "type",
}
_STRICT_FORMATS = {"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"}


def strict_mode_problem(schema: Schema) -> str | None:
    """Return why a service could reject the schema in strict mode, with the location, or None if it is strict."""
    if schema.get("type") != "object":
        return "its root is not an object"
    return _first_problem(schema, "")


def _first_problem(schema: Any, location: str) -> str | None:
    where = f"`{location}`" if location else "the root"
    if not isinstance(schema, dict) or not schema:
        return f"{where} does not say what is allowed"
    unknown = sorted(set(schema) - _STRICT_KEYWORDS)
    if unknown:
        return f"{where} has the keyword {unknown[0]!r}"
    if schema.get("format", "date") not in _STRICT_FORMATS:
        return f"{where} has the format {schema['format']!r}"
    if "$ref" in schema and len(schema) > 1 and location:
        return f"{where} has a `$ref` beside other keywords"
    problem = _object_problem(schema, where) if schema.get("type") == "object" else None
    problems = (_first_problem(part, inner) for inner, part in _subschemas(schema, location))
    return problem or next(filter(None, problems), None)


def _object_problem(schema: Schema, where: str) -> str | None:
    if schema.get("additionalProperties") is not False:
        return f"{where} allows keys that it does not name"
    if set(schema.get("required", ())) != set(schema.get("properties", ())):
        return f"{where} has keys that may be left out"
    return None


def _subschemas(schema: Schema, location: str) -> list[tuple[str, Any]]:
    parts = []
    for keyword in SUBSCHEMA_MAP_KEYWORDS:
        parts += [(f"{location}.{name}".lstrip("."), part) for name, part in schema.get(keyword, {}).items()]
    for keyword in SUBSCHEMA_LIST_KEYWORDS:
        parts += [(location, part) for part in schema.get(keyword, ())]
    if "items" in schema:
        parts.append((f"{location}[]", schema["items"]))
    return parts


def make_strict(schema: Any) -> Any:
    """Return the strict form of a schema from another library, as far as the schema has one."""
    if isinstance(schema, list):
        return [make_strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    strict: Schema = {}
    for keyword, value in schema.items():
        if keyword in SUBSCHEMA_MAP_KEYWORDS:
            strict[keyword] = {name: make_strict(part) for name, part in value.items()}
        elif keyword in (*SUBSCHEMA_LIST_KEYWORDS, "items", "additionalProperties"):
            strict["anyOf" if keyword == "oneOf" else keyword] = make_strict(value)
        elif keyword not in ("default", "discriminator"):
            strict[keyword] = value
    if strict.get("type") == "object" and "properties" in strict:
        strict = {"additionalProperties": False, **strict, "required": list(strict["properties"])}
    return strict
