"""`g4f-lite keys`: the key store, and the sources of all keys."""

from argparse import Namespace
from collections.abc import Sequence
from typing import Any, NoReturn, cast

from g4f_lite._core.keys.lookup import environment_keys
from g4f_lite._core.keys.store import store_file, stored_entries
from g4f_lite._core.keys.store_format import Place
from g4f_lite._core.keys.store_updates import PLACE_VARIABLE, remove_keys, store_key
from g4f_lite._core.validation.identity import auth_variable, is_name
from g4f_lite._utils.text import join_names
from g4f_lite.cli.args.parser import Parser
from g4f_lite.cli.exit_codes import ExitCode, UsageError
from g4f_lite.cli.inspection.hook_reports import probe_hooks
from g4f_lite.cli.inspection.key_reports import describe_source, key_sources
from g4f_lite.cli.inspection.provider_reports import all_provider_reports, raise_provider_not_found
from g4f_lite.cli.inspection.report import Report
from g4f_lite.cli.terminal.console import ERR
from g4f_lite.cli.terminal.json_output import print_json
from g4f_lite.cli.terminal.key_prompt import read_key
from g4f_lite.cli.terminal.notices import show_error, show_note
from g4f_lite.cli.terminal.tables import show_table

__all__ = ["parser", "run"]

_SUMMARY = """\
Store, list and remove the keys of providers.

A call uses the first of these that has a key: auth=..., the environment variable of the provider, that
name with an S (several keys, separated by commas), and the key store, which this command changes. The key
store is a file that only you can read, or the system's keyring. A key is never shown."""

_EXAMPLES = (
    "g4f-lite keys set groq",
    "g4f-lite keys set groq --add < second-key.txt",
    "g4f-lite keys list",
    "g4f-lite keys remove groq",
)

_SET_SUMMARY = f"""\
Store a key of a provider. It replaces the keys that are stored now.

On a terminal you are asked for the key, which is not shown while you type or paste it; else it is
read from standard input. It is never an argument: others can see a command line, and the shell stores
it in its history.

Without --keyring and --file it is stored where the provider's keys are now, else where {PLACE_VARIABLE} says
(`file` or `keyring`), else in the file."""

_SET_EXAMPLES = (
    "g4f-lite keys set groq",
    "g4f-lite keys set groq < key.txt",
    "g4f-lite keys set groq --add",
    "g4f-lite keys set openai --keyring",
)

_LIST_SUMMARY = """\
List the providers that have keys: how many, where each comes from, and which of these are used.

No key is shown, not even a part of one. The system's keyring is not opened."""

_LIST_EXAMPLES = ("g4f-lite keys list", "g4f-lite keys list --json")

_REMOVE_SUMMARY = """\
Remove all keys of a provider from the key store. Environment variables do not change.

The exit code is 1 if the key store had no key of the provider."""

_REMOVE_EXAMPLES = ("g4f-lite keys remove groq",)

_MAX_NAME = 40


class _SilentParser(Parser):
    """A parser that does not repeat unexpected arguments in errors: one may be a key."""

    def parse_args(  # pyright: ignore[reportIncompatibleMethodOverride] - its overloads say less than this
        self, args: Any = None, namespace: Any = None
    ) -> Any:
        """Parse the arguments, and raise `UsageError` if some are left over."""
        parsed, leftover = self.parse_known_args(args, namespace)
        if leftover:
            self.error("unrecognized")
        return parsed

    def error(self, message: str) -> NoReturn:
        """Raise `UsageError`. It names missing arguments, but does not repeat unexpected ones."""
        if not message.startswith("the following arguments are required"):
            message = (
                "There is an argument too many or an unknown one, which is not repeated here. A key is never an "
                "argument, since others can see a command line: it is asked for, or read from standard input."
            )
        raise UsageError(message, self.command) from None


def parser() -> Parser:
    """Return the parser of this command."""
    parser = _SilentParser("keys", _SUMMARY, _EXAMPLES)
    actions = parser.add_subparsers(
        dest="action",
        metavar="ACTION",
        required=True,
        title="actions",
        parser_class=cast("Any", _action_parser),
    )
    add = actions.add_parser(
        "set", help="store a key", summary=_SET_SUMMARY, examples=_SET_EXAMPLES
    ).add_argument
    add("provider", metavar="PROVIDER", help="the provider of the key; `g4f-lite providers` lists them")
    add(
        "--add",
        action="store_true",
        help="store it in addition to the stored ones; calls use them in rotation",
    )
    add("--keyring", action="store_true", help="store it in the system's keyring; needs the extra `keyring`")
    add("--file", action="store_true", help="store it in the file")
    add = actions.add_parser(
        "list", help="list which providers have keys", summary=_LIST_SUMMARY, examples=_LIST_EXAMPLES
    ).add_argument
    add("--json", action="store_true", help="print JSON: keys and file")
    add = actions.add_parser(
        "remove", help="remove the keys of a provider", summary=_REMOVE_SUMMARY, examples=_REMOVE_EXAMPLES
    ).add_argument
    add("provider", metavar="PROVIDER", help="the provider of the keys; it need not be installed")
    return parser


def _action_parser(*, prog: str, summary: str, examples: Sequence[str], **_: Any) -> Parser:
    return _SilentParser(f"keys {prog.rsplit(maxsplit=1)[-1]}", summary, examples)


def run(arguments: Namespace) -> int:
    """Run the action, and return the exit code.

    Raises:
        UsageError: the options or the provider's name are wrong.
        RegistryError: no provider has the given name.
        KeyStoreError: the key store cannot be read or written.
    """
    if arguments.action == "list":
        return _list(as_json=arguments.json)
    if arguments.action == "remove":
        return _remove(arguments.provider)
    if arguments.keyring and arguments.file:
        raise UsageError("--keyring and --file are two places; a provider's keys are in one.", "keys set")
    place: Place | None = "keyring" if arguments.keyring else "file" if arguments.file else None
    return _set(arguments.provider, add=arguments.add, place=place)


# --- set ------------------------------------------------------------------------------------------


def _set(provider: str, *, add: bool, place: Place | None) -> int:
    report = _find_provider(provider)
    name = _short_name(provider)
    stored_entries()  # Raises if the store cannot be read, before the user is asked for the key.
    entry = store_key(name, read_key(name), add=add, place=place)
    store = "the system's keyring" if entry.in_keyring else store_file()
    show_note(f"{store} has {'one key' if entry.number == 1 else f'{entry.number} keys'} of {name!r} now")
    for variable in environment_keys(report["auth_env"], *report["auth_env_also"]):
        show_note(f"{variable} is set in the environment, and comes first")
    if report["needs_auth"] is False:
        show_note(f"{name!r} says that it needs no key")
    return ExitCode.OK


def _find_provider(provider: str) -> Report:
    """Return the report on the provider.

    Raises:
        UsageError: the text is not a name. The message does not repeat it, since it may be a key.
        RegistryError: no provider has the name.
    """
    if not is_name(_short_name(provider)) or len(provider) > _MAX_NAME:
        raise UsageError(
            "That is no provider's name, and it is not repeated here, since it may be a key. `keys set` takes the "
            "provider's name alone: the key is asked for, or read from standard input.",
            "keys set",
        )
    reports = all_provider_reports(probe_hooks())
    for report in reports:
        if provider in (report["full_name"], _short_name(report["name"])):
            return report
    return raise_provider_not_found(provider, reports)


def _short_name(provider: str) -> str:
    """Return the name without the distribution. The key store uses it."""
    return provider.rpartition(":")[2]


# --- list and remove ------------------------------------------------------------------------------


def _list(*, as_json: bool) -> int:
    keys = _all_keys()
    if as_json:
        print_json({"keys": keys, "file": store_file()}, indent=2)
    elif not keys:
        ERR.write_line("No provider has a key.")
    else:
        rows = [
            (
                item["provider"],
                str(source["keys"]),
                "yes" if source["used"] else "no",
                describe_source(source),
            )
            for item in keys
            for source in item["sources"]
        ]
        show_table(("PROVIDER", "KEYS", "USED", "FROM"), rows)
    return ExitCode.OK


def _all_keys() -> list[Report]:
    """Return a report on each provider that has keys.

    Providers that are not installed come last.
    """
    installed = {
        _short_name(report["name"]): (report["auth_env"], *report["auth_env_also"])
        for report in all_provider_reports(probe_hooks())
    }
    uninstalled = {name: (auth_variable(name),) for name in stored_entries() if name not in installed}
    reports = [
        {"provider": name, "installed": name in installed, "sources": list(key_sources(name, *variables))}
        for name, variables in (*installed.items(), *uninstalled.items())
    ]
    return [report for report in reports if report["sources"]]


def _remove(provider: str) -> int:
    name = _short_name(provider)
    number = remove_keys(name)
    if number:
        show_note(
            f"{'the key' if number == 1 else f'all {number} keys'} of {name!r} removed from the key store"
        )
        return ExitCode.OK
    # The message does not repeat the argument, which may be a key.
    show_error(f"The key store has no key of that provider. It has keys of: {join_names(stored_entries())}.")
    return ExitCode.PROBLEMS
