"""Reports on providers, verdicts and problems: plain data for tables and JSON."""

from typing import TYPE_CHECKING, NoReturn

from g4f_lite._core.registry.registry import registry
from g4f_lite._core.routing.resolver import has_address
from g4f_lite._core.validation.identity import auth_variable
from g4f_lite.cli.inspection.key_reports import has_readable_key
from g4f_lite.cli.inspection.report import Report
from g4f_lite.cli.terminal.console import ERR
from g4f_lite.cli.terminal.notices import show_note
from g4f_lite.cli.terminal.redaction import redact_secrets
from g4f_lite.contract import PROGRAM, Problem, ProviderInfo, Verdict
from g4f_lite.errors import ProviderLoadError, ProviderNotFoundError

if TYPE_CHECKING:
    from g4f_lite.cli.inspection.hook_reports import HookReport

__all__ = [
    "all_provider_reports",
    "discovery_problems",
    "entry_point_location",
    "full_name",
    "load_failure_report",
    "problem_line",
    "provider_report",
    "raise_provider_not_found",
    "show_discovery_problems",
    "verdict_report",
]


def full_name(info: ProviderInfo) -> str:
    """Return ``"distribution:name"``."""
    return info.name if ":" in info.name else f"{info.distribution}:{info.name}"


def provider_report(info: ProviderInfo) -> Report:
    """Return the report on a provider."""
    variable = info.auth_env or auth_variable(info.name.rpartition(":")[2])
    other_variables = info.auth_env_also or ()
    return {
        "name": info.name,
        "full_name": full_name(info),
        "distribution": info.distribution,
        "version": info.version,
        "target": info.target,
        "builtin": info.builtin,
        "state": info.state,
        "reason": redact_secrets(info.reason),
        "source": info.source,
        "url": info.url and redact_secrets(info.url),
        "models": _as_list(info.models),
        "any_model": info.any_model,
        "embedding_models": _as_list(info.embedding_models),
        "inputs": _as_list(info.inputs),
        "supports_stream": info.supports_stream,
        "needs_auth": info.needs_auth,
        "auth_env": variable,
        "auth_env_also": list(other_variables),
        "key_present": has_readable_key(info.name, variable, *other_variables),
        "address_env": _as_list(info.address_env),
        "address_present": has_address(info),
        "working": info.working,
    }


def _as_list(names: tuple[str, ...] | None) -> list[str] | None:
    return None if names is None else list(names)


def all_provider_reports(hooks: "HookReport", *, load: bool = False) -> list[Report]:
    """Return a report on every provider; with `load`, after importing each.

    A provider that a program has registered exists in this process only, and is loaded already. The others are
    imported in a child process, since an import can end, hang or crash its process.
    """
    without_hooks = [provider_report(info) for info in registry.infos(hooks=False)]
    reports = [*without_hooks, *(answer["provider"] for answer in hooks.offered.values())]
    reports.sort(key=lambda report: (not report["builtin"], report["name"].rpartition(":")[2]))
    if not load:
        return reports
    names = [
        report["full_name"]
        for report in without_hooks
        if report["state"] != "blocked" and report["distribution"] != PROGRAM
    ]
    from g4f_lite.cli.inspection.probe import probe

    answers = dict(zip(names, probe([{"name": name} for name in names]), strict=True))
    return [_with_probe_answer(report, answers.get(report["full_name"])) for report in reports]


def _with_probe_answer(report: Report, answer: Report | None) -> Report:
    """Return the report that the import gave; a contested name stays contested."""
    if answer is None:
        return report
    loaded: Report | None = answer.get("provider")
    if loaded is None:
        reason = answer.get("crash") or answer.get("error") or "no answer"
        return {**report, "state": "crashed", "reason": redact_secrets(reason)}
    if report["state"] == "conflict":
        return {**loaded, **{key: report[key] for key in ("name", "state", "reason")}}
    return loaded


def verdict_report(verdict: Verdict) -> Report:
    """Return the report on a verdict."""
    return {
        "valid": verdict.valid,
        "usable": verdict.usable,
        "problems": [_problem_report(problem) for problem in verdict.problems],
        "notes": list(verdict.notes),
    }


def _problem_report(problem: Problem) -> Report:
    return {
        "kind": problem.kind,
        "message": redact_secrets(problem.message),
        "fix": problem.fix,
        "location": problem.location,
        "distribution": problem.distribution,
        "fatal": problem.fatal,
    }


def load_failure_report(failure: ProviderLoadError, subject: str = "It could not be loaded") -> Report:
    """Return a failed import as the report on a problem; `subject` begins its message."""
    return {
        "kind": "load-failed",
        "message": redact_secrets(f"{subject}: {failure.reason}."),
        "fix": failure.hint,
        "location": failure.location,
        "distribution": f"{failure.distribution} {failure.version}".strip(),
        "fatal": True,
    }


def discovery_problems(hooks: "HookReport") -> list[Report]:
    """Return reports on malformed metadata, and on hook plugins that could not be loaded."""
    malformed = [
        {
            "kind": "malformed-metadata",
            "message": redact_secrets(f"{problem.message}."),
            "fix": problem.fix,
            "location": problem.location,
            "distribution": f"{problem.distribution} {problem.version}".strip(),
            "fatal": True,
        }
        for problem in registry.discovery_problems()
    ]
    return malformed + hooks.problems


def entry_point_location(provider: str) -> str:
    """Return the place of a provider's entry point as ``file:line``, or "" if it has none.

    Args:
        provider: the provider's full name.
    """
    for entries in registry._state.entries().values():
        for entry in entries:
            if entry.full_name == provider:
                return entry.claim.location
    return ""


def raise_provider_not_found(name: str, reports: list[Report]) -> NoReturn:
    """Raise the error for a name that no provider has, with similar names. Imports no plugin.

    Raises:
        RegistryError: always.
    """
    if any(name == report["name"].rpartition(":")[2] for report in reports):
        registry.info(name)  # Raises, since several distributions claim the name.
    names = [report["name"] for report in reports if report["state"] != "blocked"]
    raise ProviderNotFoundError(name, names, note=registry._state.not_found_note(name))


def problem_line(problem: Report) -> str:
    """Return a problem as one line: place, distribution, message, fix and kind."""
    origin = "".join(f"{part}: " for part in (problem["location"], problem["distribution"]) if part)
    return f"{origin}{problem['message']} {problem['fix']} [{problem['kind']}]"


def show_discovery_problems(problems: list[Report]) -> None:
    """Write the problems of discovery on standard error."""
    if problems and ERR.is_terminal:
        ERR.write_line()
    for problem in problems:
        show_note(f"warning: {problem_line(problem)}")
