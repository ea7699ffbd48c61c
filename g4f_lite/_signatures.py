"""Compare a provider's functions with the contract; pure, nothing is called.

Hints are compared by origin: ``list[dict]``, ``typing.List[str]`` and ``list`` are all a `list`, a
`Generator` is an `Iterator`.
"""

import collections.abc
import functools
import inspect
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

__all__ = ["Finding", "SignatureFacts", "examine", "location_of", "unwrapped"]

_THREE: tuple[tuple[str, type], ...] = (("model", str), ("messages", list), ("stream", bool))
_ITERATORS = (
    collections.abc.Iterator,
    collections.abc.Iterable,
    collections.abc.Generator,
    collections.abc.AsyncIterator,
    collections.abc.AsyncIterable,
    collections.abc.AsyncGenerator,
)
_SYNC, _ASYNC = _ITERATORS[:3], _ITERATORS[3:]


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem of a function, before its place and distribution are known."""

    kind: str
    message: str
    fix: str
    fatal: bool = True


@dataclass(frozen=True, slots=True)
class SignatureFacts:
    """What a call needs to know of a function, and what is wrong with it."""

    findings: tuple[Finding, ...]
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    any_option: bool = False


def unwrapped(function: Any) -> Any:
    """Return what decorators that use `functools.wraps` were put around."""
    try:
        return inspect.unwrap(function)
    except ValueError:  # a cycle of __wrapped__
        return function


def location_of(function: Any) -> str:
    """Return ``file:line`` of a function's definition, `""` if it has none."""
    inner = unwrapped(function)
    if isinstance(inner, functools.partial):
        inner = inner.func
    inner = inner if hasattr(inner, "__code__") else getattr(inner, "__call__", inner)  # noqa: B004
    code = getattr(inner, "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code is not None else ""


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
    except (ValueError, TypeError) as error:
        message = f"The signature of `{name}` cannot be read: {error}."
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
    if not hasattr(target, "__annotations__"):
        target = type(target).__call__ if callable(target) else target
    try:
        return typing.get_type_hints(target), []
    except NameError as error:
        fix = "Import what annotations name at run time, not under `if TYPE_CHECKING:`."
        return None, [Finding("unresolved-hint", f"A hint of `{name}` cannot be resolved: {error}.", fix)]
    except Exception as error:
        message = f"The hints of `{name}` cannot be read: {type(error).__name__}: {error}."
        return None, [Finding("unreadable-hints", message, "Correct the annotations.")]


def _parameter_findings(
    name: str, signature: inspect.Signature, hints: Mapping[str, Any] | None
) -> Iterator[Finding]:
    parameters = signature.parameters
    for wanted, kind in _THREE:
        if wanted not in parameters:
            yield Finding(
                "missing-parameter",
                f"`{name}` has no parameter `{wanted}`.",
                f"Add `{wanted}: {kind.__name__}`.",
            )
        elif parameters[wanted].kind is inspect.Parameter.POSITIONAL_ONLY:
            fix = "Remove the `/`: providers are called by keyword."
            yield Finding("positional-only", f"`{wanted}` of `{name}` cannot be given by keyword.", fix)
        elif hints is not None:
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
        shown = getattr(hint, "__name__", None) if isinstance(hint, type) else str(hint)
        yield Finding(
            "wrong-hint",
            f"`{parameter}` of `{name}` is hinted as `{shown}`.",
            f"Write `{parameter}: {kind.__name__}`.",
        )


def _option_findings(name: str, signature: inspect.Signature) -> Iterator[Finding]:
    for item in signature.parameters.values():
        if item.name in dict(_THREE) or item.kind in (item.VAR_KEYWORD, item.VAR_POSITIONAL):
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
    inner = unwrapped(function)
    if not inspect.isroutine(inner):
        inner = getattr(inner, "__call__", inner)  # noqa: B004 - a callable object's method
    wrong = inspect.iscoroutinefunction(inner) or inspect.isasyncgenfunction(inner)
    if not asynchronous and wrong:
        fix = "Name it `_acreate_completion` and add a plain `def _create_completion` beside it."
        yield Finding("async-function", f"`{name}` is `async def`.", fix)
        return
    generator = inspect.isasyncgenfunction if asynchronous else inspect.isgeneratorfunction
    hint = (hints or {}).get("return", inspect.Parameter.empty)
    if generator(inner):
        return
    origin = typing.get_origin(hint) or hint
    word = "AsyncIterator" if asynchronous else "Iterator"
    if any(origin is item for item in (_ASYNC if asynchronous else _SYNC)):
        if inspect.iscoroutinefunction(inner):
            message = f"`{name}` is a coroutine, not an asynchronous generator."
            yield Finding("not-a-generator", message, "Use `yield` in it.")
    elif hint is inspect.Parameter.empty:
        message = f"`{name}` is no generator and does not say what it returns."
        fix = f"Use `yield` in it, or annotate that it returns `{word}[str]`."
        yield Finding("not-a-generator", message, fix, fatal=asynchronous)
    elif origin is str and not asynchronous:
        message = f"`{name}` returns a string."
        yield Finding("returns-string", message, "Yield it: `yield text`.", fatal=False)
    else:
        shown = getattr(hint, "__name__", None) if isinstance(hint, type) else str(hint)
        yield Finding(
            "wrong-return", f"`{name}` returns `{shown}`.", f"Make it yield `str`: `-> {word}[str]`."
        )
