"""What plugins that only have hooks do, and what they offer: found out in processes of their own.

Nothing but their import tells, and `doctor` and the listings have to survive it.
"""

from typing import NamedTuple

from g4f_lite._core.registry.entry_points import EntryPointClaim
from g4f_lite._core.registry.registry import registry
from g4f_lite.cli.inspection.facts import Facts
from g4f_lite.cli.inspection.probe import probe
from g4f_lite.cli.terminal.redaction import clean
from g4f_lite.contract import HOOK_NAMES, PROGRAM

__all__ = ["Hooks", "probe_hooks"]

_SECONDS = 10.0
"""How long one plugin may take: less than a provider, since listing providers waits for it."""


class Hooks(NamedTuple):
    """What came of the plugins.

    Attributes:
        offered: by full name, the answer about each provider that one of them offers.
        problems: what is wrong with them.
        plugins: by hook, who has it.
    """

    offered: dict[str, Facts]
    problems: list[Facts]
    plugins: dict[str, list[str]]


def probe_hooks() -> Hooks:
    """Load each plugin of hooks in a process of its own."""
    found = Hooks({}, [], {name: _of_this_program(name) for name in HOOK_NAMES})
    owners: dict[str, EntryPointClaim] = {}
    for claim in registry.hook_claims():
        answer = probe([{"hooks": _named(claim)}], _SECONDS)[0]
        if answer.get("crash"):
            fix = "Do nothing at import but define: no exit, no waiting, no work."
            found.problems.append(_problem(claim, answer["crash"], fix))
            continue
        found.problems.extend(answer["failures"])
        for hook in answer["hooks"]:
            found.plugins[hook].append(_named(claim))
        for offer in answer["offered"]:
            _take(found, offer, claim, owners)
    return found


def _take(found: Hooks, offer: Facts, claim: EntryPointClaim, owners: dict[str, EntryPointClaim]) -> None:
    """Note a provider that is offered; who offers a name that another plugin has offered is at fault."""
    facts = offer["facts"]
    owner = claim if facts["state"] == "blocked" else owners.setdefault(facts["name"], claim)
    if owner is claim:
        found.offered[facts["full_name"]] = offer
        return
    reason = f"it offers {facts['name']!r}, as {_named(owner)} does"
    found.problems.append(_problem(claim, reason, "Uninstall or block one of them."))


def _problem(claim: EntryPointClaim, reason: str, fix: str) -> Facts:
    return {
        "kind": "hooks-failed",
        "message": clean(f"The hooks {claim.name!r}: {reason}."),
        "fix": fix,
        "location": claim.location,
        "distribution": f"{claim.distribution} {claim.version}".strip(),
        "fatal": True,
    }


def _of_this_program(hook: str) -> list[str]:
    """Return what the program that calls `main` has added itself."""
    callers = registry._store.plugins.hooks.get(hook, ())
    return [caller[0] for caller in callers if caller[0].startswith(f"{PROGRAM}:")]


def _named(claim: EntryPointClaim) -> str:
    return f"{claim.distribution}:{claim.name}"
