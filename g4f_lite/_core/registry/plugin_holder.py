"""The loaded plugins of a registry, and their implementations of hooks as pluggy orders them.

Completions never go through pluggy: a hook is one-to-many and drops ``**kwargs``, and a completion is one
call to one provider.
"""

from typing import TYPE_CHECKING, Any

from g4f_lite._core.registry.hook_dispatch import HookImpl
from g4f_lite.contract import hook_names

if TYPE_CHECKING:
    from g4f_lite._core.registry.hook_manager import HookManager

__all__ = [
    "PluginHolder",
]


class PluginHolder:
    """The plugins of one registry, by full name.

    Attributes:
        implementations: the implementations of each hook. Replaced as a whole, so readers need no lock.
    """

    def __init__(self) -> None:
        self._manager: HookManager | None = None
        self._plugins: dict[str, Any] = {}
        self.implementations: dict[str, tuple[HookImpl, ...]] = {}

    def add(self, plugin: Any, full_name: str) -> None:
        """Add a plugin under its full name; a plugin with several names has its hooks called once.

        pluggy is imported, and gets all plugins, once one of them has hooks.

        Raises:
            ValueError: another plugin has the name.
        """
        if self._plugins.get(full_name, plugin) is not plugin:
            raise ValueError(f"another plugin is held as {full_name!r}")
        if any(plugin is other for other in self._plugins.values()):
            self._plugins[full_name] = plugin
            return
        if self._manager is not None:
            self._manager.add(plugin, full_name)
        elif hook_names(plugin):
            from g4f_lite._core.registry.hook_manager import HookManager

            manager = HookManager(self._unique_plugins())
            manager.add(plugin, full_name)
            self._manager = manager
        self._plugins[full_name] = plugin
        self._update_implementations()

    def remove(self, full_name: str) -> None:
        """Remove the plugin of this name, if there is one."""
        if full_name not in self._plugins:
            return
        plugin = self._plugins.pop(full_name)
        manager = self._manager
        if manager is None or not manager.has_plugin(full_name):
            return
        manager.unregister(name=full_name)
        for other_name, other in self._plugins.items():
            if other is plugin:  # it has another name, and keeps its hooks
                manager.add(plugin, other_name)
                break
        self._update_implementations()

    def has_plugin(self, full_name: str) -> bool:
        """Whether there is a plugin of this name."""
        return full_name in self._plugins

    def find_implementation(self, full_name: str, hook: str) -> HookImpl | None:
        """Return one plugin's implementation of `hook`, or None if it has none."""
        implementations = self.implementations.get(hook, ())
        return next((item for item in implementations if item.plugin_name == full_name), None)

    def _unique_plugins(self) -> dict[str, Any]:
        """Return each plugin under the first of its names."""
        first_names: dict[int, str] = {}
        for full_name, plugin in self._plugins.items():
            first_names.setdefault(id(plugin), full_name)
        return {full_name: self._plugins[full_name] for full_name in first_names.values()}

    def _update_implementations(self) -> None:
        if self._manager is not None:
            self.implementations = self._manager.implementations()
