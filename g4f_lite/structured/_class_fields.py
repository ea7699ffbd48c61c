"""Fields of the classes that become JSON objects: dataclasses, typed dictionaries and named tuples."""

import dataclasses
import typing
from collections.abc import Callable
from typing import Any, NamedTuple

from g4f_lite.structured._objects import NO_DEFAULT

__all__ = ["ClassField", "RecordClass", "is_required", "read_record_class", "special_form_name"]


class ClassField(NamedTuple):
    """One field of a class; its type is in the type hints of the class."""

    name: str
    is_required: bool
    default: Any = NO_DEFAULT
    description: str = ""


class RecordClass(NamedTuple):
    """A class with a known set of fields.

    Attributes:
        factory: the function that is called with the values as keyword arguments.
        fields: the fields, in order.
        refusal: the reason why the class cannot be used, and a remedy; empty if the class can be used.
    """

    factory: Callable[..., Any]
    fields: list[ClassField]
    refusal: tuple[str, ...] = ()


def read_record_class(cls: Any) -> RecordClass | None:
    """Return the fields of a dataclass, a typed dictionary or a named tuple, or None for another class."""
    if dataclasses.is_dataclass(cls):
        return _dataclass(cls)
    if issubclass(cls, dict) and hasattr(cls, "__required_keys__"):  # from `typing` or `typing_extensions`
        return _typed_dictionary(cls)
    if issubclass(cls, tuple) and hasattr(cls, "_field_defaults"):
        return _named_tuple(cls)
    return None


def _typed_dictionary(cls: Any) -> RecordClass:
    try:
        names = list(typing.get_type_hints(cls))
    except Exception:  # `resolve_hints` raises the error with its reason
        names = []
    return RecordClass(dict, [ClassField(name, name in cls.__required_keys__) for name in names])


def _named_tuple(cls: Any) -> RecordClass:
    defaults = cls._field_defaults
    keys = [ClassField(name, name not in defaults, defaults.get(name, NO_DEFAULT)) for name in cls._fields]
    return RecordClass(cls, keys)


def _dataclass(cls: Any) -> RecordClass:
    if any(
        item._field_type is dataclasses._FIELD_INITVAR  # type: ignore[attr-defined]
        for item in cls.__dataclass_fields__.values()
    ):
        return RecordClass(cls, [], ("has an `InitVar`", "Make it a field."))
    missing = dataclasses.MISSING
    keys = [
        ClassField(
            item.name,
            item.default is missing and item.default_factory is missing,
            item.default,
            str(item.metadata.get("description", "")),
        )
        for item in dataclasses.fields(cls)
        if item.init
    ]
    return RecordClass(cls, keys)


def is_required(hint: Any, default: bool) -> bool:
    """Whether a key is required by its hint, `Required` or `NotRequired`; else `default`.

    The class alone is not enough: where annotations are strings, it has not evaluated them.
    """
    name = special_form_name(typing.get_origin(hint))
    if name in ("Required", "NotRequired"):
        return name == "Required"
    if name == "ReadOnly" or typing.get_origin(hint) is typing.Annotated:
        return is_required(typing.get_args(hint)[0], default)
    return default


def special_form_name(form: Any) -> str:
    """Return the name of a special form of `typing`."""
    return str(getattr(form, "_name", None) or getattr(form, "__name__", ""))
