"""A key store for the test, and the command line as a process that uses it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the key store, which does not exist yet."""
    monkeypatch.setenv("G4F_LITE_CONFIG_DIR", str(tmp_path / "config"))
    for name in list(os.environ):
        if name.upper().endswith(("_API_KEY", "_API_KEYS")):
            monkeypatch.delenv(name)
    return tmp_path / "config" / "keys.json"


PROVIDER = """\
url = "https://acme.example"
model = ["acme-1"]
supports_stream = True
needs_auth = True
params = "g4f_lite.providers.acme supports: (model: str, messages: list, stream: bool)"

def _create_completion(model: str, messages: list, stream: bool, *, auth: str = ""):
    yield "Hello"
"""


@pytest.fixture
def add_provider(tmp_path: Path) -> Callable[[str, str], None]:
    """Install a distribution with one provider, as pip would leave it on the path."""

    def add(name: str, source: str = PROVIDER, more: str = "") -> None:
        folder = tmp_path / "plugins"
        info = folder / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[g4f_lite.providers]\n{name} = {name}_module\n")
        (folder / f"{name}_module.py").write_text(source + more, "utf-8")

    return add


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command line to its end."""

    def run(*arguments: str, stdin: str | bytes = "", **env: str) -> "subprocess.CompletedProcess[str]":
        return _run(tmp_path, ["-m", "g4f_lite", *arguments], stdin, env)

    return run


@pytest.fixture
def run_each(tmp_path: Path) -> Callable[..., list[str]]:
    """Run several command lines, each in its own process, and return their output.

    The processes are forks of one that has imported the command line, which is most of a start.
    """

    def run_each(commands: Sequence[Sequence[str]], **env: str) -> list[str]:
        done = _run(tmp_path, ["-c", _EACH], json.dumps(commands), env)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        return [(tmp_path / f"output-{number}").read_text() for number in range(len(commands))]

    return run_each


_EACH = """
import json, os, sys
import g4f_lite.cli.dispatch, g4f_lite._core.api.chat, requests
from g4f_lite.cli import console
from g4f_lite.cli.commands import ask, check, doctor, keys, models, providers
for number, command in enumerate(json.load(sys.stdin)):
    child = os.fork()
    if child == 0:
        sys.argv = ["g4f-lite", *command]
        nothing = os.open(os.devnull, os.O_RDONLY)
        output = os.open(f"output-{number}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for here, there in ((nothing, 0), (output, 1), (output, 2)):
            os.dup2(here, there)
        try:
            console()
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(70)
    assert os.waitpid(child, 0)[1] != 70 << 8, open(f"output-{number}").read()
"""


def _run(
    folder: Path, arguments: list[str], stdin: str | bytes, env: dict[str, str]
) -> "subprocess.CompletedProcess[str]":
    path = filter(None, [os.environ.get("PYTHONPATH")])
    done = subprocess.run(
        [sys.executable, *arguments],
        check=False,
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        timeout=60,
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(folder / "plugins"), *path]),
            "PYTHONWARNINGS": "error",
            "HOME": str(folder),
            **env,
        },
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())
