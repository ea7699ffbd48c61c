"""Real environments: g4f_lite as a wheel, and plugin distributions that pip installs beside it."""

import functools
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ROOT / "tests" / "packages"
DEPENDENCIES = ("requests", "pluggy", "urllib3", "certifi", "idna", "charset-normalizer")


# --- building -------------------------------------------------------------------------------------


def write_wheel(folder: Path, name: str, files: Mapping[str, bytes], *, version: str = "1.0") -> Path:
    """Write a wheel by hand: what a build backend would make of these files, without starting one."""
    info = f"{name}-{version}.dist-info"
    contents = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    if "entry_points.txt" in contents:
        contents[f"{info}/entry_points.txt"] = contents.pop("entry_points.txt")
    record = "".join(f"{item},,\n" for item in [*contents, f"{info}/RECORD"])
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for item, data in {**contents, f"{info}/RECORD": record.encode()}.items():
            archive.writestr(item, data)
    return path


def wheel_of_package(source: Path, folder: Path) -> Path:
    """Pack one folder of `tests/packages`."""
    files = {}
    for file in sorted(source.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts and file.suffix != ".raw":
            inside = file.relative_to(source).as_posix().removeprefix("src/").removesuffix(".py.txt")
            files[inside + (".py" if file.name.endswith(".py.txt") else "")] = file.read_bytes()
    return write_wheel(folder, source.name, files)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is under version control's eye, so that building leaves nothing in the checkout."""
    copy = tmp_path_factory.mktemp("project") / "g4f_lite"
    unwanted = shutil.ignore_patterns(
        ".git", ".venv*", "__pycache__", ".*_cache", ".hypothesis", "build", "dist"
    )
    shutil.copytree(ROOT, copy, ignore=unwanted)
    return copy


@pytest.fixture(scope="session")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter that has the project's build backend: this one, or one made for it."""
    if importlib.util.find_spec("hatchling") is not None:
        return Path(sys.executable)
    environment = Environment(tmp_path_factory.mktemp("builder"))
    run([sys.executable, "-m", "venv", "--without-pip", environment.folder])
    command = [*environment.pip_command, "install", "--quiet", "hatchling"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    if done.returncode:
        pytest.skip(f"hatchling, which builds the project, cannot be installed: {done.stderr[-200:]}")
    return environment.python


def build(python: Path, project: Path, kind: str) -> Path:
    """Build a ``"wheel"`` or an ``"sdist"`` of a project with its own backend, and return the file."""
    code = "import sys, hatchling.build as b; print(getattr(b, f'build_{sys.argv[1]}')(sys.argv[2]))"
    out = project.parent / f"{project.name}-{kind}"
    done = run([python, "-c", code, kind, out], cwd=project)
    return out / done.stdout.split()[-1]


@pytest.fixture(scope="session")
def wheel(builder: Path, project: Path) -> Path:
    """The project's wheel."""
    return build(builder, project, "wheel")


@pytest.fixture(scope="session")
def sdist(builder: Path, project: Path) -> Path:
    """The project's source distribution."""
    return build(builder, project, "sdist")


# --- environments ---------------------------------------------------------------------------------


def run(
    command: list[Any], *, cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; it has to succeed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("G4F_LITE", "PYTHON"))}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**kept, "PYTHONDONTWRITEBYTECODE": "1", **(environment or {})},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, f"{done.args} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done


@dataclass
class Environment:
    """A virtual environment, which the pip of this one installs into: a pip of its own takes seconds."""

    folder: Path
    _ran: int = field(default=0, repr=False)

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def packages(self) -> Path:
        """Where its distributions are."""
        if os.name == "nt":
            return self.folder / "Lib" / "site-packages"
        return self.folder / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"

    def pip(self, *arguments: Any) -> None:
        """Run pip for it, which asks no index."""
        run([*self.pip_command, "--isolated", "--disable-pip-version-check", "--quiet", *arguments])

    @property
    def pip_command(self) -> list[str]:
        """What a command of pip begins with."""
        return [sys.executable, "-m", "pip", "--python", str(self.python)]

    def install(self, *wheels: Path) -> None:
        """Install wheels, these and nothing else."""
        self.pip("install", "--no-index", "--no-deps", "--no-compile", *wheels)

    def run(self, script: str, *arguments: Any, **environment: str) -> Any:
        """Run a script that leaves its result in ``result``; it has to print nothing on stdout or stderr."""
        self._ran += 1
        report = self.folder / f"result-{self._ran}.json"
        file = self.folder / f"script-{self._ran}.py"
        ending = "\nimport json, pathlib, sys\npathlib.Path(sys.argv[1]).write_text(json.dumps(result))\n"
        file.write_text(script + ending, encoding="utf-8")
        command = [self.python, "-W", "error", file, report, *arguments]
        done = run(command, environment={"G4F_LITE_CACHE": str(self.folder / "cache"), **environment})
        assert (done.stdout, done.stderr) == ("", "")
        return json.loads(report.read_text())


def new_environment(folder: Path, wheel: Path) -> Environment:
    """Make an environment with g4f_lite in it; what that needs is copied from this very environment."""
    run([sys.executable, "-m", "venv", "--without-pip", folder])
    environment = Environment(folder)
    for name in DEPENDENCIES:
        for file in metadata.distribution(name).files or ():
            source, target = Path(str(file.locate())), environment.packages / file
            if ".." not in file.parts and file.suffix != ".pyc" and source.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)
    environment.install(wheel)
    return environment


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Environment:
    """An environment with g4f_lite and no plugin."""
    return new_environment(tmp_path_factory.mktemp("bare"), wheel)


@pytest.fixture(scope="session")
def crowd(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Environment:
    """An environment with g4f_lite and every distribution of `tests/packages`, pip-installed at once."""
    environment = new_environment(tmp_path_factory.mktemp("crowd"), wheel)
    wheels = tmp_path_factory.mktemp("wheels")
    sources = sorted(path for path in PACKAGES.iterdir() if path.is_dir())
    environment.install(*[wheel_of_package(source, wheels) for source in sources])
    for raw in PACKAGES.glob("*/entry_points.raw"):
        info = environment.packages / f"{raw.parent.name}-1.0.dist-info"
        shutil.copy(raw, info / "entry_points.txt")
    return environment


@pytest.fixture(scope="session")
def pack() -> Any:
    """The wheel builder: ``pack(folder, name, files, version=...)``."""
    return write_wheel


@pytest.fixture(scope="session")
def environment_with(wheel: Path) -> Any:
    """Make one more environment: ``environment_with(folder)``."""
    return lambda folder: new_environment(folder, wheel)


@pytest.fixture(scope="session")
def run_command() -> Any:
    """Run a command that has to succeed."""
    return run


@pytest.fixture(scope="session")
def build_project(builder: Path) -> Any:
    """Build another project: ``build_project(folder, "wheel")``."""
    return functools.partial(build, builder)
