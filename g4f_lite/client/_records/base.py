"""`Record`: what the clients' results have in common, the methods that programs use on the `openai` package's."""

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
    "read",
]


_OURS = ("provenance", "parsed", "parsed_arguments", "model_extra", "_request_id")
"""Fields that are Python objects of ours, and no part of the API's JSON."""

_BESIDE = ("annotations", "expires_at", "images", "reasoning", "reasoning_content", "signature")
"""Fields that not every service has; one that does not is never told of them."""


_Own = TypeVar("_Own", bound="Record")


class Record:
    """The base of all records of `types`."""

    __slots__ = ()

    def __iter__(self) -> Iterator[Any]:
        """Yield the fields that have something to say, as pairs: ``dict(message)``."""
        return _shown(self, short=False)

    def model_dump(
        self,
        *,
        mode: str = "python",  # noqa: ARG002 - both are the same here
        include: Collection[str] | None = None,
        exclude: Collection[str] | None = None,
        exclude_unset: bool = False,
        exclude_none: bool = False,
    ) -> dict[str, Any]:
        """Return it as dictionaries and lists, as JSON has them.

        Args:
            mode: taken for the sake of programs that pass ``"json"``.
            include: only these fields; exclude: all but these.
            exclude: as said.
            exclude_unset: the same as `exclude_none`: what a service sent as null is not known.
            exclude_none: leave out what is None, all the way down.
        """
        short = exclude_none or exclude_unset
        return {
            name: _dumped(value, short)
            for name, value in _shown(self, short)
            if (include is None or name in include) and not (exclude and name in exclude)
        }

    def to_dict(
        self, *, mode: str = "json", exclude_unset: bool = True, exclude_none: bool = False
    ) -> dict[str, Any]:
        """Return it as dictionaries and lists, without what is None."""
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
        """Return it as JSON; the arguments are those of `model_dump`."""
        dumped = self.model_dump(
            include=include, exclude=exclude, exclude_unset=exclude_unset, exclude_none=exclude_none
        )
        separators = (",", ":") if indent is None else None
        return json.dumps(dumped, indent=indent, ensure_ascii=False, separators=separators)

    def to_json(
        self, *, indent: int | None = 2, exclude_unset: bool = True, exclude_none: bool = False
    ) -> str:
        """Return it as JSON, without what is None."""
        return self.model_dump_json(indent=indent, exclude_unset=exclude_unset, exclude_none=exclude_none)

    def model_copy(self: _Own, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> _Own:  # noqa: PYI019 - Self comes with Python 3.11
        """Return a copy with some fields replaced; `deep`: what it holds is copied too."""
        made = copy.deepcopy(self) if deep else copy.copy(self)
        for name, value in (update or {}).items():
            setattr(made, name, value)
        return made

    @classmethod
    def model_validate(cls: type[_Own], obj: Any) -> _Own:  # noqa: PYI019 - the same
        """Return the record that `model_dump` made a dictionary of; what it does not know is left out.

        Raises:
            InvalidArgumentError: it is no dictionary, or lacks a field.
        """
        return read(cls, obj)

    @classmethod
    def model_validate_json(cls: type[_Own], json_data: str | bytes) -> _Own:  # noqa: PYI019 - the same
        """Return the record that `model_dump_json` wrote."""
        return cls.model_validate(json.loads(json_data))


def _shown(record: Any, short: bool) -> Iterator[tuple[str, Any]]:
    for name in record.__dataclass_fields__:
        value = getattr(record, name)
        if name not in _OURS and not (value is None and (short or name in _BESIDE)):
            yield name, value


def _dumped(value: Any, short: bool) -> Any:
    if isinstance(value, Record):
        return value.model_dump(exclude_none=short)
    if isinstance(value, (list, tuple)):
        return [_dumped(item, short) for item in value]
    if isinstance(value, Mapping):
        return {key: _dumped(item, short) for key, item in value.items()}
    return value


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
