"""`g4f-lite providers`: every provider that is installed, and why one cannot be used."""

from typing import Any

from g4f_lite.cli.args.parser import Parser
from g4f_lite.cli.exit_codes import Exit
from g4f_lite.cli.inspection.facts import BROKEN, Facts
from g4f_lite.cli.inspection.hook_facts import probe_hooks
from g4f_lite.cli.inspection.provider_facts import all_facts, discovery_facts, show_discovery
from g4f_lite.cli.terminal.console import ERR
from g4f_lite.cli.terminal.tables import show_table

__all__ = ["parser", "run"]

_SUMMARY = """\
List every provider that is installed, and why one cannot be used.

No provider is imported for that: what is not written plainly in its source shows as `?`. A provider that
is `listed` has not been tried yet; --load tries each, in a process of its own.

The column AUTH says whether a key is needed, and whether there is one, in the environment or the key store."""

_EXAMPLES = (
    "g4f-lite providers",
    "g4f-lite providers --load",
    "g4f-lite providers --health",
    "g4f-lite providers --json",
)

_SHOWN = 2
"""Models of a provider in its row; `g4f-lite models --provider` lists them all."""

_HEADINGS = ("NAME", "DISTRIBUTION", "VERSION", "MODELS", "STREAM", "AUTH", "STATE", "WHY NOT")


def parser() -> Parser:
    """Return the parser of this command."""
    parser = Parser("providers", _SUMMARY, _EXAMPLES)
    parser.add_argument("--load", action="store_true", help="import each provider and show what comes of it")
    parser.add_argument(
        "--health", action="store_true", help="show which ones failed lately, and which cool down"
    )
    parser.add_argument(
        "--json", action="store_true", help="print JSON: providers and problems, or the health"
    )
    return parser


def run(arguments: Any) -> int:
    """Show the table."""
    if arguments.health:
        from g4f_lite.cli.inspection.breaker_table import run_health

        return run_health(as_json=arguments.json)
    hooks = probe_hooks()
    facts = all_facts(hooks, load=arguments.load)
    problems = discovery_facts(hooks)
    if arguments.json:
        from g4f_lite.cli.terminal.json_output import print_json

        print_json({"providers": facts, "problems": problems}, indent=2)
        return Exit.OK
    show_providers(facts)
    show_discovery(problems)
    return Exit.OK


def show_providers(facts: list[Facts]) -> None:
    """Write the table of providers."""
    if not facts:
        ERR.line("No provider is installed.")
        return
    show_table(_HEADINGS, [_row(item) for item in facts], [_style(item) for item in facts])


def _row(item: Facts) -> tuple[str, ...]:
    return (
        item["name"],
        item["distribution"],
        item["version"] or "-",
        _models(item["models"]),
        _yes_no(item["supports_stream"]),
        _auth(item),
        item["state"],
        _why_not(item),
    )


def _models(names: list[str] | None) -> str:
    if names is None:
        return "?"
    more = len(names) - _SHOWN
    # One more takes no more room than to say that there is one.
    return ", ".join(names if more <= 1 else [*names[:_SHOWN], f"+{more} more"])


def _yes_no(value: bool | None) -> str:
    return "?" if value is None else "yes" if value else "no"


def _auth(item: Facts) -> str:
    if not item["needs_auth"]:
        return _yes_no(item["needs_auth"])
    return "key present" if item["key_present"] else "key missing"


def _why_not(item: Facts) -> str:
    reasons = []
    if item["state"] == "ready" and item["reason"]:
        reasons.append(f"usable, but: {item['reason']}")
    elif item["reason"]:
        reasons.append(item["reason"])
    if item["working"] is False:
        reasons.append("it says that it does not work, so it is asked only when named")
    if item["needs_auth"] and not item["key_present"]:
        reasons.append(f"set {item['auth_env']}")
    if not item["address_present"]:
        reasons.append(f"set {item['address_env'][0]}")
    return "; ".join(reasons)


def _style(item: Facts) -> str:
    if item["state"] in BROKEN:
        return "red"
    if item["state"] == "blocked" or item["working"] is False:
        return "dim"
    return "green" if item["state"] == "ready" else ""
