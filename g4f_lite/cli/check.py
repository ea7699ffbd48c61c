"""`g4f-lite check`: the strict verdict on a provider, a file, or all providers of a distribution."""

from pathlib import Path
from typing import Any

from g4f_lite._discovery import normalize
from g4f_lite._registry import PROGRAM, registry
from g4f_lite.cli._exits import Exit, UsageError
from g4f_lite.cli._facts import Facts, discovery_facts, full_name, problem_line
from g4f_lite.cli._parsing import Parser
from g4f_lite.cli._probe import probe
from g4f_lite.cli._terminal import OUT
from g4f_lite.contract import ProviderInfo

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
        from g4f_lite.cli._json import print_json

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
    return [_verdict(path.stem.lower(), target, "", answer)]


def _check_name(target: str) -> list[Facts]:
    """Check the provider of that name and the distribution of that name: whichever there are."""
    infos = registry.infos()
    named = [info for info in infos if target in (info.name, full_name(info), info.name.rpartition(":")[2])]
    brought = [info for info in infos if info.distribution == normalize(target)]
    chosen = list({full_name(info): info for info in (*named, *brought)}.values())
    metadata = [item for item in discovery_facts() if _is_of(item, {normalize(target)})]
    if not chosen and not metadata:
        registry.info(target)  # raises, with the names that are near
    verdicts = [_judged(info, answer) for info, answer in zip(chosen, _load(chosen), strict=True)]
    if metadata:
        facts = {"valid": False, "usable": False, "problems": metadata, "notes": []}
        verdicts.append({"name": f"{target} (metadata)", "distribution": target, "version": "", **facts})
    return verdicts


def _is_of(problem: Facts, distributions: set[str]) -> bool:
    return str(problem["distribution"]).partition(" ")[0] in distributions


def _load(infos: list[ProviderInfo]) -> list[Facts]:
    """Load what is installed elsewhere, and look here at what this very program registered."""
    elsewhere = [full_name(info) for info in infos if info.distribution != PROGRAM]
    answers = dict(zip(elsewhere, probe([{"name": name} for name in elsewhere]), strict=True))
    from g4f_lite.cli._facts import verdict_facts

    for info in infos:
        if info.distribution == PROGRAM:
            answers[full_name(info)] = {"verdict": verdict_facts(registry.verdict(full_name(info)))}
    return [answers[full_name(info)] for info in infos]


def _judged(info: ProviderInfo, answer: Facts) -> Facts:
    if info.state == "blocked":
        registry.get(full_name(info))  # raises, naming the variable
    verdict = _verdict(info.name, info.distribution, info.version, answer)
    if info.state == "conflict":
        fix = "Uninstall or block one of them, or ask for each by its full name."
        origin = f"{info.distribution} {info.version}"
        verdict["problems"].append(_problem("name-conflict", f"{info.reason}.", fix, origin, fatal=False))
        verdict["valid"] = False
    return verdict


def _verdict(name: str, distribution: str, version: str, answer: Facts) -> Facts:
    facts = answer.get("verdict")
    if facts is None:
        reason = answer.get("crash") or answer.get("error") or "no answer"
        origin = f"{distribution} {version}".strip()
        fix = "Do nothing at import but define: no exit, no waiting, no work."
        problem = _problem("crashed", f"{reason[:1].upper()}{reason[1:]}.", fix, origin, fatal=True)
        facts = {"valid": False, "usable": False, "problems": [problem], "notes": []}
    return {"name": name, "distribution": distribution, "version": version, **facts}


def _problem(kind: str, message: str, fix: str, distribution: str, *, fatal: bool) -> Facts:
    place = {"location": "", "distribution": distribution}
    return {"kind": kind, "message": message, "fix": fix, **place, "fatal": fatal}


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
