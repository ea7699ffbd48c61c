"""From dictionaries back to records: what programs have kept as JSON."""

from collections.abc import Mapping
from dataclasses import MISSING
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from g4f_lite.client._record import Record
from g4f_lite.errors import InvalidArgumentError

__all__ = ["read"]

_Any = TypeVar("_Any", bound=Record)


def read(cls: type[_Any], value: Any) -> _Any:
    """Return the record of that class that a dictionary, or another record, says.

    Raises:
        InvalidArgumentError: it is neither, or lacks a field.
    """
    if isinstance(value, cls):
        return value
    if isinstance(value, Mapping):
        hints = _hints(cls)  # type: ignore[arg-type]  # a class is hashable
        fields = {
            name: None for name, hint in hints.items() if name not in value and _is_lacking(cls, name, hint)
        }
        fields |= {name: _made(hints[name], item) for name, item in value.items() if name in hints}
        try:
            return cls(**fields)
        except TypeError as error:
            problem = str(error).partition("() ")[2]
    else:
        problem = f"it is {type(value).__name__}"
    raise InvalidArgumentError(
        "obj", f"This is no {cls.__name__}: {problem}.", hint="Pass what `model_dump` made."
    )


@cache
def _hints(cls: type[Record]) -> dict[str, Any]:
    return get_type_hints(cls)


def _is_lacking(cls: Any, name: str, hint: Any) -> bool:
    """Whether a field has to be said, and can be None: where null was left out, it is."""
    return type(None) in get_args(hint) and cls.__dataclass_fields__[name].default is MISSING


def _made(hint: Any, value: Any) -> Any:
    """Return a field's value, with the records in it that its type hint has."""
    if isinstance(value, list):
        inner = _found(hint, list)
        item = get_args(inner)[0] if get_args(inner) else None
        return [_made(item, one) for one in value]
    if isinstance(value, Mapping):
        record = _found(hint, Record)
        return value if record is None else read(record, value)
    return value


def _found(hint: Any, kind: type) -> Any:
    """Return the part of a type hint that is of a kind: `list[X]` of ``list[X] | None``."""
    for part in (hint, *get_args(hint)):
        plain = get_origin(part) or part
        if isinstance(plain, type) and issubclass(plain, kind):
            return part if kind is list else plain
    return None
