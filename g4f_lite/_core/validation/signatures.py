"""Compare a provider's functions with the contract; pure, nothing is called.

Hints are compared by origin: ``list[dict]``, ``typing.List[str]`` and ``list`` are all a `list`.
"""

import functools
import typing
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from g4f_lite._core.validation.function_specs import FUNCTION_SPECS, FunctionSpec, Issue, body_of, unwrapped
from g4f_lite._core.validation.return_types import name_of, reads_both_ways, return_findings
from g4f_lite._utils.signature import Parameter, parameters_of
from g4f_lite._utils.untrusted import describe_exception

__all__ = ["SignatureFacts", "examine"]


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
        any_option=any(item.takes_any_keyword for item in parameters.values()),
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
