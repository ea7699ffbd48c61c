"""From Python's objects to JSON text, for what a tool returns."""

import dataclasses
import enum
import json
import math
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time
from typing import Any

__all__ = ["dumped", "encodable"]


def dumped(value: Any) -> str:
    """Return the JSON text of a value.

    Dataclasses, named tuples, mappings and pydantic models are objects; sequences and sets are arrays; an
    enumeration's member is its value; dates are in ISO's form. Of anything else it is what `str` says of it.
    """
    return encodable(json.dumps(_plain(value, ()), ensure_ascii=False))


def encodable(text: str) -> str:
    """Return the text with lone surrogates replaced, as a name of a file may have them."""
    return text.encode("utf-8", "replace").decode()


def _plain(value: Any, within: tuple[int, ...]) -> Any:
    if isinstance(value, enum.Enum):
        return _plain(value.value, within)
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if id(value) in within:
        return "..."  # it is a part of itself
    return _plain_parts(value, (*within, id(value)))


def _plain_parts(value: Any, within: tuple[int, ...]) -> Any:
    if callable(getattr(value, "model_dump", None)) and not isinstance(value, type):
        return value.model_dump(mode="json")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {item.name: getattr(value, item.name) for item in dataclasses.fields(value)}
    elif isinstance(value, tuple) and callable(as_dict := getattr(value, "_asdict", None)):
        value = as_dict()
    if isinstance(value, Mapping):
        return {_key(key): _plain(item, within) for key, item in value.items()}
    if isinstance(value, (list, tuple, AbstractSet)):
        return [_plain(item, within) for item in value]
    return str(value)


def _key(key: Any) -> str:
    plain = key.value if isinstance(key, enum.Enum) else key
    return plain if isinstance(plain, str) else str(plain)
