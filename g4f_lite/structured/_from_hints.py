"""Conversion of Python type hints to JSON types."""

import collections.abc
import enum
import math
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from g4f_lite._utils.text import shorten
from g4f_lite.errors import InvalidArgumentError
from g4f_lite.structured._class_fields import RecordClass, is_required, read_record_class, special_form_name
from g4f_lite.structured._containers import ArrayType, DescribedType, MapType, NamedType, TupleType, UnionType
from g4f_lite.structured._docstrings import docstring_of
from g4f_lite.structured._objects import Field, ObjectType
from g4f_lite.structured._pydantic_models import pydantic_type_of
from g4f_lite.structured._scalars import FORMATTED_TYPES, PRIMITIVE_TYPES, EnumType, is_json_primitive
from g4f_lite.structured._types import JSONType

__all__ = ["HintConverter", "resolve_hints"]

_ARRAY_FACTORIES: dict[Any, Callable[[Any], Any]] = {
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
_MAPPING_TYPES = (dict, collections.abc.Mapping, collections.abc.MutableMapping)
_SUPPORTED_TYPES = (
    "str, int, float, bool, None, Any, Literal, Enum, Optional, Union, list, tuple, set, dict[str, ...], "
    "date, datetime, time, UUID, Decimal, dataclasses, TypedDict, NamedTuple and pydantic models can be used"
)


class HintConverter:
    """Converts the type hints in one argument of a call.

    Args:
        argument: the name of that argument, for errors.
    """

    def __init__(self, argument: str) -> None:
        self._argument = argument
        self._known_types: dict[Any, JSONType] = {}

    def convert(self, hint: Any, where: str) -> JSONType:
        """Return the JSON type of a type hint; errors begin with `where`.

        Raises:
            InvalidArgumentError: the type hint has no JSON type.
        """
        origin = typing.get_origin(hint)
        if origin is typing.Annotated:
            return self._convert_annotated(hint, where)
        if origin is not None:
            return self._convert_generic(origin, hint, where)
        if _is_hashable(hint):
            known = PRIMITIVE_TYPES.get(hint) or FORMATTED_TYPES.get(hint) or self._known_types.get(hint)
            if known is not None:
                return known
        if hint is None:
            return PRIMITIVE_TYPES[type(None)]
        if isinstance(hint, type):
            return self._convert_class(hint, where)
        if type(hint).__name__ == "TypeAliasType":  # ``type Name = ...``, since Python 3.12
            return self._convert_alias(hint, where)
        if hasattr(hint, "__supertype__"):  # NewType
            return self.convert(hint.__supertype__, where)
        return self._refuse_type(hint, where)

    def refuse(self, where: str, problem: str, advice: str = "") -> NoReturn:
        """Raise the error for a type hint that cannot be used."""
        raise InvalidArgumentError(
            self._argument, f"{where} {problem}.", hint=advice or f"Change the type: {_SUPPORTED_TYPES}."
        )

    def _convert_annotated(self, hint: Any, where: str) -> JSONType:
        inner, *notes = typing.get_args(hint)
        json_type = self.convert(inner, where)
        for note in notes:
            text = note if isinstance(note, str) else getattr(note, "description", None)
            if isinstance(text, str) and text:
                return DescribedType(json_type, text)
        return json_type

    def _refuse_type(self, hint: Any, where: str) -> JSONType:
        if isinstance(hint, typing.TypeVar):
            self.refuse(where, f"is of the type variable `{hint}`", "Write a class without type variables.")
        self.refuse(where, f"is of the type `{_hint_name(hint)}`, which no JSON value stands for")

    # --- with type arguments -----------------------------------------------------------------

    def _convert_generic(self, origin: Any, hint: Any, where: str) -> JSONType:
        arguments = typing.get_args(hint)
        if origin in (typing.Union, types.UnionType):
            return UnionType([self.convert(item, where) for item in arguments])
        if origin is typing.Literal:
            return self._convert_enum(arguments, where)
        if origin is tuple and hint is not typing.Tuple:  # noqa: UP006 - callers may write it
            return self._convert_tuple(arguments, where)
        if origin is tuple:
            return self._convert_class(tuple, where)
        if origin in _ARRAY_FACTORIES:
            return self._convert_array(origin, arguments, where)
        if origin in _MAPPING_TYPES:
            return self._convert_mapping(arguments, where)
        if special_form_name(origin) in ("Required", "NotRequired", "ReadOnly"):
            return self.convert(arguments[0], where)
        return self._refuse_type(hint, where)

    def _convert_tuple(self, arguments: tuple[Any, ...], where: str) -> JSONType:
        if not arguments or arguments == ((),):  # ``tuple[()]``; Python 3.10 gives the latter
            return TupleType(())
        if len(arguments) == 2 and arguments[1] is Ellipsis:  # noqa: PLR2004 - the form ``tuple[X, ...]``
            return ArrayType(self.convert(arguments[0], _describe_part("an item", where)), tuple)
        return TupleType(
            [
                self.convert(item, _describe_part(f"the item {index}", where))
                for index, item in enumerate(arguments)
            ]
        )

    def _convert_array(self, origin: Any, arguments: tuple[Any, ...], where: str) -> JSONType:
        item = arguments[0] if arguments else Any
        factory = _ARRAY_FACTORIES[origin]
        unique = factory in (set, frozenset)
        kind = typing.get_origin(item) or item
        if unique and isinstance(kind, type) and kind.__hash__ is None:
            self.refuse(where, f"is a set of `{_hint_name(item)}`, which a set cannot hold", "Write a list.")
        return ArrayType(self.convert(item, _describe_part("an item", where)), factory, unique_items=unique)

    def _convert_mapping(self, arguments: tuple[Any, ...], where: str) -> JSONType:
        key, item = arguments or (str, Any)
        if key is not str and key is not Any:
            advice = "Write dict[str, ...]: the keys of a JSON object are strings."
            self.refuse(where, f"is a dictionary with keys of the type `{_hint_name(key)}`", advice)
        return MapType(self.convert(item, _describe_part("a value", where)))

    def _convert_enum(self, members: tuple[Any, ...], where: str) -> JSONType:
        values = [item.value if isinstance(item, enum.Enum) else item for item in members]
        for value in values:
            if not is_json_primitive(value) and not (type(value) is float and math.isfinite(value)):
                self.refuse(where, f"has the value {shorten(repr(value), 60)}, which JSON does not have")
        if not values:
            self.refuse(where, "has no values to choose from")
        return EnumType(members)

    # --- classes -----------------------------------------------------------------------------

    def _convert_class(self, cls: Any, where: str) -> JSONType:
        if cls is tuple:
            return ArrayType(PRIMITIVE_TYPES[Any], tuple)
        if cls in _ARRAY_FACTORIES:
            return self._convert_array(cls, (), where)
        if cls in _MAPPING_TYPES:
            return self._convert_mapping((), where)
        if issubclass(cls, enum.Enum):
            if issubclass(cls, enum.Flag):
                self.refuse(where, f"is of the flags `{cls.__name__}`")
            return self._convert_enum(tuple(cls), where)
        model = pydantic_type_of(cls)
        if model is not None:
            return self._known_types.setdefault(cls, model)
        record_class = read_record_class(cls)
        if record_class is None:
            return self._refuse_type(cls, where)
        if record_class.refusal:
            self.refuse(f"The class `{cls.__name__}`", *record_class.refusal)
        return self._convert_record(cls, record_class)

    def _convert_alias(self, alias: Any, where: str) -> JSONType:
        json_type = self._known_types[alias] = NamedType(alias.__name__)
        json_type.inner = self.convert(alias.__value__, where)
        return json_type

    def _convert_record(self, cls: Any, record_class: RecordClass) -> JSONType:
        doc = docstring_of(cls)
        object_type = ObjectType(cls.__name__, record_class.factory, doc.summary)
        self._known_types[cls] = object_type  # before its fields, which may refer to it
        hints = resolve_hints(cls, self, f"The class `{cls.__name__}`")
        object_type.fields = [
            Field(
                item.name,
                self.convert(hints.get(item.name, Any), f"The field `{cls.__name__}.{item.name}`"),
                is_required(hints.get(item.name), item.is_required),
                item.default,
                item.description or doc.parameters.get(item.name, ""),
            )
            for item in record_class.fields
        ]
        return object_type


def resolve_hints(owner: Any, converter: HintConverter, where: str) -> Mapping[str, Any]:
    """Return the type hints of a class or function.

    Raises:
        InvalidArgumentError: a type hint cannot be resolved.
    """
    try:
        return typing.get_type_hints(owner, include_extras=True)
    except NameError as error:
        advice = (
            "Define or import what the hints name at the top of the module, not under `if TYPE_CHECKING:`."
        )
        converter.refuse(where, f"has a type hint that cannot be resolved: {shorten(str(error))}", advice)
    except Exception as error:  # an annotation may be any expression
        converter.refuse(where, f"has a type hint that is no type: {shorten(str(error))}")


def _describe_part(part: str, where: str) -> str:
    return f"{part.capitalize()} of {where[0].lower()}{where[1:]}"


def _is_hashable(hint: Any) -> bool:
    try:
        hash(hint)
    except TypeError:
        return False
    return True


def _hint_name(hint: Any) -> str:
    is_class = isinstance(hint, type) and not typing.get_args(hint)  # in Python 3.10, `list[int]` is a type
    return hint.__name__ if is_class else shorten(str(hint).replace("typing.", ""), 100)
