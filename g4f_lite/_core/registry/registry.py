"""The registry: every provider that there is, loaded when it is first used.

Looking scans names and imports nothing. A provider is imported on first use, under a lock of its own,
then judged, then handed to pluggy, in that order; what fails is kept with its reason and harms nobody.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

from g4f_lite._core.registry.entry import PluginEntry, claim_of, own_name
from g4f_lite._core.registry.entry_points import EntryPointClaim
from g4f_lite._core.registry.hook_plugins import hook_problems
from g4f_lite._core.registry.hooks import HookCaller
from g4f_lite._core.registry.policy import current_policy, environment_values
from g4f_lite._core.registry.state import RegistryState, usable_entries
from g4f_lite._core.validation.identity import Identity
from g4f_lite._core.validation.validator import validate
from g4f_lite._utils.untrusted import safe_name
from g4f_lite.contract import PROGRAM, DiscoveryProblem, LoadedProvider, Problem, ProviderInfo, Verdict
from g4f_lite.errors import (
    InvalidArgumentError,
    InvalidProviderError,
    ProviderLoadError,
    ProviderNotFoundError,
)

__all__ = ["Registry", "registry"]


class Registry:
    """The providers of a process. All methods may be called from any thread."""

    def __init__(self, *, discovers: bool = True) -> None:
        self._store = RegistryState(self._offered, discovers=discovers)
        self._refreshing = threading.Lock()

    # --- looking -----------------------------------------------------------------------------

    def names(self, *, hooks: bool = True) -> tuple[str, ...]:
        """Return the names that `get` can be asked for, sorted; kept-out providers are left out.

        Args:
            hooks: as `infos` takes it.
        """
        return self._store.names(current_policy(environment_values()), hooks=hooks)

    def infos(self, *, hooks: bool = True) -> tuple[ProviderInfo, ...]:
        """Return what is known of every provider, without importing one; built-in ones first, then by name.

        Args:
            hooks: import the plugins of the group ``g4f_lite.hooks``, since nothing else knows what they
                offer; False leaves out what they offer, and imports nothing at all.
        """
        return tuple(self.iter_infos(lambda name, _, builtin: (not builtin, name), hooks=hooks))

    def iter_infos(
        self, order: Callable[[str, str, bool], Any], *, hooks: bool = True
    ) -> Iterator[ProviderInfo]:
        """Yield what is known of every provider, reading the source of each only when it is its turn.

        Args:
            order: the sort key, from a provider's name, its distribution and whether it is built in.
            hooks: as `infos` takes it.
        """
        store = self._store
        policy = current_policy(environment_values())
        everyone = [
            (entry, len(usable_entries(claimants, policy)) > 1)
            for claimants in store.listed(hooks=hooks).values()
            for entry in claimants
        ]
        everyone.sort(key=lambda item: order(item[0].claim.name, item[0].claim.distribution, item[0].builtin))
        from g4f_lite._core.registry.description import describe_entry

        try:
            for entry, contested in everyone:
                yield describe_entry(store, entry, policy, contested=contested)
        finally:
            store.metadata.save()

    def info(self, name: str) -> ProviderInfo:
        """Return what is known of one provider, without importing it.

        Raises:
            ProviderNotFoundError, ProviderConflictError, ProviderBlockedError: as `get` does.
        """
        from g4f_lite._core.registry.description import describe_entry

        store = self._store
        policy = current_policy(environment_values())
        entry = store.find_entry(_checked(name), policy)
        info = describe_entry(store, entry, policy, contested=False)
        store.metadata.save()
        return info

    def discovery_problems(self) -> tuple[DiscoveryProblem, ...]:
        """Return the metadata that could not be read, and whose it is."""
        store = self._store
        store.entries()
        return store.problems

    def hook_failures(self) -> tuple[ProviderLoadError, ...]:
        """Return why plugins, or some of the hooks, of the group ``g4f_lite.hooks`` cannot be used."""
        store = self._store
        store.all_entries()
        return tuple(store.hook_plugins.failures)

    def hook_claims(self) -> tuple[EntryPointClaim, ...]:
        """Return the entry points of the group ``g4f_lite.hooks``, without importing one."""
        store = self._store
        store.entries()
        return store.hook_plugins.claims

    def knows(self, name: str) -> bool:
        """Whether `name` is, or fully names, a provider that is installed or registered, usable or not."""
        return bool(self._store.claimants(name))

    def is_ready(self, name: str) -> bool:
        """Whether `get` and `hooks` would return at once, without scanning or importing."""
        environment, ready = self._store.ready
        return name in ready and environment == environment_values() and self._store.hook_plugins.loaded

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
        store = self._store
        environment = environment_values()
        known, ready = store.ready
        if known != environment:
            ready = {}
            store.ready = (environment, ready)
        elif _checked(name) in ready:
            return ready[name]
        policy = current_policy(environment)
        # Kept in the dictionary from before: should something be registered meanwhile, it is a new one.
        loaded = ready[name] = store.load(store.find_entry(_checked(name), policy), strict=policy.strict)
        return loaded

    def verdict(self, name: str) -> Verdict:
        """Return everything that is wrong with a provider, importing it if need be.

        Raises:
            RegistryError: as `get` does, except `InvalidProviderError`: that is the verdict itself.
        """
        store = self._store
        entry = store.find_entry(_checked(name), current_policy(environment_values()))
        with contextlib.suppress(InvalidProviderError):
            store.load(entry, strict=False)
        return entry.verdict or Verdict()

    def judge(self, plugin: Any, name: str, *, distribution: str = PROGRAM, version: str = "") -> Verdict:
        """Return everything that is wrong with a module or object, without registering it."""
        return validate(plugin, Identity(name, distribution, version))[0]

    def hooks(self) -> dict[str, tuple[HookCaller, ...]]:
        """Return the hooks to be called now, by name; loads the hook plugins if this is the first call."""
        store = self._store
        store.entries()
        return store.hook_plugins.callers()

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
        chosen = own_name(plugin) if name is None else _checked(name)
        return self._admit(PluginEntry(claim_of(plugin, chosen), plugin))

    def unregister(self, name: str) -> None:
        """Take back a provider that was registered at run time.

        Raises:
            ProviderNotFoundError: there is none of that name.
        """
        store = self._store
        with store.lock:
            entries = store.entries()
            short = name.removeprefix(f"{PROGRAM}:")
            gone = [entry for entry in entries.get(short, ()) if entry.plugin is not None]
            if not gone:
                registered = [
                    key for key, known in entries.items() if any(x.plugin is not None for x in known)
                ]
                raise ProviderNotFoundError(name, registered)
            store.discard(gone)

    def add_hooks(self, plugin: Any, *, name: str | None = None) -> None:
        """Add an object or module that only has hooks.

        Raises:
            InvalidArgumentError: the name is taken.
            InvalidProviderError: it has no hooks, or some that do not fit.
        """
        chosen = name or safe_name(plugin) or hex(id(plugin))
        problems = [
            Problem(item.kind, item.message, item.fix, location, PROGRAM)
            for item, location in hook_problems(plugin)
        ]
        if problems:
            raise InvalidProviderError(chosen, distribution=PROGRAM, version="", problems=problems)
        store = self._store
        claim = claim_of(plugin, chosen)
        full_name = f"{PROGRAM}:{chosen}"
        with store.lock:
            if store.plugins.holds(full_name):
                message = f"There are hooks, or a provider, named {chosen!r} already."
                raise InvalidArgumentError("name", message, hint="Choose another name.")
            store.plugins.add(plugin, full_name)
            store.program_hooks[full_name] = plugin
        store.hook_plugins.take_offers(claim)

    def remove_hooks(self, name: str) -> None:
        """Take back what `add_hooks` added under this name, and the providers that it offered."""
        store = self._store
        full_name = f"{PROGRAM}:{name}"
        with store.lock:
            if store.program_hooks.pop(full_name, None) is not None:
                store.plugins.remove(full_name)
                store.hook_plugins.forget(name)
                store.discard(store.offers_of(full_name))

    def refresh(self) -> None:
        """Forget what was found and what failed, and look again. Run-time registrations stay."""
        from importlib import invalidate_caches

        invalidate_caches()  # what was installed a moment ago has to be seen by the imports too
        with self._refreshing:  # two successors of one store would each have what the other lacks
            self._store = self._store.successor(self._offered)

    @contextlib.contextmanager
    def isolated(self) -> Iterator["Registry"]:
        """Within the `with`, nothing is installed and nothing registered but what is registered there.

        For tests. It holds for the whole process, and ends by putting back what was before.
        """
        before = self._store
        self._store = RegistryState(self._offered, discovers=False)
        try:
            yield self
        finally:
            self._store = before

    # --- inside ------------------------------------------------------------------------------

    def _offered(self, plugin: Any, name: str, claim: EntryPointClaim) -> None:
        self._admit(
            PluginEntry(claim_of(plugin, _checked(name), claim.distribution, claim.version), plugin, claim)
        )

    def _admit(self, entry: PluginEntry) -> LoadedProvider:
        policy = current_policy(environment_values())
        entry.judge(entry.plugin)
        loaded = entry.accepted(strict=policy.strict)
        while not self._store.admit(entry, policy):  # `refresh` came in between
            pass
        return loaded


def _checked(name: object) -> str:
    """Return a name that is a string, or say that it has to be one."""
    if isinstance(name, str):
        return name
    raise InvalidArgumentError(
        "name",
        f"A provider's name has to be a string, not {type(name).__name__}.",
        hint="`g4f-lite providers` lists them.",
    )


registry = Registry()
"""The registry that `ChatCompletion` uses."""
