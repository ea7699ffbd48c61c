"""Check a call's options against what its provider takes."""

import types
import typing
from collections.abc import Mapping
from typing import Any, Protocol

from g4f_lite._utils.redaction import redact
from g4f_lite._utils.text import shorten
from g4f_lite.contract import LoadedProvider
from g4f_lite.errors import InvalidArgumentError, UnsupportedOptionError

__all__ = ["OptionSpec", "accepts", "check_options"]

_PLAIN = (str, int, float, bool, bytes, list, dict, tuple, set, type(None))


class OptionSpec(Protocol):
    """What a function takes: a `Function`, or a `LoadedProvider` for its chat."""

    @property
    def options(self) -> Mapping[str, Any]:
        """The options that it takes by name, with their type hints."""
        ...

    @property
    def any_option(self) -> bool:
        """Whether it takes any other option too."""
        ...


def check_options(
    provider: LoadedProvider, options: Mapping[str, Any], *, drop: bool, takes: OptionSpec | None = None
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the options to pass on, and the names of those dropped.

    `takes` is the provider's function that is asked, its chat if left out.

    Raises:
        UnsupportedOptionError: an option that the provider does not take, unless `drop`.
        InvalidArgumentError: a value that its type hint rules out.
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
        if not accepts(hint, value):
            # Not the value itself: it may be a key.
            raise InvalidArgumentError(
                name,
                f"The option {name!r} of the provider {provider.name!r} takes {_shown(hint)}, "
                f"not {type(value).__name__}.",
                hint="Change its type.",
            )
    return kept, tuple(unknown)


def accepts(hint: Any, value: object) -> bool:
    """Whether `value` may be of the type `hint`; hints that cannot be judged simply are taken to fit."""
    if type(value) in _exact(hint):  # nearly every value
        return True
    origin = typing.get_origin(hint)
    if origin is typing.Union or origin is types.UnionType:
        return any(accepts(item, value) for item in typing.get_args(hint))
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


_known: dict[int, tuple[Any, frozenset[type]]] = {}
"""What `_exact` returned, by the identity of the hint, which is kept: to hash a union takes as long as a check."""

_MOST_KNOWN = 4096


def _exact(hint: Any) -> frozenset[type]:
    """Return types whose own instances are surely of the type `hint`."""
    found = _known.get(id(hint))
    if found is None:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        found = _known[id(hint)] = (hint, _exact_types(hint))
    return found[1]


def _exact_types(hint: Any) -> frozenset[type]:
    origin = typing.get_origin(hint)
    if origin is typing.Union or origin is types.UnionType:
        return frozenset().union(*map(_exact_types, typing.get_args(hint)))
    kind = type(None) if hint is None else origin or hint
    return frozenset({kind}) if kind in _PLAIN else frozenset()


def _shown(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) else shorten(redact(str(hint)).replace("typing.", ""), 100)
