"""`g4f-lite models`: every model, and who offers it."""

import time
from typing import TYPE_CHECKING, Any

from g4f_lite.cli.args.parser import Parser
from g4f_lite.cli.exit_codes import Exit, UsageError
from g4f_lite.cli.inspection.facts import Facts
from g4f_lite.cli.inspection.hook_facts import probe_hooks
from g4f_lite.cli.inspection.provider_facts import all_facts, discovery_facts, raise_unknown, show_discovery
from g4f_lite.cli.terminal.console import ERR
from g4f_lite.cli.terminal.notices import note
from g4f_lite.cli.terminal.tables import show_table

if TYPE_CHECKING:
    from g4f_lite._core.api.model_listing import ModelNames

__all__ = ["parser", "run"]

_SUMMARY = """\
List every model and who offers it. Who cannot be asked as things are is listed with the reason in brackets.

No provider is imported for that; where a provider's models are not written plainly in its source, --load
finds them out.

With --provider, the models are those that its service offered when it was asked last, if it ever was; --refresh
asks it now."""

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
    """Show the table.

    Raises:
        UsageError: nobody was named who could be asked.
        G4FLiteError: there is no provider of the name given, or its service failed.
    """
    if arguments.refresh and arguments.provider is None:
        raise UsageError("--refresh needs --provider: whose models to ask for", "models")
    hooks = probe_hooks()
    facts = all_facts(hooks, load=arguments.load)
    names: ModelNames | None = None
    if arguments.provider is not None:
        facts = _only(facts, arguments.provider)
        names = _offered(facts, arguments.provider, refresh=arguments.refresh)
    if names is not None:
        facts = [{**item, "models": list(names.names)} for item in facts]
    problems = discovery_facts(hooks)
    models = _by_model(facts)
    if arguments.json:
        from g4f_lite.cli.terminal.json_output import print_json

        source, at = ("listed", None) if names is None else (names.source, names.at)
        print_json({"models": models, "problems": problems, "source": source, "at": at}, indent=2)
        return Exit.OK
    _show(models)
    if names is not None:
        _say_whence(names, refresh=arguments.refresh)
    for item in facts:
        if item["models"] is None:
            note(f"the models of {item['name']!r} are not known before it is imported; --load does that")
    show_discovery(problems)
    return Exit.OK


def _offered(facts: list[Facts], provider: str, *, refresh: bool) -> "ModelNames | None":
    """Return what the service offers, or what it offered when it was asked last; None if nothing is known."""
    from g4f_lite._core.api.model_listing import known_models, list_models

    if refresh:
        return list_models(provider, refresh=True)
    return known_models(facts[0]["full_name"]) if len(facts) == 1 else None


def _say_whence(names: "ModelNames", *, refresh: bool) -> None:
    if names.source == "cache":
        note(
            f"{names.provider!r} offered these {_ago(time.time() - (names.at or 0.0))}; --refresh asks it again"
        )
    elif names.source == "listed" and refresh:
        note(f"{names.provider!r} cannot be asked for its models: these are the ones that it lists")


def _ago(seconds: float) -> str:
    for name, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        number = int(seconds // size)
        if number >= 1:
            return f"{number} {name}{'s' if number != 1 else ''} ago"
    return "just now"


def _only(facts: list[Facts], name: str) -> list[Facts]:
    found = [item for item in facts if name in (item["name"], item["full_name"])]
    if not found:
        raise_unknown(name, facts)
    return found


def _by_model(facts: list[Facts]) -> list[Facts]:
    offers: dict[str, list[Facts]] = {}
    for item in facts:
        for model in item["models"] or ():
            offer = {key: item[key] for key in ("name", "distribution", "version", "state")}
            offers.setdefault(model, []).append({**offer, "obstacle": _obstacle(item)})
    return [{"model": model, "providers": offers[model]} for model in sorted(offers)]


def _obstacle(item: Facts) -> str | None:
    """Return why a request that names only the model would not go to this provider."""
    if item["state"] not in ("listed", "ready"):
        return str(item["state"])
    if item["working"] is False:
        return "not working"
    if item["needs_auth"] and not item["key_present"]:
        return f"no key in {item['auth_env']}"
    if not item["address_present"]:
        return f"no address in {item['address_env'][0]}"
    return None


def _show(models: list[Facts]) -> None:
    if not models:
        ERR.line("No model is known.")
        return
    show_table(("MODEL", "PROVIDERS"), [(item["model"], _names(item["providers"])) for item in models])


def _names(offers: list[Facts]) -> str:
    return ", ".join(
        offer["name"] if offer["obstacle"] is None else f"{offer['name']} ({offer['obstacle']})"
        for offer in offers
    )
