"""`g4f-lite check`: the strict verdict on a provider, a file or a distribution."""

from pathlib import Path
from typing import Any

from g4f_lite._core.registry.policy import parse_policy, policy_environment
from g4f_lite._core.registry.registry import registry
from g4f_lite._utils.text import normalize_name
from g4f_lite.cli.args.parser import Parser
from g4f_lite.cli.exit_codes import ExitCode, UsageError
from g4f_lite.cli.inspection.hook_reports import HookReport, probe_hooks
from g4f_lite.cli.inspection.probe import probe
from g4f_lite.cli.inspection.provider_reports import (
    all_provider_reports,
    discovery_problems,
    entry_point_location,
    problem_line,
    raise_provider_not_found,
    verdict_report,
)
from g4f_lite.cli.inspection.report import Report
from g4f_lite.cli.terminal.console import OUT
from g4f_lite.cli.terminal.json_output import print_json
from g4f_lite.contract import PROGRAM
from g4f_lite.errors import ProviderBlockedError

__all__ = ["parser", "run"]

_SUMMARY = """\
Check providers against the contract, strictly: all problems at once, each with its place and its fix.

A target is the name of a provider, the path of a Python file, or the name of a distribution, which is
checked with all its providers and its metadata. Providers are imported, in a process of their own."""

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
    """Show the verdicts, and return the exit code: 1 if any of them is not valid.

    Raises:
        RegistryError: a name is neither a provider's nor a distribution's.
    """
    verdicts: list[Report] = []
    for target in arguments.targets:
        verdicts += _check_file(target) if _is_file(target) else _check_name(target)
    is_valid = all(verdict["valid"] for verdict in verdicts)
    if arguments.json:
        print_json({"valid": is_valid, "verdicts": verdicts}, indent=2)
    else:
        for verdict in verdicts:
            _show(verdict)
    return ExitCode.OK if is_valid else ExitCode.PROBLEMS


# --- targets --------------------------------------------------------------------------------------


def _is_file(target: str) -> bool:
    return target.endswith(".py") or "/" in target or "\\" in target


def _check_file(target: str) -> list[Report]:
    path = Path(target).expanduser().resolve()
    if not path.is_file():
        raise UsageError(f"There is no file {target!r}.", "check")
    answer = probe([{"file": str(path)}])[0]
    return [_answer_verdict(path.stem.lower(), target, "", str(path), answer)]


def _check_name(target: str) -> list[Report]:
    """Check the provider and the distribution of that name, whichever exist."""
    distribution = normalize_name(target)
    hooks = probe_hooks()
    reports = all_provider_reports(hooks)
    by_name = [
        report
        for report in reports
        if target in (report["name"], report["full_name"], report["name"].rpartition(":")[2])
    ]
    by_distribution = [report for report in reports if report["distribution"] == distribution]
    providers = list({report["full_name"]: report for report in (*by_name, *by_distribution)}.values())
    problems = [problem for problem in discovery_problems(hooks) if _is_problem_of(problem, distribution)]
    if not providers and not problems:
        raise_provider_not_found(target, reports)
    answers = _load(providers, hooks)
    verdicts = [_provider_verdict(provider, answers[provider["full_name"]]) for provider in providers]
    if problems:
        verdict = {"valid": False, "usable": False, "problems": problems, "notes": []}
        verdicts.append({"name": f"{target} (metadata)", "distribution": target, "version": "", **verdict})
    return verdicts


def _is_problem_of(problem: Report, distribution: str) -> bool:
    return str(problem["distribution"]).partition(" ")[0] == distribution


def _load(providers: list[Report], hooks: HookReport) -> dict[str, Report]:
    """Return the answer for each provider by its full name.

    Providers that this program has registered are loaded in this process, the others in a child process.

    Raises:
        ProviderBlockedError: an environment variable blocks one of the providers.
    """
    answers = dict(hooks.offered)
    for provider in providers:
        name = provider["full_name"]
        if provider["state"] == "blocked":
            raise ProviderBlockedError(name, provider["distribution"], _blocking_variable(provider))
        if provider["distribution"] == PROGRAM:
            answers[name] = {"verdict": verdict_report(registry.verdict(name))}
    names = [provider["full_name"] for provider in providers if provider["full_name"] not in answers]
    answers.update(zip(names, probe([{"name": name} for name in names]), strict=True))
    return answers


def _blocking_variable(provider: Report) -> str:
    """Return the environment variable that blocks a provider."""
    policy = parse_policy(policy_environment())
    name = provider["name"].rpartition(":")[2]
    return policy.blocking_variable(name, provider["distribution"], builtin=provider["builtin"]) or ""


def _provider_verdict(provider: Report, answer: Report) -> Report:
    location = entry_point_location(provider["full_name"])
    distribution, version = provider["distribution"], provider["version"]
    verdict = _answer_verdict(provider["name"], distribution, version, location, answer)
    if provider["state"] == "conflict":
        fix = "Uninstall or block one of them, or ask for each by its full name."
        origin = f"{distribution} {version}"
        problem = _problem("name-conflict", f"{provider['reason']}.", fix, origin, location)
        verdict["problems"].append({**problem, "fatal": False})
        verdict["valid"] = False
    return verdict


def _answer_verdict(name: str, distribution: str, version: str, location: str, answer: Report) -> Report:
    verdict = answer.get("verdict")
    if verdict is None:
        reason = answer.get("crash") or answer.get("error") or "no answer"
        origin = f"{distribution} {version}".strip()
        fix = "Do nothing at import but define: no exit, no waiting, no work."
        problem = _problem("crashed", f"{reason[:1].upper()}{reason[1:]}.", fix, origin, location)
        verdict = {"valid": False, "usable": False, "problems": [problem], "notes": []}
    return {"name": name, "distribution": distribution, "version": version, **verdict}


def _problem(kind: str, message: str, fix: str, distribution: str, location: str) -> Report:
    return {
        "kind": kind,
        "message": message,
        "fix": fix,
        "location": location,
        "distribution": distribution,
        "fatal": True,
    }


# --- output ---------------------------------------------------------------------------------------


def _show(verdict: Report) -> None:
    count = len(verdict["problems"])
    result = "valid" if verdict["valid"] else f"{count} problem{'s' if count != 1 else ''}"
    if not verdict["valid"] and verdict["usable"]:
        result += ", usable without G4F_LITE_STRICT"
    origin = f"{verdict['distribution']} {verdict['version']}".strip()
    OUT.write_line(f"{verdict['name']} ({origin}): {result}", "green" if verdict["valid"] else "red")
    for problem in verdict["problems"]:
        OUT.write_line(f"  - {problem_line(problem)}")
    for note in verdict["notes"]:
        OUT.write_line(f"  note: {note}", "dim")
