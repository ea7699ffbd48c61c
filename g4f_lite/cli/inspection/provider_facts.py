"""What is known of each provider, as plain data for tables and JSON."""

from typing import TYPE_CHECKING, NoReturn

from g4f_lite._core.registry.registry import registry
from g4f_lite._core.routing.resolver import has_address
from g4f_lite._core.validation.identity import auth_variable
from g4f_lite.cli.inspection.facts import Facts
from g4f_lite.cli.inspection.key_facts import is_present
from g4f_lite.cli.terminal.console import ERR
from g4f_lite.cli.terminal.notices import note
from g4f_lite.cli.terminal.redaction import clean
from g4f_lite.contract import PROGRAM, Problem, ProviderInfo, Verdict
from g4f_lite.errors import ProviderLoadError, ProviderNotFoundError

if TYPE_CHECKING:
    from g4f_lite.cli.inspection.hook_facts import Hooks

__all__ = [
    "all_facts",
    "describe",
    "discovery_facts",
    "entry_point",
    "full_name",
    "raise_unknown",
    "show_discovery",
    "verdict_facts",
]


def full_name(info: ProviderInfo) -> str:
    """Return ``"distribution:name"``."""
    return info.name if ":" in info.name else f"{info.distribution}:{info.name}"


def describe(info: ProviderInfo) -> Facts:
    """Return what is known of a provider."""
    variable = info.auth_env or auth_variable(info.name.rpartition(":")[2])
    also = info.auth_env_also or ()
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
        "url": info.url and clean(info.url),
        "models": _listed(info.models),
        "any_model": info.any_model,
        "embedding_models": _listed(info.embedding_models),
        "inputs": _listed(info.inputs),
        "supports_stream": info.supports_stream,
        "needs_auth": info.needs_auth,
        "auth_env": variable,
        "auth_env_also": list(also),
        "key_present": is_present(info.name, variable, *also),
        "address_env": _listed(info.address_env),
        "address_present": has_address(info),
        "working": info.working,
    }


def _listed(names: tuple[str, ...] | None) -> list[str] | None:
    return None if names is None else list(names)


def all_facts(hooks: "Hooks", *, load: bool = False) -> list[Facts]:
    """Return what is known of every provider; with `load`, after each was imported.

    A provider that a program registered exists in this process only, and is loaded already. The others are
    imported in a process of their own: an import can end, hang or crash it.
    """
    own = [describe(info) for info in registry.infos(hooks=False)]
    listed = [*own, *(answer["facts"] for answer in hooks.offered.values())]
    listed.sort(key=lambda item: (not item["builtin"], item["name"].rpartition(":")[2]))
    if not load:
        return listed
    wanted = [item for item in own if item["state"] != "blocked" and item["distribution"] != PROGRAM]
    from g4f_lite.cli.inspection.probe import probe

    answers = probe([{"name": item["full_name"]} for item in wanted])
    loaded = {item["full_name"]: answer for item, answer in zip(wanted, answers, strict=True)}
    return [_merged(item, loaded.get(item["full_name"])) for item in listed]


def _merged(listed: Facts, answer: Facts | None) -> Facts:
    """Put what the import showed over what was known before; a contested name stays contested."""
    if answer is None:
        return listed
    after: Facts | None = answer.get("facts")
    if after is None:
        reason = answer.get("crash") or answer.get("error") or "no answer"
        return {**listed, "state": "crashed", "reason": clean(reason)}
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


def failure_facts(failure: ProviderLoadError, what: str = "It could not be loaded") -> Facts:
    """Return a failed import as a problem."""
    return {
        "kind": "load-failed",
        "message": clean(f"{what}: {failure.reason}."),
        "fix": failure.hint,
        "location": failure.location,
        "distribution": f"{failure.distribution} {failure.version}".strip(),
        "fatal": True,
    }


def discovery_facts(hooks: "Hooks") -> list[Facts]:
    """Return malformed metadata, and hook plugins that could not be loaded, as problems."""
    malformed = [
        {
            "kind": "malformed-metadata",
            "message": clean(f"{item.message}."),
            "fix": item.fix,
            "location": item.location,
            "distribution": f"{item.distribution} {item.version}".strip(),
            "fatal": True,
        }
        for item in registry.discovery_problems()
    ]
    return malformed + hooks.problems


def entry_point(full: str) -> str:
    """Return where a distribution says that it has the provider of this full name, as ``file:line``."""
    for claimants in registry._store.entries().values():
        for entry in claimants:
            if entry.full_name == full:
                return entry.claim.location
    return ""


def raise_unknown(name: str, facts: list[Facts]) -> NoReturn:
    """Raise why nothing goes by that name, with the names that are near; imports no plugin.

    Raises:
        RegistryError: always.
    """
    if any(name == item["name"].rpartition(":")[2] for item in facts):
        registry.info(name)  # raises: it is contested
    names = [item["name"] for item in facts if item["state"] != "blocked"]
    raise ProviderNotFoundError(name, names, note=registry._store.not_found_note(name))


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
