"""`g4f-lite models`: every model, with the providers that offer it."""

import time
from typing import TYPE_CHECKING, Any

from g4f_lite.cli.args.parser import Parser
from g4f_lite.cli.exit_codes import ExitCode, UsageError
from g4f_lite.cli.inspection.hook_reports import probe_hooks
from g4f_lite.cli.inspection.provider_reports import (
    all_provider_reports,
    discovery_problems,
    raise_provider_not_found,
    show_discovery_problems,
)
from g4f_lite.cli.inspection.report import Report
from g4f_lite.cli.terminal.console import ERR
from g4f_lite.cli.terminal.json_output import print_json
from g4f_lite.cli.terminal.notices import show_note
from g4f_lite.cli.terminal.tables import show_table

if TYPE_CHECKING:
    from g4f_lite._core.api.model_listing import ModelNames

__all__ = ["parser", "run"]

_SUMMARY = """\
List every model and the providers that offer it. A provider that cannot be used now has the reason in
brackets.

No provider is imported; if the models of a provider are not written plainly in its source, --load finds
them out.

With --provider, the models are those that its service listed when it was asked last, if it ever was;
--refresh asks it now."""

_EXAMPLES = (
    "g4f-lite models",
    "g4f-lite models --provider yqcloud",
    "g4f-lite models --provider openai --refresh",
    "g4f-lite models --json",
)


def parser() -> Parser:
    """Return the parser of this command."""
    parser = Parser("models", _SUMMARY, _EXAMPLES)
    parser.add_argument("--provider", "-p", metavar="NAME", help="only what this provider offers")
    parser.add_argument(
        "--refresh", action="store_true", help="ask the provider's service for its models now"
    )
    parser.add_argument("--load", action="store_true", help="import each provider to know its models")
    parser.add_argument("--json", action="store_true", help="print JSON: models, problems, source and at")
    return parser


def run(arguments: Any) -> int:
    """Show the table, and return the exit code.

    Raises:
        UsageError: --refresh was given without --provider.
        G4FLiteError: no provider has the given name, or its service failed.
    """
    if arguments.refresh and arguments.provider is None:
        raise UsageError("--refresh needs --provider: the provider to ask for its models", "models")
    hooks = probe_hooks()
    providers = all_provider_reports(hooks, load=arguments.load)
    names: ModelNames | None = None
    if arguments.provider is not None:
        providers = _select_providers(providers, arguments.provider)
        names = _service_models(providers, arguments.provider, refresh=arguments.refresh)
    if names is not None:
        providers = [{**provider, "models": list(names.names)} for provider in providers]
    problems = discovery_problems(hooks)
    models = _group_by_model(providers)
    if arguments.json:
        source, at = ("listed", None) if names is None else (names.source, names.at)
        print_json({"models": models, "problems": problems, "source": source, "at": at}, indent=2)
        return ExitCode.OK
    _show_models(models)
    if names is not None:
        _show_source(names, refresh=arguments.refresh)
    for provider in providers:
        if provider["models"] is None:
            show_note(
                f"the models of {provider['name']!r} are not known before it is imported; --load does that"
            )
    show_discovery_problems(problems)
    return ExitCode.OK


def _service_models(providers: list[Report], name: str, *, refresh: bool) -> "ModelNames | None":
    """Return the models that the service lists or listed last, or None if it was never asked."""
    from g4f_lite._core.api.model_listing import known_models, list_models

    if refresh:
        return list_models(name, refresh=True)
    return known_models(providers[0]["full_name"]) if len(providers) == 1 else None


def _show_source(names: "ModelNames", *, refresh: bool) -> None:
    if names.source == "cache":
        age = _format_age(time.time() - (names.at or 0.0))
        show_note(f"{names.provider!r} offered these {age}; --refresh asks it again")
    elif names.source == "listed" and refresh:
        show_note(f"{names.provider!r} cannot be asked for its models: these are the ones that it lists")


def _format_age(seconds: float) -> str:
    for name, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        number = int(seconds // size)
        if number >= 1:
            return f"{number} {name}{'s' if number != 1 else ''} ago"
    return "just now"


def _select_providers(providers: list[Report], name: str) -> list[Report]:
    selected = [provider for provider in providers if name in (provider["name"], provider["full_name"])]
    if not selected:
        raise_provider_not_found(name, providers)
    return selected


def _group_by_model(providers: list[Report]) -> list[Report]:
    offers: dict[str, list[Report]] = {}
    for provider in providers:
        for model in provider["models"] or ():
            offer = {key: provider[key] for key in ("name", "distribution", "version", "state")}
            offers.setdefault(model, []).append({**offer, "obstacle": _obstacle(provider)})
    return [{"model": model, "providers": offers[model]} for model in sorted(offers)]


def _obstacle(provider: Report) -> str | None:
    """Return why a call by model cannot go to this provider, or None if it can."""
    if provider["state"] not in ("listed", "ready"):
        return str(provider["state"])
    if provider["working"] is False:
        return "not working"
    if provider["needs_auth"] and not provider["key_present"]:
        return f"no key in {provider['auth_env']}"
    if not provider["address_present"]:
        return f"no address in {provider['address_env'][0]}"
    return None


def _show_models(models: list[Report]) -> None:
    if not models:
        ERR.write_line("No model is known.")
        return
    rows = [(item["model"], _format_offers(item["providers"])) for item in models]
    show_table(("MODEL", "PROVIDERS"), rows)


def _format_offers(offers: list[Report]) -> str:
    return ", ".join(
        offer["name"] if offer["obstacle"] is None else f"{offer['name']} ({offer['obstacle']})"
        for offer in offers
    )
