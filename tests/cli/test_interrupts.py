"""Ctrl-C at any moment: no traceback, exit code 130, and a closed connection."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from g4f_lite.testing import Gate, Reply, Stall

pytestmark = pytest.mark.slow  # child processes that are interrupted

PIPES = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}


def test_interrupt_during_an_answer(start, upstream, interrupt):
    """Ctrl-C in the middle of an answer keeps its text, ends its line and closes the connection."""
    upstream.script(Reply(["Hel", Stall()]))
    child = start("ask", "hi")
    assert child.stdout.read(3) == b"Hel"
    assert interrupt(child) == (130, b"\n", b"")
    upstream.wait_closed()


def test_interrupt_before_the_answer(start, upstream, interrupt):
    """Ctrl-C before the first byte of the answer prints nothing."""
    upstream.script(Reply([Stall()], framing="raw"))
    child = start("ask", "hi")
    upstream.wait_for_requests()
    assert interrupt(child) == (130, b"", b"")
    upstream.wait_closed()


def test_interrupt_of_json_output(start, upstream, interrupt):
    """With --json an interrupted answer prints nothing."""
    gate = Gate()
    upstream.script(Reply(["Hel", gate]))
    child = start("ask", "--json", "hi")
    gate.wait_reached()
    assert interrupt(child) == (130, b"", b"")
    upstream.wait_closed()


def test_interrupt_while_connecting(start, environment, interrupt):
    """Ctrl-C ends a connection attempt that the service never accepts."""
    environment.pop("PYTHONWARNINGS")  # urllib3 leaves the closing of this socket to the garbage collector
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [
            socket.socket() for _ in range(4)
        ]  # They fill the queue, so that a further connection hangs.
        for client in waiting:
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        environment["G4F_LITE_YQCLOUD_URL"] = f"http://127.0.0.1:{listener.getsockname()[1]}"
        child = start("ask", "-p", "yqcloud", "hi")
        time.sleep(1.0)
        result = interrupt(child)
        for client in waiting:
            client.close()
    assert result == (130, b"", b"")


def test_interrupt_while_reading_stdin(start, interrupt):
    """Ctrl-C ends the wait for piped input."""
    reader, writer = os.pipe()
    child = start("ask", stdin=reader)
    time.sleep(0.7)
    assert interrupt(child) == (130, b"", b"")
    os.close(reader)
    os.close(writer)


def test_interrupt_of_a_download(start, plugins, interrupt, tmp_path):
    """Ctrl-C ends a download."""
    body = (
        "    import pathlib, time\n"
        "    progress(1, 4)\n"
        f"    pathlib.Path({str(tmp_path / 'begun')!r}).touch()\n"
        "    time.sleep(60)\n"
        '    yield ""'
    )
    plugins.add_valid(body=body, options="progress=None")
    child = start("ask", "-p", "acme", "hi")
    _wait_for(tmp_path / "begun")
    code, out, err = interrupt(child)
    assert (code, out) == (130, b"")
    assert err == b"g4f-lite: fetching 0.0 of 0.0 MB (25%)\n"


@pytest.mark.parametrize(
    "command", [("ask", "-p", "slow", "hi"), ("doctor",), ("providers", "--load")], ids=str
)
def test_interrupt_while_a_plugin_is_imported(start, plugins, interrupt, tmp_path, command):
    """Ctrl-C ends a slow import, in this process and in a child process."""
    mark = tmp_path / "begun"
    plugins.add("slow", f"import pathlib, time\npathlib.Path({str(mark)!r}).touch()\ntime.sleep(60)\n")
    child = start(*command)
    _wait_for(mark)
    code, _, err = interrupt(child)
    assert (code, err) == (130, b"")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs to see when Python has started")
def test_interrupt_at_any_moment(environment, upstream, start, interrupt):
    """Ctrl-C never shows a traceback, from the first import on."""
    environment.pop("PYTHONWARNINGS")  # importlib leaves the closing of files to the garbage collector
    upstream.script(Reply(["Hel", Stall()]))
    dice = random.Random(7)
    codes = []
    for _ in range(8):
        child = start("ask", "hi")
        _wait_for_python(child)
        time.sleep(dice.uniform(0.03, 0.25))
        try:
            code, out, err = interrupt(child, 5)
        except subprocess.TimeoutExpired:
            # CPython loses an interrupt that arrives in a callback of its import locks: the user types
            # Ctrl-C again.
            code, out, err = interrupt(child)
            assert b"Exception ignored in" in err
            err = b""
        codes.append(code)
        if code != 130:  # Python was still starting, before our code.
            assert b"g4f_lite/cli/" not in err
        else:
            assert err == b""
            assert out in (b"", b"Hel\n")
    assert codes.count(130) >= 5


def test_ignored_interrupts_stay_ignored(environment, upstream):
    """A process that ignores Ctrl-C from its start, as in the background of a shell, continues."""
    gate = Gate()
    upstream.script(Reply(["Hel", gate, "lo"]))
    shell = f"trap '' INT; exec {sys.executable} -m g4f_lite ask hi"
    with subprocess.Popen(["bash", "-c", shell], env=environment, **PIPES) as child:
        assert child.stdout.read(3) == b"Hel"
        child.send_signal(signal.SIGINT)
        gate.open()
        assert child.communicate(timeout=20) == (b"lo\n", b"")
    assert child.returncode == 0


def test_sigterm_ends_the_process(start, upstream):
    """SIGTERM ends the process by its default action, and the connection is closed."""
    upstream.script(Reply(["Hel", Stall()]))
    child = start("ask", "hi")
    assert child.stdout.read(3) == b"Hel"
    child.terminate()
    assert child.wait(20) == -signal.SIGTERM
    upstream.wait_closed()


def _wait_for(file):
    deadline = time.monotonic() + 20
    while not file.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _wait_for_python(child: "subprocess.Popen[bytes]") -> None:
    """Wait until Python has installed its handler for Ctrl-C."""
    deadline = time.monotonic() + 20
    while not _handles_interrupts(child.pid):
        assert time.monotonic() < deadline
        time.sleep(0.001)


def _handles_interrupts(pid):
    with Path(f"/proc/{pid}/status").open(encoding="ascii") as status:
        caught = next(line for line in status if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) & (1 << (signal.SIGINT - 1)))
