"""`g4f-lite keys`: keep the keys of providers, say where they are, forget them."""

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
from g4f_lite.cli.exit_codes import Exit, UsageError
from g4f_lite.cli.inspection.facts import Facts
from g4f_lite.cli.inspection.hook_facts import probe_hooks
from g4f_lite.cli.inspection.key_facts import key_sources, source_words
from g4f_lite.cli.inspection.provider_facts import all_facts, raise_unknown
from g4f_lite.cli.terminal.console import ERR
from g4f_lite.cli.terminal.key_prompt import read_key
from g4f_lite.cli.terminal.notices import note, show_error
from g4f_lite.cli.terminal.tables import show_table

__all__ = ["parser", "run"]

_SUMMARY = """\
Keep the keys of providers, say where they are, and forget them.

A call uses the first of these that has a key: auth=..., the environment variable that the provider names,
that name with an S (several keys, separated by commas), and the key store, which is what this command
changes. It is a file that only you can read, or the system's keyring. A key is never shown."""

_EXAMPLES = (
    "g4f-lite keys set groq",
    "g4f-lite keys set groq --add < second-key.txt",
    "g4f-lite keys list",
    "g4f-lite keys remove groq",
)

_SET = f"""\
Keep a key for a provider, in the place of those that are kept for it now.

On a terminal the key is asked for and not shown while you type or paste it; else it is standard input. It
is never an argument: others can see a command line, and the shell keeps it in its history.

Without --keyring and --file it goes where the provider's keys are now, else where {PLACE_VARIABLE} says
(`file` or `keyring`), else into the file."""

_SET_EXAMPLES = (
    "g4f-lite keys set groq",
    "g4f-lite keys set groq < key.txt",
    "g4f-lite keys set groq --add",
    "g4f-lite keys set openai --keyring",
)

_LIST = """\
List the providers that have keys: how many, where each comes from, and which of these are used.

Neither a key nor any part of one is shown. The system's keyring is not asked for that."""

_LIST_EXAMPLES = ("g4f-lite keys list", "g4f-lite keys list --json")

_REMOVE = """\
Forget all keys that the key store has of a provider. What the environment has stays.

The exit code is 1 if there was none."""

_REMOVE_EXAMPLES = ("g4f-lite keys remove groq",)

_LONGEST_NAME = 40


class _SilentParser(Parser):
    """A parser that repeats nothing of what was typed where it should not be: it may be a key."""

    def parse_args(  # pyright: ignore[reportIncompatibleMethodOverride] - its overloads say less than this
        self, args: Any = None, namespace: Any = None
    ) -> Any:
        """Parse, and refuse what is left over."""
        parsed, left = self.parse_known_args(args, namespace)
        if left:
            self.error("unrecognized")
        return parsed

    def error(self, message: str) -> NoReturn:
        """Raise with what is missing; with what is too much, only that it is."""
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
    add = actions.add_parser("set", help="keep a key", summary=_SET, examples=_SET_EXAMPLES).add_argument
    add("provider", metavar="PROVIDER", help="whose key it is; `g4f-lite providers` lists them")
    add("--add", action="store_true", help="keep it beside those that are kept, to be used in turn")
    add("--keyring", action="store_true", help="keep it in the system's keyring; needs the extra `keyring`")
    add("--file", action="store_true", help="keep it in the file")
    add = actions.add_parser(
        "list", help="say where keys are", summary=_LIST, examples=_LIST_EXAMPLES
    ).add_argument
    add("--json", action="store_true", help="print JSON: keys and file")
    add = actions.add_parser(
        "remove", help="forget a provider's keys", summary=_REMOVE, examples=_REMOVE_EXAMPLES
    ).add_argument
    add("provider", metavar="PROVIDER", help="whose keys to forget; it need not be installed")
    return parser


def _action_parser(*, prog: str, summary: str, examples: Sequence[str], **_: Any) -> Parser:
    return _SilentParser(f"keys {prog.rsplit(maxsplit=1)[-1]}", summary, examples)


def run(arguments: Namespace) -> int:
    """Do what was asked.

    Raises:
        RegistryError: there is no provider of the name given.
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
    facts = _known(provider)
    name = _short(provider)
    stored_entries()  # if it cannot be read, say so before the key is asked for
    kept = store_key(name, read_key(name), add=add, place=place)
    where = "the system's keyring" if kept.in_keyring else store_file()
    note(f"{where} has {'one key' if kept.number == 1 else f'{kept.number} keys'} of {name!r} now")
    for variable in environment_keys(facts["auth_env"], *facts["auth_env_also"]):
        note(f"{variable} is set in the environment, and comes first")
    if facts["needs_auth"] is False:
        note(f"{name!r} says that it needs no key")
    return Exit.OK


def _known(provider: str) -> Facts:
    """Return what is known of the provider.

    Raises:
        RegistryError: there is none of that name.
    """
    if not is_name(_short(provider)) or len(provider) > _LONGEST_NAME:
        raise UsageError(
            "That is no provider's name, and it is not repeated here, since it may be a key. `keys set` takes the "
            "provider's name alone: the key is asked for, or read from standard input.",
            "keys set",
        )
    facts = all_facts(probe_hooks())
    found = [item for item in facts if provider in (item["full_name"], _short(item["name"]))]
    return found[0] if found else raise_unknown(provider, facts)


def _short(provider: str) -> str:
    """Return the name that a provider's keys are kept under: the one without the distribution."""
    return provider.rpartition(":")[2]


# --- list and remove ------------------------------------------------------------------------------


def _list(*, as_json: bool) -> int:
    keys = _all_keys()
    if as_json:
        from g4f_lite.cli.terminal.json_output import print_json

        print_json({"keys": keys, "file": store_file()}, indent=2)
    elif not keys:
        ERR.line("No provider has a key.")
    else:
        rows = [
            (item["provider"], str(source["keys"]), "yes" if source["used"] else "no", source_words(source))
            for item in keys
            for source in item["sources"]
        ]
        show_table(("PROVIDER", "KEYS", "USED", "FROM"), rows)
    return Exit.OK


def _all_keys() -> list[Facts]:
    """Return every provider that has keys, with their sources; those that are not installed come last."""
    variables = {
        _short(item["name"]): (item["auth_env"], *item["auth_env_also"]) for item in all_facts(probe_hooks())
    }
    gone = [name for name in stored_entries() if name not in variables]
    listed = [
        {"provider": name, "installed": name in variables, "sources": list(key_sources(name, *named))}
        for name, named in (*variables.items(), *((name, (auth_variable(name),)) for name in gone))
    ]
    return [item for item in listed if item["sources"]]


def _remove(provider: str) -> int:
    name = _short(provider)
    number = remove_keys(name)
    if number:
        note(f"{'the key' if number == 1 else f'all {number} keys'} of {name!r} removed from the key store")
        return Exit.OK
    # What was typed is not repeated: it may be a key.
    show_error(f"The key store has no key of that provider. It has keys of: {join_names(stored_entries())}.")
    return Exit.PROBLEMS
