"""Fixtures that run the command line in a process or on a terminal, with plugins."""

import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from g4f_lite.testing import Reply, Upstream

PROVIDER = """\
url = "https://acme.example"
model = ["acme-1", "acme-2"]
supports_stream = True
needs_auth = False
working = True
params = "g4f_lite.providers.{name} supports: (model: str, messages: list, stream: bool)"

def _create_completion(model: str, messages: list, stream: bool{options}):
{body}
"""


def enable_interrupts() -> None:
    """Enable Ctrl-C in a child; the tests may run in the background, where it is ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


_CLI = (sys.executable, "-m", "g4f_lite")

# A terminal sends Ctrl-C to the processes that it controls, so the child makes it its controlling terminal.
_ON_TERMINAL = """\
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


class Plugins:
    """Distributions in a folder on the path, as pip would install them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def add(
        self,
        name: str,
        source: str,
        *,
        distribution: str | None = None,
        group: str = "g4f_lite.providers",
        attribute: str = "",
    ) -> Path:
        """Add a distribution with one module and one entry point, and return the module's file."""
        owner = distribution or name
        module = f"{owner.replace('-', '_')}_{name.replace('-', '_')}"
        file = self.folder / f"{module}.py"
        file.write_text(source, "utf-8")
        self.add_metadata(owner, f"[{group}]\n{name} = {module}{attribute}\n")
        return file

    def add_metadata(self, distribution: str, entry_points: str) -> None:
        """Add a distribution with these entry points, valid or not."""
        info = self.folder / f"{distribution}-1.0.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(entry_points, "utf-8")

    def add_valid(self, name: str = "acme", body: str = '    yield "Hello"', *, options: str = "") -> Path:
        """Add a provider that fulfils the contract."""
        parameters = f", *, {options}" if options else ""
        return self.add(name, PROVIDER.format(name=name, body=body, options=parameters))


@pytest.fixture
def plugins(tmp_path: Path) -> Plugins:
    """A folder for plugins that is on the path of the processes of this test."""
    return Plugins(tmp_path / "plugins")


@pytest.fixture
def environment(tmp_path: Path, plugins: Plugins) -> dict[str, str]:
    """The environment of the processes; a test may change it."""
    path = [str(plugins.folder), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **{name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")},
        "PYTHONPATH": os.pathsep.join(path),
        "PYTHONWARNINGS": "error",
        "HOME": str(tmp_path),
        "TERM": "xterm",
    }


Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(environment: dict[str, str], tmp_path: Path) -> Run:
    """Run the command line to its end; `stdin` is text or bytes."""

    def run(*arguments: str, stdin: str | bytes = "", **settings: Any) -> "subprocess.CompletedProcess[str]":
        data = stdin.encode() if isinstance(stdin, str) else stdin
        env = {**environment, **settings.pop("env", {})}
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **settings}
        result = subprocess.run(
            [*_CLI, *arguments],
            check=False,
            input=data,
            env=env,
            cwd=tmp_path,
            timeout=60,
            preexec_fn=enable_interrupts,
            **streams,
        )
        out, err = (
            (pipe or b"").decode("utf-8", "surrogateescape") for pipe in (result.stdout, result.stderr)
        )
        return subprocess.CompletedProcess(result.args, result.returncode, out, err)

    return run


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., "subprocess.Popen[bytes]"]]:
    """Start the command line; processes that still run at the end of the test are killed."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str, **settings: Any) -> "subprocess.Popen[bytes]":
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        child = subprocess.Popen(
            [*_CLI, *arguments],
            env=environment,
            cwd=tmp_path,
            preexec_fn=enable_interrupts,  # noqa: PLW1509 - it takes no lock
            **{**streams, **settings},
        )
        started.append(child)
        return child

    yield start
    for child in started:
        child.kill()
        child.communicate()


@pytest.fixture
def upstream(environment: dict[str, str]) -> Iterator[Upstream]:
    """The service of yqcloud; it answers ``Hello`` unless a test changes its script."""
    with Upstream(Reply(["Hel", "lo"])) as upstream:
        environment["G4F_LITE_YQCLOUD_URL"] = upstream.url
        environment["G4F_LITE_PROVIDER"] = "yqcloud"
        yield upstream


class Terminal:
    """The command line on a terminal of its own: its keyboard and its screen."""

    def __init__(
        self, arguments: tuple[str, ...], environment: dict[str, str], cwd: Path, **streams: Any
    ) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.child = subprocess.Popen(
            [sys.executable, "-c", _ON_TERMINAL, *_CLI, *arguments],
            env=environment,
            cwd=cwd,
            start_new_session=True,
            preexec_fn=enable_interrupts,  # noqa: PLW1509 - it takes no lock
            **{"stdin": slave, "stdout": slave, "stderr": slave, **streams},
        )
        os.close(slave)
        self._data = b""
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._master, 65536)
            except OSError:  # No process uses the terminal any more.
                data = b""
            with self._changed:
                self._data += data
                self._changed.notify_all()
            if not data:
                return

    @property
    def text(self) -> str:
        """All text on the screen so far, with line feeds as line ends."""
        return self._data.decode("utf-8", "replace").replace("\r\n", "\n")

    def expect(self, text: str, *, times: int = 1) -> None:
        """Wait until the screen has `text` at least `times` times."""
        with self._changed:
            if not self._changed.wait_for(lambda: self.text.count(text) >= times, 20):
                raise AssertionError(f"{text!r} was not shown; this was:\n{self.text}")

    def type(self, text: str) -> None:
        """Type text; 03 is Ctrl-C, 04 is Ctrl-D."""
        os.write(self._master, text.encode())

    def interrupt_at_prompt(self) -> None:
        """Type Ctrl-C once readline waits: Python notices an earlier one only at the next key."""
        time.sleep(0.4)
        self.type("\x03")

    def end(self) -> int:
        """Wait for the process, and return its exit code."""
        code = self.child.wait(20)
        self._reader.join(20)
        return code

    def close(self) -> None:
        """Kill the process if it still runs."""
        self.child.kill()
        self.child.wait()
        self._reader.join(20)
        os.close(self._master)
        for pipe in (self.child.stdout, self.child.stderr):
            if pipe is not None:
                pipe.close()


@pytest.fixture
def terminal(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Start the command line on a terminal; streams that are given are redirected."""
    opened: list[Terminal] = []

    def terminal(*arguments: str, **streams: Any) -> Terminal:
        opened.append(Terminal(arguments, environment, tmp_path, **streams))
        return opened[-1]

    yield terminal
    for screen in opened:
        screen.close()


def _interrupt(child: "subprocess.Popen[bytes]", seconds: float = 20) -> tuple[int, bytes, bytes]:
    child.send_signal(signal.SIGINT)
    start = time.monotonic()
    out, err = child.communicate(timeout=seconds)
    assert time.monotonic() - start < 10
    return child.returncode, out, err


@pytest.fixture
def interrupt() -> Callable[..., tuple[int, bytes, bytes]]:
    """Send Ctrl-C to a process, and return its exit code, standard output and standard error."""
    return _interrupt
