"""Serialization of Python objects as JSON text, for the results of tools."""

import dataclasses
import enum
import json
import math
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time
from typing import Any

__all__ = ["replace_surrogates", "serialize"]


def serialize(value: Any) -> str:
    """Return the JSON text of a value.

    Dataclasses, named tuples, mappings and pydantic models become objects; lists, tuples and sets become
    arrays; the member of an `Enum` becomes its value; dates use the ISO 8601 format. Any other value becomes
    the string that `str` returns for it.
    """
    return replace_surrogates(json.dumps(_to_json_value(value, ()), ensure_ascii=False))


def replace_surrogates(text: str) -> str:
    """Return the text with lone surrogates replaced, which file names may contain."""
    return text.encode("utf-8", "replace").decode()


def _to_json_value(value: Any, ancestors: tuple[int, ...]) -> Any:
    if isinstance(value, enum.Enum):
        return _to_json_value(value.value, ancestors)
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if id(value) in ancestors:
        return "..."  # the value contains itself
    return _container_to_json_value(value, (*ancestors, id(value)))


def _container_to_json_value(value: Any, ancestors: tuple[int, ...]) -> Any:
    if callable(getattr(value, "model_dump", None)) and not isinstance(value, type):
        return value.model_dump(mode="json")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {item.name: getattr(value, item.name) for item in dataclasses.fields(value)}
    elif isinstance(value, tuple) and callable(as_dict := getattr(value, "_asdict", None)):
        value = as_dict()
    if isinstance(value, Mapping):
        return {_json_key(key): _to_json_value(item, ancestors) for key, item in value.items()}
    if isinstance(value, (list, tuple, AbstractSet)):
        return [_to_json_value(item, ancestors) for item in value]
    return str(value)


def _json_key(key: Any) -> str:
    value = key.value if isinstance(key, enum.Enum) else key
    return value if isinstance(value, str) else str(value)
