"""Validation of a provider's functions by their signatures and hints, without calling any of them.

Hints are compared by origin: ``list[dict]``, ``typing.List[str]`` and ``list`` are all a `list`. For a return
hint, the base class counts: a `Generator` is an `Iterator`, and a class with ``__anext__`` and ``__aiter__`` is
an `AsyncIterator`.
"""

import collections.abc
import functools
import types
import typing
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from g4f_lite._core.validation.function_specs import (
    FUNCTION_SPECS,
    FunctionSpec,
    Issue,
    underlying_function,
    unwrap,
)
from g4f_lite._utils.signature import (
    Parameter,
    is_async_generator,
    is_coroutine,
    is_generator,
    parameters_of,
)
from g4f_lite._utils.untrusted import describe_exception, safe_repr

__all__ = ["SignatureFacts", "check_function"]

_SYNC = (collections.abc.Iterator, collections.abc.Iterable)
_ASYNC = (collections.abc.AsyncIterator, collections.abc.AsyncIterable)


class SignatureFacts(NamedTuple):
    """The facts about a function that a call needs, and everything that is wrong with it.

    Attributes:
        issues: what is wrong.
        options: the options that it takes by name, with their type hints.
        any_option: whether it takes any other option too.
        both_ways: whether its result can be read synchronously and asynchronously.
    """

    issues: tuple[Issue, ...]
    options: Mapping[str, Any] = MappingProxyType({})
    any_option: bool = False
    both_ways: bool = False


def check_function(name: str, function: Any) -> SignatureFacts:
    """Check the parameters, the hints and the return type of the function `name` of `FUNCTION_SPECS`."""
    spec = FUNCTION_SPECS[name]
    if not callable(function):
        message = f"`{name}` is not a function but {type(function).__name__}."
        return SignatureFacts((Issue("not-callable", message, f"Define it: `{spec.definition}`."),))
    try:
        parameters = parameters_of(function)
    except Exception as error:  # a `__signature__` that the provider sets may raise anything
        message = f"The signature of `{name}` cannot be read: {describe_exception(error)}."
        return SignatureFacts((Issue("unreadable-signature", message, "Write it as a plain `def`."),))
    hints, hint_issues = _read_hints(name, function)
    issues = [
        *hint_issues,
        *_parameter_issues(spec, parameters, hints),
        *_return_issues(spec, function, hints),
    ]
    options = {
        item.name: (hints or {}).get(item.name, Any)
        for item in _options(spec, parameters)
        if not item.is_positional_only
    }
    return SignatureFacts(
        tuple(issues),
        MappingProxyType(options),
        any_option=any(item.is_var_keyword for item in parameters.values()),
        both_ways=_is_readable_both_ways(spec, function, hints),
    )


def _read_hints(name: str, function: Any) -> tuple[dict[str, Any] | None, list[Issue]]:
    """Return the function's type hints, or None and the issue that explains why there are none."""
    target = unwrap(function)
    if isinstance(target, functools.partial):
        fix = "Write a `def` that calls it, with the parameters annotated."
        return None, [Issue("partial", f"`{name}` is a functools.partial, which has no type hints.", fix)]
    try:
        return typing.get_type_hints(underlying_function(target)), []
    except NameError as error:
        message = f"A hint of `{name}` cannot be resolved: {describe_exception(error)}."
        fix = "Import what annotations name at run time, not under `if TYPE_CHECKING:`."
        return None, [Issue("unresolved-hint", message, fix)]
    except Exception as error:
        message = f"The hints of `{name}` cannot be read: {describe_exception(error)}."
        return None, [Issue("unreadable-hints", message, "Correct the annotations.")]


# --- parameters -----------------------------------------------------------------------------------------


def _parameter_issues(
    spec: FunctionSpec, parameters: Mapping[str, Parameter], hints: Mapping[str, Any] | None
) -> Iterator[Issue]:
    name = spec.name
    for required, kind in spec.required:
        if required not in parameters or parameters[required].is_variadic:
            message = f"`{name}` has no parameter `{required}`."
            yield Issue("missing-parameter", message, f"Add `{required}: {kind.__name__}`.")
            continue
        if parameters[required].is_positional_only:
            fix = "Remove the `/`: providers are called by keyword."
            yield Issue("positional-only", f"`{required}` of `{name}` cannot be given by keyword.", fix)
        if hints is not None:
            yield from _hint_issues(name, required, kind, hints)
    yield from _order_issues(spec, list(parameters))
    yield from _option_issues(spec, _options(spec, parameters))


def _order_issues(spec: FunctionSpec, parameters: list[str]) -> Iterator[Issue]:
    required = [name for name, _ in spec.required]
    if set(required) <= set(parameters) and parameters[: len(required)] != required:
        message = f"`{spec.name}` has its parameters in the order {', '.join(parameters)}."
        fix = f"Put `{', '.join(required)}` first, in this order."
        yield Issue("parameter-order", message, fix, fatal=False)


def _hint_issues(name: str, parameter: str, kind: type, hints: Mapping[str, Any]) -> Iterator[Issue]:
    fix = f"Write `{parameter}: {kind.__name__}`."
    if parameter not in hints:
        yield Issue("missing-hint", f"`{parameter}` of `{name}` has no type hint.", fix)
        return
    hint = hints[parameter]
    if (typing.get_origin(hint) or hint) is not kind:
        yield Issue("wrong-hint", f"`{parameter}` of `{name}` is hinted as `{_hint_name(hint)}`.", fix)


def _options(spec: FunctionSpec, parameters: Mapping[str, Parameter]) -> list[Parameter]:
    """Return the parameters that are options."""
    required = dict(spec.required)
    return [item for item in parameters.values() if item.name not in required and not item.is_variadic]


def _option_issues(spec: FunctionSpec, options: list[Parameter]) -> Iterator[Issue]:
    for item in options:
        if not item.has_default:
            message = f"The option `{item.name}` of `{spec.name}` has no default."
            yield Issue("required-option", message, f"Give it one: `{item.name}=None`, say.")
        elif item.is_positional_only:
            message = f"The option `{item.name}` of `{spec.name}` cannot be given by keyword."
            yield Issue("positional-only", message, "Remove the `/`.")


# --- return type ----------------------------------------------------------------------------------------


def _return_issues(spec: FunctionSpec, function: Any, hints: Mapping[str, Any] | None) -> Iterator[Issue]:
    """Yield what is wrong with the return type of `function`; `hints` is None if they cannot be read."""
    inner, name = underlying_function(function), spec.name
    if not spec.is_async and (is_coroutine(inner) or is_async_generator(inner)):
        yield Issue("async-function", f"`{name}` is `async def`.", _async_fix(name))
        return
    if hints is None:  # `_read_hints` has reported why
        return
    hint = hints.get("return", Any)  # a function without a return hint may return anything
    iterates = _is_iterable_hint(hint, _ASYNC if spec.is_async else _SYNC)
    if _is_generator(spec, inner):
        # No generator can be read both ways, whatever its hint says.
        if hint is not Any and (not iterates or _is_both_ways_hint(hint)):
            message = f"`{name}` is a generator and says that it returns `{_hint_name(hint)}`."
            yield Issue("wrong-return", message, f"Write `-> {spec.iterator}`.", fatal=False)
    elif iterates:
        if is_coroutine(inner):
            message = f"`{name}` is a coroutine, not an asynchronous generator."
            yield Issue("not-a-generator", message, "Use `yield` in it.")
    elif hint is Any:
        message = f"`{name}` is no generator and does not say what it returns."
        fix = f"Use `yield` in it, or annotate that it returns `{spec.iterator}`."
        yield Issue("not-a-generator", message, fix, fatal=spec.is_async)
    elif name == "_create_completion" and _is_text_hint(hint):
        yield Issue("returns-string", f"`{name}` returns a string.", "Yield it: `yield text`.", fatal=False)
    else:
        fix = f"Make it yield `{spec.item}`: `-> {spec.iterator}`."
        yield Issue("wrong-return", f"`{name}` returns `{_hint_name(hint)}`.", fix)


def _is_readable_both_ways(spec: FunctionSpec, function: Any, hints: Mapping[str, Any] | None) -> bool:
    """Whether the result of `function` can be read synchronously and asynchronously."""
    return (
        bool(hints)
        and _is_both_ways_hint((hints or {}).get("return"))
        and not _is_generator(spec, underlying_function(function))
    )


def _hint_name(hint: Any) -> str:
    """Return a hint as a message shows it."""
    return hint.__name__ if isinstance(hint, type) and not typing.get_args(hint) else safe_repr(hint)


def _async_fix(name: str) -> str:
    if name == "_create_completion":
        return "Name it `_acreate_completion` and add a plain `def _create_completion` beside it."
    return "Make it a plain `def`."


def _is_generator(spec: FunctionSpec, inner: Any) -> bool:
    return is_async_generator(inner) if spec.is_async else is_generator(inner)


def _is_text_hint(hint: Any) -> bool:
    return all(item is str or _is_iterable_hint(item, _SYNC) for item in _union_members(hint))


def _is_iterable_hint(hint: Any, kinds: tuple[type, type]) -> bool:
    """Whether a hint is an iterator, or `Iterable` itself; a subclass of `Iterable`, such as `list`, is not."""
    iterator, iterable = kinds
    origin = typing.get_origin(hint) or hint
    return origin is iterable or _is_subclass(origin, iterator)


def _is_both_ways_hint(hint: Any) -> bool:
    """Whether a hint is a class that is an iterator and an asynchronous iterator."""
    origin = typing.get_origin(hint) or hint
    return _is_subclass(origin, _SYNC[0]) and _is_subclass(origin, _ASYNC[0])


def _is_subclass(origin: Any, base: type) -> bool:
    return isinstance(origin, type) and issubclass(origin, base)


def _union_members(hint: Any) -> tuple[Any, ...]:
    is_union = typing.get_origin(hint) in (typing.Union, types.UnionType)
    return typing.get_args(hint) if is_union else (hint,)
