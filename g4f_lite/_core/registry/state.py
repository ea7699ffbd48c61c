"""Everything that one registry knows at a time; `refresh` and `isolated` put another in its place."""

import threading
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from g4f_lite._core.config import may_have_presets
from g4f_lite._core.registry.discovery import scan
from g4f_lite._core.registry.entry import PluginEntry
from g4f_lite._core.registry.hook_plugins import HookPlugins, Offered
from g4f_lite._core.registry.plugin_holder import PluginHolder
from g4f_lite._core.registry.policy import Environment, Policy, current_policy, environment_values
from g4f_lite._core.validation.identity import is_name
from g4f_lite._utils.text import normalize_name
from g4f_lite._utils.untrusted import describe_exception
from g4f_lite.contract import GROUP, HOOKS_GROUP, PROGRAM, DiscoveryProblem, LoadedProvider
from g4f_lite.errors import (
    InvalidProviderError,
    ProviderBlockedError,
    ProviderConflictError,
    ProviderLoadError,
    ProviderNotFoundError,
)

if TYPE_CHECKING:
    from g4f_lite._core.registry.preset_entry import PresetEntry
    from g4f_lite._core.registry.static_metadata import MetadataCache
    from g4f_lite._core.validation.constants import StaticMetadata

__all__ = ["Entries", "RegistryState"]

Entries = Mapping[str, tuple[PluginEntry, ...]]


class RegistryState:
    """The entries, the plugins and the caches of a registry.

    `entries` and `ready` are replaced as a whole, never changed, so readers need no lock. `lock` is for
    who changes them, and is not held while a plugin's code runs.
    """

    def __init__(self, offered: Offered, *, discovers: bool) -> None:
        self.lock = threading.RLock()
        self.discovers = discovers
        self.retired = False
        self.problems: tuple[DiscoveryProblem, ...] = ()
        self.plugins = PluginHolder()
        self.hook_plugins = HookPlugins(self.plugins, offered)
        self.program_hooks: dict[str, Any] = {}
        self.ready: tuple[Environment, dict[str, LoadedProvider]] = ((None, None, None), {})
        self._entries: Entries | None = None if discovers else {}
        self._static: dict[str, StaticMetadata] = {}

    @cached_property
    def metadata(self) -> "MetadataCache":
        """What the sources give away; reading them imports `ast`, and a provider that is named needs none of it."""
        from g4f_lite._core.registry.static_metadata import MetadataCache

        return MetadataCache()

    # --- looking -----------------------------------------------------------------------------

    def entries(self) -> Entries:
        """Return what is claimed or registered, by name; the first time, this scans."""
        if self._entries is None:
            with self.lock:
                if self._entries is None:
                    self._scan()
        assert self._entries is not None  # noqa: S101 - _scan has set it
        return self._entries

    def all_entries(self) -> Entries:
        """Return the entries with those that hook plugins offer, which have to be imported for that."""
        self.entries()
        self.hook_plugins.load()
        return self.entries()

    def listed(self, *, hooks: bool) -> Entries:
        """Return the entries with what hook plugins offer, or without it and without importing them."""
        if hooks:
            return self.all_entries()
        kept = {
            name: tuple(entry for entry in claimants if not entry.needs_hooks)
            for name, claimants in self.entries().items()
        }
        return {name: claimants for name, claimants in kept.items() if claimants}

    def _scan(self) -> None:
        found = scan((GROUP, HOOKS_GROUP))
        entries: dict[str, tuple[PluginEntry, ...]] = {}
        for claim in found.claims:
            if claim.group == GROUP:
                entries[claim.name] = (*entries.get(claim.name, ()), PluginEntry(claim))
        self.hook_plugins.expect(claim for claim in found.claims if claim.group == HOOKS_GROUP)
        self.problems = found.problems
        if may_have_presets():
            from g4f_lite._core.registry.preset_entry import PresetEntry
            from g4f_lite._core.registry.presets import read_presets

            presets, problems = read_presets()
            for preset in presets:
                entries[preset.name] = (*entries.get(preset.name, ()), PresetEntry(preset))
            self.problems += tuple(problems)
        self._entries = entries

    def claimants(self, name: str) -> tuple[PluginEntry, ...]:
        """Return who claims a name, or what a full name stands for; loads the hook plugins if it must."""
        for entries in (self.entries, self.all_entries):
            found = named_entries(entries(), name)
            if found:
                return found
        return ()

    def find_entry(self, name: str, policy: Policy) -> PluginEntry:
        """Return the one entry that `name` stands for, or raise why there is none."""
        entry = self._sole(name, policy)
        fault = self.fault_of_row(entry, policy) if name == entry.claim.name else None
        if fault is not None:
            raise fault
        return entry

    def _sole(self, name: str, policy: Policy) -> PluginEntry:
        known = self.claimants(name)
        usable = usable_entries(known, policy)
        if len(usable) == 1:
            return usable[0]
        if usable:
            raise ProviderConflictError(name, [entry.full_name for entry in usable])
        if known:
            variable = known[0].blocking_variable(policy) or ""
            raise ProviderBlockedError(name, known[0].claim.distribution, variable)
        raise ProviderNotFoundError(name, self.names(policy), note=self.not_found_note(name))

    def not_found_note(self, name: str) -> str:
        """Say what may have to do with a name that is not found."""
        from g4f_lite._core.registry.not_found import explain_not_found

        return explain_not_found(name, self.entries(), self.problems, discovers=self.discovers)

    def names(self, policy: Policy, *, hooks: bool = True) -> tuple[str, ...]:
        """Return the names that can be asked for, sorted."""
        entries = self.listed(hooks=hooks)
        usable = (name for name, claimants in entries.items() if usable_entries(claimants, policy))
        return tuple(sorted(filter(is_name, usable)))

    def static(self, entry: PluginEntry) -> "StaticMetadata":
        """Return what the source of a provider gives away."""
        known = self._static.get(entry.full_name)
        if known is None:
            module = entry.claim.module if entry.plugin is None else ""
            known = self._static[entry.full_name] = self.metadata.read_module(module, entry.claim.attr)
        return known

    def fault_of_row(self, entry: PluginEntry, policy: Policy) -> ProviderLoadError | None:
        if not self.problems:
            return None
        from g4f_lite._core.registry.preset_entry import fault_of_row

        return fault_of_row(self.problems, entry, policy)

    # --- using -------------------------------------------------------------------------------

    def load(self, entry: PluginEntry, *, strict: bool) -> LoadedProvider:
        """Return an entry's provider, importing it if that has not been tried."""
        if entry.is_preset:
            return self._load_preset(cast("PresetEntry", entry), strict=strict)
        # Our own sources are compared with what they become by our tests; reading them again at each
        # start would cost a command line a part of what it takes to its first token.
        static = None if entry.builtin else self.static(entry)
        return entry.load(self.add_to_plugins, static=static, strict=strict)

    def _load_preset(self, entry: "PresetEntry", *, strict: bool) -> LoadedProvider:
        try:
            base = self._sole(entry.preset.base, current_policy(environment_values()))
        except ProviderNotFoundError as error:
            raise entry.without_base(error) from error
        try:
            return entry.bound_to(self.load(base, strict=strict))
        except InvalidProviderError:
            entry.verdict = base.verdict
            raise

    def add_to_plugins(self, entry: PluginEntry) -> None:
        """Hand a judged provider to pluggy; one that pluggy cannot hold is a load failure like any other."""
        assert entry.loaded is not None  # noqa: S101 - only judged entries come here
        try:
            with self.lock:
                self.plugins.add(entry.loaded.plugin, entry.full_name)
        except Exception as error:
            raise entry.failed(f"pluggy does not take it: {describe_exception(error)}") from error
        self.hook_plugins.take_offers(entry.claim)

    # --- changing ----------------------------------------------------------------------------

    def admit(self, entry: PluginEntry, policy: Policy) -> bool:
        """Add an entry that was registered at run time; False if `refresh` has replaced this store.

        Raises:
            ProviderConflictError: its name is taken.
            ProviderLoadError: pluggy does not take it.
        """
        name = entry.claim.name
        with self.lock:
            if self.retired:
                return False
            claimants = self.entries().get(name, ())
            taken = [other.full_name for other in usable_entries(claimants, policy)]
            if taken:
                raise ProviderConflictError(name, [*taken, entry.full_name])
            self._put(name, (*claimants, entry))
        try:
            self.add_to_plugins(entry)
        except ProviderLoadError:
            self.discard([entry])
            raise
        return True

    def discard(self, entries: Iterable[PluginEntry]) -> None:
        """Take entries out again, and what they have offered."""
        with self.lock:
            for entry in entries:
                self.discard(self.offers_of(entry.full_name))
                claimants = self.entries().get(entry.claim.name, ())
                self._put(entry.claim.name, tuple(other for other in claimants if other is not entry))
                self.plugins.remove(entry.full_name)

    def offers_of(self, full_name: str) -> list[PluginEntry]:
        """Return what the plugin held under this name has registered through its hook."""
        return [
            entry
            for claimants in self.entries().values()
            for entry in claimants
            if (by := entry.offered_by) is not None and f"{by.distribution}:{by.name}" == full_name
        ]

    def _put(self, name: str, claimants: tuple[PluginEntry, ...]) -> None:
        entries = dict(self.entries())
        entries[name] = claimants
        if not claimants:
            del entries[name]
        self._entries = entries
        self.ready = (self.ready[0], {})

    def successor(self, offered: Offered) -> "RegistryState":
        """Return a new store, scanned, with what the program registered; this one admits nothing more."""
        with self.lock:
            new = RegistryState(offered, discovers=self.discovers)
            new.entries()
            for entry in (item for claimants in (self._entries or {}).values() for item in claimants):
                if entry.claim.distribution == PROGRAM:
                    new._put(entry.claim.name, (*new.entries().get(entry.claim.name, ()), entry))
                    new.plugins.add(entry.plugin, entry.full_name)
            for full_name, plugin in self.program_hooks.items():
                new.plugins.add(plugin, full_name)
            new.program_hooks = dict(self.program_hooks)
            self.retired = True
            return new


def usable_entries(claimants: Iterable[PluginEntry], policy: Policy) -> list[PluginEntry]:
    """Return those that the environment does not keep out."""
    return [entry for entry in claimants if not entry.blocking_variable(policy)]


def named_entries(entries: Entries, name: str) -> tuple[PluginEntry, ...]:
    """Return who claims a short name, or what a full name stands for.

    A claim of something that is no provider name is found by its full name only: it could look like the
    full name of another.
    """
    distribution, colon, short = name.partition(":")
    if not colon:
        return entries.get(name, ()) if is_name(name) else ()
    wanted = distribution if distribution == PROGRAM else normalize_name(distribution)
    return tuple(entry for entry in entries.get(short, ()) if entry.claim.distribution == wanted)
