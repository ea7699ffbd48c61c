"""The one place that talks to pluggy: it holds the loaded plugins and finds their hooks.

Answers never go through its hook relay: a hook is one-to-many and drops ``**kwargs``, a completion is
one call to one provider.
"""

from collections.abc import Callable
from contextvars import ContextVar
from types import ModuleType
from typing import Any

import pluggy

from g4f_lite import hookspecs
from g4f_lite._foreign import is_module, said
from g4f_lite._hook_checks import arguments_of, hook_findings, hook_names

__all__ = ["HookCaller", "Plugins", "call_hooks"]

HookCaller = tuple[str, Callable[..., Any], tuple[str, ...]]
"""A plugin's name, its implementation of one hook, and the arguments that this takes."""

_inside_hook: ContextVar[bool] = ContextVar("g4f_lite_inside_hook", default=False)

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
        marked = super().parse_hookimpl_opts(plugin, name) or _PLAIN
        return {**marked, "specname": None}  # its name says which hook it is, and was judged as that one


class Plugins:
    """The plugins of one registry. `hooks` is replaced as a whole, so readers need no lock."""

    def __init__(self) -> None:
        self._manager = _Manager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._held: dict[str, Any] = {}
        self.hooks: dict[str, tuple[HookCaller, ...]] = {}

    def add(self, plugin: Any, full_name: str) -> None:
        """Hold a plugin under its full name; the hooks of one that has several names are called once.

        Raises:
            ValueError: something else is held under that name.
        """
        if self._held.get(full_name, plugin) is not plugin:
            raise ValueError(f"another plugin is held as {full_name!r}")
        known = any(plugin is other for other in self._held.values())
        if not known:
            self._manager.register(_holdable(plugin, full_name), full_name)
        self._held[full_name] = plugin
        if not known:
            self._find_hooks()

    def remove(self, full_name: str) -> None:
        """Let go of a plugin, if it is held under this name."""
        if full_name not in self._held:
            return
        plugin = self._held.pop(full_name)
        if not self._manager.has_plugin(full_name):
            return
        self._manager.unregister(name=full_name)
        for other, held in self._held.items():
            if held is plugin:  # it has another name, and keeps its hooks
                self._manager.register(_holdable(plugin, other), other)
                break
        self._find_hooks()

    def holds(self, full_name: str) -> bool:
        """Whether a plugin is held under this name."""
        return full_name in self._held

    def hook_of(self, full_name: str, hook: str) -> HookCaller | None:
        """Return one plugin's implementation of one hook."""
        return next((caller for caller in self.hooks.get(hook, ()) if caller[0] == full_name), None)

    def _find_hooks(self) -> None:
        self.hooks = {name: callers for name in hookspecs.HOOK_NAMES if (callers := self._callers(name))}

    def _callers(self, name: str) -> tuple[HookCaller, ...]:
        """Return the implementations in pluggy's calling order, each to be called by itself.

        `HookCaller.__call__` would let one that raises keep the later ones from being called, and would
        leave out parameters that have a default.
        """
        implementations = reversed(getattr(self._manager.hook, name).get_hookimpls())
        return tuple(
            (item.plugin_name, item.function, arguments_of(name, item.function)) for item in implementations
        )


def _holdable(plugin: Any, full_name: str) -> Any:
    """Return what pluggy is given: a module as it is, for an object a module with its hooks.

    pluggy compares plugins with ``==``, hashes them, and binds functions that an instance merely has: two
    equal instances, one that cannot be hashed, and a `SimpleNamespace` each break one of these.
    """
    if is_module(plugin):
        return plugin
    stand_in = ModuleType(full_name)
    for name in hook_names(plugin):
        setattr(stand_in, name, getattr(plugin, name))
    return stand_in


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
                errors.append(f"{hook} of {plugin_name} raised {said(error)}")
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
