"""The contract's table of functions, and the location and underlying function of a callable."""

import functools
import types
from typing import Any, NamedTuple

__all__ = ["FUNCTION_SPECS", "FunctionSpec", "Issue", "location_of", "underlying_function", "unwrap"]


class Issue(NamedTuple):
    """A problem of a function, before its location and distribution are known."""

    kind: str
    message: str
    fix: str
    fatal: bool = True


class FunctionSpec(NamedTuple):
    """One row of the contract's table of functions.

    Attributes:
        name: the function's name.
        required: the required parameters with their types, in order; all others are options.
        item: the type of the items that it yields, as a fix shows it.
        is_async: whether its result is read with ``async for``.
        is_optional: whether a provider may omit it.
    """

    name: str
    required: tuple[tuple[str, type], ...]
    item: str
    is_async: bool = False
    is_optional: bool = True

    @property
    def definition(self) -> str:
        """The function's ``def`` line, as a fix shows it."""
        parameters = "".join(f"{name}: {kind.__name__}, " for name, kind in self.required)
        return f"{'async ' if self.is_async else ''}def {self.name}({parameters}**kwargs)"

    @property
    def iterator(self) -> str:
        """The function's return annotation, as a fix shows it."""
        return f"{'AsyncIterator' if self.is_async else 'Iterator'}[{self.item}]"


_COMPLETION: tuple[tuple[str, type], ...] = (("model", str), ("messages", list), ("stream", bool))

FUNCTION_SPECS = {
    spec.name: spec
    for spec in (
        FunctionSpec("_create_completion", _COMPLETION, "str", is_optional=False),
        FunctionSpec("_acreate_completion", _COMPLETION, "str", is_async=True),
        FunctionSpec("_create_embedding", (("model", str), ("input", list)), "Vector"),
        FunctionSpec("_list_models", (), "str"),
    )
}
"""The functions that a provider may have, in the order of the contract."""


def unwrap(function: Any) -> Any:
    """Return the function inside decorators that use `functools.wraps`."""
    try:
        if not hasattr(function, "__wrapped__"):
            return function
        import inspect

        return inspect.unwrap(function)
    except ValueError:  # a cycle of __wrapped__
        return function


def underlying_function(function: Any) -> Any:
    """Return the function that a call runs in the end: without decorators, and an object's ``__call__``."""
    inner = unwrap(function)
    if isinstance(inner, functools.partial):
        inner = inner.func
    if isinstance(inner, (types.FunctionType, types.MethodType)):  # nearly every one, without `inspect`
        return inner
    import inspect

    if inspect.isroutine(inner) or not callable(inner):
        return inner
    return inner.__init__ if isinstance(inner, type) else type(inner).__call__  # type: ignore[misc]


def location_of(function: Any) -> str:
    """Return ``file:line`` of the definition of a function, object or class, or `""` if it has no source."""
    code = getattr(underlying_function(function), "__code__", None)
    if isinstance(code, types.CodeType):
        return f"{code.co_filename}:{code.co_firstlineno}"
    import inspect

    kind = function if isinstance(function, type) else type(function)
    try:
        return f"{inspect.getsourcefile(kind)}:{inspect.getsourcelines(kind)[1]}"
    except (OSError, TypeError):  # it is built in, or its source is missing
        return ""
