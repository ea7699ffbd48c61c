"""What a constant may be; one judgement for what a source says and for what the module then has.

Values are looked at as what they are built on: a subclass may iterate for ever, or lie about its class.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from g4f_lite._utils.untrusted import plain_text
from g4f_lite.contract import Constant

__all__ = [
    "INPUTS",
    "VARIABLES",
    "Models",
    "StaticMetadata",
    "fits",
    "inputs_in",
    "models_in",
    "variables_in",
]


INPUTS = ("image", "audio", "file")
"""What messages may hold beside text."""

VARIABLES = ("auth_env_also", "address_env")
"""The constants that are lists of environment variables."""

_COLLECTIONS: tuple[Any, ...] = (list, tuple, set, frozenset, type({}.keys()))


class Models(NamedTuple):
    """What `model`, or `embedding_model`, comes to.

    Attributes:
        names: each once, the default first.
        listed: whether it is a list; what else it may be is warned about.
        repeats: whether one was named twice.
    """

    names: list[str]
    listed: bool
    repeats: bool


def models_in(value: object, *, empty: bool = False) -> Models | None:
    """Return the models that `value` names, None if it is nothing that a constant of models can be.

    A list of names, or another collection of them, or one name by itself; with `empty`, none at all too.
    """
    kind = type(value)
    lone = plain_text(value)
    items = [lone] if lone is not None else _items(value)
    names = [plain_text(item) for item in items]
    whole = [name for name in names if name]
    if len(whole) != len(names) or not (whole or (empty and issubclass(kind, _COLLECTIONS))):
        return None
    if issubclass(kind, (set, frozenset)):
        whole.sort()
    unique = list(dict.fromkeys(whole))
    return Models(unique, issubclass(kind, list), len(unique) != len(whole))


def _items(value: object) -> list[object]:
    for base in _COLLECTIONS:
        if issubclass(type(value), base):
            return list(base.__iter__(value))
    return []


def inputs_in(value: object) -> list[str] | None:
    """Return what `inputs` names, each once; None if it is no list, or names anything unknown."""
    if not issubclass(type(value), list):
        return None
    names = [plain_text(item) for item in _items(value)]
    known = [name for name in names if name in INPUTS]
    return list(dict.fromkeys(known)) if len(known) == len(names) else None


def variables_in(value: object) -> list[str] | None:
    """Return the variables that a list names, each once; None if it is no list, or has anything else in it."""
    if not issubclass(type(value), list):
        return None
    names = [plain_text(item) for item in _items(value)]
    known = [name for name in names if name is not None and _is_variable(name)]
    return list(dict.fromkeys(known)) if len(known) == len(names) else None


def _is_variable(name: str) -> bool:
    return name.isascii() and name.isidentifier()


def fits(value: object, row: Constant) -> bool:
    """Whether `value` is what the contract wants of a constant that is no list."""
    if row.kind == "bool":
        return type(value) is bool
    text = plain_text(value)
    # A variable is looked up in `os.environ`, which raises for names that no environment can have.
    return text is not None and (row.name != "auth_env" or _is_variable(text))


class StaticMetadata(NamedTuple):
    """The constants that a source gives away: name to value."""

    values: Mapping[str, Any] = MappingProxyType({})
    complete: bool = False
    """Whether every required constant is there as a literal of the right kind."""
