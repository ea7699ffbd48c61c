"""`g4f-lite check`: the strict verdict on a provider, a file, or all providers of a distribution."""

from pathlib import Path
from typing import Any

from g4f_lite._core.registry.policy import current_policy, environment_values
from g4f_lite._core.registry.registry import registry
from g4f_lite._utils.text import normalize_name
from g4f_lite.cli.args.parser import Parser
from g4f_lite.cli.exit_codes import Exit, UsageError
from g4f_lite.cli.inspection.facts import Facts
from g4f_lite.cli.inspection.hook_facts import Hooks, probe_hooks
from g4f_lite.cli.inspection.probe import probe
from g4f_lite.cli.inspection.provider_facts import (
    all_facts,
    discovery_facts,
    entry_point,
    problem_line,
    raise_unknown,
    verdict_facts,
)
from g4f_lite.cli.terminal.console import OUT
from g4f_lite.contract import PROGRAM
from g4f_lite.errors import ProviderBlockedError

__all__ = ["parser", "run"]

_SUMMARY = """\
Judge providers by the contract, strictly: all problems at once, each with its place and its fix.

What is checked is a provider by its name, a Python file where it lies, or every provider of a
distribution together with its metadata. It is imported for that, in a process of its own."""

_EXAMPLES = (
    "g4f-lite check yqcloud",
    "g4f-lite check ./my_provider.py",
    "g4f-lite check g4f-lite-acme --json",
)


def parser() -> Parser:
    """Return the parser of this command."""
    parser = Parser("check", _SUMMARY, _EXAMPLES)
    parser.add_argument(
        "targets", nargs="+", metavar="NAME|FILE|DISTRIBUTION", help="what to check; several are fine"
    )
    parser.add_argument("--json", action="store_true", help="print JSON: valid, and a verdict for each")
    return parser


def run(arguments: Any) -> int:
    """Show the verdicts; 1 if any of them is not valid.

    Raises:
        RegistryError: a name is neither a provider's nor a distribution's.
    """
    verdicts: list[Facts] = []
    for target in arguments.targets:
        verdicts += _check_file(target) if _is_file(target) else _check_name(target)
    valid = all(item["valid"] for item in verdicts)
    if arguments.json:
        from g4f_lite.cli.terminal.json_output import print_json

        print_json({"valid": valid, "verdicts": verdicts}, indent=2)
    else:
        for item in verdicts:
            _show(item)
    return Exit.OK if valid else Exit.PROBLEMS


# --- what is checked ------------------------------------------------------------------------------


def _is_file(target: str) -> bool:
    return target.endswith(".py") or "/" in target or "\\" in target


def _check_file(target: str) -> list[Facts]:
    path = Path(target).expanduser().resolve()
    if not path.is_file():
        raise UsageError(f"There is no file {target!r}.", "check")
    answer = probe([{"file": str(path)}])[0]
    return [_verdict(path.stem.lower(), target, "", str(path), answer)]


def _check_name(target: str) -> list[Facts]:
    """Check the provider of that name and the distribution of that name: whichever there are."""
    hooks = probe_hooks()
    facts = all_facts(hooks)
    named = [
        item for item in facts if target in (item["name"], item["full_name"], item["name"].rpartition(":")[2])
    ]
    brought = [item for item in facts if item["distribution"] == normalize_name(target)]
    chosen = list({item["full_name"]: item for item in (*named, *brought)}.values())
    metadata = [item for item in discovery_facts(hooks) if _is_of(item, normalize_name(target))]
    if not chosen and not metadata:
        raise_unknown(target, facts)
    answers = _load(chosen, hooks)
    verdicts = [_judged(item, answers[item["full_name"]]) for item in chosen]
    if metadata:
        verdict = {"valid": False, "usable": False, "problems": metadata, "notes": []}
        verdicts.append({"name": f"{target} (metadata)", "distribution": target, "version": "", **verdict})
    return verdicts


def _is_of(problem: Facts, distribution: str) -> bool:
    return str(problem["distribution"]).partition(" ")[0] == distribution


def _load(chosen: list[Facts], hooks: Hooks) -> dict[str, Facts]:
    """Load what is installed elsewhere, and look here at what this very program registered."""
    answers = dict(hooks.offered)
    for item in chosen:
        if item["state"] == "blocked":
            raise ProviderBlockedError(item["full_name"], item["distribution"], _variable(item))
        if item["distribution"] == PROGRAM:
            answers[item["full_name"]] = {"verdict": verdict_facts(registry.verdict(item["full_name"]))}
    elsewhere = [item["full_name"] for item in chosen if item["full_name"] not in answers]
    answers.update(zip(elsewhere, probe([{"name": name} for name in elsewhere]), strict=True))
    return answers


def _variable(item: Facts) -> str:
    """Return the variable of the environment that keeps a provider out."""
    policy = current_policy(environment_values())
    name = item["name"].rpartition(":")[2]
    return policy.blocking_variable(name, item["distribution"], builtin=item["builtin"]) or ""


def _judged(item: Facts, answer: Facts) -> Facts:
    place = entry_point(item["full_name"])
    verdict = _verdict(item["name"], item["distribution"], item["version"], place, answer)
    if item["state"] == "conflict":
        fix = "Uninstall or block one of them, or ask for each by its full name."
        origin = f"{item['distribution']} {item['version']}"
        problem = _problem("name-conflict", f"{item['reason']}.", fix, origin, place)
        verdict["problems"].append({**problem, "fatal": False})
        verdict["valid"] = False
    return verdict


def _verdict(name: str, distribution: str, version: str, place: str, answer: Facts) -> Facts:
    facts = answer.get("verdict")
    if facts is None:
        reason = answer.get("crash") or answer.get("error") or "no answer"
        origin = f"{distribution} {version}".strip()
        fix = "Do nothing at import but define: no exit, no waiting, no work."
        problem = _problem("crashed", f"{reason[:1].upper()}{reason[1:]}.", fix, origin, place)
        facts = {"valid": False, "usable": False, "problems": [problem], "notes": []}
    return {"name": name, "distribution": distribution, "version": version, **facts}


def _problem(kind: str, message: str, fix: str, distribution: str, location: str) -> Facts:
    place = {"location": location, "distribution": distribution}
    return {"kind": kind, "message": message, "fix": fix, **place, "fatal": True}


# --- showing --------------------------------------------------------------------------------------


def _show(verdict: Facts) -> None:
    count = len(verdict["problems"])
    word = "valid" if verdict["valid"] else f"{count} problem{'s' if count != 1 else ''}"
    if not verdict["valid"] and verdict["usable"]:
        word += ", usable without G4F_LITE_STRICT"
    origin = f"{verdict['distribution']} {verdict['version']}".strip()
    OUT.line(f"{verdict['name']} ({origin}): {word}", "green" if verdict["valid"] else "red")
    for problem in verdict["problems"]:
        OUT.line(f"  - {problem_line(problem)}")
    for text in verdict["notes"]:
        OUT.line(f"  note: {text}", "dim")
