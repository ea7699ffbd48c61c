"""The classes whose objects are JSON objects: which keys they have, and which of them are required."""

import dataclasses
import typing
from collections.abc import Callable
from typing import Any, NamedTuple

from g4f_lite.structured._objects import NO_DEFAULT

__all__ = ["Key", "RecordClass", "is_required", "record_class", "special_name"]


class Key(NamedTuple):
    """One key of such a class, as the class has it; what it has to be is in the type hints."""

    name: str
    required: bool
    default: Any = NO_DEFAULT
    description: str = ""


class RecordClass(NamedTuple):
    """A class with known keys.

    Attributes:
        make: what is called with the values by keyword.
        keys: its keys, in order.
        refused: what is wrong with it, and what to do; empty if nothing is.
    """

    make: Callable[..., Any]
    keys: list[Key]
    refused: tuple[str, ...] = ()


def record_class(cls: Any) -> RecordClass | None:
    """Return the keys of a dataclass, a typed dictionary or a named tuple; None for other classes."""
    if dataclasses.is_dataclass(cls):
        return _dataclass(cls)
    if issubclass(cls, dict) and hasattr(cls, "__required_keys__"):  # of `typing`, of `typing_extensions`
        return _typed_dictionary(cls)
    if issubclass(cls, tuple) and hasattr(cls, "_field_defaults"):
        return _named_tuple(cls)
    return None


def _typed_dictionary(cls: Any) -> RecordClass:
    try:
        names = list(typing.get_type_hints(cls))
    except Exception:  # it is said with its reason where the hints themselves are read
        names = []
    return RecordClass(dict, [Key(name, name in cls.__required_keys__) for name in names])


def _named_tuple(cls: Any) -> RecordClass:
    defaults = cls._field_defaults
    keys = [Key(name, name not in defaults, defaults.get(name, NO_DEFAULT)) for name in cls._fields]
    return RecordClass(cls, keys)


def _dataclass(cls: Any) -> RecordClass:
    if any(
        item._field_type is dataclasses._FIELD_INITVAR  # type: ignore[attr-defined]
        for item in cls.__dataclass_fields__.values()
    ):
        return RecordClass(cls, [], ("has an `InitVar`", "Make it a field."))
    missing = dataclasses.MISSING
    keys = [
        Key(
            item.name,
            item.default is missing and item.default_factory is missing,
            item.default,
            str(item.metadata.get("description", "")),
        )
        for item in dataclasses.fields(cls)
        if item.init
    ]
    return RecordClass(cls, keys)


def is_required(hint: Any, otherwise: bool) -> bool:
    """Whether a key is required by its hint, `Required` or `NotRequired`; else as its class says.

    Where annotations are strings, the class has not seen what stands in them.
    """
    name = special_name(typing.get_origin(hint))
    if name in ("Required", "NotRequired"):
        return name == "Required"
    if name == "ReadOnly" or typing.get_origin(hint) is typing.Annotated:
        return is_required(typing.get_args(hint)[0], otherwise)
    return otherwise


def special_name(form: Any) -> str:
    """Return the name of one of typing's special forms."""
    return str(getattr(form, "_name", None) or getattr(form, "__name__", ""))
