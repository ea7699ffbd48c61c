"""pluggy behind the plugins: imported with the first hook, and given the plugins that were added before."""

import types
from typing import Any

from g4f_lite import hookspecs
from g4f_lite._core.registry.plugin_holder import PluginHolder
from g4f_lite.contract import HOOK_NAMES


def plain(name: str) -> types.ModuleType:
    """A plugin without hooks."""
    return types.ModuleType(name)


def hooked(name: str, seen: list[str]) -> Any:
    """A plugin that records its name when its hook is called."""
    return types.SimpleNamespace(g4f_lite_before_request=lambda request: seen.append(name))


def call(plugins: PluginHolder) -> None:
    """Call the hook of all plugins, in order."""
    for _, function, _ in plugins.implementations.get("g4f_lite_before_request", ()):
        function(None)


def test_names_are_those_of_the_specifications() -> None:
    """The list of names and the specifications have the same hooks."""
    specified = [name for name in vars(hookspecs) if name.startswith("g4f_lite_")]
    assert sorted(specified) == list(HOOK_NAMES)
    assert set(HOOK_NAMES) < set(hookspecs.__all__)


def test_pluggy_knows_all_plugins_once_one_has_hooks() -> None:
    """With the first hook, the plugins added before are registered with pluggy, under the first of their names."""
    plugins, seen = PluginHolder(), list[str]()
    first, second = plain("first"), plain("second")
    plugins.add(first, "d:first")
    plugins.add(first, "d:also-first")
    plugins.add(second, "d:second")
    assert plugins._manager is None
    assert plugins.implementations == {}
    plugins.add(hooked("third", seen), "d:third")
    manager = plugins._manager
    assert manager is not None
    assert {name for name, _ in manager.list_name_plugin()} == {"d:first", "d:second", "d:third"}
    call(plugins)
    assert seen == ["third"]


def test_plugins_are_removed_before_and_after_the_first_hook() -> None:
    """A plugin removed before the first hook is unknown to pluggy; one removed later loses its hooks."""
    plugins, seen = PluginHolder(), list[str]()
    gone = plain("gone")
    plugins.add(gone, "d:gone")
    plugins.remove("d:gone")
    watcher = hooked("watcher", seen)
    plugins.add(watcher, "d:watcher")
    plugins.add(watcher, "d:twin")
    plugins.add(plain("late"), "d:late")
    assert plugins._manager is not None
    assert {name for name, _ in plugins._manager.list_name_plugin()} == {"d:watcher", "d:late"}
    plugins.remove("d:watcher")
    call(plugins)
    plugins.remove("d:twin")
    call(plugins)
    assert seen == ["watcher"]
    assert not plugins.implementations
