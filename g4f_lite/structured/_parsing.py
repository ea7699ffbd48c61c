"""Parsing and validation of the JSON text that a model wrote."""

import json
from typing import Any

from g4f_lite.structured._types import INVALID, JSONType, ValidationContext

__all__ = ["find_objects", "parse_json", "validate_json", "validate_value"]

_MAX_OBJECT_STARTS = 100
"""Number of `{` at which an object is tried: on a text full of braces, trying all takes quadratic time."""


def validate_json(json_type: JSONType, text: str, *, strict: bool = False) -> tuple[Any, tuple[str, ...]]:
    """Return the validated object of a JSON text, and the problems; one of the two is empty."""
    value, problem = parse_json(text)
    return (None, (problem,)) if problem else validate_value(json_type, value, strict=strict)


def parse_json(text: str) -> tuple[Any, str]:
    """Return the JSON value of a text, and the problem if the text is not JSON, else an empty string."""
    try:
        return json.loads(text, parse_constant=_reject_constant), ""
    except json.JSONDecodeError as error:
        return None, f"it is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
    except ValueError as error:
        return None, f"it is not JSON: {error}"
    except RecursionError:
        return None, "it is nested too deeply"


def find_objects(text: str) -> list[Any]:
    """Return the JSON objects in a text, without those nested in another one."""
    decoder = json.JSONDecoder(parse_constant=_reject_constant)
    objects: list[Any] = []
    start = text.find("{")
    for _ in range(_MAX_OBJECT_STARTS):
        if start < 0:
            break
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            end = start + 1
        else:
            objects.append(value)
        start = text.find("{", end)
    return objects


def _reject_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number there")


def validate_value(json_type: JSONType, value: Any, *, strict: bool = False) -> tuple[Any, tuple[str, ...]]:
    """Return the validated object of a JSON value, and the problems; one of the two is empty."""
    context = ValidationContext(strict=strict)
    try:
        result = json_type.validate(value, (), context)
    except RecursionError:
        return None, ("it is nested too deeply",)
    if result is not INVALID:
        return result, ()
    return None, tuple(dict.fromkeys(map(str, context.issues)))
