"""Hold the loaded plugins and call their hooks, which pluggy finds.

Answers never go through its hook relay: a hook is one-to-many and drops ``**kwargs``, a completion is
one call to one provider.
"""

from typing import TYPE_CHECKING, Any

from g4f_lite._core.registry.hooks import HookCaller
from g4f_lite.contract import hook_names

if TYPE_CHECKING:
    from g4f_lite._core.registry.hook_manager import HookManager

__all__ = [
    "PluginHolder",
]


class PluginHolder:
    """The plugins of one registry. `hooks` is replaced as a whole, so readers need no lock."""

    def __init__(self) -> None:
        self._manager: HookManager | None = None
        self._held: dict[str, Any] = {}
        self.hooks: dict[str, tuple[HookCaller, ...]] = {}

    def add(self, plugin: Any, full_name: str) -> None:
        """Hold a plugin under its full name; the hooks of one that has several names are called once.

        pluggy gets it, with those held before, once one of them has hooks.

        Raises:
            ValueError: something else is held under that name.
        """
        if self._held.get(full_name, plugin) is not plugin:
            raise ValueError(f"another plugin is held as {full_name!r}")
        if any(plugin is other for other in self._held.values()):
            self._held[full_name] = plugin
            return
        if self._manager is not None:
            self._manager.take(plugin, full_name)
        elif hook_names(plugin):
            from g4f_lite._core.registry.hook_manager import HookManager

            manager = HookManager(self._once())
            manager.take(plugin, full_name)
            self._manager = manager
        self._held[full_name] = plugin
        self._find_hooks()

    def remove(self, full_name: str) -> None:
        """Let go of a plugin, if it is held under this name."""
        if full_name not in self._held:
            return
        plugin = self._held.pop(full_name)
        manager = self._manager
        if manager is None or not manager.has_plugin(full_name):
            return
        manager.unregister(name=full_name)
        for other, held in self._held.items():
            if held is plugin:  # it has another name, and keeps its hooks
                manager.take(plugin, other)
                break
        self._find_hooks()

    def holds(self, full_name: str) -> bool:
        """Whether a plugin is held under this name."""
        return full_name in self._held

    def hook_of(self, full_name: str, hook: str) -> HookCaller | None:
        """Return one plugin's implementation of one hook."""
        return next((caller for caller in self.hooks.get(hook, ()) if caller[0] == full_name), None)

    def _once(self) -> dict[str, Any]:
        """Return each plugin under the first of its names."""
        first: dict[int, str] = {}
        for full_name, plugin in self._held.items():
            first.setdefault(id(plugin), full_name)
        return {full_name: self._held[full_name] for full_name in first.values()}

    def _find_hooks(self) -> None:
        if self._manager is not None:
            self.hooks = self._manager.callers()
