"""The dispatch of hooks: call every implementation of one hook, whatever one of them raises.

The words: a *hook* is a function of `hookspecs`, a `HookImpl` is what one plugin implements it with, and a
*hook plugin* is a plugin that has nothing but hooks.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, NamedTuple

from g4f_lite._utils.untrusted import describe_exception

__all__ = [
    "HookImpl",
    "call_hooks",
]


class HookImpl(NamedTuple):
    """A plugin's implementation of one hook.

    Attributes:
        plugin_name: the plugin's full name, ``"distribution:name"``.
        function: the implementation.
        argument_names: the arguments of the hook that `function` takes.
    """

    plugin_name: str
    function: Callable[..., Any]
    argument_names: tuple[str, ...]


_inside_hook: ContextVar[bool] = ContextVar("g4f_lite_inside_hook", default=False)


def call_hooks(implementations: tuple[HookImpl, ...], hook: str, **arguments: Any) -> list[str]:
    """Call each implementation of `hook`; return what they raised, one line each, and log it.

    A hook can neither stop a call nor end the program: only `KeyboardInterrupt` passes through. A call that
    a hook makes does not call hooks, since each of these could make another call.
    """
    if _inside_hook.get():
        return []
    errors = []
    token = _inside_hook.set(True)
    try:
        for plugin_name, function, names in implementations:
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
        # Without a handler, logging's last resort would print the line on stderr.
        logger.addHandler(logging.NullHandler())
    logger.error("%s", line)
