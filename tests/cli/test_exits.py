"""The exit codes, and the one message that goes with each."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import g4f_lite
from g4f_lite.cli.exit_codes import ExitCode
from g4f_lite.testing import Reply, html_page

SECRET = "planted-s3cret-value"


def test_version_and_help(run):
    """The version and the help go to standard output and are fine."""
    assert run("--version").stdout == f"g4f-lite {g4f_lite.__version__}\n"
    done = run("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: python -m g4f_lite COMMAND")


@pytest.mark.parametrize("command", ["ask", "chat", "providers", "models", "check", "doctor"])
def test_every_command_has_help_with_examples(command, capsys):
    """The help of a command is enough to use it."""
    from g4f_lite.cli import main

    assert main([command, "--help"]) == 0
    shown = capsys.readouterr()
    assert "examples:\n  g4f-lite " in shown.out
    assert f" {command} [-h]" in shown.out
    assert shown.err == ""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "usage: "),
        (["aks"], "Did you mean 'ask'?"),
        (["--provider", "x", "ask"], "options come after the command"),
        (["ask", "--modle", "x", "hi"], "Unrecognized arguments: --modle"),
        (["ask", "--mod", "x", "hi"], "Unrecognized arguments: --mod"),
        (["check"], "NAME|FILE|DISTRIBUTION"),
        (["check", "./nothing.py"], "There is no file './nothing.py'."),
    ],
)
def test_wrong_usage_is_2(capsys, arguments, says):
    """A wrong command line is one message on standard error and exit code 2."""
    from g4f_lite.cli import main

    assert main(arguments) == ExitCode.USAGE
    shown = capsys.readouterr()
    assert says in shown.err
    assert shown.out == ""


def test_unknown_provider_is_3(run):
    """A provider that cannot be had is exit code 3, with the names that are near."""
    done = run("ask", "--provider", "yqclod", "hi")
    assert (done.returncode, done.stdout) == (3, "")
    assert re.match(r"g4f-lite: error: .*Did you mean 'yqcloud'\?", done.stderr)
    assert "Traceback" not in done.stderr


def test_unknown_model_is_4(run):
    """A request that cannot be made is exit code 4."""
    done = run("ask", "--provider", "yqcloud", "--model", "gpt-9", "hi")
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.startswith("g4f-lite: error: The provider 'yqcloud' does not offer the model 'gpt-9'.")


def test_failing_service_is_5(run, upstream):
    """A provider's failure is exit code 5; nothing of it is taken for an answer."""
    upstream.script(Reply(html_page("Bad gateway"), status=502))
    done = run("ask", "hi")
    assert (done.returncode, done.stdout) == (5, "")
    assert "HTTP status 502" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_full_disk_is_6(run, upstream):
    """Output that cannot be written is exit code 6, and says why."""
    with Path("/dev/full").open("wb") as full:
        done = run("ask", "hi", stdout=full)
    assert done.returncode == 6
    assert done.stderr == "g4f-lite: error: Standard output cannot be written: No space left on device.\n"


def test_fault_of_our_own_is_70(monkeypatch, capsys):
    """What is nobody's error but ours is exit code 70, without a traceback unless one is asked for."""
    from g4f_lite.cli import main
    from g4f_lite.cli.commands import models

    def fail(_arguments):
        raise ZeroDivisionError(f"api_key={SECRET}")

    monkeypatch.setattr(models, "run", fail)
    assert main(["models"]) == ExitCode.INTERNAL
    shown = capsys.readouterr().err
    assert shown.startswith(
        "g4f-lite: error: This is a fault of g4f-lite itself, in 'models': ZeroDivisionError"
    )
    assert "Traceback" not in shown
    monkeypatch.setenv("G4F_LITE_DEBUG", "1")
    assert main(["models"]) == ExitCode.INTERNAL
    shown = capsys.readouterr().err
    assert shown.startswith("Traceback (most recent call last):")
    assert SECRET not in shown


@pytest.mark.parametrize("debug", ["", "1"])
def test_secrets_are_not_shown(run, plugins, debug):
    """Keys of the environment and logins of proxies are in no message and no traceback."""
    plugins.good(body=f'    raise OSError("refused {SECRET} by way of http://me:pass-{SECRET[::-1]}@proxy")')
    env = {
        "ACME_API_KEY": SECRET,
        "HTTPS_PROXY": f"http://me:pass-{SECRET[::-1]}@proxy",
        "G4F_LITE_DEBUG": debug,
    }
    done = run("ask", "-p", "acme", "hi", env=env)
    assert done.returncode == 5
    assert ("Traceback" in done.stderr) == bool(debug)
    assert SECRET not in done.stderr
    assert SECRET[::-1] not in done.stderr
    assert "refused ***" in done.stderr


def test_closed_pipe_is_141(environment, upstream):
    """A reader that has enough ends it quietly, and the service sees the connection closed."""

    def endless():
        while True:
            yield "line\n"

    upstream.script(Reply(endless))
    shell = f"{sys.executable} -m g4f_lite ask hi | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", shell], check=False, env=environment, capture_output=True, timeout=30, input=b""
    )
    assert (done.returncode, done.stdout, done.stderr) == (141, b"line\n", b"")
    upstream.wait_closed()


def test_closed_pipe_of_a_table_is_141(environment):
    """The listings end as quietly."""
    shell = f"{sys.executable} -m g4f_lite providers | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", shell], check=False, env=environment, capture_output=True, timeout=30
    )
    assert done.returncode in (0, 141)  # 0 if it was faster than `true`
    assert done.stderr == b""


@pytest.mark.parametrize("locale", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}])
def test_no_encoding_is_too_small(run, upstream, locale):
    """A character that the output's encoding does not have is written as an escape, not a crash."""
    upstream.script(Reply(["é😀"]))
    done = run("ask", "hi", env=locale)
    assert done.returncode == 0
    assert done.stdout in ("é😀\n", "\\xe9\\U0001f600\n")


def test_documentation_has_the_codes():
    """The table in the docs and the enumeration are the same."""
    page = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text("utf-8")
    table = [int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)]
    assert table == [int(code) for code in ExitCode]
