"""The command line as its users have it: a process, a terminal, a service on a socket, plugins on the path."""

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


def interruptible() -> None:
    """Let a child notice Ctrl-C, though the tests themselves may run in the background without it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


_CLI = (sys.executable, "-m", "g4f_lite")

# A terminal's Ctrl-C goes to the processes whose terminal it is, so the child makes it its own.
_ON_TERMINAL = """\
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


class Plugins:
    """Distributions in a folder on the path: what pip would leave there, without pip."""

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
        """Add a distribution of version 1.0 with one module and one entry point; return the module's file."""
        owner = distribution or name
        module = f"{owner.replace('-', '_')}_{name.replace('-', '_')}"
        file = self.folder / f"{module}.py"
        file.write_text(source, "utf-8")
        self.metadata(owner, f"[{group}]\n{name} = {module}{attribute}\n")
        return file

    def metadata(self, distribution: str, entry_points: str) -> None:
        """Add a distribution with these entry points, whatever they are."""
        info = self.folder / f"{distribution}-1.0.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(entry_points, "utf-8")

    def good(self, name: str = "acme", body: str = '    yield "Hello"', *, options: str = "") -> Path:
        """Add a provider that fulfils the contract."""
        shown = f", *, {options}" if options else ""
        return self.add(name, PROVIDER.format(name=name, body=body, options=shown))


@pytest.fixture
def plugins(tmp_path: Path) -> Plugins:
    """A folder for plugins, which the processes of this test have on their path."""
    return Plugins(tmp_path / "plugins")


@pytest.fixture
def environment(tmp_path: Path, plugins: Plugins) -> dict[str, str]:
    """The environment of the processes; a test changes it as it needs."""
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
    """Run the command line to its end; `stdin` is text, or bytes, or nothing."""

    def run(*arguments: str, stdin: str | bytes = "", **settings: Any) -> "subprocess.CompletedProcess[str]":
        data = stdin.encode() if isinstance(stdin, str) else stdin
        env = {**environment, **settings.pop("env", {})}
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **settings}
        done = subprocess.run(
            [*_CLI, *arguments],
            check=False,
            input=data,
            env=env,
            cwd=tmp_path,
            timeout=60,
            preexec_fn=interruptible,
            **streams,
        )
        out, err = ((pipe or b"").decode("utf-8", "surrogateescape") for pipe in (done.stdout, done.stderr))
        return subprocess.CompletedProcess(done.args, done.returncode, out, err)

    return run


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., "subprocess.Popen[bytes]"]]:
    """Start the command line; what still runs at the end of the test is killed."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str, **settings: Any) -> "subprocess.Popen[bytes]":
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        child = subprocess.Popen(
            [*_CLI, *arguments],
            env=environment,
            cwd=tmp_path,
            preexec_fn=interruptible,  # noqa: PLW1509 - it takes no lock
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
    """A service that yqcloud asks; it answers ``Hello`` until a test says otherwise."""
    with Upstream(Reply(["Hel", "lo"])) as upstream:
        environment["G4F_LITE_YQCLOUD_URL"] = upstream.url
        environment["G4F_LITE_PROVIDER"] = "yqcloud"
        yield upstream


class Terminal:
    """The command line on a terminal of its own: what is typed, and what is seen."""

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
            preexec_fn=interruptible,  # noqa: PLW1509 - it takes no lock
            **{"stdin": slave, "stdout": slave, "stderr": slave, **streams},
        )
        os.close(slave)
        self._seen = b""
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._master, 65536)
            except OSError:  # the last process with this terminal has gone
                data = b""
            with self._changed:
                self._seen += data
                self._changed.notify_all()
            if not data:
                return

    @property
    def seen(self) -> str:
        """All that was shown so far, with the terminal's line ends made plain."""
        return self._seen.decode("utf-8", "replace").replace("\r\n", "\n")

    def expect(self, text: str, *, times: int = 1) -> None:
        """Wait until `text` has been shown that often."""
        with self._changed:
            if not self._changed.wait_for(lambda: self.seen.count(text) >= times, 20):
                raise AssertionError(f"{text!r} was not shown; this was:\n{self.seen}")

    def type(self, text: str) -> None:
        """Type; 03 is Ctrl-C, 04 is Ctrl-D."""
        os.write(self._master, text.encode())

    def interrupt_at_prompt(self) -> None:
        """Type Ctrl-C once readline listens: one that comes just before that, Python sees at the next key."""
        time.sleep(0.4)
        self.type("\x03")

    def end(self) -> int:
        """Wait for the process and return its exit code."""
        code = self.child.wait(20)
        self._reader.join(20)
        return code

    def close(self) -> None:
        """Kill what still runs."""
        self.child.kill()
        self.child.wait()
        self._reader.join(20)
        os.close(self._master)
        for pipe in (self.child.stdout, self.child.stderr):
            if pipe is not None:
                pipe.close()


@pytest.fixture
def terminal(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Start the command line on a terminal; streams given go elsewhere."""
    opened: list[Terminal] = []

    def terminal(*arguments: str, **streams: Any) -> Terminal:
        opened.append(Terminal(arguments, environment, tmp_path, **streams))
        return opened[-1]

    yield terminal
    for one in opened:
        one.close()


def _interrupt(child: "subprocess.Popen[bytes]", seconds: float = 20) -> tuple[int, bytes, bytes]:
    child.send_signal(signal.SIGINT)
    begun = time.monotonic()
    out, err = child.communicate(timeout=seconds)
    assert time.monotonic() - begun < 10
    return child.returncode, out, err


@pytest.fixture
def interrupt() -> Callable[..., tuple[int, bytes, bytes]]:
    """Send Ctrl-C to a process, and return its exit code, stdout and stderr."""
    return _interrupt
