"""Judge what a provider's function says that it returns; pure, nothing is called.

A type counts for what it is built on: a `Generator` is an `Iterator`, a class with ``__anext__`` and
``__aiter__`` is an `AsyncIterator`.
"""

import collections.abc
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any

from g4f_lite._core.validation.function_specs import FunctionSpec, Issue, body_of
from g4f_lite._utils.signature import is_async_generator, is_coroutine, is_generator
from g4f_lite._utils.untrusted import safe_repr

__all__ = ["name_of", "reads_both_ways", "return_findings"]

_SYNC = (collections.abc.Iterator, collections.abc.Iterable)
_ASYNC = (collections.abc.AsyncIterator, collections.abc.AsyncIterable)


def return_findings(shape: FunctionSpec, function: Any, hints: Mapping[str, Any] | None) -> Iterator[Issue]:
    """Yield what is wrong with what `function` returns; `hints` is None where there are none to be had."""
    inner, name = body_of(function), shape.name
    if not shape.asynchronous and (is_coroutine(inner) or is_async_generator(inner)):
        yield Issue("async-function", f"`{name}` is `async def`.", _without_async(name))
        return
    if hints is None:  # why there are none is a finding already
        return
    hint = hints.get("return", Any)  # who says nothing may return anything
    iterates = _iterates(hint, _ASYNC if shape.asynchronous else _SYNC)
    if _is_generator(shape, inner):
        # That a generator can be read both ways is never true, whatever it says.
        if hint is not Any and (not iterates or _is_both(hint)):
            message = f"`{name}` is a generator and says that it returns `{name_of(hint)}`."
            yield Issue("wrong-return", message, f"Write `-> {shape.iterator}`.", fatal=False)
    elif iterates:
        if is_coroutine(inner):
            message = f"`{name}` is a coroutine, not an asynchronous generator."
            yield Issue("not-a-generator", message, "Use `yield` in it.")
    elif hint is Any:
        message = f"`{name}` is no generator and does not say what it returns."
        fix = f"Use `yield` in it, or annotate that it returns `{shape.iterator}`."
        yield Issue("not-a-generator", message, fix, fatal=shape.asynchronous)
    elif name == "_create_completion" and _is_text(hint):
        yield Issue("returns-string", f"`{name}` returns a string.", "Yield it: `yield text`.", fatal=False)
    else:
        fix = f"Make it yield `{shape.item}`: `-> {shape.iterator}`."
        yield Issue("wrong-return", f"`{name}` returns `{name_of(hint)}`.", fix)


def reads_both_ways(shape: FunctionSpec, function: Any, hints: Mapping[str, Any] | None) -> bool:
    """Whether what `function` returns can be read synchronously and asynchronously."""
    return (
        bool(hints) and _is_both((hints or {}).get("return")) and not _is_generator(shape, body_of(function))
    )


def name_of(hint: Any) -> str:
    """Return a hint as a message shows it."""
    return hint.__name__ if isinstance(hint, type) and not typing.get_args(hint) else safe_repr(hint)


def _without_async(name: str) -> str:
    if name == "_create_completion":
        return "Name it `_acreate_completion` and add a plain `def _create_completion` beside it."
    return "Make it a plain `def`."


def _is_generator(shape: FunctionSpec, inner: Any) -> bool:
    return is_async_generator(inner) if shape.asynchronous else is_generator(inner)


def _is_text(hint: Any) -> bool:
    return all(item is str or _iterates(item, _SYNC) for item in _members(hint))


def _iterates(hint: Any, kinds: tuple[type, type]) -> bool:
    """Whether a hint stands for an iterator, or for an iterable of no kind in particular."""
    iterator, iterable = kinds
    origin = typing.get_origin(hint) or hint
    return origin is iterable or _is_kind_of(origin, iterator)


def _is_both(hint: Any) -> bool:
    """Whether a hint is a class that is an iterator and an asynchronous one."""
    origin = typing.get_origin(hint) or hint
    return _is_kind_of(origin, _SYNC[0]) and _is_kind_of(origin, _ASYNC[0])


def _is_kind_of(origin: Any, base: type) -> bool:
    return isinstance(origin, type) and issubclass(origin, base)


def _members(hint: Any) -> tuple[Any, ...]:
    union = typing.get_origin(hint) in (typing.Union, types.UnionType)
    return typing.get_args(hint) if union else (hint,)
