"""What a function takes and is, read from its code.

A plain function says all of it there, and needs no `inspect`, which takes longer to import than all the
providers of a call. Whatever else can be called is left to `inspect`.
"""

from collections.abc import Mapping
from types import FunctionType
from typing import Any

__all__ = ["Parameter", "is_async_generator", "is_coroutine", "is_generator", "parameters_of"]

_VARARGS, _VARKEYWORDS, _GENERATOR, _COROUTINE, _ASYNC_GENERATOR = 0x04, 0x08, 0x20, 0x80, 0x200
"""The flags of a code object, which `inspect` has under the names ``CO_...``."""

_POSITIONAL_ONLY, _EITHER, _VAR_POSITIONAL, _KEYWORD_ONLY, _VAR_KEYWORD = range(5)
"""The kinds of parameters, numbered as `inspect` does it."""


class Parameter:
    """One parameter: its name, its kind, and whether it may be left out."""

    __slots__ = ("_kind", "has_default", "name")

    def __init__(self, name: str, kind: int, *, has_default: bool) -> None:
        self.name = name
        self._kind = kind
        self.has_default = has_default

    @property
    def is_positional(self) -> bool:
        """Whether it can be given by position."""
        return self._kind in (_POSITIONAL_ONLY, _EITHER)

    @property
    def is_positional_only(self) -> bool:
        """Whether it cannot be given by keyword."""
        return self._kind == _POSITIONAL_ONLY

    @property
    def is_variadic(self) -> bool:
        """Whether it is ``*args`` or ``**kwargs``."""
        return self._kind in (_VAR_POSITIONAL, _VAR_KEYWORD)

    @property
    def takes_any_keyword(self) -> bool:
        """Whether it is ``**kwargs``."""
        return self._kind == _VAR_KEYWORD


def parameters_of(function: Any) -> Mapping[str, Parameter]:
    """Return the parameters by name, in order; raises what `inspect.signature` raises."""
    if _is_plain(function):
        return {item.name: item for item in _read(function)}
    import inspect

    return {
        item.name: Parameter(item.name, int(item.kind), has_default=item.default is not item.empty)
        for item in inspect.signature(function).parameters.values()
    }


def _is_plain(function: Any) -> bool:
    """Whether it is a function made by ``def``, on which nothing was put that says otherwise."""
    return type(function) is FunctionType and not function.__dict__


def _read(function: FunctionType) -> list[Parameter]:
    code = function.__code__
    names = code.co_varnames
    positional, named = code.co_argcount, code.co_kwonlyargcount
    optional = positional - len(function.__defaults__ or ())
    defaults = function.__kwdefaults__ or {}
    found = [
        Parameter(
            name,
            _POSITIONAL_ONLY if place < code.co_posonlyargcount else _EITHER,
            has_default=place >= optional,
        )
        for place, name in enumerate(names[:positional])
    ]
    rest = positional + named
    if code.co_flags & _VARARGS:
        found.append(Parameter(names[rest], _VAR_POSITIONAL, has_default=False))
        rest += 1
    found += [
        Parameter(name, _KEYWORD_ONLY, has_default=name in defaults)
        for name in names[positional : positional + named]
    ]
    if code.co_flags & _VARKEYWORDS:
        found.append(Parameter(names[rest], _VAR_KEYWORD, has_default=False))
    return found


def is_generator(function: Any) -> bool:
    """Whether it is a function with a `yield`."""
    if _is_plain(function):
        return bool(function.__code__.co_flags & _GENERATOR)
    import inspect

    return inspect.isgeneratorfunction(function)


def is_coroutine(function: Any) -> bool:
    """Whether it is an ``async def`` without a `yield`."""
    if _is_plain(function):
        return bool(function.__code__.co_flags & _COROUTINE)
    import inspect

    return inspect.iscoroutinefunction(function)


def is_async_generator(function: Any) -> bool:
    """Whether it is an ``async def`` with a `yield`."""
    if _is_plain(function):
        return bool(function.__code__.co_flags & _ASYNC_GENERATOR)
    import inspect

    return inspect.isasyncgenfunction(function)
