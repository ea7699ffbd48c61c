"""`g4f-lite providers`: every installed provider, with the reason if it cannot be used."""

from typing import Any

from g4f_lite.cli.args.parser import Parser
from g4f_lite.cli.exit_codes import ExitCode
from g4f_lite.cli.inspection.hook_reports import probe_hooks
from g4f_lite.cli.inspection.provider_reports import (
    all_provider_reports,
    discovery_problems,
    show_discovery_problems,
)
from g4f_lite.cli.inspection.report import BROKEN_STATES, Report
from g4f_lite.cli.terminal.console import ERR
from g4f_lite.cli.terminal.json_output import print_json
from g4f_lite.cli.terminal.tables import show_table

__all__ = ["parser", "run"]

_SUMMARY = """\
List every provider that is installed, and why one cannot be used.

No provider is imported: what is not written plainly in its source shows as `?`. A provider that is
`listed` has not been imported yet; --load imports each, in a process of its own.

The column AUTH says whether a key is needed, and whether there is one, in the environment or the key store."""

_EXAMPLES = (
    "g4f-lite providers",
    "g4f-lite providers --load",
    "g4f-lite providers --health",
    "g4f-lite providers --json",
)

_MODELS_SHOWN = 2
"""Models that the row of a provider shows; `g4f-lite models --provider` lists them all."""

_HEADINGS = ("NAME", "DISTRIBUTION", "VERSION", "MODELS", "STREAM", "AUTH", "STATE", "WHY NOT")


def parser() -> Parser:
    """Return the parser of this command."""
    parser = Parser("providers", _SUMMARY, _EXAMPLES)
    parser.add_argument("--load", action="store_true", help="import each provider and show the result")
    parser.add_argument(
        "--health", action="store_true", help="show which ones failed lately, and which cool down"
    )
    parser.add_argument(
        "--json", action="store_true", help="print JSON: providers and problems, or the health"
    )
    return parser


def run(arguments: Any) -> int:
    """Show the table, and return the exit code."""
    if arguments.health:
        from g4f_lite.cli.inspection.breaker_table import show_breakers

        return show_breakers(as_json=arguments.json)
    hooks = probe_hooks()
    providers = all_provider_reports(hooks, load=arguments.load)
    problems = discovery_problems(hooks)
    if arguments.json:
        print_json({"providers": providers, "problems": problems}, indent=2)
        return ExitCode.OK
    show_providers(providers)
    show_discovery_problems(problems)
    return ExitCode.OK


def show_providers(providers: list[Report]) -> None:
    """Write the table of providers."""
    if not providers:
        ERR.write_line("No provider is installed.")
        return
    show_table(
        _HEADINGS, [_row(provider) for provider in providers], [_style(provider) for provider in providers]
    )


def _row(provider: Report) -> tuple[str, ...]:
    return (
        provider["name"],
        provider["distribution"],
        provider["version"] or "-",
        _format_models(provider["models"]),
        _format_bool(provider["supports_stream"]),
        _auth(provider),
        provider["state"],
        _why_not(provider),
    )


def _format_models(names: list[str] | None) -> str:
    if names is None:
        return "?"
    hidden = len(names) - _MODELS_SHOWN
    # A single further name takes no more room than "+1 more".
    return ", ".join(names if hidden <= 1 else [*names[:_MODELS_SHOWN], f"+{hidden} more"])


def _format_bool(value: bool | None) -> str:
    return "?" if value is None else "yes" if value else "no"


def _auth(provider: Report) -> str:
    if not provider["needs_auth"]:
        return _format_bool(provider["needs_auth"])
    return "key present" if provider["key_present"] else "key missing"


def _why_not(provider: Report) -> str:
    reasons = []
    if provider["state"] == "ready" and provider["reason"]:
        reasons.append(f"usable, but: {provider['reason']}")
    elif provider["reason"]:
        reasons.append(provider["reason"])
    if provider["working"] is False:
        reasons.append("it is marked as not working, so it is used only when named")
    if provider["needs_auth"] and not provider["key_present"]:
        reasons.append(f"set {provider['auth_env']}")
    if not provider["address_present"]:
        reasons.append(f"set {provider['address_env'][0]}")
    return "; ".join(reasons)


def _style(provider: Report) -> str:
    if provider["state"] in BROKEN_STATES:
        return "red"
    if provider["state"] == "blocked" or provider["working"] is False:
        return "dim"
    return "green" if provider["state"] == "ready" else ""
