"""Call the hook implementations that the plugins have."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from g4f_lite._utils.untrusted import describe_exception

__all__ = [
    "HookCaller",
    "call_hooks",
]


HookCaller = tuple[str, Callable[..., Any], tuple[str, ...]]
"""A plugin's name, its implementation of one hook, and the arguments that this takes."""

_inside_hook: ContextVar[bool] = ContextVar("g4f_lite_inside_hook", default=False)


def call_hooks(callers: tuple[HookCaller, ...], hook: str, **arguments: Any) -> list[str]:
    """Call each implementation; return what they raised, a line each, and log it.

    A hook can neither stop a call nor end the program. A call that a hook makes is shown to no hook: it
    would make another, and so on.
    """
    if _inside_hook.get():
        return []
    errors = []
    token = _inside_hook.set(True)
    try:
        for plugin_name, function, names in callers:
            try:
                function(**{name: arguments[name] for name in names})
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                errors.append(f"{hook} of {plugin_name} raised {describe_exception(error)}")
                _log(errors[-1])
    finally:
        _inside_hook.reset(token)
    return errors


def _log(line: str) -> None:
    import logging

    logger = logging.getLogger("g4f_lite.hooks")
    if not logger.hasHandlers():
        logger.addHandler(logging.NullHandler())  # else logging's last resort would print it on stderr
    logger.error("%s", line)
