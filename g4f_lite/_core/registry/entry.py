"""An entry of the registry: one provider of one distribution, and the outcome of loading it."""

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from g4f_lite._core.registry.entry_points import EntryPointClaim
from g4f_lite._core.registry.load_lock import CircularWaitError, LoadLock, modules_being_imported
from g4f_lite._core.registry.loader import import_plugin
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
    "default_name",
    "runtime_claim",
]


_CIRCULAR_LOAD = "its own import asks for it, or waits for one that does"


class PluginEntry:
    """A claim, and the loaded provider, the verdict or the failure that loading it has led to.

    Attributes:
        claim: the entry point, or `runtime_claim` for a provider that was registered at run time.
        plugin: the module or object that was registered at run time, or None if it is to be imported.
        offered_by: the claim of the plugin that registered this one through its hook, or None.
        loaded: the provider, or None if it was not loaded or is not usable.
        verdict: what validation found, or None if it has not run.
        failure: why the import failed, or None.
    """

    is_preset = False
    """Whether it is a `PresetEntry`, from a row of the user's configuration."""

    def __init__(
        self, claim: EntryPointClaim, plugin: Any = None, offered_by: EntryPointClaim | None = None
    ) -> None:
        self.claim = claim
        self.plugin = plugin
        self.offered_by = offered_by
        self.loaded: LoadedProvider | None = None
        self.verdict: Verdict | None = None
        self.failure: ProviderLoadError | None = None
        self._lock = LoadLock()
        self._is_importing = False
        self._is_added = plugin is not None

    @property
    def builtin(self) -> bool:
        """Whether it is part of g4f_lite."""
        return self.claim.distribution == BUILTIN_DISTRIBUTION

    @property
    def is_from_hook_plugin(self) -> bool:
        """Whether a plugin of the group ``g4f_lite.hooks`` offers it, so that only its import reveals it."""
        return self.offered_by is not None and self.offered_by.group == HOOKS_GROUP

    @property
    def full_name(self) -> str:
        """``"distribution:name"``."""
        return f"{self.claim.distribution}:{self.claim.name}"

    def blocking_variable(self, policy: Policy) -> str | None:
        """Return the environment variable that blocks it, or None. The program's own are never blocked."""
        if self.claim.distribution == PROGRAM:
            return None
        offerer = self.offered_by
        # The hook plugin that offers it may be blocked since; if it had been before, it would not have run.
        if offerer is not None and self.is_from_hook_plugin:
            variable = policy.blocking_variable(offerer.name, offerer.distribution, builtin=False)
            if variable:
                return variable
        return policy.blocking_variable(self.claim.name, self.claim.distribution, builtin=self.builtin)

    # --- loading -----------------------------------------------------------------------------

    def load(
        self,
        add_to_plugins: Callable[["PluginEntry"], None],
        *,
        static: "StaticMetadata | None",
        strict: bool,
    ) -> LoadedProvider:
        """Return the provider; the first call imports, validates and adds it. Thread-safe. Blocks.

        Args:
            add_to_plugins: adds the loaded entry to the registry's plugins.
            static: the constants in its source, to find drift between source and module.
            strict: whether to refuse a provider that has any problem at all.

        Raises:
            ProviderLoadError: its import failed, in this call or an earlier one.
            InvalidProviderError: it does not fulfil the contract.
        """
        if self.plugin is None and self.claim.module in modules_being_imported():
            raise self.load_error(_CIRCULAR_LOAD)
        try:
            with self._lock:
                return self._load(add_to_plugins, static, strict=strict)
        except CircularWaitError:
            raise self.load_error(_CIRCULAR_LOAD) from None

    def _load(
        self,
        add_to_plugins: Callable[["PluginEntry"], None],
        static: "StaticMetadata | None",
        *,
        strict: bool,
    ) -> LoadedProvider:
        if self.verdict is None and self.failure is None:
            self._import(static)
        if self.failure is not None:
            # A copy, because raising the kept error again would make its traceback longer each time.
            raise copy.copy(self.failure) from self.failure.__cause__
        provider = self.require_provider(strict=strict)
        if not self._is_added:
            self._is_added = True  # set first, because its offers may look it up
            try:
                add_to_plugins(self)
            except ProviderLoadError as failure:
                self.failure = failure
                raise
        return provider

    def _import(self, static: "StaticMetadata | None") -> None:
        if self._is_importing:
            raise self.load_error(_CIRCULAR_LOAD)
        self._is_importing = True
        try:
            plugin, printed = import_plugin(self.claim)
            self.validate(plugin, static=static, printed=printed)
        except ProviderLoadError as failure:
            self.failure = failure
        finally:
            self._is_importing = False

    def validate(self, plugin: Any, *, static: "StaticMetadata | None" = None, printed: str = "") -> None:
        """Set `verdict`, and `loaded` if the provider is usable."""
        claim = self.claim
        identity = Identity(
            claim.name,
            claim.distribution,
            claim.version,
            builtin=self.builtin,
            module=claim.module,
            attr=claim.attr,
        )
        self.verdict, self.loaded = validate(plugin, identity, static=static, printed=printed)

    def require_provider(self, *, strict: bool) -> LoadedProvider:
        """Return the validated provider.

        Raises:
            InvalidProviderError: it is not usable, or has any problem and `strict` is true. The error has
                all problems.
        """
        verdict = self.verdict or Verdict()
        if self.loaded is not None and (verdict.valid or not strict):
            return self.loaded
        claim = self.claim
        raise InvalidProviderError(
            claim.name, distribution=claim.distribution, version=claim.version, problems=verdict.problems
        )

    def load_error(self, reason: str) -> ProviderLoadError:
        """Return a load error for a reason that is not an exception of the import."""
        claim = self.claim
        return ProviderLoadError(
            claim.name,
            distribution=claim.distribution,
            version=claim.version,
            location=claim.location,
            reason=reason,
            fix=f"Tell the author of {claim.distribution}.",
        )


def default_name(plugin: Any) -> str:
    """Return the name that a module is registered under unless the program gives another one.

    Raises:
        InvalidArgumentError: `plugin` has no ``__name__``.
    """
    name = safe_name(plugin)
    if not name:
        raise InvalidArgumentError(
            "name",
            f"A {type(plugin).__name__} has no name of its own to be registered under.",
            hint='Pass one: registry.register(provider, name="mine").',
        )
    return name.rpartition(".")[2].lower()


def runtime_claim(plugin: Any, name: str, distribution: str = PROGRAM, version: str = "") -> EntryPointClaim:
    """Return the claim of a provider that is registered at run time."""
    return EntryPointClaim(
        GROUP, name, safe_name(plugin) or type(plugin).__qualname__, "", distribution, version
    )
