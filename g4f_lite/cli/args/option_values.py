"""The values of `--option`: text made into what the provider's type hint says."""

import collections.abc
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any

from g4f_lite._core.validation.options import accepts
from g4f_lite.contract import LoadedProvider
from g4f_lite.errors import InvalidArgumentError

__all__ = ["convert"]

_WORDS = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}


class _OptionValueError(Exception):
    """The text is no value of this type; the message says what would be."""


def convert(provider: LoadedProvider, given: Mapping[str, str]) -> dict[str, Any]:
    """Return the options of a call.

    Raises:
        InvalidArgumentError: a value does not fit the option's type.
    """
    return {name: _convert(provider, name, text) for name, text in given.items()}


def _convert(provider: LoadedProvider, name: str, text: str) -> Any:
    try:
        return _read(provider.options.get(name, Any), text)
    except _OptionValueError as unfit:
        # Not the value itself: it may be a key.
        raise InvalidArgumentError(
            name,
            f"The option {name!r} of the provider {provider.name!r} takes {unfit}.",
            hint=f"Change what stands after {name}= .",
        ) from None


def _read(hint: Any, text: str) -> Any:
    origin = typing.get_origin(hint)
    if origin is typing.Annotated:
        return _read(typing.get_args(hint)[0], text)
    if origin is typing.Union or origin is types.UnionType:
        return _read_union(typing.get_args(hint), text)
    if origin is typing.Literal:
        return _read_literal(typing.get_args(hint), text)
    kind = origin or hint
    if kind is collections.abc.Callable:
        raise _OptionValueError("a function, which a command line cannot give")
    reader = _READERS.get(kind)
    if reader is not None:
        return reader(text)
    if kind in (list, dict, tuple, set, collections.abc.Sequence, collections.abc.Mapping):
        return _read_container(kind, hint, text)
    return _read_any(text)


def _read_union(members: tuple[Any, ...], text: str) -> Any:
    """Try each member; text itself last, since everything is text."""
    wanted = []
    for member in sorted(members, key=lambda item: item is str):
        try:
            return _read(member, text)
        except _OptionValueError as unfit:
            wanted.append(str(unfit))
    raise _OptionValueError(" or ".join(wanted))


def _read_literal(values: tuple[Any, ...], text: str) -> Any:
    for value in values:
        if str(value) == text:
            return value
    raise _OptionValueError(f"one of {', '.join(map(str, values))}")


def _read_bool(text: str) -> bool:
    if text.lower() not in _WORDS:
        raise _OptionValueError("true or false")
    return _WORDS[text.lower()]


def _read_int(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise _OptionValueError("a whole number") from None


def _read_float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise _OptionValueError("a number") from None


def _read_none(text: str) -> None:
    if text != "null":
        raise _OptionValueError("null")


def _read_any(text: str) -> Any:
    """Return the JSON value that the text is, or else the text."""
    import json

    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _read_container(kind: Any, hint: Any, text: str) -> Any:
    import json

    mapping = kind in (dict, collections.abc.Mapping)
    example = '{"a": 1}' if mapping else '["a", "b"]'
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict if mapping else list):
        raise _OptionValueError(f"{'an object' if mapping else 'a list'} in JSON, as {example}")
    made = kind(value) if kind in (tuple, set) else value
    if not accepts(hint, made):
        raise _OptionValueError(f"{'an object' if mapping else 'a list'} in JSON, as {example}")
    return made


_READERS: dict[Any, Callable[[str], Any]] = {
    str: lambda text: text,
    bytes: str.encode,
    bool: _read_bool,
    int: _read_int,
    float: _read_float,
    types.NoneType: _read_none,
}
