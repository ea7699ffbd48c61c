"""The note of a `ProviderNotFoundError`: what the installed metadata has to do with the missing name.

A module of its own, because only a failed look-up needs it.
"""

from collections.abc import Mapping, Sequence

from g4f_lite._core.registry.entry import PluginEntry
from g4f_lite._core.validation.identity import is_name
from g4f_lite._utils.text import join_names
from g4f_lite.contract import BUILTIN_DISTRIBUTION, DiscoveryProblem

__all__ = ["explain_not_found"]

_MAX_PROBLEMS = 3
"""Problems that a note quotes."""


def explain_not_found(
    name: str,
    entries: Mapping[str, tuple[PluginEntry, ...]],
    problems: Sequence[DiscoveryProblem],
    *,
    discovers: bool,
) -> str:
    """Return what missing or malformed metadata may have to do with a name that is not found, or `""`."""
    all_entries = [entry for claimants in entries.values() for entry in claimants]
    if discovers and not any(entry.builtin for entry in all_entries):
        return (
            f" (Not even the built-in providers are found: {BUILTIN_DISTRIBUTION} itself is not installed "
            f"for this Python, perhaps only on PYTHONPATH. Run `pip install {BUILTIN_DISTRIBUTION}`.)"
        )
    if not is_name(name) and name in entries:
        names = join_names(entry.full_name for entry in entries[name])
        return f" (An installed plugin calls itself that, which is no provider name: {names}.)"
    related = [problem for problem in problems if problem.name == name] or problems
    if not related:
        return ""
    omitted = len(related) - _MAX_PROBLEMS
    more = f" And {omitted} more: `g4f-lite doctor` lists them." if omitted > 0 else ""
    quoted = " ".join(map(str, related[:_MAX_PROBLEMS]))
    return f" (Some metadata is malformed. {quoted}{more})"
