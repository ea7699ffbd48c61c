"""Everything that one registry knows at a time; `refresh` and `isolated` put another in its place."""

import threading
from collections.abc import Iterable, Mapping
from typing import Any

from g4f_lite._discovery import normalize, scan
from g4f_lite._entry import BUILTIN_DISTRIBUTION, PROGRAM, Entry
from g4f_lite._entry_points import DiscoveryProblem
from g4f_lite._foreign import said
from g4f_lite._hook_plugins import HookPlugins, Offered
from g4f_lite._identity import is_name
from g4f_lite._metadata import MetadataCache, StaticMetadata
from g4f_lite._plugins import Plugins
from g4f_lite._policy import Environment, Policy, current_policy, environment_values
from g4f_lite._preset_entry import PresetEntry
from g4f_lite._presets import read_presets
from g4f_lite._sources import find_source
from g4f_lite._text_safety import listing
from g4f_lite.contract import GROUP, HOOKS_GROUP, LoadedProvider, ProviderInfo
from g4f_lite.errors import (
    InvalidProviderError,
    ProviderBlockedError,
    ProviderConflictError,
    ProviderLoadError,
    ProviderNotFoundError,
)

__all__ = ["Entries", "Store"]

Entries = Mapping[str, tuple[Entry, ...]]
_MOST_PROBLEMS = 3


class Store:
    """The entries, the plugins and the caches of a registry.

    `entries` and `ready` are replaced as a whole, never changed, so readers need no lock. `lock` is for
    who changes them, and is not held while a plugin's code runs.
    """

    def __init__(self, offered: Offered, *, discovers: bool) -> None:
        self.lock = threading.RLock()
        self.discovers = discovers
        self.retired = False
        self.problems: tuple[DiscoveryProblem, ...] = ()
        self.plugins = Plugins()
        self.hook_plugins = HookPlugins(self.plugins, offered)
        self.metadata = MetadataCache()
        self.program_hooks: dict[str, Any] = {}
        self.ready: tuple[Environment, dict[str, LoadedProvider]] = ((None, None, None), {})
        self._entries: Entries | None = None if discovers else {}
        self._static: dict[str, StaticMetadata] = {}

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
        entries: dict[str, tuple[Entry, ...]] = {}
        for claim in found.claims:
            if claim.group == GROUP:
                entries[claim.name] = (*entries.get(claim.name, ()), Entry(claim))
        self.hook_plugins.expect(claim for claim in found.claims if claim.group == HOOKS_GROUP)
        presets, problems = read_presets()
        for preset in presets:
            entries[preset.name] = (*entries.get(preset.name, ()), PresetEntry(preset))
        self.problems = (*found.problems, *problems)
        self._entries = entries

    def known(self, name: str) -> tuple[Entry, ...]:
        """Return who claims a name, or what a full name stands for; loads the hook plugins if it must."""
        for entries in (self.entries, self.all_entries):
            found = _named(entries(), name)
            if found:
                return found
        return ()

    def find(self, name: str, policy: Policy) -> Entry:
        """Return the one entry that `name` stands for, or raise why there is none."""
        known = self.known(name)
        usable = candidates(known, policy)
        if len(usable) == 1:
            return usable[0]
        if usable:
            raise ProviderConflictError(name, [entry.full_name for entry in usable])
        if known:
            variable = known[0].kept_out_by(policy) or ""
            raise ProviderBlockedError(name, known[0].claim.distribution, variable)
        raise ProviderNotFoundError(name, self.names(policy), note=self._note(name))

    def names(self, policy: Policy, *, hooks: bool = True) -> tuple[str, ...]:
        """Return the names that can be asked for, sorted."""
        entries = self.listed(hooks=hooks)
        usable = (name for name, claimants in entries.items() if candidates(claimants, policy))
        return tuple(sorted(filter(is_name, usable)))

    def _note(self, name: str) -> str:
        """Say what metadata, malformed or absent, may have to do with a name that is not found."""
        everyone = [entry for claimants in self.entries().values() for entry in claimants]
        if self.discovers and not any(entry.builtin for entry in everyone):
            return (
                f" (Not even the built-in providers are found: {BUILTIN_DISTRIBUTION} itself is not installed "
                f"for this Python, perhaps only on PYTHONPATH. Run `pip install {BUILTIN_DISTRIBUTION}`.)"
            )
        if not is_name(name) and name in self.entries():
            names = listing(entry.full_name for entry in self.entries()[name])
            return f" (An installed plugin calls itself that, which is no provider name: {names}.)"
        problems = [problem for problem in self.problems if problem.name == name] or self.problems
        if not problems:
            return ""
        left = len(problems) - _MOST_PROBLEMS
        more = f" And {left} more: `g4f-lite doctor` lists them." if left > 0 else ""
        said = " ".join(map(str, problems[:_MOST_PROBLEMS]))
        return f" (Some metadata is malformed. {said}{more})"

    def static(self, entry: Entry) -> StaticMetadata:
        """Return what the source of a provider gives away."""
        known = self._static.get(entry.full_name)
        if known is None:
            source = None if entry.plugin is not None else find_source(entry.claim.module)
            known = self.metadata.read(source, entry.claim.attr) if source else StaticMetadata()
            self._static[entry.full_name] = known
        return known

    def describe(self, entry: Entry, policy: Policy, *, contested: bool) -> ProviderInfo:
        """Return what is known of an entry now, without importing anything."""
        if not isinstance(entry, PresetEntry):
            return entry.describe(policy, self.static(entry), contested=contested)
        claimants = _named(self.entries(), entry.preset.base)
        usable = candidates(claimants, policy)
        if not claimants and not self.hook_plugins.loaded:  # one of these may offer it
            return entry.described(policy, entry.unheard_of, contested=contested)
        base = next(
            (self.describe(item, policy, contested=len(usable) > 1) for item in usable or claimants), None
        )
        return entry.described(policy, base, contested=contested)

    # --- using -------------------------------------------------------------------------------

    def load(self, entry: Entry, *, strict: bool) -> LoadedProvider:
        """Return an entry's provider, importing it if that has not been tried."""
        if isinstance(entry, PresetEntry):
            return self._load_preset(entry, strict=strict)
        # Our own sources are compared with what they become by our tests; reading them again at each
        # start would cost a command line a part of what it takes to its first token.
        static = None if entry.builtin else self.static(entry)
        return entry.load(self.hold, static=static, strict=strict)

    def _load_preset(self, entry: PresetEntry, *, strict: bool) -> LoadedProvider:
        try:
            base = self.find(entry.preset.base, current_policy(environment_values()))
        except ProviderNotFoundError as error:
            raise entry.without_base(error) from error
        try:
            return entry.bound_to(self.load(base, strict=strict))
        except InvalidProviderError:
            entry.verdict = base.verdict
            raise

    def hold(self, entry: Entry) -> None:
        """Hand a judged provider to pluggy; one that pluggy cannot hold is a load failure like any other."""
        assert entry.loaded is not None  # noqa: S101 - only judged entries come here
        try:
            with self.lock:
                self.plugins.add(entry.loaded.plugin, entry.full_name)
        except Exception as error:
            raise entry.failed(f"pluggy does not take it: {said(error)}") from error
        self.hook_plugins.take_offers(entry.claim)

    # --- changing ----------------------------------------------------------------------------

    def admit(self, entry: Entry, policy: Policy) -> bool:
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
            taken = [other.full_name for other in candidates(claimants, policy)]
            if taken:
                raise ProviderConflictError(name, [*taken, entry.full_name])
            self._put(name, (*claimants, entry))
        try:
            self.hold(entry)
        except ProviderLoadError:
            self.discard([entry])
            raise
        return True

    def discard(self, entries: Iterable[Entry]) -> None:
        """Take entries out again, and what they have offered."""
        with self.lock:
            for entry in entries:
                self.discard(self.offers_of(entry.full_name))
                claimants = self.entries().get(entry.claim.name, ())
                self._put(entry.claim.name, tuple(other for other in claimants if other is not entry))
                self.plugins.remove(entry.full_name)

    def offers_of(self, full_name: str) -> list[Entry]:
        """Return what the plugin held under this name has registered through its hook."""
        return [
            entry
            for claimants in self.entries().values()
            for entry in claimants
            if (by := entry.offered_by) is not None and f"{by.distribution}:{by.name}" == full_name
        ]

    def _put(self, name: str, claimants: tuple[Entry, ...]) -> None:
        entries = dict(self.entries())
        entries[name] = claimants
        if not claimants:
            del entries[name]
        self._entries = entries
        self.ready = (self.ready[0], {})

    def successor(self, offered: Offered) -> "Store":
        """Return a new store, scanned, with what the program registered; this one admits nothing more."""
        with self.lock:
            new = Store(offered, discovers=self.discovers)
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


def candidates(claimants: Iterable[Entry], policy: Policy) -> list[Entry]:
    """Return those that the environment does not keep out."""
    return [entry for entry in claimants if not entry.kept_out_by(policy)]


def _named(entries: Entries, name: str) -> tuple[Entry, ...]:
    """Return who claims a short name, or what a full name stands for.

    A claim of something that is no provider name is found by its full name only: it could look like the
    full name of another.
    """
    distribution, colon, short = name.partition(":")
    if not colon:
        return entries.get(name, ()) if is_name(name) else ()
    wanted = distribution if distribution == PROGRAM else normalize(distribution)
    return tuple(entry for entry in entries.get(short, ()) if entry.claim.distribution == wanted)
