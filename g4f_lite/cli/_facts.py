"""What is known of each provider, as plain data for tables and JSON."""

import os
from typing import Any

from g4f_lite._registry import PROGRAM, registry
from g4f_lite._validation import auth_variable
from g4f_lite.cli._reporting import note
from g4f_lite.cli._secrets import clean
from g4f_lite.cli._terminal import ERR
from g4f_lite.contract import Problem, ProviderInfo, Verdict
from g4f_lite.errors import ProviderLoadError

__all__ = [
    "Facts",
    "all_facts",
    "describe",
    "discovery_facts",
    "full_name",
    "show_discovery",
    "verdict_facts",
]

Facts = dict[str, Any]
"""The facts of one provider, or of one problem: what JSON can hold, and nothing secret."""

BROKEN = ("failed", "invalid", "conflict", "crashed")
"""The states that are somebody's fault. ``crashed``: its import ended or hung the whole process."""


def full_name(info: ProviderInfo) -> str:
    """Return ``"distribution:name"``."""
    return info.name if ":" in info.name else f"{info.distribution}:{info.name}"


def describe(info: ProviderInfo) -> Facts:
    """Return what is known of a provider."""
    variable = info.auth_env or auth_variable(info.name.rpartition(":")[2])
    return {
        "name": info.name,
        "full_name": full_name(info),
        "distribution": info.distribution,
        "version": info.version,
        "target": info.target,
        "builtin": info.builtin,
        "state": info.state,
        "reason": clean(info.reason),
        "source": info.source,
        "url": info.url,
        "models": None if info.models is None else list(info.models),
        "supports_stream": info.supports_stream,
        "needs_auth": info.needs_auth,
        "auth_env": variable,
        "key_present": bool(os.environ.get(variable)),
        "working": info.working,
    }


def all_facts(*, load: bool = False) -> list[Facts]:
    """Return what is known of every provider; with `load`, after each was imported.

    A provider that a program registered exists in this process only, and is loaded already. The others are
    imported in a process of their own: an import can end, hang or crash it.
    """
    listed = [describe(info) for info in registry.infos()]
    if not load:
        return listed
    wanted = [item for item in listed if item["state"] != "blocked" and item["distribution"] != PROGRAM]
    from g4f_lite.cli._probe import probe

    answers = probe([{"name": item["full_name"]} for item in wanted])
    loaded = {item["full_name"]: answer for item, answer in zip(wanted, answers, strict=True)}
    return [_merged(item, loaded.get(item["full_name"])) for item in listed]


def _merged(listed: Facts, answer: Facts | None) -> Facts:
    """Put what the import showed over what was known before; a contested name stays contested."""
    if answer is None:
        return listed
    if answer.get("crash"):
        return {**listed, "state": "crashed", "reason": answer["crash"]}
    after: Facts = answer["facts"]
    if listed["state"] == "conflict":
        kept = {key: listed[key] for key in ("name", "state", "reason")}
        return {**after, **kept}
    return after


def verdict_facts(verdict: Verdict) -> Facts:
    """Return a verdict."""
    return {
        "valid": verdict.valid,
        "usable": verdict.usable,
        "problems": [problem_facts(problem) for problem in verdict.problems],
        "notes": list(verdict.notes),
    }


def problem_facts(problem: Problem) -> Facts:
    """Return one problem."""
    return {
        "kind": problem.kind,
        "message": clean(problem.message),
        "fix": problem.fix,
        "location": problem.location,
        "distribution": problem.distribution,
        "fatal": problem.fatal,
    }


def failure_facts(failure: ProviderLoadError) -> Facts:
    """Return a failed import as a problem."""
    return {
        "kind": "load-failed",
        "message": clean(f"It could not be loaded: {failure.reason}."),
        "fix": failure.hint,
        "location": failure.location,
        "distribution": f"{failure.distribution} {failure.version}".strip(),
        "fatal": True,
    }


def discovery_facts() -> list[Facts]:
    """Return malformed metadata, and hook plugins that could not be loaded, as problems."""
    problems = [
        {
            "kind": "malformed-metadata",
            "message": clean(f"{item.message}."),
            "fix": f"Reinstall {item.distribution}, or tell its author.",
            "location": item.location,
            "distribution": f"{item.distribution} {item.version}".strip(),
            "fatal": True,
        }
        for item in registry.discovery_problems()
    ]
    for failure in registry.hook_failures():
        problems.append({**failure_facts(failure), "kind": "hooks-failed"})
        problems[-1]["message"] = clean(f"The hooks {failure.provider!r}: {failure.reason}.")
    return problems


def problem_line(problem: Facts) -> str:
    """Return a problem as one line: where, whose, what, and what to do."""
    origin = "".join(f"{part}: " for part in (problem["location"], problem["distribution"]) if part)
    return f"{origin}{problem['message']} {problem['fix']} [{problem['kind']}]"


def show_discovery(problems: list[Facts]) -> None:
    """Write what could not even be found, on standard error."""
    if problems and ERR.is_terminal:
        ERR.line()
    for problem in problems:
        note(f"warning: {problem_line(problem)}")
