"""From the JSON text that a model wrote to an object, with all that is wrong with it."""

import json
from typing import Any

from g4f_lite.structured._types import INVALID, JSONType, ValidationContext

__all__ = ["build", "objects_in", "parse", "read"]

_MOST_STARTS = 100
"""Places in a text at which an object is looked for: a text full of braces must not cost its square."""


def read(shape: JSONType, text: str, *, strict: bool = False) -> tuple[Any, tuple[str, ...]]:
    """Return the object that a text stands for, and all that is wrong; one of the two is empty."""
    value, problem = parse(text)
    return (None, (problem,)) if problem else build(shape, value, strict=strict)


def parse(text: str) -> tuple[Any, str]:
    """Return the JSON value of a text, and why it has none."""
    try:
        return json.loads(text, parse_constant=_not_a_number), ""
    except json.JSONDecodeError as error:
        return None, f"it is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
    except ValueError as error:
        return None, f"it is not JSON: {error}"
    except RecursionError:
        return None, "it is nested too deeply"


def objects_in(text: str) -> list[Any]:
    """Return the JSON objects that stand in a text, none of them within another."""
    decoder = json.JSONDecoder(parse_constant=_not_a_number)
    found: list[Any] = []
    start = text.find("{")
    for _ in range(_MOST_STARTS):
        if start < 0:
            break
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            end = start + 1
        else:
            found.append(value)
        start = text.find("{", end)
    return found


def _not_a_number(name: str) -> Any:
    raise ValueError(f"{name} is no number there")


def build(shape: JSONType, value: Any, *, strict: bool = False) -> tuple[Any, tuple[str, ...]]:
    """Return the object that a JSON value stands for, and all that is wrong; one of the two is empty."""
    reading = ValidationContext(strict=strict)
    try:
        built = shape.build(value, (), reading)
    except RecursionError:
        return None, ("it is nested too deeply",)
    if built is not INVALID:
        return built, ()
    return None, tuple(dict.fromkeys(map(str, reading.misfits)))
