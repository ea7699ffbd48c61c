"""Validation of a call's options against the options that its provider takes."""

import types
import typing
from collections.abc import Mapping
from typing import Any, Protocol

from g4f_lite._utils.redaction import redact
from g4f_lite._utils.text import shorten
from g4f_lite.contract import LoadedProvider
from g4f_lite.errors import InvalidArgumentError, UnsupportedOptionError

__all__ = ["OptionSpec", "check_options", "may_have_type"]

_PLAIN = (str, int, float, bool, bytes, list, dict, tuple, set, type(None))


class OptionSpec(Protocol):
    """The options that a function takes: a `Function`, or a `LoadedProvider` for its chat function."""

    @property
    def options(self) -> Mapping[str, Any]:
        """The options by name, with their type hints."""
        ...

    @property
    def any_option(self) -> bool:
        """Whether the function takes any other option too."""
        ...


def check_options(
    provider: LoadedProvider, options: Mapping[str, Any], *, drop: bool, takes: OptionSpec | None = None
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the options to pass to the provider, and the names of the dropped ones.

    Args:
        provider: the provider of the call.
        options: the options of the call.
        drop: whether to drop an option that the provider does not take.
        takes: the options of the function to call; by default those of the chat function.

    Raises:
        UnsupportedOptionError: the provider does not take an option, and `drop` is false.
        InvalidArgumentError: a value does not have the type of its hint.
    """
    function = provider if takes is None else takes
    known, any_option = function.options, function.any_option
    unknown = [] if any_option else [name for name in options if name not in known]
    if unknown and not drop:
        raise UnsupportedOptionError(provider.name, unknown, known)
    kept = (
        {name: value for name, value in options.items() if name not in unknown} if unknown else dict(options)
    )
    for name, value in kept.items():
        hint = known.get(name, Any)
        if not may_have_type(value, hint):
            # The message does not show the value, which may be a key.
            raise InvalidArgumentError(
                name,
                f"The option {name!r} of the provider {provider.name!r} takes {_hint_name(hint)}, "
                f"not {type(value).__name__}.",
                hint="Change its type.",
            )
    return kept, tuple(unknown)


def may_have_type(value: object, hint: Any) -> bool:
    """Whether `value` may have the type `hint`. True for a hint that needs more than a simple check."""
    if type(value) in _exact_types(hint):  # nearly every value
        return True
    origin = typing.get_origin(hint)
    if origin is typing.Union or origin is types.UnionType:
        return any(may_have_type(value, item) for item in typing.get_args(hint))
    if origin is typing.Literal:
        return value in typing.get_args(hint)
    kind = origin or hint
    if kind is None:
        kind = type(None)
    if kind not in _PLAIN:
        return True
    if isinstance(value, bool):
        return kind is bool
    if kind is float:
        return isinstance(value, (int, float))
    return isinstance(value, kind)


_cache: dict[int, tuple[Any, frozenset[type]]] = {}
"""The results of `_exact_types` by the `id` of the hint, and the hint itself, which keeps the `id` valid.

By `id`, because the hash of a union takes as long as a whole check.
"""

_CACHE_SIZE = 4096


def _exact_types(hint: Any) -> frozenset[type]:
    """Return types such that each direct instance of one certainly has the type `hint`."""
    cached = _cache.get(id(hint))
    if cached is None:
        if len(_cache) >= _CACHE_SIZE:
            _cache.clear()
        cached = _cache[id(hint)] = (hint, _find_exact_types(hint))
    return cached[1]


def _find_exact_types(hint: Any) -> frozenset[type]:
    origin = typing.get_origin(hint)
    if origin is typing.Union or origin is types.UnionType:
        return frozenset().union(*map(_find_exact_types, typing.get_args(hint)))
    kind = type(None) if hint is None else origin or hint
    return frozenset({kind}) if kind in _PLAIN else frozenset()


def _hint_name(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) else shorten(redact(str(hint)).replace("typing.", ""), 100)
