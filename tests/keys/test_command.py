"""`g4f-lite keys` as a process, with pipes and on a terminal."""

import json
import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # child processes

KEY = "planted-key-7d1f0a9c"


@pytest.fixture(autouse=True)
def _acme(add_provider) -> None:
    add_provider("acme")


def test_a_key_is_read_from_a_pipe(run, store: Path):
    """The key is read from standard input without white space around it, written to the file, and not shown."""
    done = run("keys", "set", "acme", stdin=f"\ufeff  {KEY}\r\n")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"g4f-lite: {store} has one key of 'acme' now\n"
    assert json.loads(store.read_text())["keys"] == {"acme": [KEY]}
    done = run("keys", "set", "acme:acme", "--add", stdin="second-key")
    assert done.stderr == f"g4f-lite: {store} has 2 keys of 'acme' now\n"
    done = run("keys", "set", "acme", "--file", stdin="third-key")
    assert json.loads(store.read_text())["keys"] == {"acme": ["third-key"]}


@pytest.mark.parametrize(
    ("stdin", "reason"),
    [
        ("", "is empty"),
        (" \n\n", "is empty"),
        (f"{KEY}\n{KEY}2\n", "more than one line"),
        (f"{KEY}\x1b[0m", "ASCII"),
        (f"{KEY}é", "ASCII"),
        (KEY.encode() + b"\xff", "ASCII"),
        (KEY * 500, "more than 8192"),
    ],
)
def test_an_invalid_key_is_refused(run, store: Path, stdin: str | bytes, reason: str):
    """An invalid key is exit code 2 with the reason; it is not shown, and nothing is changed."""
    for more in ((), ("--add",)):
        done = run("keys", "set", "acme", *more, stdin=stdin)
        assert done.returncode == 2
        assert reason in done.stderr
        assert KEY not in done.stdout + done.stderr
    assert not store.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("set", "acme", KEY),
        ("set", KEY, "acme"),
        ("set", "acme", "--key", KEY),
        ("set", "acme", f"--key={KEY}"),
        ("set", "acme", f"--add={KEY}"),
        ("set", f"acme={KEY}"),
        ("set", f"acme:{KEY}={KEY}"),
        ("set", KEY * 3),
        (KEY,),
        ("list", KEY),
        ("remove", "acme", KEY),
        ("remove", KEY),
    ],
)
@pytest.mark.parametrize("debug", ["", "1"])
def test_a_key_on_the_command_line_is_refused(run, store: Path, arguments: tuple[str, ...], debug: str):
    """A key among the arguments is refused; it is neither stored nor shown, in a traceback either."""
    done = run("keys", *arguments, G4F_LITE_DEBUG=debug)
    assert done.returncode == (1 if arguments == ("remove", KEY) else 2)
    assert KEY not in done.stdout + done.stderr
    assert not store.exists()


def test_unknown_providers_are_refused_with_similar_names(run, store: Path):
    """An unknown name is exit code 3 with similar names; no key is read or stored."""
    done = run("keys", "set", "acne", stdin=KEY)
    assert done.returncode == 3
    assert "Did you mean 'acme'?" in done.stderr
    assert not store.exists()


def test_two_places_are_refused(run):
    """A provider's keys are in one place, so both options together are exit code 2."""
    done = run("keys", "set", "acme", "--file", "--keyring", stdin=KEY)
    assert done.returncode == 2
    assert "two places" in done.stderr


def test_a_key_that_will_not_be_used_is_reported(run):
    """After a key that the environment's hides, or that the provider does not take, the output says so."""
    done = run("keys", "set", "acme", stdin=KEY, ACME_API_KEY="environment-key")
    assert "ACME_API_KEY is set in the environment, and comes first" in done.stderr
    assert "says that it needs no key" in run("keys", "set", "yqcloud", stdin=KEY).stderr


def test_list_shows_the_sources_of_keys(run, store: Path):
    """The list has each source of each provider, its number of keys and whether it is used, and no key."""
    assert run("keys", "list").stderr == "No provider has a key.\n"
    assert run("keys", "list").returncode == 0
    run("keys", "set", "acme", stdin=KEY)
    run("keys", "set", "acme", "--add", stdin=f"{KEY}2")
    env = {"ACME_API_KEY": f"{KEY}3", "ACME_API_KEYS": f"{KEY}4,{KEY}5"}
    done = run("keys", "list", **env)
    assert [line.split(None, 3) for line in done.stdout.splitlines()] == [
        ["PROVIDER", "KEYS", "USED", "FROM"],
        ["acme", "1", "yes", "environment variable ACME_API_KEY"],
        ["acme", "2", "no", "environment variable ACME_API_KEYS"],
        ["acme", "2", "no", f"file {store}"],
    ]
    listed = run("keys", "list", "--json", **env)
    assert json.loads(listed.stdout) == {
        "keys": [
            {
                "provider": "acme",
                "installed": True,
                "sources": [
                    {"source": "environment", "name": "ACME_API_KEY", "keys": 1, "used": True},
                    {"source": "environment", "name": "ACME_API_KEYS", "keys": 2, "used": False},
                    {"source": "file", "name": str(store), "keys": 2, "used": False},
                ],
            }
        ],
        "file": str(store),
    }
    assert KEY[:8] not in done.stdout + done.stderr + listed.stdout + listed.stderr


def test_keys_of_uninstalled_providers_are_listed_and_removed(run, store: Path):
    """The key of an uninstalled provider is listed as such and can be removed."""
    store.parent.mkdir()
    store.write_text('{"version": 1, "keys": {"gone": ["one", "two"]}}')
    store.chmod(0o600)
    listed = json.loads(run("keys", "list", "--json").stdout)["keys"]
    assert [(item["provider"], item["installed"]) for item in listed] == [("gone", False)]
    done = run("keys", "remove", "gone")
    assert (done.returncode, done.stderr) == (
        0,
        "g4f-lite: all 2 keys of 'gone' removed from the key store\n",
    )
    done = run("keys", "remove", "gone")
    assert done.returncode == 1
    assert "has no key of that provider. It has keys of: none." in done.stderr


def test_an_unusable_store_is_reported(run, store: Path):
    """A store that others can read is an error of every action, with a fix, before a key is read."""
    store.parent.mkdir()
    store.write_text('{"version": 1, "keys": {}}')
    store.chmod(0o644)
    for arguments in (("set", "acme"), ("list",), ("remove", "acme")):
        done = run("keys", *arguments, stdin=KEY)
        assert done.returncode not in (0, 1, 2)
        assert f"chmod 600 {store}" in done.stderr
    report = json.loads(run("doctor", "--json").stdout)
    assert [line for line in report["broken"] if "chmod 600" in line]
    assert "cannot be read" in run("doctor").stdout


def test_doctor_shows_the_sources_of_keys(run, store: Path):
    """The doctor's report has the source in use for each provider that needs a key, and the providers in the store."""
    assert "acme:                  ACME_API_KEY is not set" in run("doctor").stdout
    run("keys", "set", "acme", stdin=KEY)
    done = run("doctor")
    assert f"acme:                  in the file {store}" in done.stdout
    assert f"key store:             {store}: acme" in done.stdout
    done = run("doctor", ACME_API_KEYS=f"{KEY},x")
    assert "acme:                  ACME_API_KEYS is set" in done.stdout
    report = json.loads(run("doctor", "--json").stdout)
    [acme] = [item for item in report["keys"] if item["provider"] == "acme"]
    assert acme["from"] == {"source": "file", "name": str(store), "keys": 1, "used": True}
    assert report["key_store"] == {"path": str(store), "providers": ["acme"], "error": None}


def test_help_has_examples(run):
    """The command and each of its actions show help with examples on standard output."""
    for arguments in ((), ("set",), ("list",), ("remove",)):
        done = run("keys", *arguments, "--help")
        assert (done.returncode, done.stderr) == (0, "")
        assert "examples:\n  g4f-lite keys " in done.stdout


@pytest.mark.parametrize(
    "typed", [f"{KEY}\n", "\n", "\x03", "\x04"], ids=["key", "empty", "ctrl-c", "ctrl-d"]
)
def test_a_typed_key_is_not_shown(store: Path, tmp_path: Path, typed: str):
    """On a terminal, a typed key is not shown; an empty one and Ctrl-D are refused, and Ctrl-C ends it."""
    child, master = pty.fork()
    if child == 0:
        os.environ.update(PYTHONPATH=str(tmp_path / "plugins"), HOME=str(tmp_path), PYTHONWARNINGS="error")
        os.execv(sys.executable, [sys.executable, "-m", "g4f_lite", "keys", "set", "acme"])
    seen = _until(master, "Key for acme: ")
    os.write(master, typed.encode())
    seen += _until(master, None)
    os.close(master)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert "Key for acme: " in seen
    assert KEY not in seen
    assert "Traceback" not in seen
    assert store.exists() == (KEY in typed)
    assert code == {KEY: 0, "": 2, "\x03": 130, "\x04": 2}[typed.strip("\n")]


def _until(master: int, text: str | None) -> str:
    """Read from a terminal until it has shown `text`, or to its end."""
    seen = b""
    while text is None or text.encode() not in seen:
        ready, _, _ = select.select([master], [], [], 30)
        assert ready, f"{text!r} was not shown; this was: {seen!r}"
        try:
            data = os.read(master, 4096)
        except OSError:  # the last process with this terminal has gone
            data = b""
        if not data:
            break
        seen += data
    return seen.decode()


def test_a_terminal_that_cannot_hide_is_refused(store: Path):
    """If the terminal cannot hide what is typed, no key is read."""
    code = (
        "import sys, getpass, warnings\n"
        "def visible(prompt): warnings.warn('shown', getpass.GetPassWarning); return 'planted'\n"
        "getpass.getpass = visible\n"
        "sys.stdin.isatty = lambda: True\n"
        "from g4f_lite.cli import main\n"
        "sys.exit(main(['keys', 'set', 'yqcloud']))"
    )
    done = subprocess.run([sys.executable, "-c", code], input="", capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "cannot hide" in done.stderr
    assert not store.exists()


def test_without_standard_input_there_is_no_key(store: Path):
    """A process without standard input gets an error that says so."""
    code = "import sys; sys.stdin = None\nfrom g4f_lite.cli import main\nsys.exit(main(['keys', 'set', 'yqcloud']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no standard input" in done.stderr
    assert not store.exists()


def test_further_variables_are_listed(run, add_provider):
    """A key in a further variable of the provider is listed, and shown to be used first."""
    add_provider("several", more='auth_env_also = ["OTHER_KEY"]\n')
    [item] = json.loads(run("keys", "list", "--json", OTHER_KEY=KEY).stdout)["keys"]
    assert item["provider"] == "several"
    assert item["sources"] == [{"source": "environment", "name": "OTHER_KEY", "keys": 1, "used": True}]
    facts = json.loads(run("providers", "--json", OTHER_KEY=KEY).stdout)["providers"]
    [row] = [row for row in facts if row["name"] == "several"]
    assert (row["auth_env"], row["auth_env_also"], row["key_present"]) == (
        "SEVERAL_API_KEY",
        ["OTHER_KEY"],
        True,
    )
    assert "OTHER_KEY is set" in run("doctor", OTHER_KEY=KEY).stdout
    done = run("keys", "set", "several", stdin="second-key", OTHER_KEY=KEY)
    assert "OTHER_KEY is set in the environment, and comes first" in done.stderr
