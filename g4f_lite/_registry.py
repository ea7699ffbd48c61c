"""The registry: every provider that there is, loaded when it is first used.

Looking scans names and imports nothing. A provider is imported on first use, under a lock of its own,
then judged, then handed to pluggy, in that order; what fails is kept with its reason and harms nobody.
"""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

from g4f_lite._discovery import Claim, DiscoveryProblem, normalize, scan
from g4f_lite._entry import BUILTIN_DISTRIBUTION, PROGRAM, Entry
from g4f_lite._loading import load
from g4f_lite._metadata import MetadataCache, StaticMetadata, find_source
from g4f_lite._plugins import HookCaller, Plugins
from g4f_lite._policy import Policy, current_policy, environment_values
from g4f_lite._validation import Identity, validate
from g4f_lite.contract import GROUP, HOOKS_GROUP, LoadedProvider, ProviderInfo, Verdict
from g4f_lite.errors import (
    InvalidArgumentError,
    InvalidProviderError,
    ProviderBlockedError,
    ProviderConflictError,
    ProviderLoadError,
    ProviderNotFoundError,
)

__all__ = ["BUILTIN_DISTRIBUTION", "PROGRAM", "Registry", "registry"]


class _State:
    """Everything a registry knows; replaced as a whole by `refresh` and `isolated`."""

    def __init__(self, *, discovers: bool) -> None:
        self.lock = threading.RLock()
        self.discovers = discovers
        self.entries: dict[str, list[Entry]] | None = None if discovers else {}
        self.hook_claims: list[Claim] = []
        self.problems: tuple[DiscoveryProblem, ...] = ()
        self.hook_failures: list[ProviderLoadError] = []
        self.hooks_loaded = not discovers
        self.hooks_loading = False
        self.plugins = Plugins()
        self.metadata = MetadataCache()
        self.static: dict[str, StaticMetadata] = {}
        self.ready: dict[str, LoadedProvider] = {}
        self.environment: tuple[str | None, str | None, str | None] = (None, None, None)


class Registry:
    """The providers of a process. All methods may be called from any thread."""

    def __init__(self, *, discovers: bool = True) -> None:
        self._state = _State(discovers=discovers)

    # --- looking -----------------------------------------------------------------------------

    def names(self) -> tuple[str, ...]:
        """Return the names that `get` can be asked for, sorted; kept-out providers are left out."""
        policy = current_policy(environment_values())
        entries = self._entries()
        return tuple(sorted(name for name in entries if self._candidates(entries[name], policy)))

    def infos(self) -> tuple[ProviderInfo, ...]:
        """Return what is known of every provider, without importing one; built-in ones first, then by name."""
        state = self._state
        policy = current_policy(environment_values())
        infos = []
        for claimants in self._entries().values():
            contested = len(self._candidates(claimants, policy)) > 1
            infos += [entry.describe(policy, self._static(entry), contested=contested) for entry in claimants]
        state.metadata.save()
        return tuple(sorted(infos, key=lambda info: (not info.builtin, info.name)))

    def info(self, name: str) -> ProviderInfo:
        """Return what is known of one provider, without importing it.

        Raises:
            ProviderNotFoundError, ProviderConflictError, ProviderBlockedError: as `get` does.
        """
        policy = current_policy(environment_values())
        entry = self._find(name, policy)
        info = entry.describe(policy, self._static(entry), contested=False)
        self._state.metadata.save()
        return info

    def discovery_problems(self) -> tuple[DiscoveryProblem, ...]:
        """Return the metadata that could not be read, and whose it is."""
        self._entries()
        return self._state.problems

    def hook_failures(self) -> tuple[ProviderLoadError, ...]:
        """Return why plugins of the group ``g4f_lite.hooks`` could not be loaded."""
        self.hooks()
        return tuple(self._state.hook_failures)

    def knows(self, name: str) -> bool:
        """Whether `name` is, or fully names, a provider that is installed or registered, usable or not."""
        distribution, colon, short = name.rpartition(":")
        known = self._entries().get(short, ())
        return any(not colon or entry.claim.distribution == normalize(distribution) for entry in known)

    def is_ready(self, name: str) -> bool:
        """Whether `get` would return at once, without scanning or importing."""
        return name in self._state.ready and self._state.environment == environment_values()

    # --- using -------------------------------------------------------------------------------

    def get(self, name: str) -> LoadedProvider:
        """Return a provider ready for use, importing it if this is its first.

        Args:
            name: its name, or ``"distribution:name"``.

        Raises:
            ProviderNotFoundError: nobody offers that name.
            ProviderConflictError: more than one distribution does.
            ProviderBlockedError: the environment's lists keep it out.
            ProviderLoadError: its import failed, now or earlier.
            InvalidProviderError: it does not fulfil the contract.
        """
        state = self._state
        environment = environment_values()
        if state.environment != environment:
            state.ready = {}
            state.environment = environment
        ready = state.ready.get(name)
        if ready is not None:
            return ready
        policy = current_policy(environment)
        entry = self._find(name, policy)
        loaded = self._load(entry, strict=policy.strict)
        state.ready[name] = loaded
        return loaded

    def verdict(self, name: str) -> Verdict:
        """Return everything that is wrong with a provider, importing it if need be.

        Raises:
            RegistryError: as `get` does, except `InvalidProviderError`: that is the verdict itself.
        """
        entry = self._find(name, current_policy(environment_values()))
        self._static(entry)
        with contextlib.suppress(InvalidProviderError):
            self._load(entry, strict=False)
        if entry.verdict is None:  # only while this very thread is loading it
            raise ProviderNotFoundError(name, self.names())
        return entry.verdict

    def judge(self, plugin: Any, name: str, *, distribution: str = PROGRAM, version: str = "") -> Verdict:
        """Return everything that is wrong with a module or object, without registering it."""
        return validate(plugin, Identity(name, distribution, version))[0]

    def hooks(self) -> dict[str, tuple[HookCaller, ...]]:
        """Return the hooks that are implemented, by name; loads the hook plugins if this is the first call."""
        state = self._state
        if not state.hooks_loaded:
            self._load_hooks(state)
        return state.plugins.hooks

    # --- changing ----------------------------------------------------------------------------

    def register(self, plugin: Any, *, name: str | None = None) -> LoadedProvider:
        """Add a provider that has no entry point: a module, or any object with the contract's attributes.

        Args:
            plugin: the module or object.
            name: what to call it; a module's own last name if left out.

        Raises:
            InvalidArgumentError: an object without a name was given.
            InvalidProviderError: it does not fulfil the contract.
            ProviderConflictError: the name is taken.
        """
        chosen = name if name is not None else _own_name(plugin)
        return self._register(plugin, chosen, PROGRAM, "")

    def unregister(self, name: str) -> None:
        """Take back a provider that was registered at run time.

        Raises:
            ProviderNotFoundError: there is none of that name.
        """
        state = self._state
        with state.lock:
            entries = self._entries()
            kept = [entry for entry in entries.get(name, ()) if entry.plugin is None]
            gone = [entry for entry in entries.get(name, ()) if entry.plugin is not None]
            if not gone:
                registered = [
                    key for key, known in entries.items() if any(x.plugin is not None for x in known)
                ]
                raise ProviderNotFoundError(name, registered)
            if kept:
                entries[name] = kept
            else:
                del entries[name]
            for entry in gone:
                state.plugins.remove(entry.full_name)
            state.ready = {}

    def add_hooks(self, plugin: Any, *, name: str | None = None) -> None:
        """Add an object or module that only has hooks."""
        state = self._state
        with state.lock:
            self._hold(plugin, f"{PROGRAM}:{name or getattr(plugin, '__name__', None) or hex(id(plugin))}")

    def remove_hooks(self, name: str) -> None:
        """Take back what `add_hooks` added under this name."""
        self._state.plugins.remove(f"{PROGRAM}:{name}")

    def refresh(self) -> None:
        """Forget what was found and what failed, and look again. Run-time registrations stay."""
        old = self._state
        with old.lock:
            state = _State(discovers=old.discovers)
            programs = [
                entry
                for known in (old.entries or {}).values()
                for entry in known
                if entry.claim.distribution == PROGRAM
            ]
            self._state = state
            entries = self._entries()
            for entry in programs:
                entries.setdefault(entry.claim.name, []).append(entry)
                state.plugins.add(entry.plugin, entry.full_name)

    @contextlib.contextmanager
    def isolated(self) -> Iterator["Registry"]:
        """Within the `with`, nothing is installed and nothing registered but what is registered there.

        For tests. It holds for the whole process, and ends by putting back what was before.
        """
        before = self._state
        self._state = _State(discovers=False)
        try:
            yield self
        finally:
            self._state = before

    # --- inside ------------------------------------------------------------------------------

    def _entries(self) -> dict[str, list[Entry]]:
        state = self._state
        if state.entries is None:
            with state.lock:
                if state.entries is None:
                    self._scan(state)
        if not state.hooks_loaded:
            self._load_hooks(state)
        assert state.entries is not None  # noqa: S101 - _scan has set it
        return state.entries

    def _scan(self, state: _State) -> None:
        found = scan((GROUP, HOOKS_GROUP))
        entries: dict[str, list[Entry]] = {}
        for claim in found.claims:
            if claim.group == GROUP:
                entries.setdefault(claim.name, []).append(Entry(claim))
            else:
                state.hook_claims.append(claim)
        state.problems = found.problems
        state.entries = entries

    def _load_hooks(self, state: _State) -> None:
        """Import the plugins that only have hooks; each by itself, and what fails is kept as a failure."""
        with state.lock:
            if state.hooks_loaded or state.hooks_loading:  # a hook that looks providers up comes back here
                return
            state.hooks_loading = True
            if state.entries is None:
                self._scan(state)
            policy = current_policy(environment_values())
            for claim in state.hook_claims:
                if policy.keeps_out(claim.name, claim.distribution, builtin=False):
                    continue
                try:
                    plugin, _ = load(claim)
                    self._hold(plugin, f"{claim.distribution}:{claim.name}", claim)
                except ProviderLoadError as failure:
                    state.hook_failures.append(failure)
            state.hooks_loaded = True

    def _hold(self, plugin: Any, full_name: str, claim: Claim | None = None) -> None:
        """Hand a plugin to pluggy, and take the providers that it offers."""
        plugins = self._state.plugins
        plugins.add(plugin, full_name)
        offers = [
            item for item in plugins.hooks.get("g4f_lite_register_providers", ()) if item[0] == full_name
        ]
        for _, function, names in offers:
            self._take_offer(function, bool(names), claim, full_name)

    def _take_offer(self, function: Any, wants_register: bool, claim: Claim | None, full_name: str) -> None:
        distribution, version = (claim.distribution, claim.version) if claim else (PROGRAM, "")

        def register(plugin: Any, name: str) -> None:
            self._register(plugin, name, distribution, version)

        try:
            function(*([register] if wants_register else []))
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            failure = ProviderLoadError(
                full_name.rpartition(":")[2],
                distribution=distribution,
                version=version,
                location="",
                reason=f"its g4f_lite_register_providers raised {type(error).__name__}: {error}",
                fix="Tell the plugin's author.",
            )
            self._state.hook_failures.append(failure)

    def _register(self, plugin: Any, name: str, distribution: str, version: str) -> LoadedProvider:
        state = self._state
        policy = current_policy(environment_values())
        entry = Entry(Claim(GROUP, name, _target(plugin), "", distribution, version), plugin)
        entry.judge(plugin)
        loaded = entry.accepted(strict=policy.strict)
        with state.lock:
            claimants = self._entries().setdefault(name, [])
            taken = [other.full_name for other in claimants if not other.kept_out_by(policy)]
            if taken:
                raise ProviderConflictError(name, [*taken, entry.full_name])
            claimants.append(entry)
            try:
                self._hold_entry(entry)
            except ProviderLoadError:
                claimants.remove(entry)
                raise
            state.ready = {}
        return loaded

    def _hold_entry(self, entry: Entry) -> None:
        """Hand a judged provider to pluggy; one that pluggy cannot hold is a load failure like any other."""
        assert entry.loaded is not None  # noqa: S101 - only judged entries come here
        try:
            with self._state.lock:
                self._hold(entry.loaded.plugin, entry.full_name, entry.claim)
        except Exception as error:
            raise entry.failed(f"pluggy does not take it: {type(error).__name__}: {error}") from error

    def _load(self, entry: Entry, *, strict: bool) -> LoadedProvider:
        return entry.load(self._hold_entry, static=self._state.static.get(entry.full_name), strict=strict)

    def _candidates(self, claimants: list[Entry], policy: Policy) -> list[Entry]:
        return [entry for entry in claimants if not entry.kept_out_by(policy)]

    def _find(self, name: str, policy: Policy) -> Entry:
        """Return the one entry that `name` stands for, or raise why there is none."""
        entries = self._entries()
        distribution, colon, short = name.rpartition(":")
        known = entries.get(short if colon else name, [])
        if colon:
            wanted = distribution if distribution == PROGRAM else normalize(distribution)
            known = [entry for entry in known if entry.claim.distribution == wanted]
        usable = self._candidates(known, policy)
        if len(usable) == 1:
            return usable[0]
        if usable:
            raise ProviderConflictError(name, [entry.full_name for entry in usable])
        if known:
            variable = known[0].kept_out_by(policy) or ""
            raise ProviderBlockedError(name, known[0].claim.distribution, variable)
        raise ProviderNotFoundError(name, self.names(), note=self._note())

    def _note(self) -> str:
        problems = self._state.problems
        if not problems:
            return ""
        first = problems[0]
        return f" (The metadata of {first.distribution} {first.version} is malformed, {first.location}: {first.message}.)"

    def _static(self, entry: Entry) -> StaticMetadata:
        """Return what the source of a provider gives away."""
        state = self._state
        known = state.static.get(entry.full_name)
        if known is None:
            source = None if entry.claim.attr or entry.plugin is not None else find_source(entry.claim.module)
            known = state.metadata.read(source) if source else StaticMetadata()
            state.static[entry.full_name] = known
        return known


def _own_name(plugin: Any) -> str:
    name = getattr(plugin, "__name__", None)
    if not isinstance(name, str):
        raise InvalidArgumentError(
            "name",
            f"A {type(plugin).__name__} has no name of its own to be registered under.",
            hint='Pass one: registry.register(provider, name="mine").',
        )
    return name.rpartition(".")[2].lower()


def _target(plugin: Any) -> str:
    return str(getattr(plugin, "__name__", None) or type(plugin).__qualname__)


registry = Registry()
"""The registry that `ChatCompletion` uses."""
