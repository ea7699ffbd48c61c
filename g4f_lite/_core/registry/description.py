"""Descriptions of providers for listings, without importing any of them.

A module of its own, because a call to a provider by name needs no description.
"""

from typing import TYPE_CHECKING, Any, Literal, cast

from g4f_lite._core.config import CONFIG
from g4f_lite._core.registry.entry import PluginEntry
from g4f_lite._core.registry.policy import Policy
from g4f_lite._core.registry.state import RegistryState, find_claimants, usable_entries
from g4f_lite._core.validation.identity import is_name
from g4f_lite.contract import CONSTANTS, Problem, ProviderInfo, State

if TYPE_CHECKING:
    from g4f_lite._core.registry.preset_entry import PresetEntry
    from g4f_lite._core.validation.constants import StaticMetadata

__all__ = ["describe_entry"]

_INFO_NAMES = {"model": "models", "embedding_model": "embedding_models"}
"""The names in `ProviderInfo` of the constants that the contract names otherwise."""

_INFO_CONSTANTS = tuple(_INFO_NAMES.get(item.name, item.name) for item in CONSTANTS)

_DEFAULTS: dict[str, Any] = {
    "working": True,
    "any_model": False,
    "inputs": (),
    "embedding_model": (),
    "auth_env_also": (),
    "address_env": (),
}
"""The values of optional constants that a provider does not have."""

_UNUSABLE = ("blocked", "conflict", "failed", "invalid")


def describe_entry(
    state: RegistryState, entry: PluginEntry, policy: Policy, *, is_contested: bool
) -> ProviderInfo:
    """Return what is known about an entry now, without importing anything.

    Args:
        state: the registry's state, which has the entry.
        entry: the entry to describe.
        policy: the allow and block lists that apply.
        is_contested: whether other usable entries have the same name.
    """
    info = _describe(state, entry, policy, is_contested=is_contested)
    error = None if is_contested or info.state == "blocked" else state.config_row_error(entry, policy)
    if error is None:
        return info
    reason = f"{error.location}: {error.reason}. {error.hint}"
    return info._replace(name=entry.full_name, state="conflict", reason=reason)


def _describe(
    state: RegistryState, entry: PluginEntry, policy: Policy, *, is_contested: bool
) -> ProviderInfo:
    if entry.is_preset:
        return _describe_preset(state, cast("PresetEntry", entry), policy, is_contested=is_contested)
    return _describe_plugin(entry, policy, state.static_metadata(entry), is_contested=is_contested)


# --- plugins -------------------------------------------------------------------------------------


def _describe_plugin(
    entry: PluginEntry, policy: Policy, static: "StaticMetadata", *, is_contested: bool
) -> ProviderInfo:
    claim = entry.claim
    state, reason = _state_of(entry, policy, is_contested=is_contested)
    source, values = _constants_of(entry, static)
    return ProviderInfo(
        name=entry.full_name if is_contested or not is_name(claim.name) else claim.name,
        distribution=claim.distribution,
        version=claim.version,
        target=claim.target,
        builtin=entry.builtin,
        state=state,
        source=source,
        reason=reason,
        **values,
    )


def _constants_of(
    entry: PluginEntry, static: "StaticMetadata"
) -> tuple[Literal["static", "loaded", "unknown"], dict[str, Any]]:
    """Return the source of the constants and their values: the loaded provider's, or else its source's."""
    if entry.loaded is not None:
        return "loaded", {name: getattr(entry.loaded, name) for name in _INFO_CONSTANTS}
    values = dict(static.values)
    if static.is_complete:
        values = {**_DEFAULTS, **values}
    renamed = {_INFO_NAMES.get(name, name): value for name, value in values.items()}
    tuples = {name: tuple(value) for name, value in renamed.items() if isinstance(value, list)}
    return "static" if static.is_complete else "unknown", {**renamed, **tuples}


def _state_of(entry: PluginEntry, policy: Policy, *, is_contested: bool) -> tuple[State, str]:
    """Return an entry's state and the reason for it, which may be `""`."""
    claim = entry.claim
    variable = entry.blocking_variable(policy)
    if variable:
        return "blocked", f"kept out by {variable}"
    if is_contested:
        return "conflict", f"more than one distribution claims {claim.name!r}"
    if entry.failure is not None:
        return "failed", f"{entry.failure.location}: {entry.failure.reason}. {entry.failure.hint}"
    verdict = entry.verdict
    if verdict is None:
        if is_name(claim.name):
            return "listed", ""
        place = f"{claim.location}: " if claim.location else ""
        return (
            "invalid",
            f"{place}{claim.name!r} is no provider name. Tell the author of {claim.distribution}.",
        )
    if not verdict.usable or (policy.strict and not verdict.valid):
        return "invalid", "; ".join(map(_one_line, verdict.problems))
    return "ready", "; ".join(map(_one_line, verdict.warnings))


def _one_line(problem: Problem) -> str:
    place = f"{problem.location}: " if problem.location else ""
    return f"{place}{problem.message} {problem.fix}"


# --- presets -------------------------------------------------------------------------------------


def _describe_preset(
    state: RegistryState, entry: "PresetEntry", policy: Policy, *, is_contested: bool
) -> ProviderInfo:
    base = _describe_base(state, entry, policy)
    own_state, reason = _state_of(entry, policy, is_contested=is_contested)
    if own_state in ("listed", "ready"):
        own_state, reason = _inherited_state(base, own_state)
    return base._replace(
        name=entry.full_name if is_contested else entry.preset.name,
        distribution=CONFIG,
        builtin=False,
        state=own_state,
        reason=reason,
        **entry.preset.constants,
    )


def _describe_base(state: RegistryState, entry: "PresetEntry", policy: Policy) -> ProviderInfo:
    """Return what is known about the provider that answers for a preset; it may not exist."""
    name = entry.preset.base
    unknown = ProviderInfo(name, "", "", name, builtin=False, state="listed", source="unknown")
    claimants = find_claimants(state.entries(), name)
    if not claimants:
        if not state.hook_plugins.is_loaded:  # one of these may offer it
            return unknown
        return unknown._replace(state="failed", reason=entry.missing_base_reason)
    usable = usable_entries(claimants, policy)
    return _describe(state, (usable or claimants)[0], policy, is_contested=len(usable) > 1)


def _inherited_state(base: ProviderInfo, own: State) -> tuple[State, str]:
    if base.state not in _UNUSABLE:
        return own, base.reason
    origin = f"its provider {base.name!r}: " if base.distribution else ""
    return base.state, f"{origin}{base.reason}"
