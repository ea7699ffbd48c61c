"""The one place that talks to pluggy: it holds the loaded plugins and finds their hooks.

Answers never go through its hook relay: a hook is one-to-many and drops ``**kwargs``, a completion is
one call to one provider.
"""

from collections.abc import Callable
from typing import Any

import pluggy

from g4f_lite import hookspecs
from g4f_lite._text_safety import redact, shorten
from g4f_lite._validation import hook_findings

__all__ = ["HookCaller", "Plugins", "call_hooks"]

HookCaller = tuple[str, Callable[..., Any], tuple[str, ...]]
"""A plugin's name, its implementation of one hook, and the arguments that this takes."""

_PLAIN: Any = {
    "wrapper": False,
    "hookwrapper": False,
    "optionalhook": False,
    "tryfirst": False,
    "trylast": False,
    "specname": None,
}


class _Manager(pluggy.PluginManager):
    def parse_hookimpl_opts(self, plugin: object, name: str) -> Any:
        # Early, by name: pluggy asks for every attribute of a module. A hook that is wrong is left
        # out; the plugin's verdict says so.
        if name not in hookspecs.HOOK_NAMES or any(hook_findings(name, getattr(plugin, name, None))):
            return None
        return super().parse_hookimpl_opts(plugin, name) or (
            _PLAIN if callable(getattr(plugin, name)) else None
        )


class Plugins:
    """The plugins of one registry. `hooks` is replaced as a whole, so readers need no lock."""

    def __init__(self) -> None:
        self._manager = _Manager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self.hooks: dict[str, tuple[HookCaller, ...]] = {}

    def add(self, plugin: Any, full_name: str) -> None:
        """Hold a validated plugin under its full name; the same object under a second name is held once."""
        if any(plugin is held for held in self._manager.get_plugins()):
            return
        self._manager.register(plugin, full_name)
        self._find_hooks()

    def remove(self, full_name: str) -> None:
        """Let go of a plugin, if it is held under this name."""
        if self._manager.has_plugin(full_name):
            self._manager.unregister(name=full_name)
            self._find_hooks()

    def holds(self, full_name: str) -> bool:
        """Whether a plugin is held under this name."""
        return self._manager.has_plugin(full_name)

    def _find_hooks(self) -> None:
        self.hooks = {name: callers for name in hookspecs.HOOK_NAMES if (callers := self._callers(name))}

    def _callers(self, name: str) -> tuple[HookCaller, ...]:
        """Return the implementations in pluggy's calling order, each to be called by itself.

        `HookCaller.__call__` would let one that raises keep the later ones from being called.
        """
        implementations = reversed(getattr(self._manager.hook, name).get_hookimpls())
        return tuple((item.plugin_name, item.function, tuple(item.argnames)) for item in implementations)


def call_hooks(callers: tuple[HookCaller, ...], hook: str, **arguments: Any) -> list[str]:
    """Call each implementation; return what they raised, a line each, and log it.

    A hook can neither stop a call nor end the program.
    """
    errors = []
    for plugin_name, function, names in callers:
        try:
            function(*[arguments[name] for name in names])
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            reason = shorten(redact(f"{type(error).__name__}: {error}"), 200)
            errors.append(f"{hook} of {plugin_name} raised {reason}")
            _log(errors[-1])
    return errors


def _log(line: str) -> None:
    import logging

    logger = logging.getLogger("g4f_lite.hooks")
    if not logger.hasHandlers():
        logger.addHandler(logging.NullHandler())  # else logging's last resort would print it on stderr
    logger.error("%s", line)
