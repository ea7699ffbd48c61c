"""A preset among the registry's entries: it is loaded by loading the provider that it is made of."""

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

__all__ = ["PresetEntry", "fault_of_row"]

_CONNECTION = ("base_url", "extra_headers", "extra_query", "proxy", "timeout")
"""The options that say where and how a service is asked; the others are about answers."""


class PresetEntry(PluginEntry):
    """A row of the user's, and the provider that it came to."""

    is_preset = True

    def __init__(self, preset: Preset) -> None:
        super().__init__(preset.claim)
        self.preset = preset
        self._base: LoadedProvider | None = None

    # --- loading -------------------------------------------------------------------------------

    def bound_to(self, base: LoadedProvider) -> LoadedProvider:
        """Return the provider that `base` is with this preset's name, options and key.

        Raises:
            ProviderLoadError: it has options, or values of options, that `base` does not take.
        """
        self.verdict = base.verdict
        if self.loaded is None or self._base is not base:
            self._check_options(base)
            self.loaded, self._base = _bound(self.preset, base), base
        return self.loaded

    def without_base(self, error: ProviderNotFoundError) -> ProviderLoadError:
        """Return why it cannot be loaded: nobody offers the provider that it is made of."""
        return self._failed(self.missing_base_reason, error.suggestions, "Correct its `provider`")

    @property
    def missing_base_reason(self) -> str:
        """Why it cannot be used if no plugin offers the provider that it is made of."""
        return f"it is made of {self.preset.base!r}, and there is no such provider"

    def _check_options(self, base: LoadedProvider) -> None:
        self.failure = None
        try:
            check_options(base, self.preset.options, drop=False)
        except RequestError as error:
            reason = str(error).removesuffix(error.hint).strip().rstrip(".")
            self.failure = self._failed(reason, (), "Correct its options")
        if self.failure is not None:
            raise copy.copy(self.failure)

    def _failed(self, reason: str, near: Sequence[str], step: str) -> ProviderLoadError:
        return ProviderLoadError(
            self.preset.name,
            distribution=CONFIG,
            version="",
            location=self.preset.location,
            reason=reason,
            fix=f"{format_suggestion(near)} {step}, then start again or call registry.refresh().".strip(),
        )


def fault_of_row(
    problems: Iterable[DiscoveryProblem], entry: PluginEntry, policy: Policy
) -> ProviderLoadError | None:
    """Return why an entry must not go by its short name: a row of the configuration has it too, and is wrong.

    Whoever wrote the row means something else by the name. What a program registers is what it means itself.
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


def _bound(preset: Preset, base: LoadedProvider) -> LoadedProvider:
    options = preset.options
    return base._replace(
        name=preset.name,
        distribution=CONFIG,
        create=_with_options(base.create, options),
        acreate=base.acreate and _with_options(base.acreate, options),
        params=call_or(base.params, lambda: params_of(preset.name, base.create)),
        builtin=False,
        embed=_function(base.embed, options),
        list_models=_function(base.list_models, options),
        **preset.constants,
    )


def _function(function: Function | None, options: Mapping[str, Any]) -> Function | None:
    if function is None:
        return None
    taken = {
        name: options[name]
        for name in _CONNECTION
        if name in options and (function.any_option or name in function.options)
    }
    return function._replace(call=_with_options(function.call, taken))


def _with_options(call: Callable[..., Any], options: Mapping[str, Any]) -> Callable[..., Any]:
    """Return `call` with these options, unless it is given others; each time with copies that it may change."""
    plain = all(isinstance(value, (str, int, float, bool, type(None))) for value in options.values())
    given = dict(options)

    def called(**arguments: Any) -> Any:
        return call(**{**(given if plain else copy.deepcopy(given)), **arguments})

    return called
