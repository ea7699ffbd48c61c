"""The process of the command line: plugins affect neither the answer nor its end."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # child processes

NOISE = """\
    import atexit, os, subprocess, sys
    print("NOISE printed")
    sys.__stdout__.write("NOISE kept\\n")
    sys.__stdout__.flush()
    os.write(1, b"NOISE raw\\n")
    subprocess.run(["echo", "NOISE child"])
    atexit.register(os.write, 1, b"NOISE at exit\\n")
    yield "Hello"
"""


@pytest.mark.parametrize("command", [["ask", "-p", "acme", "hi"], ["chat", "-p", "acme"]], ids=str)
def test_output_of_a_plugin_is_not_in_the_answer(run, plugins, command):
    """Everything that a provider writes to standard output goes to standard error."""
    plugins.add_valid(body=NOISE)
    result = run(*command, stdin="hi\n" if command[0] == "chat" else "")
    assert (result.returncode, result.stdout) == (0, "Hello\n")
    assert sorted(result.stderr.splitlines()) == sorted(
        f"NOISE {how}" for how in ("printed", "kept", "raw", "child", "at exit")
    )


def test_output_of_a_plugin_is_discarded_without_standard_error(environment, plugins):
    """With standard error closed, only the answer is written."""
    plugins.add_valid(body=NOISE)
    shell = f"exec {sys.executable} -m g4f_lite ask -p acme hi 2>&-"
    result = subprocess.run(
        ["bash", "-c", shell], check=False, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    )
    assert (result.returncode, result.stdout) == (0, b"Hello\n")


def test_closed_standard_output_is_6(environment, upstream):
    """A process without standard output reports that, and writes the answer to no other file."""
    shell = f"exec {sys.executable} -m g4f_lite ask hi >&-"
    result = subprocess.run(
        ["bash", "-c", shell], check=False, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert (result.returncode, b"cannot be written" in result.stderr) == (6, True)


def test_process_does_not_wait_for_threads_of_a_plugin(run, plugins):
    """A thread that a provider leaves running does not keep the process from ending."""
    body = '    import threading, time\n    threading.Thread(target=time.sleep, args=(50,)).start()\n    yield "Hi"'
    plugins.add_valid(body=body)
    start = time.monotonic()
    assert run("ask", "-p", "acme", "hi").stdout == "Hi\n"
    assert time.monotonic() - start < 20


def test_atexit_functions_are_run(run, plugins, tmp_path):
    """Functions registered with `atexit` run, whatever the exit code."""
    mark = tmp_path / "left"
    body = (
        f"    import atexit, pathlib\n    atexit.register(pathlib.Path({str(mark)!r}).touch)\n"
        '    raise OSError("x")\n    yield ""'
    )
    plugins.add_valid(body=body)
    assert run("ask", "-p", "acme", "hi").returncode == 5
    assert mark.exists()


def test_script_and_module_are_the_same(environment, upstream, tmp_path):
    """The installed script ends in the same way as `python -m g4f_lite`."""
    script = Path(sys.executable).with_name("g4f-lite")
    if not script.exists():
        pytest.skip("g4f-lite is not installed as a script")
    assert "import console" in script.read_text()
    result = subprocess.run(
        [script, "ask", "hi"], check=False, env=environment, cwd=tmp_path, capture_output=True, input=b""
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, b"Hello\n", b"")


def test_main_leaves_standard_output_alone(capfd):
    """A program that calls `main` keeps its standard output, and continues."""
    from g4f_lite.cli import main

    assert main(["--version"]) == 0
    os.write(1, b"mine\n")
    assert capfd.readouterr().out.endswith("mine\n")


_WITHOUT = """\
import sys, importlib.metadata as metadata
sys.modules["pluggy"] = None
known = metadata.version
def version(name):
    if name == "pluggy":
        raise metadata.PackageNotFoundError(name)
    return known(name)
metadata.version = version
from g4f_lite.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(("command", "code"), [("ask -p acme hi", 70), ("doctor", 1)])
def test_missing_package_is_named(environment, plugins, command, code):
    """If a required package is missing, a command names it and says how to install it."""
    plugins.add_valid(body='    yield "Hello"\n\ndef g4f_lite_before_request(request):\n    pass')
    result = subprocess.run(
        [sys.executable, "-c", _WITHOUT, *command.split()],
        check=False,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert result.returncode == code, result.stderr
    assert (
        "pluggy is not installed: run pip install --force-reinstall g4f-lite" in result.stdout + result.stderr
    )
    assert "fault of g4f-lite" not in result.stderr
