"""From a type hint to the shape of a JSON value."""

import collections.abc
import enum
import math
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from g4f_lite._utils.text import shorten
from g4f_lite.errors import InvalidArgumentError
from g4f_lite.structured._class_fields import RecordClass, is_required, record_class, special_name
from g4f_lite.structured._containers import Array, Described, FixedArray, MapType, Named, Union
from g4f_lite.structured._docstrings import docstring_of
from g4f_lite.structured._objects import Field, ObjectType
from g4f_lite.structured._pydantic_models import model_of
from g4f_lite.structured._scalars import FORMATTED, PLAIN, Choice, is_plain
from g4f_lite.structured._types import JSONType

__all__ = ["HintConverter", "hints_of"]

_ARRAYS: dict[Any, Callable[[Any], Any]] = {
    list: list,
    set: set,
    frozenset: frozenset,
    collections.abc.Sequence: list,
    collections.abc.MutableSequence: list,
    collections.abc.Iterable: list,
    collections.abc.Collection: list,
    collections.abc.Set: frozenset,
    collections.abc.MutableSet: set,
}
_TABLES = (dict, collections.abc.Mapping, collections.abc.MutableMapping)
_USABLE = (
    "str, int, float, bool, None, Any, Literal, Enum, Optional, Union, list, tuple, set, dict[str, ...], "
    "date, datetime, time, UUID, Decimal, dataclasses, TypedDict, NamedTuple and pydantic models can be used"
)


class HintConverter:
    """Finds the shapes of the types in one argument of a call.

    Args:
        argument: the call's argument that has the types, for errors.
    """

    def __init__(self, argument: str) -> None:
        self._argument = argument
        self._named: dict[Any, JSONType] = {}

    def shape(self, hint: Any, where: str) -> JSONType:
        """Return the shape of a type hint; `where` says for errors what is hinted.

        Raises:
            InvalidArgumentError: no JSON value stands for the type.
        """
        origin = typing.get_origin(hint)
        if origin is typing.Annotated:
            return self._annotated(hint, where)
        if origin is not None:
            return self._parametrized(origin, hint, where)
        if _is_hashable(hint):
            known = PLAIN.get(hint) or FORMATTED.get(hint) or self._named.get(hint)
            if known is not None:
                return known
        if hint is None:
            return PLAIN[type(None)]
        if isinstance(hint, type):
            return self._class(hint, where)
        if type(hint).__name__ == "TypeAliasType":  # ``type Name = ...``, Python 3.12
            return self._alias(hint, where)
        if hasattr(hint, "__supertype__"):  # NewType
            return self.shape(hint.__supertype__, where)
        return self._bare(hint, where)

    def refuse(self, where: str, what: str, step: str = "") -> NoReturn:
        """Raise the error about a type."""
        raise InvalidArgumentError(
            self._argument, f"{where} {what}.", hint=step or f"Change the type: {_USABLE}."
        )

    def _annotated(self, hint: Any, where: str) -> JSONType:
        inner, *notes = typing.get_args(hint)
        shape = self.shape(inner, where)
        for note in notes:
            text = note if isinstance(note, str) else getattr(note, "description", None)
            if isinstance(text, str) and text:
                return Described(shape, text)
        return shape

    def _bare(self, hint: Any, where: str) -> JSONType:
        if isinstance(hint, typing.TypeVar):
            self.refuse(where, f"is of the type variable `{hint}`", "Write a class without type variables.")
        self.refuse(where, f"is of the type `{_shown(hint)}`, which no JSON value stands for")

    # --- with type arguments -----------------------------------------------------------------

    def _parametrized(self, origin: Any, hint: Any, where: str) -> JSONType:
        arguments = typing.get_args(hint)
        if origin in (typing.Union, types.UnionType):
            return Union([self.shape(item, where) for item in arguments])
        if origin is typing.Literal:
            return self._choice(arguments, where)
        if origin is tuple and hint is not typing.Tuple:  # noqa: UP006 - it is what a caller may write
            return self._tuple(arguments, where)
        if origin is tuple:
            return self._class(tuple, where)
        if origin in _ARRAYS:
            return self._array(origin, arguments, where)
        if origin in _TABLES:
            return self._table(arguments, where)
        if special_name(origin) in ("Required", "NotRequired", "ReadOnly"):
            return self.shape(arguments[0], where)
        return self._bare(hint, where)

    def _tuple(self, arguments: tuple[Any, ...], where: str) -> JSONType:
        if not arguments or arguments == ((),):  # ``tuple[()]``; of Python 3.10, the latter
            return FixedArray(())
        if len(arguments) == 2 and arguments[1] is Ellipsis:  # noqa: PLR2004 - the form ``tuple[X, ...]``
            return Array(self.shape(arguments[0], _part("an item", where)), tuple)
        return FixedArray(
            [self.shape(item, _part(f"the item {place}", where)) for place, item in enumerate(arguments)]
        )

    def _array(self, origin: Any, arguments: tuple[Any, ...], where: str) -> JSONType:
        item = arguments[0] if arguments else Any
        make = _ARRAYS[origin]
        unique = make in (set, frozenset)
        kind = typing.get_origin(item) or item
        if unique and isinstance(kind, type) and kind.__hash__ is None:
            self.refuse(where, f"is a set of `{_shown(item)}`, which a set cannot hold", "Write a list.")
        return Array(self.shape(item, _part("an item", where)), make, unique=unique)

    def _table(self, arguments: tuple[Any, ...], where: str) -> JSONType:
        key, item = arguments or (str, Any)
        if key is not str and key is not Any:
            step = "Write dict[str, ...]: the keys of a JSON object are strings."
            self.refuse(where, f"is a dictionary with keys of the type `{_shown(key)}`", step)
        return MapType(self.shape(item, _part("a value", where)))

    def _choice(self, members: tuple[Any, ...], where: str) -> JSONType:
        values = [item.value if isinstance(item, enum.Enum) else item for item in members]
        for value in values:
            if not is_plain(value) and not (type(value) is float and math.isfinite(value)):
                self.refuse(where, f"has the value {shorten(repr(value), 60)}, which JSON does not have")
        if not values:
            self.refuse(where, "has no values to choose from")
        return Choice(members)

    # --- classes -----------------------------------------------------------------------------

    def _class(self, cls: Any, where: str) -> JSONType:
        if cls is tuple:
            return Array(PLAIN[Any], tuple)
        if cls in _ARRAYS:
            return self._array(cls, (), where)
        if cls in _TABLES:
            return self._table((), where)
        if issubclass(cls, enum.Enum):
            if issubclass(cls, enum.Flag):
                self.refuse(where, f"is of the flags `{cls.__name__}`")
            return self._choice(tuple(cls), where)
        model = model_of(cls)
        if model is not None:
            return self._named.setdefault(cls, model)
        record = record_class(cls)
        if record is None:
            return self._bare(cls, where)
        if record.refused:
            self.refuse(f"The class `{cls.__name__}`", *record.refused)
        return self._record(cls, record)

    def _alias(self, alias: Any, where: str) -> JSONType:
        shape = self._named[alias] = Named(alias.__name__)
        shape.inner = self.shape(alias.__value__, where)
        return shape

    def _record(self, cls: Any, facts: RecordClass) -> JSONType:
        doc = docstring_of(cls)
        record = self._named[cls] = ObjectType(cls.__name__, facts.make, doc.summary)
        hints = hints_of(cls, self, f"The class `{cls.__name__}`")
        record.fields = [
            Field(
                key.name,
                self.shape(hints.get(key.name, Any), f"The field `{cls.__name__}.{key.name}`"),
                is_required(hints.get(key.name), key.required),
                key.default,
                key.description or doc.parameters.get(key.name, ""),
            )
            for key in facts.keys
        ]
        return record


def hints_of(owner: Any, shaper: HintConverter, where: str) -> Mapping[str, Any]:
    """Return the type hints of a class or function.

    Raises:
        InvalidArgumentError: one of them cannot be resolved.
    """
    try:
        return typing.get_type_hints(owner, include_extras=True)
    except NameError as error:
        step = "Define or import what the hints name at the top of the module, not under `if TYPE_CHECKING:`."
        shaper.refuse(where, f"has a type hint that cannot be resolved: {shorten(str(error))}", step)
    except Exception as error:  # an annotation is any expression
        shaper.refuse(where, f"has a type hint that is no type: {shorten(str(error))}")


def _part(part: str, where: str) -> str:
    return f"{part.capitalize()} of {where[0].lower()}{where[1:]}"


def _is_hashable(hint: Any) -> bool:
    try:
        hash(hint)
    except TypeError:
        return False
    return True


def _shown(hint: Any) -> str:
    is_class = isinstance(hint, type) and not typing.get_args(hint)  # to Python 3.10, `list[int]` is one
    return hint.__name__ if is_class else shorten(str(hint).replace("typing.", ""), 100)
