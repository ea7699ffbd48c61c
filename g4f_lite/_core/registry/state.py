"""The state of a registry: its entries, plugins and caches. `refresh` and `isolated` replace it as a whole."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from g4f_lite._core.config import may_have_presets
from g4f_lite._core.registry.discovery import scan_distributions
from g4f_lite._core.registry.entry import PluginEntry
from g4f_lite._core.registry.hook_plugins import HookPlugins, RegisterOffer
from g4f_lite._core.registry.plugin_holder import PluginHolder
from g4f_lite._core.registry.policy import Environment, Policy, parse_policy, policy_environment
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

__all__ = ["Entries", "RegistryState", "find_claimants", "usable_entries"]

Entries = Mapping[str, tuple[PluginEntry, ...]]
"""The entries that claim each name; more than one is a conflict, unless all others are blocked."""


class RegistryState:
    """The entries, the plugins and the caches of a registry.

    The entries and `ready` are replaced as a whole and never changed, so readers need no lock. A change takes
    `lock`, which is not held while a plugin's code runs.

    Attributes:
        discovers: whether to look for installed distributions.
        is_retired: whether a successor has replaced this state, which therefore takes no more entries.
        problems: the metadata and the rows of the configuration that cannot be read.
        program_hooks: the plugins that the program added with `add_hooks`, by full name.
        ready: the providers that were loaded under an environment, by the name they were asked for with.
    """

    def __init__(self, register_offer: RegisterOffer, *, discovers: bool) -> None:
        self.lock = threading.RLock()
        self.discovers = discovers
        self.is_retired = False
        self.problems: tuple[DiscoveryProblem, ...] = ()
        self.plugins = PluginHolder()
        self.hook_plugins = HookPlugins(self.plugins, register_offer)
        self.program_hooks: dict[str, Any] = {}
        self.ready: tuple[Environment, dict[str, LoadedProvider]] = ((None, None, None), {})
        self._entries: Entries | None = None if discovers else {}
        self._static: dict[str, StaticMetadata] = {}

    @cached_property
    def metadata(self) -> "MetadataCache":
        """The cache of static metadata. Created on demand: it imports `ast`, which a provider by name never needs."""
        from g4f_lite._core.registry.static_metadata import MetadataCache

        return MetadataCache()

    # --- entries -----------------------------------------------------------------------------

    def entries(self) -> Entries:
        """Return the installed and registered entries by name. The first call scans the distributions."""
        if self._entries is None:
            with self.lock:
                if self._entries is None:
                    self._scan()
        assert self._entries is not None  # noqa: S101 - _scan has set it
        return self._entries

    def entries_with_offers(self) -> Entries:
        """Return the entries, including those that hook plugins offer. Imports the hook plugins."""
        self.entries()
        self.hook_plugins.load()
        return self.entries()

    def listed_entries(self, *, hooks: bool) -> Entries:
        """Return the entries with those that hook plugins offer, or without them and without any import."""
        if hooks:
            return self.entries_with_offers()
        kept = {
            name: tuple(entry for entry in claimants if not entry.is_from_hook_plugin)
            for name, claimants in self.entries().items()
        }
        return {name: claimants for name, claimants in kept.items() if claimants}

    def _scan(self) -> None:
        scan = scan_distributions((GROUP, HOOKS_GROUP))
        entries: dict[str, tuple[PluginEntry, ...]] = {}
        for claim in scan.claims:
            if claim.group == GROUP:
                entries[claim.name] = (*entries.get(claim.name, ()), PluginEntry(claim))
        self.hook_plugins.add_claims(claim for claim in scan.claims if claim.group == HOOKS_GROUP)
        self.problems = scan.problems
        if may_have_presets():
            from g4f_lite._core.registry.preset_entry import PresetEntry
            from g4f_lite._core.registry.presets import read_presets

            presets, problems = read_presets()
            for preset in presets:
                entries[preset.name] = (*entries.get(preset.name, ()), PresetEntry(preset))
            self.problems += tuple(problems)
        self._entries = entries

    # --- look-up -----------------------------------------------------------------------------

    def claimants(self, name: str) -> tuple[PluginEntry, ...]:
        """Return the entries that have a short or full name. Loads the hook plugins if no other entry has it."""
        return find_claimants(self.entries(), name) or find_claimants(self.entries_with_offers(), name)

    def find_entry(self, name: str, policy: Policy) -> PluginEntry:
        """Return the one usable entry that has the short or full name.

        Raises:
            ProviderNotFoundError: no entry has the name.
            ProviderConflictError: more than one usable entry has it.
            ProviderBlockedError: the environment blocks every entry that has it.
            ProviderLoadError: a row of the configuration has the name too, and is wrong.
        """
        entry = self._find_usable(name, policy)
        error = self.config_row_error(entry, policy) if name == entry.claim.name else None
        if error is not None:
            raise error
        return entry

    def _find_usable(self, name: str, policy: Policy) -> PluginEntry:
        claimants = self.claimants(name)
        usable = usable_entries(claimants, policy)
        if len(usable) == 1:
            return usable[0]
        if usable:
            raise ProviderConflictError(name, [entry.full_name for entry in usable])
        if claimants:
            variable = claimants[0].blocking_variable(policy) or ""
            raise ProviderBlockedError(name, claimants[0].claim.distribution, variable)
        raise ProviderNotFoundError(name, self.names(policy), note=self.not_found_note(name))

    def not_found_note(self, name: str) -> str:
        """Return what the installed metadata has to do with a name that is not found, or `""`."""
        from g4f_lite._core.registry.not_found import explain_not_found

        return explain_not_found(name, self.entries(), self.problems, discovers=self.discovers)

    def names(self, policy: Policy, *, hooks: bool = True) -> tuple[str, ...]:
        """Return the names of the usable providers, sorted."""
        entries = self.listed_entries(hooks=hooks)
        usable = (name for name, claimants in entries.items() if usable_entries(claimants, policy))
        return tuple(sorted(filter(is_name, usable)))

    def static_metadata(self, entry: PluginEntry) -> "StaticMetadata":
        """Return the constants that can be read from the source of a provider."""
        static = self._static.get(entry.full_name)
        if static is None:
            module = entry.claim.module if entry.plugin is None else ""
            static = self._static[entry.full_name] = self.metadata.read_module(module, entry.claim.attr)
        return static

    def config_row_error(self, entry: PluginEntry, policy: Policy) -> ProviderLoadError | None:
        """Return the error of a wrong row of the configuration that has the entry's name, or None."""
        if not self.problems:
            return None
        from g4f_lite._core.registry.preset_entry import config_row_error

        return config_row_error(self.problems, entry, policy)

    # --- loading -----------------------------------------------------------------------------

    def load(self, entry: PluginEntry, *, strict: bool) -> LoadedProvider:
        """Return an entry's provider; the first call imports it."""
        if entry.is_preset:
            return self._load_preset(cast("PresetEntry", entry), strict=strict)
        # Our tests compare the sources of the built-in providers with the imported modules. Reading these
        # sources again at each start would delay the command line's first token.
        static = None if entry.builtin else self.static_metadata(entry)
        return entry.load(self.add_to_plugins, static=static, strict=strict)

    def _load_preset(self, entry: "PresetEntry", *, strict: bool) -> LoadedProvider:
        try:
            base = self._find_usable(entry.preset.base, parse_policy(policy_environment()))
        except ProviderNotFoundError as error:
            raise entry.missing_base_error(error) from error
        try:
            return entry.bind(self.load(base, strict=strict))
        except InvalidProviderError:
            entry.verdict = base.verdict
            raise

    def add_to_plugins(self, entry: PluginEntry) -> None:
        """Add a validated provider to the plugins, and register what it offers.

        Raises:
            ProviderLoadError: pluggy does not take it, which is a load failure like any other.
        """
        assert entry.loaded is not None  # noqa: S101 - only validated entries are added
        try:
            with self.lock:
                self.plugins.add(entry.loaded.plugin, entry.full_name)
        except Exception as error:
            raise entry.load_error(f"pluggy does not take it: {describe_exception(error)}") from error
        self.hook_plugins.register_offers(entry.claim)

    # --- mutation ----------------------------------------------------------------------------

    def add_entry(self, entry: PluginEntry, policy: Policy) -> bool:
        """Add an entry that is registered at run time; return False if this state is retired.

        Raises:
            ProviderConflictError: its name is taken.
            ProviderLoadError: pluggy does not take it.
        """
        name = entry.claim.name
        with self.lock:
            if self.is_retired:
                return False
            claimants = self.entries().get(name, ())
            owners = [other.full_name for other in usable_entries(claimants, policy)]
            if owners:
                raise ProviderConflictError(name, [*owners, entry.full_name])
            self._set_claimants(name, (*claimants, entry))
        try:
            self.add_to_plugins(entry)
        except ProviderLoadError:
            self.remove_entries([entry])
            raise
        return True

    def remove_entries(self, entries: Iterable[PluginEntry]) -> None:
        """Remove entries, and those that they have offered."""
        with self.lock:
            for entry in entries:
                self.remove_entries(self.offers_of(entry.full_name))
                claimants = self.entries().get(entry.claim.name, ())
                self._set_claimants(
                    entry.claim.name, tuple(other for other in claimants if other is not entry)
                )
                self.plugins.remove(entry.full_name)

    def offers_of(self, full_name: str) -> list[PluginEntry]:
        """Return the entries that the plugin of this name has registered through its hook."""
        return [
            entry
            for entry in _iter_entries(self.entries())
            if (offerer := entry.offered_by) is not None
            and f"{offerer.distribution}:{offerer.name}" == full_name
        ]

    def _set_claimants(self, name: str, claimants: tuple[PluginEntry, ...]) -> None:
        entries = dict(self.entries())
        entries[name] = claimants
        if not claimants:
            del entries[name]
        self._entries = entries
        self.ready = (self.ready[0], {})

    def create_successor(self, register_offer: RegisterOffer) -> "RegistryState":
        """Return a new, scanned state with what the program registered, and retire this one."""
        with self.lock:
            new = RegistryState(register_offer, discovers=self.discovers)
            new.entries()
            for entry in _iter_entries(self._entries or {}):
                if entry.claim.distribution == PROGRAM:
                    name = entry.claim.name
                    new._set_claimants(name, (*new.entries().get(name, ()), entry))
                    new.plugins.add(entry.plugin, entry.full_name)
            for full_name, plugin in self.program_hooks.items():
                new.plugins.add(plugin, full_name)
            new.program_hooks = dict(self.program_hooks)
            self.is_retired = True
            return new


def _iter_entries(entries: Entries) -> Iterator[PluginEntry]:
    return (entry for claimants in entries.values() for entry in claimants)


def usable_entries(claimants: Iterable[PluginEntry], policy: Policy) -> list[PluginEntry]:
    """Return the entries that the environment does not block."""
    return [entry for entry in claimants if not entry.blocking_variable(policy)]


def find_claimants(entries: Entries, name: str) -> tuple[PluginEntry, ...]:
    """Return the entries that have a short or full name.

    An entry with a name that is not a valid provider name is found by its full name only, since its short
    name could look like the full name of another one.
    """
    distribution, colon, short_name = name.partition(":")
    if not colon:
        return entries.get(name, ()) if is_name(name) else ()
    wanted = distribution if distribution == PROGRAM else normalize_name(distribution)
    return tuple(entry for entry in entries.get(short_name, ()) if entry.claim.distribution == wanted)
