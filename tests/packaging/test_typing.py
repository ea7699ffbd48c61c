"""The public API, checked by type checkers."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # type checkers in child processes

ROOT = Path(__file__).parents[2]
FILE = ROOT / "tests" / "typing" / "api.py"


def check(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a checker on the file."""
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, timeout=240, check=False
    )


def test_mypy_agrees_with_every_line(tmp_path: Path) -> None:
    """`mypy --strict` finds each asserted type, and an error exactly where one is expected."""
    if importlib.util.find_spec("mypy") is None:
        pytest.skip("mypy is not installed")
    done = check("mypy", "--strict", "--warn-unused-ignores", f"--cache-dir={tmp_path}", str(FILE))
    assert done.returncode == 0, done.stdout + done.stderr


def test_pyright_agrees_with_every_line() -> None:
    """Pyright finds each asserted type, and an error exactly where one is expected."""
    if importlib.util.find_spec("pyright") is None:
        pytest.skip("pyright is not installed")
    started = check("pyright", "--version")
    if started.returncode:
        pytest.skip(f"pyright, which needs Node.js, cannot start: {started.stderr[-200:]}")
    done = check("pyright", "--pythonpath", sys.executable, "--warnings", str(FILE))
    assert done.returncode == 0, done.stdout + done.stderr
