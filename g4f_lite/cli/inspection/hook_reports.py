"""Reports on hook plugins: their hooks, the providers that they offer, their problems.

Only importing a hook plugin shows what it has. Each is imported in a process of its own, since `doctor` and the
listings have to survive the import.
"""

from typing import NamedTuple

from g4f_lite._core.registry.entry_points import EntryPointClaim
from g4f_lite._core.registry.registry import registry
from g4f_lite.cli.inspection.probe import probe
from g4f_lite.cli.inspection.report import Report
from g4f_lite.cli.terminal.redaction import redact_secrets
from g4f_lite.contract import HOOK_NAMES, PROGRAM

__all__ = ["HookReport", "probe_hooks"]

_IMPORT_SECONDS = 10.0
"""Seconds that the import of one hook plugin may take: less than a provider's, since listings wait for it."""


class HookReport(NamedTuple):
    """What the import of all hook plugins has shown.

    Attributes:
        offered: the probe's answer for each provider that a plugin offers, by the provider's full name.
        problems: the problems of the plugins.
        plugins: the names of the plugins that have a hook, by the hook's name.
    """

    offered: dict[str, Report]
    problems: list[Report]
    plugins: dict[str, list[str]]


def probe_hooks() -> HookReport:
    """Import each hook plugin in a process of its own, and return what that has shown. Blocks."""
    report = HookReport({}, [], {name: _program_hook_names(name) for name in HOOK_NAMES})
    owners: dict[str, EntryPointClaim] = {}
    for claim in registry.hook_claims():
        answer = probe([{"hooks": _plugin_name(claim)}], _IMPORT_SECONDS)[0]
        if answer.get("crash"):
            fix = "Do nothing at import but define: no exit, no waiting, no work."
            report.problems.append(_problem(claim, answer["crash"], fix))
            continue
        report.problems.extend(answer["failures"])
        for hook in answer["hooks"]:
            report.plugins[hook].append(_plugin_name(claim))
        for offer in answer["offered"]:
            _add_offer(report, offer, claim, owners)
    return report


def _add_offer(
    report: HookReport, offer: Report, claim: EntryPointClaim, owners: dict[str, EntryPointClaim]
) -> None:
    """Add an offered provider, or a problem if another plugin has offered the name before."""
    provider = offer["provider"]
    owner = claim if provider["state"] == "blocked" else owners.setdefault(provider["name"], claim)
    if owner is claim:
        report.offered[provider["full_name"]] = offer
        return
    reason = f"it offers {provider['name']!r}, as {_plugin_name(owner)} does"
    report.problems.append(_problem(claim, reason, "Uninstall or block one of them."))


def _problem(claim: EntryPointClaim, reason: str, fix: str) -> Report:
    return {
        "kind": "hooks-failed",
        "message": redact_secrets(f"The hooks {claim.name!r}: {reason}."),
        "fix": fix,
        "location": claim.location,
        "distribution": f"{claim.distribution} {claim.version}".strip(),
        "fatal": True,
    }


def _program_hook_names(hook: str) -> list[str]:
    """Return the names of the callers that this program has added to `hook`."""
    implementations = registry._state.plugins.implementations.get(hook, ())
    return [item.plugin_name for item in implementations if item.plugin_name.startswith(f"{PROGRAM}:")]


def _plugin_name(claim: EntryPointClaim) -> str:
    return f"{claim.distribution}:{claim.name}"
