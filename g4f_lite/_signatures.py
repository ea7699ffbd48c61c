"""Compare a provider's functions with the contract; pure, nothing is called.

Hints are compared by origin: ``list[dict]``, ``typing.List[str]`` and ``list`` are all a `list`, a
`Generator` is an `Iterator`.
"""

import collections.abc
import functools
import inspect
import types
import typing
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from g4f_lite._foreign import said, shown

__all__ = ["Finding", "SignatureFacts", "examine", "location_of", "unwrapped"]

_THREE: tuple[tuple[str, type], ...] = (("model", str), ("messages", list), ("stream", bool))
_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_SYNC = (collections.abc.Iterator, collections.abc.Iterable)
_ASYNC = (collections.abc.AsyncIterator, collections.abc.AsyncIterable)


class Finding(NamedTuple):
    """A problem of a function, before its place and distribution are known."""

    kind: str
    message: str
    fix: str
    fatal: bool = True


class SignatureFacts(NamedTuple):
    """What a call needs to know of a function, and what is wrong with it."""

    findings: tuple[Finding, ...]
    options: Mapping[str, Any] = MappingProxyType({})
    any_option: bool = False


def unwrapped(function: Any) -> Any:
    """Return what decorators that use `functools.wraps` were put around."""
    try:
        return inspect.unwrap(function)
    except ValueError:  # a cycle of __wrapped__
        return function


def location_of(function: Any) -> str:
    """Return ``file:line`` of a function's or an object's definition, `""` if it has none."""
    code = getattr(_body(function), "__code__", None)
    if isinstance(code, types.CodeType):
        return f"{code.co_filename}:{code.co_firstlineno}"
    kind = function if isinstance(function, type) else type(function)
    try:
        return f"{inspect.getsourcefile(kind)}:{inspect.getsourcelines(kind)[1]}"
    except (OSError, TypeError):  # it is built in, or its source is gone
        return ""


def _body(function: Any) -> Any:
    """Return the function that runs in the end: without decorators, of an object its ``__call__``."""
    inner = unwrapped(function)
    if isinstance(inner, functools.partial):
        inner = inner.func
    if inspect.isroutine(inner) or not callable(inner):
        return inner
    return inner.__init__ if isinstance(inner, type) else type(inner).__call__  # type: ignore[misc]


def examine(name: str, function: Any, *, asynchronous: bool = False) -> SignatureFacts:
    """Judge the function called `name`: its parameters, hints, and what it returns."""
    if not callable(function):
        kind = type(function).__name__
        finding = Finding(
            "not-callable", f"`{name}` is not a function but {kind}.", f"Define it: {_example(asynchronous)}"
        )
        return SignatureFacts((finding,))
    try:
        signature = inspect.signature(function)
    except Exception as error:  # a `__signature__` of its own may raise anything
        message = f"The signature of `{name}` cannot be read: {said(error)}."
        return SignatureFacts((Finding("unreadable-signature", message, "Write it as a plain `def`."),))
    hints, hint_findings = _hints(name, function)
    findings = [
        *hint_findings,
        *_parameter_findings(name, signature, hints),
        *_return_findings(name, function, hints, asynchronous=asynchronous),
    ]
    options = {
        parameter.name: (hints or {}).get(parameter.name, Any)
        for parameter in signature.parameters.values()
        if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
        and parameter.name not in dict(_THREE)
    }
    any_option = any(item.kind is item.VAR_KEYWORD for item in signature.parameters.values())
    return SignatureFacts(tuple(findings), MappingProxyType(options), any_option)


def _example(asynchronous: bool) -> str:
    if asynchronous:
        return "`async def _acreate_completion(model: str, messages: list, stream: bool, **kwargs)`."
    return "`def _create_completion(model: str, messages: list, stream: bool, **kwargs)`."


def _hints(name: str, function: Any) -> tuple[dict[str, Any] | None, list[Finding]]:
    """Return the function's type hints; None, with the finding that explains it, if there are none to be had."""
    target = unwrapped(function)
    if isinstance(target, functools.partial):
        fix = "Write a `def` that calls it, with the parameters annotated."
        return None, [Finding("partial", f"`{name}` is a functools.partial, which has no type hints.", fix)]
    try:
        return typing.get_type_hints(_body(target)), []
    except NameError as error:
        fix = "Import what annotations name at run time, not under `if TYPE_CHECKING:`."
        return None, [
            Finding("unresolved-hint", f"A hint of `{name}` cannot be resolved: {said(error)}.", fix)
        ]
    except Exception as error:
        message = f"The hints of `{name}` cannot be read: {said(error)}."
        return None, [Finding("unreadable-hints", message, "Correct the annotations.")]


def _parameter_findings(
    name: str, signature: inspect.Signature, hints: Mapping[str, Any] | None
) -> Iterator[Finding]:
    parameters = signature.parameters
    for wanted, kind in _THREE:
        if wanted not in parameters or parameters[wanted].kind in _VARIADIC:
            yield Finding(
                "missing-parameter",
                f"`{name}` has no parameter `{wanted}`.",
                f"Add `{wanted}: {kind.__name__}`.",
            )
            continue
        if parameters[wanted].kind is inspect.Parameter.POSITIONAL_ONLY:
            fix = "Remove the `/`: providers are called by keyword."
            yield Finding("positional-only", f"`{wanted}` of `{name}` cannot be given by keyword.", fix)
        if hints is not None:
            yield from _hint_findings(name, wanted, kind, hints)
    order = [item for item in parameters if item in dict(_THREE)]
    first = list(parameters)[: len(_THREE)]
    if len(order) == len(_THREE) and first != [wanted for wanted, _ in _THREE]:
        message = f"`{name}` has its parameters in the order {', '.join(parameters)}."
        yield Finding(
            "parameter-order", message, "Put `model, messages, stream` first, in this order.", fatal=False
        )
    yield from _option_findings(name, signature)


def _hint_findings(name: str, parameter: str, kind: type, hints: Mapping[str, Any]) -> Iterator[Finding]:
    if parameter not in hints:
        yield Finding(
            "missing-hint",
            f"`{parameter}` of `{name}` has no type hint.",
            f"Write `{parameter}: {kind.__name__}`.",
        )
        return
    hint = hints[parameter]
    if (typing.get_origin(hint) or hint) is not kind:
        yield Finding(
            "wrong-hint",
            f"`{parameter}` of `{name}` is hinted as `{_name_of(hint)}`.",
            f"Write `{parameter}: {kind.__name__}`.",
        )


def _option_findings(name: str, signature: inspect.Signature) -> Iterator[Finding]:
    for item in signature.parameters.values():
        if item.name in dict(_THREE) or item.kind in _VARIADIC:
            continue
        if item.default is item.empty:
            message = f"The option `{item.name}` of `{name}` has no default."
            yield Finding("required-option", message, f"Give it one: `{item.name}=None`, say.")
        elif item.kind is item.POSITIONAL_ONLY:
            message = f"The option `{item.name}` of `{name}` cannot be given by keyword."
            yield Finding("positional-only", message, "Remove the `/`.")


def _return_findings(
    name: str, function: Any, hints: Mapping[str, Any] | None, *, asynchronous: bool
) -> Iterator[Finding]:
    inner = _body(function)
    if not asynchronous and (inspect.iscoroutinefunction(inner) or inspect.isasyncgenfunction(inner)):
        fix = "Name it `_acreate_completion` and add a plain `def _create_completion` beside it."
        yield Finding("async-function", f"`{name}` is `async def`.", fix)
        return
    if hints is None:  # why there are none is a finding already
        return
    word = "AsyncIterator" if asynchronous else "Iterator"
    hint = hints.get("return", Any)  # who says nothing may return anything
    iterates = _iterates(hint, _ASYNC if asynchronous else _SYNC)
    if (inspect.isasyncgenfunction if asynchronous else inspect.isgeneratorfunction)(inner):
        if hint is not Any and not iterates:
            message = f"`{name}` is a generator and says that it returns `{_name_of(hint)}`."
            yield Finding("wrong-return", message, f"Write `-> {word}[str]`.", fatal=False)
    elif iterates:
        if inspect.iscoroutinefunction(inner):
            message = f"`{name}` is a coroutine, not an asynchronous generator."
            yield Finding("not-a-generator", message, "Use `yield` in it.")
    elif hint is Any:
        message = f"`{name}` is no generator and does not say what it returns."
        fix = f"Use `yield` in it, or annotate that it returns `{word}[str]`."
        yield Finding("not-a-generator", message, fix, fatal=asynchronous)
    elif not asynchronous and all(item is str or _iterates(item, _SYNC) for item in _members(hint)):
        message = f"`{name}` returns a string."
        yield Finding("returns-string", message, "Yield it: `yield text`.", fatal=False)
    else:
        fix = f"Make it yield `str`: `-> {word}[str]`."
        yield Finding("wrong-return", f"`{name}` returns `{_name_of(hint)}`.", fix)


def _iterates(hint: Any, kinds: tuple[type, type]) -> bool:
    """Whether a hint stands for an iterator, or for an iterable of no kind in particular."""
    iterator, iterable = kinds
    origin = typing.get_origin(hint) or hint
    return origin is iterable or (isinstance(origin, type) and issubclass(origin, iterator))


def _members(hint: Any) -> tuple[Any, ...]:
    union = typing.get_origin(hint) in (typing.Union, types.UnionType)
    return typing.get_args(hint) if union else (hint,)


def _name_of(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) and not typing.get_args(hint) else shown(hint)
