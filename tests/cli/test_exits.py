"""The exit codes, and the message of each error."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import g4f_lite
from g4f_lite.cli.exit_codes import ExitCode
from g4f_lite.testing import Reply, html_page

pytestmark = pytest.mark.slow  # child processes

SECRET = "planted-s3cret-value"


def test_version_and_help(run):
    """The version and the help go to standard output, with exit code 0."""
    assert run("--version").stdout == f"g4f-lite {g4f_lite.__version__}\n"
    result = run("--help")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("usage: python -m g4f_lite COMMAND")


@pytest.mark.parametrize("command", ["ask", "chat", "providers", "models", "check", "doctor"])
def test_every_command_has_help_with_examples(command, capsys):
    """The help of each command has its usage and examples."""
    from g4f_lite.cli import main

    assert main([command, "--help"]) == 0
    output = capsys.readouterr()
    assert "examples:\n  g4f-lite " in output.out
    assert f" {command} [-h]" in output.out
    assert output.err == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
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
def test_wrong_usage_is_2(capsys, arguments, message):
    """A wrong command line gives one message on standard error and exit code 2."""
    from g4f_lite.cli import main

    assert main(arguments) == ExitCode.USAGE
    output = capsys.readouterr()
    assert message in output.err
    assert output.out == ""


def test_unknown_provider_is_3(run):
    """An unknown provider gives exit code 3 and similar names."""
    result = run("ask", "--provider", "yqclod", "hi")
    assert (result.returncode, result.stdout) == (3, "")
    assert re.match(r"g4f-lite: error: .*Did you mean 'yqcloud'\?", result.stderr)
    assert "Traceback" not in result.stderr


def test_unknown_model_is_4(run):
    """A request that cannot be made gives exit code 4."""
    result = run("ask", "--provider", "yqcloud", "--model", "gpt-9", "hi")
    assert (result.returncode, result.stdout) == (4, "")
    assert result.stderr.startswith(
        "g4f-lite: error: The provider 'yqcloud' does not offer the model 'gpt-9'."
    )


def test_failing_service_is_5(run, upstream):
    """A failure of the provider gives exit code 5, and nothing on standard output."""
    upstream.script(Reply(html_page("Bad gateway"), status=502))
    result = run("ask", "hi")
    assert (result.returncode, result.stdout) == (5, "")
    assert "HTTP status 502" in result.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_full_disk_is_6(run, upstream):
    """Output that cannot be written gives exit code 6 and the reason."""
    with Path("/dev/full").open("wb") as full:
        result = run("ask", "hi", stdout=full)
    assert result.returncode == 6
    assert result.stderr == "g4f-lite: error: Standard output cannot be written: No space left on device.\n"


def test_internal_error_is_70(monkeypatch, capsys):
    """An internal error gives exit code 70, with a traceback only if G4F_LITE_DEBUG is set."""
    from g4f_lite.cli import main
    from g4f_lite.cli.commands import models

    def fail(_arguments):
        raise ZeroDivisionError(f"api_key={SECRET}")

    monkeypatch.setattr(models, "run", fail)
    assert main(["models"]) == ExitCode.INTERNAL
    message = capsys.readouterr().err
    assert message.startswith(
        "g4f-lite: error: This is a fault of g4f-lite itself, in 'models': ZeroDivisionError"
    )
    assert "Traceback" not in message
    monkeypatch.setenv("G4F_LITE_DEBUG", "1")
    assert main(["models"]) == ExitCode.INTERNAL
    message = capsys.readouterr().err
    assert message.startswith("Traceback (most recent call last):")
    assert SECRET not in message


@pytest.mark.parametrize("debug", ["", "1"])
def test_secrets_are_not_shown(run, plugins, debug):
    """No message and no traceback has a key of the environment or the login of a proxy."""
    plugins.add_valid(
        body=f'    raise OSError("refused {SECRET} by way of http://me:pass-{SECRET[::-1]}@proxy")'
    )
    env = {
        "ACME_API_KEY": SECRET,
        "HTTPS_PROXY": f"http://me:pass-{SECRET[::-1]}@proxy",
        "G4F_LITE_DEBUG": debug,
    }
    result = run("ask", "-p", "acme", "hi", env=env)
    assert result.returncode == 5
    assert ("Traceback" in result.stderr) == bool(debug)
    assert SECRET not in result.stderr
    assert SECRET[::-1] not in result.stderr
    assert "refused ***" in result.stderr


def test_closed_pipe_is_141(environment, upstream):
    """If the reader closes the pipe, `ask` ends without a message and closes the connection."""

    def endless():
        while True:
            yield "line\n"

    upstream.script(Reply(endless))
    shell = f"{sys.executable} -m g4f_lite ask hi | head -1; exit ${{PIPESTATUS[0]}}"
    result = subprocess.run(
        ["bash", "-c", shell], check=False, env=environment, capture_output=True, timeout=30, input=b""
    )
    assert (result.returncode, result.stdout, result.stderr) == (141, b"line\n", b"")
    upstream.wait_closed()


def test_closed_pipe_of_a_table_is_141(environment):
    """If the reader closes the pipe, a listing ends without a message."""
    shell = f"{sys.executable} -m g4f_lite providers | true; exit ${{PIPESTATUS[0]}}"
    result = subprocess.run(
        ["bash", "-c", shell], check=False, env=environment, capture_output=True, timeout=30
    )
    assert result.returncode in (0, 141)  # 0 if it was faster than `true`
    assert result.stderr == b""


@pytest.mark.parametrize("locale", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}])
def test_missing_characters_of_an_encoding_are_escaped(run, upstream, locale):
    """A character that the output's encoding lacks is written as an escape."""
    upstream.script(Reply(["é😀"]))
    result = run("ask", "hi", env=locale)
    assert result.returncode == 0
    assert result.stdout in ("é😀\n", "\\xe9\\U0001f600\n")


def test_documentation_has_the_codes():
    """The table in the docs has the codes of the enumeration."""
    page = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text("utf-8")
    table = [int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)]
    assert table == [int(code) for code in ExitCode]
