"""`g4f-lite doctor`: the report on this installation, and on what is broken in it."""

from typing import Any

from g4f_lite.cli.args.parser import Parser
from g4f_lite.cli.exit_codes import ExitCode
from g4f_lite.cli.inspection.key_reports import describe_source, key_reports, key_store_report
from g4f_lite.cli.inspection.packages import missing_package_message, missing_packages, package_versions
from g4f_lite.cli.inspection.report import BROKEN_STATES, Report
from g4f_lite.cli.inspection.system_reports import (
    cache_report,
    environment_report,
    python_report,
    terminal_report,
)
from g4f_lite.cli.terminal.console import OUT
from g4f_lite.cli.terminal.json_output import print_json

__all__ = ["parser", "run"]

_SUMMARY = """\
Show what this installation is, and what is wrong with it: made to be pasted into a report.

Every plugin is imported, in a process of its own. No key is shown, only whether there is one, and logins
of proxies are masked. The exit code is 1 if something is broken."""

_EXAMPLES = ("g4f-lite doctor", "g4f-lite doctor --json")

_MEGABYTE = 1_000_000


def parser() -> Parser:
    """Return the parser of this command."""
    parser = Parser("doctor", _SUMMARY, _EXAMPLES)
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def run(arguments: Any) -> int:
    """Show the report, and return the exit code: 1 if something is broken."""
    report = _report()
    if arguments.json:
        print_json(report, indent=2)
    else:
        _show(report)
    return ExitCode.PROBLEMS if report["broken"] else ExitCode.OK


# --- the report -----------------------------------------------------------------------------------


def _report() -> Report:
    versions = package_versions()
    missing = missing_packages(versions)
    # Without a required package, the modules that inspect plugins cannot be imported.
    providers, problems, hooks = ([], [], []) if missing else _plugin_reports()
    cache = cache_report()
    store = key_store_report()
    return {
        "broken": _broken(missing, providers, problems, cache, store),
        "python": python_report(),
        "versions": versions,
        "providers": providers,
        "problems": problems,
        "hooks": hooks,
        "keys": key_reports(providers),
        "key_store": store,
        "environment": environment_report(),
        "cache": cache,
        "terminal": terminal_report(),
    }


def _plugin_reports() -> tuple[list[Report], list[Report], list[Report]]:
    """Return reports on the providers, on the problems of other plugins, and on the hooks."""
    from g4f_lite.cli.inspection.hook_reports import probe_hooks
    from g4f_lite.cli.inspection.provider_reports import all_provider_reports, discovery_problems

    report = probe_hooks()
    hooks = [{"hook": name, "plugins": plugins} for name, plugins in report.plugins.items() if plugins]
    return all_provider_reports(report, load=True), discovery_problems(report), hooks


def _broken(
    missing: list[str], providers: list[Report], problems: list[Report], cache: Report, store: Report
) -> list[str]:
    """Return a line for each thing that is broken."""
    broken = [missing_package_message(name) for name in missing]
    broken += [
        f"provider {item['name']} of {item['distribution']}: {item['state']}, {item['reason']}"
        for item in providers
        if item["state"] in BROKEN_STATES
    ]
    broken += [f"{item['distribution']}: {item['message']} {item['fix']}" for item in problems]
    if not cache["writable"]:
        folder = cache["path"] or cache["error"]
        broken.append(f"the cache folder cannot be written ({folder}): set G4F_LITE_CACHE to one that can")
    if store["error"]:
        broken.append(store["error"])
    return broken


# --- output ---------------------------------------------------------------------------------------


def _show(report: Report) -> None:
    python = report["python"]
    _show_heading("Python")
    _show_pair("version", f"{python['implementation']} {python['version']}, {python['platform']}")
    environment = "a virtual environment" if python["virtual_environment"] else "no virtual environment"
    _show_pair("executable", f"{python['executable']} ({environment})")
    _show_heading("Versions")
    for name, version in report["versions"].items():
        absent = "not installed (pip install 'g4f-lite[local]')" if name == "xllamacpp" else "not installed"
        _show_pair(name, version or absent)
    if missing_packages(report["versions"]):
        _show_heading("Providers")
        OUT.write_line("  not looked at, since a package is missing")
    else:
        _show_plugins(report)
    _show_heading("Environment")
    for name, value in report["environment"].items():
        _show_pair(name, "not set" if value is None else value or "set, empty")
    _show_cache(report["cache"])
    _show_heading("Terminal")
    for name, value in report["terminal"].items():
        _show_pair(name.replace("_", " "), {True: "yes", False: "no", None: "unknown"}.get(value, str(value)))
    _show_result(report["broken"])


def _show_plugins(report: Report) -> None:
    from g4f_lite.cli.commands.providers import show_providers
    from g4f_lite.cli.inspection.provider_reports import problem_line

    _show_heading("Providers")
    show_providers(report["providers"])
    _show_heading("Hooks")
    for item in report["hooks"]:
        _show_pair(item["hook"], ", ".join(item["plugins"]))
    if not report["hooks"]:
        OUT.write_line("  none")
    if report["problems"]:
        _show_heading("Problems of plugins")
        for problem in report["problems"]:
            OUT.write_line(f"  {problem_line(problem)}", "red")
    _show_keys(report["keys"], report["key_store"])


def _show_keys(keys: list[Report], store: Report) -> None:
    _show_heading("Keys")
    for item in keys:
        source = item["from"]
        if source is None or source["source"] == "environment":
            _show_pair(
                item["provider"],
                f"{item['variable']} is not set" if source is None else f"{source['name']} is set",
            )
        else:
            _show_pair(item["provider"], f"in the {describe_source(source)}")
    if not keys:
        OUT.write_line("  no provider needs one")
    names = ", ".join(store["providers"]) or "empty"
    _show_pair("key store", f"{store['path']}: {'cannot be read' if store['error'] else names}")


def _show_cache(cache: Report) -> None:
    _show_heading("Cache")
    _show_pair("folder", cache["path"] or cache["error"])
    _show_pair("exists", "yes" if cache["exists"] else "not yet")
    _show_pair("writable", "yes" if cache["writable"] else "no")
    _show_pair("size", f"{cache['bytes'] / _MEGABYTE:.1f} MB")
    _show_pair("weights", ", ".join(cache["weights"]) or "none yet: the first answer of `local` fetches them")


def _show_result(broken: list[str]) -> None:
    OUT.write_line()
    if not broken:
        OUT.write_line("Nothing is broken.", "green")
        return
    OUT.write_line(f"Broken: {len(broken)}", "red")
    for line in broken:
        OUT.write_line(f"  - {line}", "red")


def _show_heading(text: str) -> None:
    OUT.write_line(f"\n{text}" if text != "Python" else text, "bold")


def _show_pair(name: str, value: str) -> None:
    OUT.write_line(f"  {name + ':':<22} {value}")
