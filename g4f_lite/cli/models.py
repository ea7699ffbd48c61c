"""`g4f-lite models`: every model, and who offers it."""

from typing import Any

from g4f_lite.cli._exits import Exit
from g4f_lite.cli._facts import all_facts, discovery_facts, raise_unknown, show_discovery
from g4f_lite.cli._hooks import probe_hooks
from g4f_lite.cli._parsing import Parser
from g4f_lite.cli._plain import Facts
from g4f_lite.cli._reporting import note
from g4f_lite.cli._tables import show_table
from g4f_lite.cli._terminal import ERR

__all__ = ["parser", "run"]

_SUMMARY = """\
List every model and who offers it. Who cannot be asked as things are is listed with the reason in brackets.

No provider is imported for that; where a provider's models are not written plainly in its source, --load
finds them out."""

_EXAMPLES = (
    "g4f-lite models",
    "g4f-lite models --provider yqcloud",
    "g4f-lite models --json",
)


def parser() -> Parser:
    """Return the parser of this command."""
    parser = Parser("models", _SUMMARY, _EXAMPLES)
    parser.add_argument("--provider", "-p", metavar="NAME", help="only what this provider offers")
    parser.add_argument("--load", action="store_true", help="import each provider to know its models")
    parser.add_argument("--json", action="store_true", help="print JSON: models and problems")
    return parser


def run(arguments: Any) -> int:
    """Show the table.

    Raises:
        RegistryError: there is no provider of the name given.
    """
    hooks = probe_hooks()
    facts = all_facts(hooks, load=arguments.load)
    if arguments.provider is not None:
        facts = _only(facts, arguments.provider)
    problems = discovery_facts(hooks)
    models = _by_model(facts)
    if arguments.json:
        from g4f_lite.cli._json import print_json

        print_json({"models": models, "problems": problems}, indent=2)
        return Exit.OK
    _show(models)
    for item in facts:
        if item["models"] is None:
            note(f"the models of {item['name']!r} are not known before it is imported; --load does that")
    show_discovery(problems)
    return Exit.OK


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
        return f"{item['auth_env']} is not set"
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
