"""Plugins that only have hooks, and the providers that any plugin offers through a hook."""

from collections.abc import Callable, Iterable
from typing import Any

from g4f_lite._core.registry.entry_points import EntryPointClaim
from g4f_lite._core.registry.hooks import HookCaller
from g4f_lite._core.registry.load_lock import CircularWaitError, LoadLock
from g4f_lite._core.registry.loader import load
from g4f_lite._core.registry.plugin_holder import PluginHolder
from g4f_lite._core.registry.policy import Environment, Policy, current_policy, environment_values
from g4f_lite._core.registry.stdout_capture import captured_stdout
from g4f_lite._core.validation.function_specs import Issue, location_of
from g4f_lite._utils.untrusted import describe_exception
from g4f_lite.contract import BUILTIN_DISTRIBUTION, PROGRAM, hook_names
from g4f_lite.errors import ProviderLoadError

__all__ = ["HookPlugins", "Offered", "hook_problems"]

Offered = Callable[[Any, str, EntryPointClaim], object]
"""Registers what a plugin offers: the provider, its name, and the claim of who offers it."""

_Hooks = dict[str, tuple[HookCaller, ...]]
_Shown = tuple[Environment, _Hooks, _Hooks]
"""The environment and all hooks, and which of them it lets through."""

_OFFER = "g4f_lite_register_providers"


class HookPlugins:
    """The hook plugins of one registry: imported once, each by itself; what fails is kept as a failure.

    No lock that others need is held while a plugin's code runs: it may ask for providers.
    """

    def __init__(self, plugins: PluginHolder, offered: Offered) -> None:
        self.failures: list[ProviderLoadError] = []
        self.claims: tuple[EntryPointClaim, ...] = ()
        self._plugins = plugins
        self._offered = offered
        self._claims: list[EntryPointClaim] = []
        self._passed_over: Environment | None = None
        self._shown: _Shown = ((None, None, None), {}, {})
        self._turn = LoadLock()
        self._loading = False

    def expect(self, claims: Iterable[EntryPointClaim]) -> None:
        """Note what is to be loaded."""
        self.claims = tuple(claims)
        self._claims += self.claims

    @property
    def loaded(self) -> bool:
        """Whether nothing is left to load but what the environment keeps out."""
        return not self._claims or self._passed_over == environment_values()

    def callers(self) -> _Hooks:
        """Return the hooks that are implemented, by name, without those of plugins that are kept out now.

        Loads what is left to load.
        """
        if not self.loaded:
            self.load()
        everyone, environment = self._plugins.hooks, environment_values()
        if environment[:2] == (None, None):
            return everyone
        shown = self._shown  # another thread may put another in its place
        if shown[0] != environment or shown[1] is not everyone:
            shown = self._shown = (environment, everyone, _permitted(everyone, current_policy(environment)))
        return shown[2]

    def load(self) -> None:
        """Import what has not been imported yet. A plugin that looks providers up comes back here."""
        try:
            with self._turn:
                if not self._loading:
                    self._load_all()
        except CircularWaitError:
            return

    def _load_all(self) -> None:
        self._loading = True
        kept_out: list[EntryPointClaim] = []
        try:
            environment = environment_values()
            policy = current_policy(environment)
            while self._claims:
                claim = self._claims[0]
                if policy.blocking_variable(claim.name, claim.distribution, builtin=False):
                    kept_out.append(claim)
                else:
                    self._load(claim)
                del self._claims[0]
            self._passed_over = environment
        finally:
            self._claims += kept_out  # the next call may find them let in
            self._loading = False

    def _load(self, claim: EntryPointClaim) -> None:
        try:
            plugin, _ = load(claim)
            problems = hook_problems(plugin)
            self._plugins.add(plugin, f"{claim.distribution}:{claim.name}")
        except ProviderLoadError as failure:
            self.failures.append(failure)
        except Exception as error:
            self._fail(claim, claim.location, f"pluggy does not take it: {describe_exception(error)}")
        else:
            for finding, location in problems:
                self._fail(claim, location or claim.location, finding.message.rstrip("."), finding.fix)
            self.take_offers(claim)

    def take_offers(self, claim: EntryPointClaim) -> None:
        """Let a plugin that is held register the providers that it offers."""
        caller = self._plugins.hook_of(f"{claim.distribution}:{claim.name}", _OFFER)
        if caller is None:
            return
        _, function, names = caller

        def register(plugin: Any, name: str) -> None:
            self._offered(plugin, name, claim)

        try:
            with captured_stdout():  # as at the import, stdout is the program's
                function(**({"register": register} if names else {}))
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            self._fail(claim, location_of(function), f"its {_OFFER} raised {describe_exception(error, 2000)}")

    def forget(self, claimant: str) -> None:
        """Drop the failures of what a program had added under this name."""
        self.failures = [
            item for item in self.failures if (item.distribution, item.provider) != (PROGRAM, claimant)
        ]

    def _fail(self, claim: EntryPointClaim, location: str, reason: str, fix: str = "") -> None:
        failure = ProviderLoadError(
            claim.name,
            distribution=claim.distribution,
            version=claim.version,
            location=location,
            reason=reason,
            fix=fix or f"Tell the author of {claim.distribution}.",
        )
        self.failures.append(failure)


def _permitted(hooks: _Hooks, policy: Policy) -> _Hooks:
    """Return the hooks without those of plugins that are kept out; the program's own, none keeps out."""

    def is_kept_out(caller: HookCaller) -> bool:
        distribution, _, name = caller[0].partition(":")
        builtin = distribution == BUILTIN_DISTRIBUTION
        return distribution != PROGRAM and bool(policy.blocking_variable(name, distribution, builtin=builtin))

    kept = {hook: tuple(item for item in callers if not is_kept_out(item)) for hook, callers in hooks.items()}
    return {hook: callers for hook, callers in kept.items() if callers}


def hook_problems(plugin: Any) -> list[tuple[Issue, str]]:
    """Return what is wrong with a plugin that is there for its hooks only, each with its ``file:line``."""
    names = hook_names(plugin)
    if not names:
        fix = "Give it one, or remove the entry point."
        return [(Issue("unknown-hook", "It has no hooks.", fix), "")]
    from g4f_lite._core.validation.hooks import hook_findings  # its modules are not everybody's

    found = []
    for name in names:
        function = getattr(plugin, name)
        found += [(finding, location_of(function)) for finding in hook_findings(name, function)]
    return found
