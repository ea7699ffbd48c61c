"""What a name that nobody offers may have to do with what is installed; for the unlucky."""

from collections.abc import Mapping, Sequence

from g4f_lite._core.registry.entry import PluginEntry
from g4f_lite._core.validation.identity import is_name
from g4f_lite._utils.text import join_names
from g4f_lite.contract import BUILTIN_DISTRIBUTION, DiscoveryProblem

__all__ = ["explain_not_found"]

_MOST_PROBLEMS = 3


def explain_not_found(
    name: str,
    entries: Mapping[str, tuple[PluginEntry, ...]],
    problems: Sequence[DiscoveryProblem],
    *,
    discovers: bool,
) -> str:
    """Say what metadata, malformed or absent, may have to do with a name that is not found."""
    everyone = [entry for claimants in entries.values() for entry in claimants]
    if discovers and not any(entry.builtin for entry in everyone):
        return (
            f" (Not even the built-in providers are found: {BUILTIN_DISTRIBUTION} itself is not installed "
            f"for this Python, perhaps only on PYTHONPATH. Run `pip install {BUILTIN_DISTRIBUTION}`.)"
        )
    if not is_name(name) and name in entries:
        names = join_names(entry.full_name for entry in entries[name])
        return f" (An installed plugin calls itself that, which is no provider name: {names}.)"
    about = [problem for problem in problems if problem.name == name] or problems
    if not about:
        return ""
    left = len(about) - _MOST_PROBLEMS
    more = f" And {left} more: `g4f-lite doctor` lists them." if left > 0 else ""
    said = " ".join(map(str, about[:_MOST_PROBLEMS]))
    return f" (Some metadata is malformed. {said}{more})"
