"""What a provider's functions have to look like, and where a function really is."""

import functools
import types
from typing import Any, NamedTuple

__all__ = ["FUNCTION_SPECS", "FunctionSpec", "Issue", "body_of", "location_of", "unwrapped"]


class Issue(NamedTuple):
    """A problem of a function, before its place and distribution are known."""

    kind: str
    message: str
    fix: str
    fatal: bool = True


class FunctionSpec(NamedTuple):
    """One row of the contract's table of functions.

    Attributes:
        name: what it is called.
        required: the parameters that it has to have, in order, with their types; the others are options.
        item: the type of what it yields, as a fix says it.
        asynchronous: whether it is read with ``async for``.
        optional: whether a provider may be without it.
    """

    name: str
    required: tuple[tuple[str, type], ...]
    item: str
    asynchronous: bool = False
    optional: bool = True

    @property
    def definition(self) -> str:
        """Its first line, as a fix shows it."""
        shown = "".join(f"{name}: {kind.__name__}, " for name, kind in self.required)
        return f"{'async ' if self.asynchronous else ''}def {self.name}({shown}**kwargs)"

    @property
    def iterator(self) -> str:
        """What it has to say that it returns."""
        return f"{'AsyncIterator' if self.asynchronous else 'Iterator'}[{self.item}]"


_COMPLETION: tuple[tuple[str, type], ...] = (("model", str), ("messages", list), ("stream", bool))

FUNCTION_SPECS = {
    shape.name: shape
    for shape in (
        FunctionSpec("_create_completion", _COMPLETION, "str", optional=False),
        FunctionSpec("_acreate_completion", _COMPLETION, "str", asynchronous=True),
        FunctionSpec("_create_embedding", (("model", str), ("input", list)), "Vector"),
        FunctionSpec("_list_models", (), "str"),
    )
}
"""The functions that a provider can have, in the order of the contract."""


def unwrapped(function: Any) -> Any:
    """Return what decorators that use `functools.wraps` were put around."""
    try:
        if not hasattr(function, "__wrapped__"):
            return function
        import inspect

        return inspect.unwrap(function)
    except ValueError:  # a cycle of __wrapped__
        return function


def body_of(function: Any) -> Any:
    """Return the function that runs in the end: without decorators, of an object its ``__call__``."""
    inner = unwrapped(function)
    if isinstance(inner, functools.partial):
        inner = inner.func
    if isinstance(inner, (types.FunctionType, types.MethodType)):  # nearly every one
        return inner
    import inspect

    if inspect.isroutine(inner) or not callable(inner):
        return inner
    return inner.__init__ if isinstance(inner, type) else type(inner).__call__  # type: ignore[misc]


def location_of(function: Any) -> str:
    """Return ``file:line`` of a function's or an object's definition, `""` if it has none."""
    code = getattr(body_of(function), "__code__", None)
    if isinstance(code, types.CodeType):
        return f"{code.co_filename}:{code.co_firstlineno}"
    import inspect

    kind = function if isinstance(function, type) else type(function)
    try:
        return f"{inspect.getsourcefile(kind)}:{inspect.getsourcelines(kind)[1]}"
    except (OSError, TypeError):  # it is built in, or its source is gone
        return ""
