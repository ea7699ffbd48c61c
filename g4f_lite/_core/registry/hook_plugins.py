"""Hook plugins (those that have nothing but hooks), and the providers that any plugin offers through a hook."""

from collections.abc import Callable, Iterable
from typing import Any

from g4f_lite._core.registry.entry_points import EntryPointClaim
from g4f_lite._core.registry.hook_dispatch import HookImpl
from g4f_lite._core.registry.load_lock import CircularWaitError, LoadLock
from g4f_lite._core.registry.loader import import_plugin
from g4f_lite._core.registry.plugin_holder import PluginHolder
from g4f_lite._core.registry.policy import Environment, Policy, parse_policy, policy_environment
from g4f_lite._core.registry.stdout_capture import capture_stdout
from g4f_lite._core.validation.function_specs import Issue, location_of
from g4f_lite._utils.untrusted import describe_exception
from g4f_lite.contract import BUILTIN_DISTRIBUTION, PROGRAM, hook_names
from g4f_lite.errors import ProviderLoadError

__all__ = ["HookPlugins", "RegisterOffer", "find_hook_plugin_issues"]

RegisterOffer = Callable[[Any, str, EntryPointClaim], object]
"""Registers a provider that a plugin offers, given the provider, its name, and the plugin's claim."""

_Implementations = dict[str, tuple[HookImpl, ...]]

_OFFER_HOOK = "g4f_lite_register_providers"


class HookPlugins:
    """The hook plugins of one registry, each imported once; a failure of one is kept and affects no other.

    No lock that other code needs is held while a plugin's code runs, because that code may look up providers.
    """

    def __init__(self, plugins: PluginHolder, register_offer: RegisterOffer) -> None:
        self.failures: list[ProviderLoadError] = []
        self.claims: tuple[EntryPointClaim, ...] = ()
        self._plugins = plugins
        self._register_offer = register_offer
        self._unloaded: list[EntryPointClaim] = []
        self._loaded_under: Environment | None = None
        """The environment of the last load, which blocked what is unloaded since."""
        self._permitted: tuple[Environment, _Implementations, _Implementations] = ((None, None, None), {}, {})
        """The last result of `implementations`: the environment, all of them, and those it permits."""
        self._lock = LoadLock()
        self._is_loading = False

    def add_claims(self, claims: Iterable[EntryPointClaim]) -> None:
        """Add the entry points to load."""
        self.claims = tuple(claims)
        self._unloaded += self.claims

    @property
    def is_loaded(self) -> bool:
        """Whether every plugin was loaded that the environment does not block."""
        return not self._unloaded or self._loaded_under == policy_environment()

    def implementations(self) -> _Implementations:
        """Return the implementations of each hook, without those of plugins that are blocked now.

        Loads what is unloaded. Thread-safe.
        """
        if not self.is_loaded:
            self.load()
        everything, environment = self._plugins.implementations, policy_environment()
        if environment[:2] == (None, None):
            return everything
        permitted = self._permitted  # another thread may replace the attribute
        if permitted[0] != environment or permitted[1] is not everything:
            kept = _without_blocked(everything, parse_policy(environment))
            permitted = self._permitted = (environment, everything, kept)
        return permitted[2]

    def load(self) -> None:
        """Import what is unloaded. Returns at once for a plugin that looks up providers while it is imported."""
        try:
            with self._lock:
                if not self._is_loading:
                    self._load_all()
        except CircularWaitError:
            return

    def _load_all(self) -> None:
        self._is_loading = True
        blocked: list[EntryPointClaim] = []
        try:
            environment = policy_environment()
            policy = parse_policy(environment)
            while self._unloaded:
                claim = self._unloaded[0]
                if policy.blocking_variable(claim.name, claim.distribution, builtin=False):
                    blocked.append(claim)
                else:
                    self._load_one(claim)
                del self._unloaded[0]
            self._loaded_under = environment
        finally:
            self._unloaded += blocked  # the environment of the next call may permit them
            self._is_loading = False

    def _load_one(self, claim: EntryPointClaim) -> None:
        try:
            plugin, _ = import_plugin(claim)
            issues = find_hook_plugin_issues(plugin)
            self._plugins.add(plugin, f"{claim.distribution}:{claim.name}")
        except ProviderLoadError as failure:
            self.failures.append(failure)
        except Exception as error:
            self._add_failure(claim, claim.location, f"pluggy does not take it: {describe_exception(error)}")
        else:
            for issue, location in issues:
                self._add_failure(claim, location or claim.location, issue.message.rstrip("."), issue.fix)
            self.register_offers(claim)

    def register_offers(self, claim: EntryPointClaim) -> None:
        """Let the loaded plugin of `claim` register the providers that it offers."""
        implementation = self._plugins.find_implementation(f"{claim.distribution}:{claim.name}", _OFFER_HOOK)
        if implementation is None:
            return
        _, function, names = implementation

        def register(plugin: Any, name: str) -> None:
            self._register_offer(plugin, name, claim)

        try:
            with capture_stdout():  # as during the import: stdout belongs to the program
                function(**({"register": register} if names else {}))
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            reason = f"its {_OFFER_HOOK} raised {describe_exception(error, 2000)}"
            self._add_failure(claim, location_of(function), reason)

    def forget_failures(self, name: str) -> None:
        """Drop the failures of the plugin that the program added under this name."""
        self.failures = [
            item for item in self.failures if (item.distribution, item.provider) != (PROGRAM, name)
        ]

    def _add_failure(self, claim: EntryPointClaim, location: str, reason: str, fix: str = "") -> None:
        failure = ProviderLoadError(
            claim.name,
            distribution=claim.distribution,
            version=claim.version,
            location=location,
            reason=reason,
            fix=fix or f"Tell the author of {claim.distribution}.",
        )
        self.failures.append(failure)


def _without_blocked(by_hook: _Implementations, policy: Policy) -> _Implementations:
    """Return the implementations of plugins that are not blocked; those of the program never are."""

    def is_blocked(implementation: HookImpl) -> bool:
        distribution, _, name = implementation.plugin_name.partition(":")
        builtin = distribution == BUILTIN_DISTRIBUTION
        return distribution != PROGRAM and bool(policy.blocking_variable(name, distribution, builtin=builtin))

    kept = {hook: tuple(item for item in items if not is_blocked(item)) for hook, items in by_hook.items()}
    return {hook: items for hook, items in kept.items() if items}


def find_hook_plugin_issues(plugin: Any) -> list[tuple[Issue, str]]:
    """Return what is wrong with the hooks of a hook plugin, each with its ``file:line``."""
    names = hook_names(plugin)
    if not names:
        fix = "Give it one, or remove the entry point."
        return [(Issue("unknown-hook", "It has no hooks.", fix), "")]
    # Imported here, because providers without hooks need neither this module nor `inspect`, which it imports.
    from g4f_lite._core.validation.hooks import find_hook_issues

    issues = []
    for name in names:
        function = getattr(plugin, name)
        issues += [(issue, location_of(function)) for issue in find_hook_issues(name, function)]
    return issues
