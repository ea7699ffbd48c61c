"""The values that a provider's constants may have; the same check for a source and for the imported module.

A value is read through its built-in base class, because a subclass may iterate for ever, or misreport its
class.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from g4f_lite._utils.untrusted import plain_text
from g4f_lite.contract import Constant

__all__ = [
    "INPUTS",
    "VARIABLE_LISTS",
    "Models",
    "StaticMetadata",
    "is_valid_constant",
    "parse_inputs",
    "parse_models",
    "parse_variables",
]


INPUTS = ("image", "audio", "file")
"""The kinds of input that messages may have besides text."""

VARIABLE_LISTS = ("auth_env_also", "address_env")
"""The constants that are lists of environment variables."""

_COLLECTIONS: tuple[Any, ...] = (list, tuple, set, frozenset, type({}.keys()))


class Models(NamedTuple):
    """The parsed value of `model` or `embedding_model`.

    Attributes:
        names: each name once, the default first.
        is_list: whether the value is a list; other collections cause a warning.
        has_repeats: whether the value has a name twice.
    """

    names: list[str]
    is_list: bool
    has_repeats: bool


def parse_models(value: object, *, may_be_empty: bool = False) -> Models | None:
    """Return the models that `value` names, or None if it is not a valid value.

    Valid are a list of names, another collection of names, and a single name. An empty collection is valid
    if `may_be_empty` is true.
    """
    kind = type(value)
    single_name = plain_text(value)
    items = [single_name] if single_name is not None else _items(value)
    texts = [plain_text(item) for item in items]
    names = [text for text in texts if text]
    if len(names) != len(texts) or not (names or (may_be_empty and issubclass(kind, _COLLECTIONS))):
        return None
    if issubclass(kind, (set, frozenset)):
        names.sort()
    unique = list(dict.fromkeys(names))
    return Models(unique, issubclass(kind, list), len(unique) != len(names))


def _items(value: object) -> list[object]:
    for base in _COLLECTIONS:
        if issubclass(type(value), base):
            return list(base.__iter__(value))
    return []


def parse_inputs(value: object) -> list[str] | None:
    """Return the kinds that `inputs` names, each once, or None if it is not a list of known kinds."""
    if not issubclass(type(value), list):
        return None
    texts = [plain_text(item) for item in _items(value)]
    kinds = [text for text in texts if text in INPUTS]
    return list(dict.fromkeys(kinds)) if len(kinds) == len(texts) else None


def parse_variables(value: object) -> list[str] | None:
    """Return the environment variables that a list names, each once, or None if it is not such a list."""
    if not issubclass(type(value), list):
        return None
    texts = [plain_text(item) for item in _items(value)]
    variables = [text for text in texts if text is not None and _is_variable(text)]
    return list(dict.fromkeys(variables)) if len(variables) == len(texts) else None


def _is_variable(name: str) -> bool:
    return name.isascii() and name.isidentifier()


def is_valid_constant(value: object, constant: Constant) -> bool:
    """Whether `value` is what the contract requires of a constant that is not a list."""
    if constant.kind == "bool":
        return type(value) is bool
    text = plain_text(value)
    # The variable is looked up in `os.environ`, which raises for names that no environment can have.
    return text is not None and (constant.name != "auth_env" or _is_variable(text))


class StaticMetadata(NamedTuple):
    """The constants that can be read from a provider's source.

    Attributes:
        values: the value of each constant, by name.
        is_complete: whether every required constant is a literal of the right type.
    """

    values: Mapping[str, Any] = MappingProxyType({})
    is_complete: bool = False
