"""`Record`: the base of the clients' results, with the methods of the `openai` package's results."""

import copy
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import MISSING
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from g4f_lite.errors import InvalidArgumentError
from g4f_lite.results import Parsed

__all__ = [
    "Parsed",
    "Record",
    "validate_record",
]


_NON_JSON_FIELDS = ("provenance", "parsed", "parsed_arguments", "model_extra", "_request_id")
"""Fields with objects of this library, which are not part of the API's JSON."""

_EXTENSION_FIELDS = ("annotations", "expires_at", "images", "reasoning", "reasoning_content", "signature")
"""Fields that not every service supports; they are omitted when they are None, so that no service gets them."""


_Self = TypeVar("_Self", bound="Record")


class Record:
    """The base of all records of `types`."""

    __slots__ = ()

    def __iter__(self) -> Iterator[Any]:
        """Yield the names and values of the fields of the API's JSON, for ``dict(message)``."""
        return _iterate_fields(self, omit_none=False)

    def model_dump(
        self,
        *,
        mode: str = "python",  # noqa: ARG002 - both modes give the same result
        include: Collection[str] | None = None,
        exclude: Collection[str] | None = None,
        exclude_unset: bool = False,
        exclude_none: bool = False,
    ) -> dict[str, Any]:
        """Return the record as dictionaries and lists, as in the API's JSON.

        Args:
            mode: accepted for programs that pass ``"json"``; both modes give the same result.
            include: the names of the fields to include, or None for all.
            exclude: the names of the fields to exclude.
            exclude_unset: the same as `exclude_none`, because it is not recorded which fields the service set
                to null.
            exclude_none: whether to omit fields that are None, in nested records too.
        """
        omit_none = exclude_none or exclude_unset
        return {
            name: _dump_value(value, omit_none)
            for name, value in _iterate_fields(self, omit_none)
            if (include is None or name in include) and not (exclude and name in exclude)
        }

    def to_dict(
        self, *, mode: str = "json", exclude_unset: bool = True, exclude_none: bool = False
    ) -> dict[str, Any]:
        """Return the record as dictionaries and lists; by default without fields that are None."""
        return self.model_dump(mode=mode, exclude_unset=exclude_unset, exclude_none=exclude_none)

    def model_dump_json(
        self,
        *,
        indent: int | None = None,
        include: Collection[str] | None = None,
        exclude: Collection[str] | None = None,
        exclude_unset: bool = False,
        exclude_none: bool = False,
    ) -> str:
        """Return the record as JSON text; the arguments are those of `model_dump`, and `indent` in spaces."""
        dumped = self.model_dump(
            include=include, exclude=exclude, exclude_unset=exclude_unset, exclude_none=exclude_none
        )
        separators = (",", ":") if indent is None else None
        return json.dumps(dumped, indent=indent, ensure_ascii=False, separators=separators)

    def to_json(
        self, *, indent: int | None = 2, exclude_unset: bool = True, exclude_none: bool = False
    ) -> str:
        """Return the record as JSON text; by default without fields that are None."""
        return self.model_dump_json(indent=indent, exclude_unset=exclude_unset, exclude_none=exclude_none)

    def model_copy(self: _Self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> _Self:  # noqa: PYI019 - Self comes with Python 3.11
        """Return a copy with some fields replaced; with `deep`, the values of the other fields are copied too."""
        copied = copy.deepcopy(self) if deep else copy.copy(self)
        for name, value in (update or {}).items():
            setattr(copied, name, value)
        return copied

    @classmethod
    def model_validate(cls: type[_Self], obj: Any) -> _Self:  # noqa: PYI019 - the same
        """Return the record of a dictionary that `model_dump` returned; unknown keys are ignored.

        Raises:
            InvalidArgumentError: `obj` is neither a dictionary nor a record of this class, or lacks a field.
        """
        return validate_record(cls, obj)

    @classmethod
    def model_validate_json(cls: type[_Self], json_data: str | bytes) -> _Self:  # noqa: PYI019 - the same
        """Return the record of a JSON text that `model_dump_json` returned.

        Raises:
            ValueError: `json_data` is not JSON.
            InvalidArgumentError: the JSON value is not an object, or lacks a field.
        """
        return cls.model_validate(json.loads(json_data))


def _iterate_fields(record: Any, omit_none: bool) -> Iterator[tuple[str, Any]]:
    for name in record.__dataclass_fields__:
        value = getattr(record, name)
        if name not in _NON_JSON_FIELDS and not (value is None and (omit_none or name in _EXTENSION_FIELDS)):
            yield name, value


def _dump_value(value: Any, omit_none: bool) -> Any:
    if isinstance(value, Record):
        return value.model_dump(exclude_none=omit_none)
    if isinstance(value, (list, tuple)):
        return [_dump_value(item, omit_none) for item in value]
    if isinstance(value, Mapping):
        return {key: _dump_value(item, omit_none) for key, item in value.items()}
    return value


_RecordT = TypeVar("_RecordT", bound=Record)


def validate_record(cls: type[_RecordT], value: Any) -> _RecordT:
    """Return the record of class `cls` for a dictionary; a record of that class is returned unchanged.

    Raises:
        InvalidArgumentError: `value` is neither a dictionary nor a `cls`, or lacks a field.
    """
    if isinstance(value, cls):
        return value
    if isinstance(value, Mapping):
        hints = _field_hints(cls)  # type: ignore[arg-type]  # a class is hashable
        fields = {
            name: None
            for name, hint in hints.items()
            if name not in value and _is_nullable_without_default(cls, name, hint)
        }
        fields |= {name: _validate_value(hints[name], item) for name, item in value.items() if name in hints}
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
def _field_hints(cls: type[Record]) -> dict[str, Any]:
    return get_type_hints(cls)


def _is_nullable_without_default(cls: Any, name: str, hint: Any) -> bool:
    """Whether a field has no default and can be None: if its null was omitted from a dump, it is None."""
    return type(None) in get_args(hint) and cls.__dataclass_fields__[name].default is MISSING


def _validate_value(hint: Any, value: Any) -> Any:
    """Return the value of a field, with dictionaries replaced by the records of its type hint."""
    if isinstance(value, list):
        list_hint = _hint_part(hint, list)
        item_hint = get_args(list_hint)[0] if get_args(list_hint) else None
        return [_validate_value(item_hint, item) for item in value]
    if isinstance(value, Mapping):
        record_class = _hint_part(hint, Record)
        return value if record_class is None else validate_record(record_class, value)
    return value


def _hint_part(hint: Any, kind: type) -> Any:
    """Return the member of a union hint that is a `kind`, such as `list[X]` in ``list[X] | None``, or None."""
    for part in (hint, *get_args(hint)):
        origin = get_origin(part) or part
        if isinstance(origin, type) and issubclass(origin, kind):
            return part if kind is list else origin
    return None
