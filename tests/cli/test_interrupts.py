"""Ctrl-C, wherever it comes: quiet, exit code 130, and the service sees the connection closed."""

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

PIPES = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}


def test_while_the_answer_comes(start, upstream, interrupt):
    """In the middle of an answer what came stays, its line is ended, and the connection is closed."""
    upstream.script(Reply(["Hel", Stall()]))
    child = start("ask", "hi")
    assert child.stdout.read(3) == b"Hel"
    assert interrupt(child) == (130, b"\n", b"")
    upstream.wait_closed()


def test_while_waiting_for_the_head(start, upstream, interrupt):
    """Before anything has come there is nothing to end."""
    upstream.script(Reply([Stall()], framing="raw"))
    child = start("ask", "hi")
    upstream.wait_for_requests()
    assert interrupt(child) == (130, b"", b"")
    upstream.wait_closed()


def test_while_json_is_collected(start, upstream, interrupt):
    """With --json an interrupted answer prints nothing."""
    gate = Gate()
    upstream.script(Reply(["Hel", gate]))
    child = start("ask", "--json", "hi")
    gate.wait_reached()
    assert interrupt(child) == (130, b"", b"")
    upstream.wait_closed()


def test_while_connecting(start, environment, interrupt):
    """A connection that is never accepted is given up at once."""
    environment.pop("PYTHONWARNINGS")  # urllib3 leaves this socket to the garbage collection
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(4)]  # the queue is full: a further one hangs
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
        environment["G4F_LITE_YQCLOUD_URL"] = f"http://127.0.0.1:{listener.getsockname()[1]}"
        child = start("ask", "-p", "yqcloud", "hi")
        time.sleep(1.0)
        result = interrupt(child)
        for one in waiting:
            one.close()
    assert result == (130, b"", b"")


def test_while_reading_stdin(start, interrupt):
    """Waiting for what is piped in can be given up."""
    reader, writer = os.pipe()
    child = start("ask", stdin=reader)
    time.sleep(0.7)
    assert interrupt(child) == (130, b"", b"")
    os.close(reader)
    os.close(writer)


def test_while_downloading(start, plugins, interrupt, tmp_path):
    """A download can be given up."""
    body = (
        "    import pathlib, time\n"
        "    progress(1, 4)\n"
        f"    pathlib.Path({str(tmp_path / 'begun')!r}).touch()\n"
        "    time.sleep(60)\n"
        '    yield ""'
    )
    plugins.good(body=body, options="progress=None")
    child = start("ask", "-p", "acme", "hi")
    _wait_for(tmp_path / "begun")
    code, out, err = interrupt(child)
    assert (code, out) == (130, b"")
    assert err == b"g4f-lite: fetching 0.0 of 0.0 MB (25%)\n"


@pytest.mark.parametrize(
    "command", [("ask", "-p", "slow", "hi"), ("doctor",), ("providers", "--load")], ids=str
)
def test_while_a_plugin_is_imported(start, plugins, interrupt, tmp_path, command):
    """An import that takes its time can be given up, in this process or in the one made for it."""
    mark = tmp_path / "begun"
    plugins.add("slow", f"import pathlib, time\npathlib.Path({str(mark)!r}).touch()\ntime.sleep(60)\n")
    child = start(*command)
    _wait_for(mark)
    code, _, err = interrupt(child)
    assert (code, err) == (130, b"")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs to see when Python has begun")
def test_at_any_moment(environment, upstream, start, interrupt):
    """From the first import on there is no moment that shows a traceback."""
    environment.pop("PYTHONWARNINGS")  # importlib leaves files that it reads to the garbage collection
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
            # CPython loses an interrupt that comes in a callback of its import locks: whoever typed
            # Ctrl-C types it again.
            code, out, err = interrupt(child)
            assert b"Exception ignored in" in err
            err = b""
        codes.append(code)
        if code != 130:  # Python was still starting, which is not ours to answer for
            assert b"g4f_lite/cli/" not in err
        else:
            assert err == b""
            assert out in (b"", b"Hel\n")
    assert codes.count(130) >= 5


def test_ignored_interrupts_stay_ignored(environment, upstream):
    """A process that was started with Ctrl-C ignored, as a shell starts those in the background, goes on."""
    gate = Gate()
    upstream.script(Reply(["Hel", gate, "lo"]))
    shell = f"trap '' INT; exec {sys.executable} -m g4f_lite ask hi"
    with subprocess.Popen(["bash", "-c", shell], env=environment, **PIPES) as child:
        assert child.stdout.read(3) == b"Hel"
        child.send_signal(signal.SIGINT)
        gate.open()
        assert child.communicate(timeout=20) == (b"lo\n", b"")
    assert child.returncode == 0


def test_termination_is_the_systems(start, upstream):
    """SIGTERM ends the process as it ends any other, and the service sees it."""
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
    """Wait until Python has its handler for Ctrl-C."""
    deadline = time.monotonic() + 20
    while not _handles_interrupts(child.pid):
        assert time.monotonic() < deadline
        time.sleep(0.001)


def _handles_interrupts(pid):
    with Path(f"/proc/{pid}/status").open(encoding="ascii") as status:
        caught = next(line for line in status if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) & (1 << (signal.SIGINT - 1)))
