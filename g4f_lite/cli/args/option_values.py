"""Values of `--option`: text converted to the type that the provider's type hint declares."""

import collections.abc
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any

from g4f_lite._core.validation.options import may_have_type
from g4f_lite.contract import LoadedProvider
from g4f_lite.errors import InvalidArgumentError

__all__ = ["convert_options"]

_BOOLEANS = {
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
    """The text is not a value of this type; the message says what is, as "a number"."""


def convert_options(provider: LoadedProvider, texts: Mapping[str, str]) -> dict[str, Any]:
    """Return the options of a call, each in the type that `provider` declares.

    Raises:
        InvalidArgumentError: a value does not fit the option's type.
    """
    return {name: _convert_option(provider, name, text) for name, text in texts.items()}


def _convert_option(provider: LoadedProvider, name: str, text: str) -> Any:
    try:
        return _parse(provider.options.get(name, Any), text)
    except _OptionValueError as mismatch:
        # The message does not repeat the value, which may be a key.
        raise InvalidArgumentError(
            name,
            f"The option {name!r} of the provider {provider.name!r} takes {mismatch}.",
            hint=f"Change the text after {name}= .",
        ) from None


def _parse(hint: Any, text: str) -> Any:
    origin = typing.get_origin(hint)
    if origin is typing.Annotated:
        return _parse(typing.get_args(hint)[0], text)
    if origin is typing.Union or origin is types.UnionType:
        return _parse_union(typing.get_args(hint), text)
    if origin is typing.Literal:
        return _parse_literal(typing.get_args(hint), text)
    kind = origin or hint
    if kind is collections.abc.Callable:
        raise _OptionValueError("a function, which a command line cannot give")
    parse = _PARSERS.get(kind)
    if parse is not None:
        return parse(text)
    if kind in (list, dict, tuple, set, collections.abc.Sequence, collections.abc.Mapping):
        return _parse_container(kind, hint, text)
    return _parse_any(text)


def _parse_union(members: tuple[Any, ...], text: str) -> Any:
    """Return the value of the first member that fits; `str` is last, since every text fits it."""
    mismatches = []
    for member in sorted(members, key=lambda item: item is str):
        try:
            return _parse(member, text)
        except _OptionValueError as mismatch:
            mismatches.append(str(mismatch))
    raise _OptionValueError(" or ".join(mismatches))


def _parse_literal(values: tuple[Any, ...], text: str) -> Any:
    for value in values:
        if str(value) == text:
            return value
    raise _OptionValueError(f"one of {', '.join(map(str, values))}")


def _parse_bool(text: str) -> bool:
    if text.lower() not in _BOOLEANS:
        raise _OptionValueError("true or false")
    return _BOOLEANS[text.lower()]


def _parse_int(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise _OptionValueError("a whole number") from None


def _parse_float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise _OptionValueError("a number") from None


def _parse_none(text: str) -> None:
    if text != "null":
        raise _OptionValueError("null")


def _parse_any(text: str) -> Any:
    """Return the value of `text` if it is JSON, or `text` itself if not."""
    import json

    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _parse_container(kind: Any, hint: Any, text: str) -> Any:
    import json

    is_mapping = kind in (dict, collections.abc.Mapping)
    expected = 'an object in JSON, as {"a": 1}' if is_mapping else 'a list in JSON, as ["a", "b"]'
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict if is_mapping else list):
        raise _OptionValueError(expected)
    container = kind(value) if kind in (tuple, set) else value
    if not may_have_type(container, hint):
        raise _OptionValueError(expected)
    return container


_PARSERS: dict[Any, Callable[[str], Any]] = {
    str: lambda text: text,
    bytes: str.encode,
    bool: _parse_bool,
    int: _parse_int,
    float: _parse_float,
    types.NoneType: _parse_none,
}
