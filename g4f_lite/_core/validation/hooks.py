"""Judge a plugin's hooks against the specifications."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from g4f_lite import hookspecs
from g4f_lite._core.validation.function_specs import Issue
from g4f_lite._utils.untrusted import describe_exception
from g4f_lite.contract import HOOK_NAMES, PROJECT

__all__ = ["arguments_of", "hook_findings"]

_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def hook_findings(name: str, function: Any) -> Iterator[Issue]:
    """Say what is wrong with one hook; it is left out then, so it is never fatal."""
    if name in HOOK_NAMES:
        yield from _function_findings(name, function)
    elif callable(function):
        fix = f"The hooks are: {', '.join(HOOK_NAMES)}."
        yield Issue("unknown-hook", f"There is no hook `{name}`.", fix, fatal=False)


def _function_findings(name: str, function: Any) -> Iterator[Issue]:
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
        extra = _extra(name, function)
    except Exception as error:  # a `__signature__` of its own may raise anything
        yield wrong(
            f"The parameters of the hook `{name}` cannot be read: {describe_exception(error)}.",
            "Write a plain `def`.",
        )
        return
    options = getattr(function, f"{PROJECT}_impl", None) or {}
    if isinstance(options, dict) and (options.get("wrapper") or options.get("hookwrapper")):
        yield wrong(f"The hook `{name}` is a wrapper.", "Hooks only watch: write a plain `def`.")
    if extra:
        message = f"The hook `{name}` has parameters that it is not given: {', '.join(extra)}."
        yield wrong(message, f"It may have: {', '.join(_offered(name))}.")


def arguments_of(name: str, function: Callable[..., Any]) -> tuple[str, ...]:
    """Return which of a hook's arguments a function without findings takes, with or without defaults."""
    offered = _offered(name)
    return tuple(item for item in inspect.signature(function).parameters if item in offered)


def _offered(name: str) -> list[str]:
    return list(inspect.signature(getattr(hookspecs, name)).parameters)


def _extra(name: str, function: Callable[..., Any]) -> list[str]:
    """Return the parameters that would have to be given and never are, or not in the way they want."""
    offered = _offered(name)
    return [
        item.name
        for item in inspect.signature(function).parameters.values()
        if (item.name not in offered and item.default is item.empty and item.kind not in _VARIADIC)
        or item.kind is item.POSITIONAL_ONLY
    ]
