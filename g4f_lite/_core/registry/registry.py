"""The registry: every installed or registered provider, each loaded when it is first used.

A look-up scans names and imports nothing. The first use of a provider imports it under its own lock, then
validates it, then hands it to pluggy. A failure is kept with its reason and affects no other provider.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

from g4f_lite._core.registry.entry import PluginEntry, default_name, runtime_claim
from g4f_lite._core.registry.entry_points import EntryPointClaim
from g4f_lite._core.registry.hook_dispatch import HookImpl
from g4f_lite._core.registry.hook_plugins import find_hook_plugin_issues
from g4f_lite._core.registry.policy import parse_policy, policy_environment
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
    """The providers of a process. Thread-safe."""

    def __init__(self, *, discovers: bool = True) -> None:
        self._state = RegistryState(self._register_offer, discovers=discovers)
        self._refresh_lock = threading.Lock()

    # --- look-up -----------------------------------------------------------------------------

    def names(self, *, hooks: bool = True) -> tuple[str, ...]:
        """Return the names that `get` takes, sorted, without those of blocked providers.

        Args:
            hooks: as in `infos`.
        """
        return self._state.names(parse_policy(policy_environment()), hooks=hooks)

    def infos(self, *, hooks: bool = True) -> tuple[ProviderInfo, ...]:
        """Return a description of every provider without importing any; built-in ones first, then by name.

        Args:
            hooks: whether to import the plugins of the group ``g4f_lite.hooks``, since only these know which
                providers they offer. False leaves out such providers, and imports nothing at all.
        """
        return tuple(self.iter_infos(lambda name, _, builtin: (not builtin, name), hooks=hooks))

    def iter_infos(
        self, order: Callable[[str, str, bool], Any], *, hooks: bool = True
    ) -> Iterator[ProviderInfo]:
        """Yield a description of every provider; the source of each is read when the iterator reaches it.

        Args:
            order: returns the sort key for a provider's name, its distribution and whether it is built in.
            hooks: as in `infos`.
        """
        from g4f_lite._core.registry.description import describe_entry

        state = self._state
        policy = parse_policy(policy_environment())
        entries = [
            (entry, len(usable_entries(claimants, policy)) > 1)
            for claimants in state.listed_entries(hooks=hooks).values()
            for entry in claimants
        ]
        entries.sort(key=lambda item: order(item[0].claim.name, item[0].claim.distribution, item[0].builtin))
        try:
            for entry, is_contested in entries:
                yield describe_entry(state, entry, policy, is_contested=is_contested)
        finally:
            state.metadata.save()

    def info(self, name: str) -> ProviderInfo:
        """Return a description of one provider, without importing it.

        Raises:
            ProviderNotFoundError, ProviderConflictError, ProviderBlockedError: as `get` raises them.
        """
        from g4f_lite._core.registry.description import describe_entry

        state = self._state
        policy = parse_policy(policy_environment())
        entry = state.find_entry(_require_name(name), policy)
        info = describe_entry(state, entry, policy, is_contested=False)
        state.metadata.save()
        return info

    def discovery_problems(self) -> tuple[DiscoveryProblem, ...]:
        """Return the metadata that cannot be read, and the distribution that has it."""
        state = self._state
        state.entries()
        return state.problems

    def hook_failures(self) -> tuple[ProviderLoadError, ...]:
        """Return why plugins of the group ``g4f_lite.hooks``, or some of their hooks, cannot be used."""
        state = self._state
        state.entries_with_offers()
        return tuple(state.hook_plugins.failures)

    def hook_claims(self) -> tuple[EntryPointClaim, ...]:
        """Return the entry points of the group ``g4f_lite.hooks``, without importing any."""
        state = self._state
        state.entries()
        return state.hook_plugins.claims

    def knows(self, name: str) -> bool:
        """Whether a provider has this short or full name, usable or not. May import the hook plugins."""
        return bool(self._state.claimants(name))

    def is_ready(self, name: str) -> bool:
        """Whether `get` and `hooks` would return at once, without a scan or an import."""
        environment, ready = self._state.ready
        return name in ready and environment == policy_environment() and self._state.hook_plugins.is_loaded

    # --- use ---------------------------------------------------------------------------------

    def get(self, name: str) -> LoadedProvider:
        """Return a provider ready for use. The first use imports it.

        Args:
            name: its name, or ``"distribution:name"``.

        Raises:
            ProviderNotFoundError: no plugin offers that name.
            ProviderConflictError: more than one distribution offers it.
            ProviderBlockedError: the lists in the environment block it.
            ProviderLoadError: its import failed, in this call or an earlier one.
            InvalidProviderError: it does not fulfil the contract.
        """
        state = self._state
        environment = policy_environment()
        ready_environment, ready = state.ready
        if ready_environment != environment:
            ready = {}
            state.ready = (environment, ready)
        elif _require_name(name) in ready:
            return ready[name]
        policy = parse_policy(environment)
        # Stored in the dictionary that was read above: a registration meanwhile has replaced it by a new one,
        # and this provider must not get into that.
        loaded = ready[name] = state.load(state.find_entry(_require_name(name), policy), strict=policy.strict)
        return loaded

    def verdict(self, name: str) -> Verdict:
        """Return everything that is wrong with a provider. Imports it, unless it is loaded.

        Raises:
            RegistryError: as `get` raises it, except `InvalidProviderError`, which the verdict replaces.
        """
        state = self._state
        entry = state.find_entry(_require_name(name), parse_policy(policy_environment()))
        with contextlib.suppress(InvalidProviderError):
            state.load(entry, strict=False)
        return entry.verdict or Verdict()

    def judge(self, plugin: Any, name: str, *, distribution: str = PROGRAM, version: str = "") -> Verdict:
        """Return everything that is wrong with a module or object, without registering it."""
        return validate(plugin, Identity(name, distribution, version))[0]

    def hooks(self) -> dict[str, tuple[HookImpl, ...]]:
        """Return the implementations of each hook that are called now. Imports the hook plugins if needed."""
        state = self._state
        state.entries()
        return state.hook_plugins.implementations()

    # --- registration ------------------------------------------------------------------------

    def register(self, plugin: Any, *, name: str | None = None) -> LoadedProvider:
        """Add a provider that has no entry point: a module, or any object with the contract's attributes.

        Args:
            plugin: the module or object.
            name: the provider's name; by default the last part of the module's name.

        Raises:
            InvalidArgumentError: `plugin` is an object without a name, and `name` is missing.
            InvalidProviderError: it does not fulfil the contract.
            ProviderConflictError: the name is taken.
        """
        chosen = default_name(plugin) if name is None else _require_name(name)
        return self._register_entry(PluginEntry(runtime_claim(plugin, chosen), plugin))

    def unregister(self, name: str) -> None:
        """Remove a provider that was registered at run time.

        Raises:
            ProviderNotFoundError: no provider was registered under that name.
        """
        state = self._state
        with state.lock:
            entries = state.entries()
            short_name = name.removeprefix(f"{PROGRAM}:")
            removed = [entry for entry in entries.get(short_name, ()) if entry.plugin is not None]
            if not removed:
                registered = [
                    key for key, known in entries.items() if any(x.plugin is not None for x in known)
                ]
                raise ProviderNotFoundError(name, registered)
            state.remove_entries(removed)

    def add_hooks(self, plugin: Any, *, name: str | None = None) -> None:
        """Add an object or module that has hooks and is not a provider.

        Raises:
            InvalidArgumentError: the name is taken.
            InvalidProviderError: it has no hooks, or a hook that is wrong.
        """
        chosen = name or safe_name(plugin) or hex(id(plugin))
        problems = [
            Problem(item.kind, item.message, item.fix, location, PROGRAM)
            for item, location in find_hook_plugin_issues(plugin)
        ]
        if problems:
            raise InvalidProviderError(chosen, distribution=PROGRAM, version="", problems=problems)
        state = self._state
        claim = runtime_claim(plugin, chosen)
        full_name = f"{PROGRAM}:{chosen}"
        with state.lock:
            if state.plugins.has_plugin(full_name):
                message = f"There are hooks, or a provider, named {chosen!r} already."
                raise InvalidArgumentError("name", message, hint="Choose another name.")
            state.plugins.add(plugin, full_name)
            state.program_hooks[full_name] = plugin
        state.hook_plugins.register_offers(claim)

    def remove_hooks(self, name: str) -> None:
        """Remove what `add_hooks` added under this name, and the providers that it offered."""
        state = self._state
        full_name = f"{PROGRAM}:{name}"
        with state.lock:
            if state.program_hooks.pop(full_name, None) is not None:
                state.plugins.remove(full_name)
                state.hook_plugins.forget_failures(name)
                state.remove_entries(state.offers_of(full_name))

    def refresh(self) -> None:
        """Forget all discovered entries and failures, and scan again. Run-time registrations stay."""
        from importlib import invalidate_caches

        invalidate_caches()  # or the imports would not see what was installed a moment ago
        # Two successors of one state would each lack what the other one has.
        with self._refresh_lock:
            self._state = self._state.create_successor(self._register_offer)

    @contextlib.contextmanager
    def isolated(self) -> Iterator["Registry"]:
        """Within the `with`, have no providers but those that are registered in it.

        For tests. It holds for the whole process, and restores the former state at its end.
        """
        former = self._state
        self._state = RegistryState(self._register_offer, discovers=False)
        try:
            yield self
        finally:
            self._state = former

    # --- internal ----------------------------------------------------------------------------

    def _register_offer(self, plugin: Any, name: str, claim: EntryPointClaim) -> None:
        own_claim = runtime_claim(plugin, _require_name(name), claim.distribution, claim.version)
        self._register_entry(PluginEntry(own_claim, plugin, claim))

    def _register_entry(self, entry: PluginEntry) -> LoadedProvider:
        policy = parse_policy(policy_environment())
        entry.validate(entry.plugin)
        loaded = entry.require_provider(strict=policy.strict)
        while not self._state.add_entry(entry, policy):  # `refresh` has replaced the state meanwhile
            pass
        return loaded


Registry.__module__ = "g4f_lite"


def _require_name(name: object) -> str:
    """Return `name` if it is a string.

    Raises:
        InvalidArgumentError: it is not a string.
    """
    if isinstance(name, str):
        return name
    raise InvalidArgumentError(
        "name",
        f"A provider's name has to be a string, not {type(name).__name__}.",
        hint="`g4f-lite providers` lists them.",
    )


registry = Registry()
"""The registry that `ChatCompletion` uses."""
