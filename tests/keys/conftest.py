"""A key store of the test's own, and the command line as a process that uses it."""

import os
import subprocess
import sys
from collections.abc import Callable
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
    """Make an installed distribution of one provider, as pip would leave it on the path."""

    def add(name: str, source: str = PROVIDER) -> None:
        folder = tmp_path / "plugins"
        info = folder / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[g4f_lite.providers]\n{name} = {name}_module\n")
        (folder / f"{name}_module.py").write_text(source, "utf-8")

    return add


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command line to its end."""

    def run(*arguments: str, stdin: str | bytes = "", **env: str) -> "subprocess.CompletedProcess[str]":
        path = filter(None, [os.environ.get("PYTHONPATH")])
        done = subprocess.run(
            [sys.executable, "-m", "g4f_lite", *arguments],
            check=False,
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            timeout=60,
            cwd=tmp_path,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join([str(tmp_path / "plugins"), *path]),
                "PYTHONWARNINGS": "error",
                "HOME": str(tmp_path),
                **env,
            },
        )
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    return run
