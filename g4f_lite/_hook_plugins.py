"""Plugins that only have hooks, and the providers that any plugin offers through a hook."""

from collections.abc import Callable, Iterable
from typing import Any

from g4f_lite._entry_points import Claim
from g4f_lite._foreign import said
from g4f_lite._hook_checks import hook_findings, hook_names
from g4f_lite._loading import load
from g4f_lite._plugins import Plugins
from g4f_lite._policy import current_policy, environment_values
from g4f_lite._signatures import Finding, location_of
from g4f_lite._turns import CircularWaitError, Turn
from g4f_lite.errors import ProviderLoadError

__all__ = ["HookPlugins", "Offered", "hook_problems"]

Offered = Callable[[Any, str, Claim], object]
"""Registers what a plugin offers: the provider, its name, and the claim of who offers it."""

_OFFER = "g4f_lite_register_providers"


class HookPlugins:
    """The hook plugins of one registry: imported once, each by itself; what fails is kept as a failure.

    No lock that others need is held while a plugin's code runs: it may ask for providers.
    """

    def __init__(self, plugins: Plugins, offered: Offered) -> None:
        self.failures: list[ProviderLoadError] = []
        self._plugins = plugins
        self._offered = offered
        self._claims: list[Claim] = []
        self._turn = Turn()
        self._loading = False

    def expect(self, claims: Iterable[Claim]) -> None:
        """Note what is to be loaded."""
        self._claims += claims

    @property
    def loaded(self) -> bool:
        """Whether nothing is left to load."""
        return not self._claims

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
        try:
            policy = current_policy(environment_values())
            while self._claims:
                claim = self._claims[0]
                if not policy.keeps_out(claim.name, claim.distribution, builtin=False):
                    self._load(claim)
                del self._claims[0]
        finally:
            self._loading = False

    def _load(self, claim: Claim) -> None:
        try:
            plugin, _ = load(claim)
            problems = hook_problems(plugin)
            self._plugins.add(plugin, f"{claim.distribution}:{claim.name}")
        except ProviderLoadError as failure:
            self.failures.append(failure)
        except Exception as error:
            self._fail(claim, claim.location, f"pluggy does not take it: {said(error)}")
        else:
            for finding, location in problems:
                self._fail(claim, location or claim.location, finding.message.rstrip("."), finding.fix)
            self.take_offers(claim)

    def take_offers(self, claim: Claim) -> None:
        """Let a plugin that is held register the providers that it offers."""
        caller = self._plugins.hook_of(f"{claim.distribution}:{claim.name}", _OFFER)
        if caller is None:
            return
        _, function, names = caller

        def register(plugin: Any, name: str) -> None:
            self._offered(plugin, name, claim)

        try:
            function(**({"register": register} if names else {}))
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            self._fail(claim, location_of(function), f"its {_OFFER} raised {said(error, 2000)}")

    def _fail(self, claim: Claim, location: str, reason: str, fix: str = "") -> None:
        failure = ProviderLoadError(
            claim.name,
            distribution=claim.distribution,
            version=claim.version,
            location=location,
            reason=reason,
            fix=fix or f"Tell the author of {claim.distribution}.",
        )
        self.failures.append(failure)


def hook_problems(plugin: Any) -> list[tuple[Finding, str]]:
    """Return what is wrong with a plugin that is there for its hooks only, each with its ``file:line``."""
    names = hook_names(plugin)
    if not names:
        fix = "Give it one, or remove the entry point."
        return [(Finding("unknown-hook", "It has no hooks.", fix), "")]
    found = []
    for name in names:
        function = getattr(plugin, name)
        found += [(finding, location_of(function)) for finding in hook_findings(name, function)]
    return found
