"""The registry's entry of a preset, which is loaded by loading the provider that the preset is made of."""

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from g4f_lite._core.config import CONFIG
from g4f_lite._core.registry.entry import PluginEntry
from g4f_lite._core.registry.policy import Policy
from g4f_lite._core.registry.presets import Preset
from g4f_lite._core.validation.options import check_options
from g4f_lite._utils.text import format_suggestion
from g4f_lite._utils.untrusted import call_or
from g4f_lite.contract import (
    PROGRAM,
    DiscoveryProblem,
    Function,
    LoadedProvider,
    params_of,
)
from g4f_lite.errors import ProviderLoadError, ProviderNotFoundError, RequestError

__all__ = ["PresetEntry", "config_row_error"]

_CONNECTION_OPTIONS = ("base_url", "extra_headers", "extra_query", "proxy", "timeout")
"""The options about the connection to a service; all other options are about its answers."""


class PresetEntry(PluginEntry):
    """A row of the user's configuration, and the provider that it describes."""

    is_preset = True

    def __init__(self, preset: Preset) -> None:
        super().__init__(preset.claim)
        self.preset = preset
        self._base: LoadedProvider | None = None

    def bind(self, base: LoadedProvider) -> LoadedProvider:
        """Return `base` with the name, the options and the key of this preset.

        Raises:
            ProviderLoadError: the preset has an option, or a value of an option, that `base` does not take.
        """
        self.verdict = base.verdict
        if self.loaded is None or self._base is not base:
            self._check_options(base)
            self.loaded, self._base = _bind_preset(self.preset, base), base
        return self.loaded

    def missing_base_error(self, error: ProviderNotFoundError) -> ProviderLoadError:
        """Return the load error for a base provider that is not found."""
        return self._preset_error(self.missing_base_reason, error.suggestions, "Correct its `provider`")

    @property
    def missing_base_reason(self) -> str:
        """The reason why the preset cannot be used if no plugin offers its base provider."""
        return f"it is made of {self.preset.base!r}, and there is no such provider"

    def _check_options(self, base: LoadedProvider) -> None:
        self.failure = None
        try:
            check_options(base, self.preset.options, drop=False)
        except RequestError as error:
            reason = str(error).removesuffix(error.hint).strip().rstrip(".")
            self.failure = self._preset_error(reason, (), "Correct its options")
        if self.failure is not None:
            raise copy.copy(self.failure)

    def _preset_error(self, reason: str, near: Sequence[str], step: str) -> ProviderLoadError:
        return ProviderLoadError(
            self.preset.name,
            distribution=CONFIG,
            version="",
            location=self.preset.location,
            reason=reason,
            fix=f"{format_suggestion(near)} {step}, then start again or call registry.refresh().".strip(),
        )


def config_row_error(
    problems: Iterable[DiscoveryProblem], entry: PluginEntry, policy: Policy
) -> ProviderLoadError | None:
    """Return the error of a wrong row of the configuration that has the entry's short name, or None.

    The row shows that the user means another provider by the name, so the entry must not be used under it. A
    provider that the program registers is exempt: the program itself chose the name.
    """
    name = entry.claim.name
    if entry.claim.distribution == PROGRAM or policy.blocking_variable(name, CONFIG, builtin=False):
        return None
    problem = next((item for item in problems if (item.distribution, item.name) == (CONFIG, name)), None)
    if problem is None:
        return None
    return ProviderLoadError(
        name,
        distribution=CONFIG,
        version="",
        location=problem.location,
        reason=problem.message.removeprefix(f"the provider {name!r}: "),
        fix=f"{problem.fix} The installed provider is {entry.full_name!r}.",
    )


def _bind_preset(preset: Preset, base: LoadedProvider) -> LoadedProvider:
    options = preset.options
    return base._replace(
        name=preset.name,
        distribution=CONFIG,
        create=_bind_options(base.create, options),
        acreate=base.acreate and _bind_options(base.acreate, options),
        params=call_or(base.params, lambda: params_of(preset.name, base.create)),
        builtin=False,
        embed=_bind_function(base.embed, options),
        list_models=_bind_function(base.list_models, options),
        **preset.constants,
    )


def _bind_function(function: Function | None, options: Mapping[str, Any]) -> Function | None:
    if function is None:
        return None
    connection_options = {
        name: options[name]
        for name in _CONNECTION_OPTIONS
        if name in options and (function.any_option or name in function.options)
    }
    return function._replace(call=_bind_options(function.call, connection_options))


def _bind_options(call: Callable[..., Any], options: Mapping[str, Any]) -> Callable[..., Any]:
    """Return a function that calls `call` with these options, which the caller's arguments override.

    Each call gets copies of its own, because a provider may change what it is given.
    """
    is_immutable = all(isinstance(value, (str, int, float, bool, type(None))) for value in options.values())
    defaults = dict(options)

    def call_with_options(**arguments: Any) -> Any:
        return call(**{**(defaults if is_immutable else copy.deepcopy(defaults)), **arguments})

    return call_with_options
