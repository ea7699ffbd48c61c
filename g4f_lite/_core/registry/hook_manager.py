"""The one place that talks to pluggy: which plugins have a hook, and in which order they are called.

It is imported with the first plugin that has hooks: pluggy imports much that a provider needs none of.
"""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import pluggy

from g4f_lite import hookspecs
from g4f_lite._core.registry.hooks import HookCaller
from g4f_lite._core.validation.hooks import arguments_of, hook_findings
from g4f_lite._utils.untrusted import is_module
from g4f_lite.contract import HOOK_NAMES, PROJECT, hook_names

__all__ = ["HookManager"]

_PLAIN: Any = {
    "wrapper": False,
    "hookwrapper": False,
    "optionalhook": False,
    "tryfirst": False,
    "trylast": False,
    "specname": None,
}


class HookManager(pluggy.PluginManager):
    """pluggy's manager, with the plugins that were held before there was one."""

    def __init__(self, held: Mapping[str, Any]) -> None:
        super().__init__(PROJECT)
        self.add_hookspecs(hookspecs)
        for full_name, plugin in held.items():
            self.take(plugin, full_name)

    def parse_hookimpl_opts(self, plugin: object, name: str) -> Any:
        """Return pluggy's options of a plugin's attribute, None if it is no hook."""
        # Early, by name: pluggy asks for every attribute of a module. A hook that is wrong is left
        # out; the plugin's verdict says so.
        if name not in HOOK_NAMES or any(hook_findings(name, getattr(plugin, name, None))):
            return None
        marked = super().parse_hookimpl_opts(plugin, name) or _PLAIN
        return {**marked, "specname": None}  # its name says which hook it is, and was judged as that one

    def take(self, plugin: Any, full_name: str) -> None:
        """Register a plugin under its full name."""
        self.register(_holdable(plugin, full_name), full_name)

    def callers(self) -> dict[str, tuple[HookCaller, ...]]:
        """Return the implementations by hook, in pluggy's calling order, each to be called by itself.

        pluggy's own call would let one that raises keep the later ones from being called, and would leave
        out parameters that have a default.
        """
        return {name: found for name in HOOK_NAMES if (found := self._callers(name))}

    def _callers(self, name: str) -> tuple[HookCaller, ...]:
        implementations = reversed(getattr(self.hook, name).get_hookimpls())
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
