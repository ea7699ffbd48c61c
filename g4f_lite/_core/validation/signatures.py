"""Compare a provider's functions with the contract; pure, nothing is called.

Hints are compared by origin: ``list[dict]``, ``typing.List[str]`` and ``list`` are all a `list`.
"""

import collections.abc
import functools
import types
import typing
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from g4f_lite._core.validation.function_specs import FUNCTION_SPECS, FunctionSpec, Issue, body_of, unwrapped
from g4f_lite._utils.signature import Parameter, is_async_generator, is_coroutine, is_generator, parameters_of
from g4f_lite._utils.untrusted import describe_exception, safe_repr

__all__ = ["SignatureFacts", "examine"]


_SYNC = (collections.abc.Iterator, collections.abc.Iterable)
_ASYNC = (collections.abc.AsyncIterator, collections.abc.AsyncIterable)


class SignatureFacts(NamedTuple):
    """What a call needs to know of a function, and what is wrong with it."""

    findings: tuple[Issue, ...]
    options: Mapping[str, Any] = MappingProxyType({})
    any_option: bool = False
    both_ways: bool = False


def examine(name: str, function: Any) -> SignatureFacts:
    """Judge the function called `name`, which is one of `SHAPES`: its parameters, hints, and what it returns."""
    shape = FUNCTION_SPECS[name]
    if not callable(function):
        kind = type(function).__name__
        message = f"`{name}` is not a function but {kind}."
        return SignatureFacts((Issue("not-callable", message, f"Define it: `{shape.definition}`."),))
    try:
        parameters = parameters_of(function)
    except Exception as error:  # a `__signature__` of its own may raise anything
        message = f"The signature of `{name}` cannot be read: {describe_exception(error)}."
        return SignatureFacts((Issue("unreadable-signature", message, "Write it as a plain `def`."),))
    hints, hint_findings = _hints(name, function)
    findings = [
        *hint_findings,
        *_parameter_findings(shape, parameters, hints),
        *return_findings(shape, function, hints),
    ]
    options = {
        item.name: (hints or {}).get(item.name, Any)
        for item in _options(shape, parameters)
        if not item.is_positional_only
    }
    return SignatureFacts(
        tuple(findings),
        MappingProxyType(options),
        any_option=any(item.is_var_keyword for item in parameters.values()),
        both_ways=reads_both_ways(shape, function, hints),
    )


def _hints(name: str, function: Any) -> tuple[dict[str, Any] | None, list[Issue]]:
    """Return the function's type hints; None, with the finding that explains it, if there are none to be had."""
    target = unwrapped(function)
    if isinstance(target, functools.partial):
        fix = "Write a `def` that calls it, with the parameters annotated."
        return None, [Issue("partial", f"`{name}` is a functools.partial, which has no type hints.", fix)]
    try:
        return typing.get_type_hints(body_of(target)), []
    except NameError as error:
        fix = "Import what annotations name at run time, not under `if TYPE_CHECKING:`."
        return None, [
            Issue(
                "unresolved-hint", f"A hint of `{name}` cannot be resolved: {describe_exception(error)}.", fix
            )
        ]
    except Exception as error:
        message = f"The hints of `{name}` cannot be read: {describe_exception(error)}."
        return None, [Issue("unreadable-hints", message, "Correct the annotations.")]


def _parameter_findings(
    shape: FunctionSpec, parameters: Mapping[str, Parameter], hints: Mapping[str, Any] | None
) -> Iterator[Issue]:
    name = shape.name
    for wanted, kind in shape.required:
        if wanted not in parameters or parameters[wanted].is_variadic:
            yield Issue(
                "missing-parameter",
                f"`{name}` has no parameter `{wanted}`.",
                f"Add `{wanted}: {kind.__name__}`.",
            )
            continue
        if parameters[wanted].is_positional_only:
            fix = "Remove the `/`: providers are called by keyword."
            yield Issue("positional-only", f"`{wanted}` of `{name}` cannot be given by keyword.", fix)
        if hints is not None:
            yield from _hint_findings(name, wanted, kind, hints)
    yield from _order_findings(shape, list(parameters))
    yield from _option_findings(shape, _options(shape, parameters))


def _order_findings(shape: FunctionSpec, parameters: list[str]) -> Iterator[Issue]:
    wanted = [name for name, _ in shape.required]
    if set(wanted) <= set(parameters) and parameters[: len(wanted)] != wanted:
        message = f"`{shape.name}` has its parameters in the order {', '.join(parameters)}."
        fix = f"Put `{', '.join(wanted)}` first, in this order."
        yield Issue("parameter-order", message, fix, fatal=False)


def _hint_findings(name: str, parameter: str, kind: type, hints: Mapping[str, Any]) -> Iterator[Issue]:
    if parameter not in hints:
        yield Issue(
            "missing-hint",
            f"`{parameter}` of `{name}` has no type hint.",
            f"Write `{parameter}: {kind.__name__}`.",
        )
        return
    hint = hints[parameter]
    if (typing.get_origin(hint) or hint) is not kind:
        yield Issue(
            "wrong-hint",
            f"`{parameter}` of `{name}` is hinted as `{name_of(hint)}`.",
            f"Write `{parameter}: {kind.__name__}`.",
        )


def _options(shape: FunctionSpec, parameters: Mapping[str, Parameter]) -> list[Parameter]:
    """Return the parameters that are options."""
    required = dict(shape.required)
    return [item for item in parameters.values() if item.name not in required and not item.is_variadic]


def _option_findings(shape: FunctionSpec, options: list[Parameter]) -> Iterator[Issue]:
    for item in options:
        if not item.has_default:
            message = f"The option `{item.name}` of `{shape.name}` has no default."
            yield Issue("required-option", message, f"Give it one: `{item.name}=None`, say.")
        elif item.is_positional_only:
            message = f"The option `{item.name}` of `{shape.name}` cannot be given by keyword."
            yield Issue("positional-only", message, "Remove the `/`.")


# --- what a function returns ----------------------------------------------------------------------------


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
