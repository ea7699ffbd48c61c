"""The plugin manager of pluggy: which plugins implement a hook, and in which order they are called.

The only module that imports pluggy. It is imported with the first plugin that has hooks, because pluggy
imports many modules that a provider does not need.
"""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import pluggy

from g4f_lite import hookspecs
from g4f_lite._core.registry.hook_dispatch import HookImpl
from g4f_lite._core.validation.hooks import find_hook_issues, taken_arguments
from g4f_lite._utils.untrusted import is_module
from g4f_lite.contract import HOOK_NAMES, PROJECT, hook_names

__all__ = ["HookManager"]

_DEFAULT_OPTIONS: Any = {
    "wrapper": False,
    "hookwrapper": False,
    "optionalhook": False,
    "tryfirst": False,
    "trylast": False,
    "specname": None,
}
"""The options of an implementation that has no ``hookimpl`` marker."""


class HookManager(pluggy.PluginManager):
    """pluggy's manager, created with the plugins that were added before the first one with hooks."""

    def __init__(self, plugins: Mapping[str, Any]) -> None:
        super().__init__(PROJECT)
        self.add_hookspecs(hookspecs)
        for full_name, plugin in plugins.items():
            self.add(plugin, full_name)

    def parse_hookimpl_opts(self, plugin: object, name: str) -> Any:
        """Return pluggy's options of a plugin's attribute, or None if it is not a hook implementation."""
        # Checked by name first, since pluggy asks for every attribute of a module. A wrong hook is left
        # out; the plugin's verdict reports it.
        if name not in HOOK_NAMES or any(find_hook_issues(name, getattr(plugin, name, None))):
            return None
        options = super().parse_hookimpl_opts(plugin, name) or _DEFAULT_OPTIONS
        return {**options, "specname": None}  # the function was validated as the hook of its own name

    def add(self, plugin: Any, full_name: str) -> None:
        """Register a plugin under its full name."""
        self.register(_as_module(plugin, full_name), full_name)

    def implementations(self) -> dict[str, tuple[HookImpl, ...]]:
        """Return the implementations of each hook in pluggy's calling order, for separate calls.

        pluggy's own call stops at the first implementation that raises, and does not pass arguments for
        parameters that have a default.
        """
        by_hook = {name: self._implementations_of(name) for name in HOOK_NAMES}
        return {name: implementations for name, implementations in by_hook.items() if implementations}

    def _implementations_of(self, name: str) -> tuple[HookImpl, ...]:
        hookimpls = reversed(getattr(self.hook, name).get_hookimpls())
        return tuple(
            HookImpl(item.plugin_name, item.function, taken_arguments(name, item.function))
            for item in hookimpls
        )


def _as_module(plugin: Any, full_name: str) -> Any:
    """Return a module as it is, and for an object a module with the object's hooks.

    pluggy compares plugins with ``==``, hashes them, and binds functions that are attributes of an instance.
    Two equal instances, an instance that cannot be hashed, and a `SimpleNamespace` each fail one of these.
    """
    if is_module(plugin):
        return plugin
    module = ModuleType(full_name)
    for name in hook_names(plugin):
        setattr(module, name, getattr(plugin, name))
    return module
