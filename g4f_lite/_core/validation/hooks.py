"""Validation of a plugin's hooks against their specifications."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from g4f_lite import hookspecs
from g4f_lite._core.validation.function_specs import Issue
from g4f_lite._utils.untrusted import describe_exception
from g4f_lite.contract import HOOK_NAMES, PROJECT

__all__ = ["find_hook_issues", "taken_arguments"]

_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def find_hook_issues(name: str, function: Any) -> Iterator[Issue]:
    """Yield what is wrong with one hook. No issue is fatal, because a wrong hook is left out."""
    if name in HOOK_NAMES:
        yield from _find_function_issues(name, function)
    elif callable(function):
        fix = f"The hooks are: {', '.join(HOOK_NAMES)}."
        yield Issue("unknown-hook", f"There is no hook `{name}`.", fix, fatal=False)


def _find_function_issues(name: str, function: Any) -> Iterator[Issue]:
    def wrong(message: str, fix: str) -> Issue:
        return Issue("wrong-hook", message, fix, fatal=False)

    if not (inspect.isfunction(function) or inspect.ismethod(function)):
        yield wrong(f"The hook `{name}` is not a function but {type(function).__name__}.", "Write a `def`.")
        return
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        message = f"The hook `{name}` is `async def` or has a `yield`: calling it would run nothing."
        yield wrong(message, "Write a plain `def`.")
    if inspect.isasyncgenfunction(function):
        yield wrong(f"The hook `{name}` is an asynchronous generator.", "Write a plain `def`.")
    try:
        unknown = _unknown_parameters(name, function)
    except Exception as error:  # a `__signature__` that the plugin sets may raise anything
        yield wrong(
            f"The parameters of the hook `{name}` cannot be read: {describe_exception(error)}.",
            "Write a plain `def`.",
        )
        return
    options = getattr(function, f"{PROJECT}_impl", None) or {}
    if isinstance(options, dict) and (options.get("wrapper") or options.get("hookwrapper")):
        yield wrong(f"The hook `{name}` is a wrapper.", "Hooks only watch: write a plain `def`.")
    if unknown:
        message = f"The hook `{name}` has parameters that it is not given: {', '.join(unknown)}."
        yield wrong(message, f"It may have: {', '.join(_hook_arguments(name))}.")


def taken_arguments(name: str, function: Callable[..., Any]) -> tuple[str, ...]:
    """Return the arguments of the hook that `function`, which has no issues, takes, with defaults or without."""
    arguments = _hook_arguments(name)
    return tuple(item for item in inspect.signature(function).parameters if item in arguments)


def _hook_arguments(name: str) -> list[str]:
    return list(inspect.signature(getattr(hookspecs, name)).parameters)


def _unknown_parameters(name: str, function: Callable[..., Any]) -> list[str]:
    """Return the required parameters that the hook does not pass, and those it cannot pass by keyword."""
    arguments = _hook_arguments(name)
    return [
        item.name
        for item in inspect.signature(function).parameters.values()
        if (item.name not in arguments and item.default is item.empty and item.kind not in _VARIADIC)
        or item.kind is item.POSITIONAL_ONLY
    ]
