"""What is built from the checkout, and what installing it brings."""

import re
import tarfile
import zipfile
from email.parser import Parser
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from built_in import BUILT_IN

import g4f_lite

pytestmark = pytest.mark.packages

ROOT = Path(__file__).parents[2]
INFO = f"g4f_lite-{g4f_lite.__version__}.dist-info"


def names_in(wheel: Path) -> set[str]:
    """The files of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not name.endswith("/")}


def sources(folder: str) -> set[str]:
    """The files of a package in the checkout, as they are called in the wheel."""
    home = ROOT / folder
    files = (path for path in home.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(home.parent).as_posix() for path in files}


def test_the_wheel_holds_the_two_packages_and_nothing_else(wheel: Path) -> None:
    """The wheel has exactly the files of both packages, typed, and its metadata: no tests, no docs."""
    names = names_in(wheel)
    assert {name.partition("/")[0] for name in names} == {"g4f_lite", "g4f_lite_providers", INFO}
    code = {name for name in names if not name.startswith(INFO)}
    assert code == sources("g4f_lite") | sources("providers/g4f_lite_providers")
    assert {"g4f_lite/py.typed", "g4f_lite_providers/py.typed"} <= names
    assert f"{INFO}/licenses/LICENSE" in names
    assert wheel.name == f"g4f_lite-{g4f_lite.__version__}-py3-none-any.whl"


def test_the_wheel_of_the_sdist_is_the_wheel(
    sdist: Path, wheel: Path, tmp_path: Path, build_project: Any
) -> None:
    """The source distribution is complete: what is built from it equals what is built from the checkout."""
    with tarfile.open(sdist) as archive:
        if hasattr(tarfile, "data_filter"):
            archive.extractall(tmp_path, filter="data")
        else:
            archive.extractall(tmp_path)
    rebuilt = build_project(tmp_path / f"g4f_lite-{g4f_lite.__version__}", "wheel")
    with zipfile.ZipFile(rebuilt) as first, zipfile.ZipFile(wheel) as second:
        assert {name: first.read(name) for name in first.namelist()} == {
            name: second.read(name) for name in second.namelist()
        }


def test_the_sdist_has_what_the_tests_need(sdist: Path) -> None:
    """The source distribution holds sources, tests and docs, and no caches or environments."""
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    tops = {name.partition("/")[0] for name in names if name}
    assert {
        "g4f_lite",
        "providers",
        "tests",
        "docs",
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "PKG-INFO",
    } <= tops
    allowed = {"CHANGELOG.md", "CONTRIBUTING.md", "Makefile", ".gitignore"}
    assert tops - allowed <= {
        "g4f_lite",
        "providers",
        "tests",
        "docs",
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "PKG-INFO",
    }
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]
    assert "tests/packages/metadata_bytes/entry_points.raw" in names


def test_the_metadata_is_right(wheel: Path) -> None:
    """Name, version, Python, licence, the two dependencies, the extra and the entry points are as they should."""
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read(f"{INFO}/METADATA").decode()
        entry_points = archive.read(f"{INFO}/entry_points.txt").decode()
    found = Parser().parsestr(text)
    assert (found["Name"], found["Version"]) == ("g4f-lite", g4f_lite.__version__)
    assert found["Requires-Python"] == ">=3.10"
    assert found["License-Expression"] == "MIT"
    plain = sorted(item for item in found.get_all("Requires-Dist") if "extra" not in item)
    assert [re.split(r"[<>=!~ ;\[]", item)[0] for item in plain] == ["pluggy", "requests"]
    assert found.get_all("Provides-Extra") == ["async", "keyring", "local", "schema"]
    lines = entry_points.splitlines()
    assert "g4f-lite = g4f_lite.cli:console" in lines
    assert "yqcloud = g4f_lite_providers.yqcloud" in lines
    group = lines[lines.index("[g4f_lite.providers]") + 1 :]
    assert [line.partition(" = ")[0] for line in group[: len(BUILT_IN)]] == BUILT_IN


def test_the_version_is_the_metadatas() -> None:
    """`__version__` is what the installed metadata says."""
    assert g4f_lite.__version__ == metadata.version("g4f-lite")


def test_the_core_brings_six_distributions() -> None:
    """Installing without extras brings at most six distributions besides g4f-lite itself."""
    found: set[str] = set()
    pending = ["g4f-lite"]
    while pending:
        name = pending.pop()
        for requirement in metadata.requires(name) or ():
            needed, _, marker = requirement.partition(";")
            if "extra" not in marker and "platform" not in marker and "python_version" not in marker:
                plain = re.split(r"[<>=!~ \[(]", needed.strip())[0].lower().replace("_", "-")
                pending += [] if plain in found else [plain]
                found.add(plain)
    assert found == {"requests", "pluggy", "urllib3", "certifi", "idna", "charset-normalizer"}
    assert len(found) <= 6


def test_the_environment_has_nothing_else(bare: Any) -> None:
    """In an environment with only these, pip finds nothing missing, and everything is there to work."""
    bare.pip("check")
    script = """
from importlib.metadata import distributions, entry_points
from g4f_lite import registry

names = {distribution.metadata["Name"].lower().replace("_", "-") for distribution in distributions()}
result = {
    "distributions": sorted(names - {"pip", "setuptools"}),
    "providers": registry.names(),
    "valid": [registry.verdict(name).valid for name in registry.names()],
    "problems": [str(problem) for problem in registry.discovery_problems()],
}
"""
    assert bare.run(script) == {
        "distributions": [
            "certifi",
            "charset-normalizer",
            "g4f-lite",
            "idna",
            "pluggy",
            "requests",
            "urllib3",
        ],
        "providers": BUILT_IN,
        "valid": [True] * len(BUILT_IN),
        "problems": [],
    }


def test_the_command_is_installed(bare: Any, run_command: Any) -> None:
    """The console script starts and says its version, with warnings as errors."""
    script = bare.python.with_name("g4f-lite" + bare.python.suffix)
    done = run_command([bare.python, "-W", "error", script, "--version"])
    assert g4f_lite.__version__ in done.stdout
    assert done.stderr == ""


# --- importing --------------------------------------------------------------------------------------

IMPORT = """
import os, sys
events = []
home = os.path.dirname(os.path.dirname(sys.argv[2]))


def watch(event, args):
    if event.startswith(("socket.", "subprocess.", "os.system", "os.exec", "os.spawn", "os.fork", "urllib.")):
        events.append(event)
    if event == "open" and isinstance(args[0], str):
        writes = isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writes or not os.path.realpath(args[0]).startswith((os.path.realpath(sys.base_prefix), home)):
            events.append(f"open {args[0]} {args[1]} {args[2]}")


before = set(sys.modules)
sys.addaudithook(watch)
import g4f_lite
watching = [*events]
new = sorted(set(sys.modules) - before)
result = {"new": new, "events": watching}
"""


def test_importing_costs_nothing(bare: Any) -> None:
    """`import g4f_lite` adds few modules, none of requests or pluggy, and touches only its own files."""
    found = bare.run(IMPORT, bare.packages / "g4f_lite" / "__init__.py")
    assert found["events"] == []
    assert len(found["new"]) <= 60
    assert not [name for name in found["new"] if name.partition(".")[0] in ("requests", "pluggy", "urllib3")]


EVERYTHING = """
import sys
import g4f_lite
from g4f_lite import *

result = {"heavy": sorted(name for name in sys.modules if name in ("requests", "urllib3", "asyncio", "ssl"))}
"""


def test_all_names_come_without_the_http_stack(bare: Any) -> None:
    """Even every public name together does not import requests: that is for the first call over HTTP."""
    assert "requests" not in bare.run(EVERYTHING)["heavy"]
