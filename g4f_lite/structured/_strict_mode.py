"""The subset of JSON schema that services can hold their model to, as the OpenAI API has it.

See "Structured model outputs" in OpenAI's reference, section "Supported schemas": each object names all its
keys as required and allows no others, the root is an object, and a few keywords are known.
"""

from typing import Any

from g4f_lite.structured._types import Schema

__all__ = ["made_strict", "not_strict"]

_KNOWN = {
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
_FORMATS = {"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"}
_BY_NAME = ("properties", "$defs", "definitions")
_BY_PLACE = ("anyOf", "oneOf", "allOf", "prefixItems")


def not_strict(schema: Schema) -> str | None:
    """Return why a service could refuse to hold its model to the schema, with the place; None if it would not."""
    if schema.get("type") != "object":
        return "its root is not an object"
    return _first_fault(schema, "")


def _first_fault(schema: Any, place: str) -> str | None:
    where = f"`{place}`" if place else "the root"
    if not isinstance(schema, dict) or not schema:
        return f"{where} does not say what is allowed"
    unknown = sorted(set(schema) - _KNOWN)
    if unknown:
        return f"{where} has the keyword {unknown[0]!r}"
    if schema.get("format", "date") not in _FORMATS:
        return f"{where} has the format {schema['format']!r}"
    if "$ref" in schema and len(schema) > 1 and place:
        return f"{where} has a `$ref` beside other keywords"
    fault = _fault_of_object(schema, where) if schema.get("type") == "object" else None
    return fault or next(
        filter(None, (_first_fault(part, inner) for inner, part in _parts(schema, place))), None
    )


def _fault_of_object(schema: Schema, where: str) -> str | None:
    if schema.get("additionalProperties") is not False:
        return f"{where} allows keys that it does not name"
    if set(schema.get("required", ())) != set(schema.get("properties", ())):
        return f"{where} has keys that may be left out"
    return None


def _parts(schema: Schema, place: str) -> list[tuple[str, Any]]:
    parts = []
    for keyword in _BY_NAME:
        parts += [(f"{place}.{name}".lstrip("."), part) for name, part in schema.get(keyword, {}).items()]
    for keyword in _BY_PLACE:
        parts += [(place, part) for part in schema.get(keyword, ())]
    if "items" in schema:
        parts.append((f"{place}[]", schema["items"]))
    return parts


def made_strict(schema: Any) -> Any:
    """Return a schema that was not written here in its strict form, as far as it has one."""
    if isinstance(schema, list):
        return [made_strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    strict: Schema = {}
    for keyword, value in schema.items():
        if keyword in _BY_NAME:
            strict[keyword] = {name: made_strict(part) for name, part in value.items()}
        elif keyword in (*_BY_PLACE, "items", "additionalProperties"):
            strict["anyOf" if keyword == "oneOf" else keyword] = made_strict(value)
        elif keyword not in ("default", "discriminator"):
            strict[keyword] = value
    if strict.get("type") == "object" and "properties" in strict:
        strict = {"additionalProperties": False, **strict, "required": list(strict["properties"])}
    return strict
