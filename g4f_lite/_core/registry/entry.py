"""One provider of one distribution, from its claim to its use, and what became of it."""

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from g4f_lite._core.registry.entry_points import EntryPointClaim
from g4f_lite._core.registry.load_lock import CircularWaitError, LoadLock, modules_being_imported
from g4f_lite._core.registry.loader import load
from g4f_lite._core.registry.policy import Policy
from g4f_lite._core.validation.identity import Identity
from g4f_lite._core.validation.validator import validate
from g4f_lite._utils.untrusted import safe_name
from g4f_lite.contract import (
    BUILTIN_DISTRIBUTION,
    GROUP,
    HOOKS_GROUP,
    PROGRAM,
    LoadedProvider,
    Verdict,
)
from g4f_lite.errors import InvalidArgumentError, InvalidProviderError, ProviderLoadError

if TYPE_CHECKING:
    from g4f_lite._core.validation.constants import StaticMetadata

__all__ = [
    "PluginEntry",
    "claim_of",
    "own_name",
]


_ASKS_ITSELF = "its own import asks for it, or waits for one that does"


class PluginEntry:
    """A claim, and the verdict, the loaded provider or the failure that using it came to.

    `plugin` is given for what is registered at run time, and None for what is to be imported;
    `offered_by` is the plugin whose hook registered it.
    """

    is_preset = False
    """Whether it is a row of the user's, a `PresetEntry`."""

    def __init__(
        self, claim: EntryPointClaim, plugin: Any = None, offered_by: EntryPointClaim | None = None
    ) -> None:
        self.claim = claim
        self.plugin = plugin
        self.offered_by = offered_by
        self.loaded: LoadedProvider | None = None
        self.verdict: Verdict | None = None
        self.failure: ProviderLoadError | None = None
        self._turn = LoadLock()
        self._loading = False
        self._held = plugin is not None

    @property
    def builtin(self) -> bool:
        """Whether it came with g4f_lite."""
        return self.claim.distribution == BUILTIN_DISTRIBUTION

    @property
    def needs_hooks(self) -> bool:
        """Whether only a plugin of the group ``g4f_lite.hooks`` knows of it."""
        return self.offered_by is not None and self.offered_by.group == HOOKS_GROUP

    @property
    def full_name(self) -> str:
        """``"distribution:name"``."""
        return f"{self.claim.distribution}:{self.claim.name}"

    def blocking_variable(self, policy: Policy) -> str | None:
        """Return the environment variable that keeps it out; what a program registers, none does."""
        if self.claim.distribution == PROGRAM:
            return None
        offerer = self.offered_by
        if offerer is not None and self.needs_hooks:  # kept out earlier, it would not have offered this
            variable = policy.blocking_variable(offerer.name, offerer.distribution, builtin=False)
            if variable:
                return variable
        return policy.blocking_variable(self.claim.name, self.claim.distribution, builtin=self.builtin)

    # --- loading -----------------------------------------------------------------------------

    def load(
        self, hold: Callable[["PluginEntry"], None], *, static: "StaticMetadata | None", strict: bool
    ) -> LoadedProvider:
        """Import, judge and hold it if that has not been tried; return it, or raise why it cannot be used.

        Args:
            hold: hands it to pluggy.
            static: what its source gives away, so that drift can be found.
            strict: refuse what has any problem at all.

        Raises:
            ProviderLoadError: its import failed, now or earlier.
            InvalidProviderError: it does not fulfil the contract.
        """
        if self.plugin is None and self.claim.module in modules_being_imported():
            raise self.failed(_ASKS_ITSELF)
        try:
            with self._turn:
                return self._load(hold, static, strict=strict)
        except CircularWaitError:
            raise self.failed(_ASKS_ITSELF) from None

    def _load(
        self, hold: Callable[["PluginEntry"], None], static: "StaticMetadata | None", *, strict: bool
    ) -> LoadedProvider:
        if self.verdict is None and self.failure is None:
            self._load_once(static)
        if self.failure is not None:
            # A fresh one: raising the kept one again would grow its traceback each time.
            raise copy.copy(self.failure) from self.failure.__cause__
        accepted = self.accepted(strict=strict)
        if not self._held:
            self._held = True  # before, since its offers may ask for it
            try:
                hold(self)
            except ProviderLoadError as failure:
                self.failure = failure
                raise
        return accepted

    def _load_once(self, static: "StaticMetadata | None") -> None:
        if self._loading:
            raise self.failed(_ASKS_ITSELF)
        self._loading = True
        try:
            plugin, printed = load(self.claim)
            self.judge(plugin, static=static, printed=printed)
        except ProviderLoadError as failure:
            self.failure = failure
        finally:
            self._loading = False

    def judge(self, plugin: Any, *, static: "StaticMetadata | None" = None, printed: str = "") -> None:
        """Set the verdict, and the loaded provider if it can be used."""
        claim = self.claim
        who = Identity(
            claim.name,
            claim.distribution,
            claim.version,
            builtin=self.builtin,
            module=claim.module,
            attr=claim.attr,
        )
        self.verdict, self.loaded = validate(plugin, who, static=static, printed=printed)

    def accepted(self, *, strict: bool) -> LoadedProvider:
        """Return the judged provider, or raise `InvalidProviderError` with all its problems."""
        verdict = self.verdict or Verdict()
        if self.loaded is not None and (verdict.valid or not strict):
            return self.loaded
        claim = self.claim
        raise InvalidProviderError(
            claim.name, distribution=claim.distribution, version=claim.version, problems=verdict.problems
        )

    def failed(self, reason: str) -> ProviderLoadError:
        """Return a load failure of this provider for a reason that is no exception of its import."""
        claim = self.claim
        return ProviderLoadError(
            claim.name,
            distribution=claim.distribution,
            version=claim.version,
            location=claim.location,
            reason=reason,
            fix=f"Tell the author of {claim.distribution}.",
        )


def own_name(plugin: Any) -> str:
    """Return what a module calls itself, the name that it is registered under unless another is given."""
    name = safe_name(plugin)
    if not name:
        raise InvalidArgumentError(
            "name",
            f"A {type(plugin).__name__} has no name of its own to be registered under.",
            hint='Pass one: registry.register(provider, name="mine").',
        )
    return name.rpartition(".")[2].lower()


def claim_of(plugin: Any, name: str, distribution: str = PROGRAM, version: str = "") -> EntryPointClaim:
    """Return the claim of something that is registered at run time."""
    return EntryPointClaim(
        GROUP, name, safe_name(plugin) or type(plugin).__qualname__, "", distribution, version
    )
