"""Parameters and kinds of functions, read from their code objects.

The code object of a plain function says everything. `inspect` is used for other callables only, because
importing it takes longer than importing all the providers of a call.
"""

from collections.abc import Mapping
from types import FunctionType
from typing import Any

__all__ = ["Parameter", "is_async_generator", "is_coroutine", "is_generator", "parameters_of"]

_VARARGS, _VARKEYWORDS, _GENERATOR, _COROUTINE, _ASYNC_GENERATOR = 0x04, 0x08, 0x20, 0x80, 0x200
"""Flags of code objects; `inspect` names them ``CO_...``."""

_POSITIONAL_ONLY, _EITHER, _VAR_POSITIONAL, _KEYWORD_ONLY, _VAR_KEYWORD = range(5)
"""Kinds of parameters, with the numbers that `inspect` gives them."""


class Parameter:
    """One parameter of a function.

    Attributes:
        name: the name of the parameter.
        has_default: whether a call may leave it out.
    """

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
    def is_var_keyword(self) -> bool:
        """Whether it is ``**kwargs``."""
        return self._kind == _VAR_KEYWORD


def parameters_of(function: Any) -> Mapping[str, Parameter]:
    """Return the parameters of `function` by name, in order. Raises what `inspect.signature` raises."""
    if _is_plain(function):
        return {item.name: item for item in _read_parameters(function)}
    import inspect

    return {
        item.name: Parameter(item.name, int(item.kind), has_default=item.default is not item.empty)
        for item in inspect.signature(function).parameters.values()
    }


def _is_plain(function: Any) -> bool:
    """Whether it is a function made by ``def``, without attributes such as ``__signature__``."""
    return type(function) is FunctionType and not function.__dict__


def _read_parameters(function: FunctionType) -> list[Parameter]:
    code = function.__code__
    names = code.co_varnames
    positional, named = code.co_argcount, code.co_kwonlyargcount
    optional = positional - len(function.__defaults__ or ())
    defaults = function.__kwdefaults__ or {}
    parameters = [
        Parameter(
            name,
            _POSITIONAL_ONLY if index < code.co_posonlyargcount else _EITHER,
            has_default=index >= optional,
        )
        for index, name in enumerate(names[:positional])
    ]
    rest = positional + named
    if code.co_flags & _VARARGS:
        parameters.append(Parameter(names[rest], _VAR_POSITIONAL, has_default=False))
        rest += 1
    parameters += [
        Parameter(name, _KEYWORD_ONLY, has_default=name in defaults)
        for name in names[positional : positional + named]
    ]
    if code.co_flags & _VARKEYWORDS:
        parameters.append(Parameter(names[rest], _VAR_KEYWORD, has_default=False))
    return parameters


def is_generator(function: Any) -> bool:
    """Whether it is a ``def`` with a ``yield``."""
    if _is_plain(function):
        return bool(function.__code__.co_flags & _GENERATOR)
    import inspect

    return inspect.isgeneratorfunction(function)


def is_coroutine(function: Any) -> bool:
    """Whether it is an ``async def`` without a ``yield``."""
    if _is_plain(function):
        return bool(function.__code__.co_flags & _COROUTINE)
    import inspect

    return inspect.iscoroutinefunction(function)


def is_async_generator(function: Any) -> bool:
    """Whether it is an ``async def`` with a ``yield``."""
    if _is_plain(function):
        return bool(function.__code__.co_flags & _ASYNC_GENERATOR)
    import inspect

    return inspect.isasyncgenfunction(function)
