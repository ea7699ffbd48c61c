"""`g4f-lite doctor`: what this installation is, and what is wrong with it."""

from typing import Any

from g4f_lite.cli.args.parser import Parser
from g4f_lite.cli.exit_codes import Exit
from g4f_lite.cli.inspection.facts import BROKEN, Facts, missing_package_message
from g4f_lite.cli.inspection.key_facts import first_source, source_words, store_facts
from g4f_lite.cli.inspection.system_facts import (
    cache_facts,
    environment_facts,
    key_facts,
    missing_packages,
    python_facts,
    terminal_facts,
    version_facts,
)
from g4f_lite.cli.terminal.console import OUT

__all__ = ["parser", "run"]

_SUMMARY = """\
Show what this installation is, and what is wrong with it: made to be pasted into a report.

Every plugin is imported, in a process of its own. Keys are only said to be present or not, and proxies'
logins are masked. The exit code is 1 if something is broken."""

_EXAMPLES = ("g4f-lite doctor", "g4f-lite doctor --json")

_MEGABYTE = 1_000_000


def parser() -> Parser:
    """Return the parser of this command."""
    parser = Parser("doctor", _SUMMARY, _EXAMPLES)
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def run(arguments: Any) -> int:
    """Examine, show, and return 1 if something is broken."""
    report = _examine()
    if arguments.json:
        from g4f_lite.cli.terminal.json_output import print_json

        print_json(report, indent=2)
    else:
        _show(report)
    return Exit.PROBLEMS if report["broken"] else Exit.OK


# --- examining ------------------------------------------------------------------------------------


def _examine() -> Facts:
    versions = version_facts()
    missing = missing_packages(versions)
    providers, problems, hooks = ([], [], []) if missing else _plugins()
    cache = cache_facts()
    store = store_facts()
    return {
        "broken": _broken(missing, providers, problems, cache, store),
        "python": python_facts(),
        "versions": versions,
        "providers": providers,
        "problems": problems,
        "hooks": hooks,
        "keys": [
            {**item, "from": first_source(item["provider"], item["variable"], *item["also"])}
            for item in key_facts(providers)
        ],
        "key_store": store,
        "environment": environment_facts(),
        "cache": cache,
        "terminal": terminal_facts(),
    }


def _plugins() -> tuple[list[Facts], list[Facts], list[Facts]]:
    """Return the providers, what is wrong with plugins beside them, and the hooks."""
    from g4f_lite.cli.inspection.hook_facts import probe_hooks
    from g4f_lite.cli.inspection.provider_facts import all_facts, discovery_facts

    hooks = probe_hooks()
    owned = [{"hook": name, "plugins": plugins} for name, plugins in hooks.plugins.items() if plugins]
    return all_facts(hooks, load=True), discovery_facts(hooks), owned


def _broken(
    missing: list[str], providers: list[Facts], problems: list[Facts], cache: Facts, store: Facts
) -> list[str]:
    """Return what is broken, a line each."""
    broken = [missing_package_message(name) for name in missing]
    broken += [
        f"provider {item['name']} of {item['distribution']}: {item['state']}, {item['reason']}"
        for item in providers
        if item["state"] in BROKEN
    ]
    broken += [f"{item['distribution']}: {item['message']} {item['fix']}" for item in problems]
    if not cache["writable"]:
        place = cache["path"] or cache["error"]
        broken.append(f"the cache folder cannot be written ({place}): set G4F_LITE_CACHE to one that can")
    if store["error"]:
        broken.append(store["error"])
    return broken


# --- showing --------------------------------------------------------------------------------------


def _show(report: Facts) -> None:
    python = report["python"]
    _heading("Python")
    _pair("version", f"{python['implementation']} {python['version']}, {python['platform']}")
    inside = "a virtual environment" if python["virtual_environment"] else "no virtual environment"
    _pair("executable", f"{python['executable']} ({inside})")
    _heading("Versions")
    for name, version in report["versions"].items():
        absent = "not installed (pip install 'g4f-lite[local]')" if name == "xllamacpp" else "not installed"
        _pair(name, version or absent)
    if missing_packages(report["versions"]):
        _heading("Providers")
        OUT.line("  not looked at, since a package is missing")
    else:
        _show_plugins(report)
    _heading("Environment")
    for name, value in report["environment"].items():
        _pair(name, "not set" if value is None else value or "set, empty")
    _show_cache(report["cache"])
    _heading("Terminal")
    for name, value in report["terminal"].items():
        _pair(name.replace("_", " "), {True: "yes", False: "no", None: "unknown"}.get(value, str(value)))
    _show_result(report["broken"])


def _show_plugins(report: Facts) -> None:
    from g4f_lite.cli.commands.providers import show_providers
    from g4f_lite.cli.inspection.provider_facts import problem_line

    _heading("Providers")
    show_providers(report["providers"])
    _heading("Hooks")
    for item in report["hooks"]:
        _pair(item["hook"], ", ".join(item["plugins"]))
    if not report["hooks"]:
        OUT.line("  none")
    if report["problems"]:
        _heading("Problems of plugins")
        for problem in report["problems"]:
            OUT.line(f"  {problem_line(problem)}", "red")
    _show_keys(report["keys"], report["key_store"])


def _show_keys(keys: list[Facts], store: Facts) -> None:
    _heading("Keys")
    for item in keys:
        source = item["from"]
        if source is None or source["source"] == "environment":
            _pair(
                item["provider"],
                f"{item['variable']} is not set" if source is None else f"{source['name']} is set",
            )
        else:
            _pair(item["provider"], f"in the {source_words(source)}")
    if not keys:
        OUT.line("  no provider needs one")
    kept = ", ".join(store["providers"]) or "empty"
    _pair("key store", f"{store['path']}: {'cannot be read' if store['error'] else kept}")


def _show_cache(cache: Facts) -> None:
    _heading("Cache")
    _pair("folder", cache["path"] or cache["error"])
    _pair("exists", "yes" if cache["exists"] else "not yet")
    _pair("writable", "yes" if cache["writable"] else "no")
    _pair("size", f"{cache['bytes'] / _MEGABYTE:.1f} MB")
    _pair("weights", ", ".join(cache["weights"]) or "none yet: the first answer of `local` fetches them")


def _show_result(broken: list[str]) -> None:
    OUT.line()
    if not broken:
        OUT.line("Nothing is broken.", "green")
        return
    OUT.line(f"Broken: {len(broken)}", "red")
    for line in broken:
        OUT.line(f"  - {line}", "red")


def _heading(text: str) -> None:
    OUT.line(f"\n{text}" if text != "Python" else text, "bold")


def _pair(name: str, value: str) -> None:
    OUT.line(f"  {name + ':':<22} {value}")
