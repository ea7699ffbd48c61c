"""Mutation tests of the contract suite: each test fails for a provider that breaks its rule."""

import importlib.util
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from pathlib import Path

import pytest

from g4f_lite.testing import ProviderContract

pytestmark = pytest.mark.slow  # pytest in child processes

# Test files are imported by path and do not form a package, so this imports a neighbour by its path.
_SPEC = importlib.util.spec_from_file_location("mutants", Path(__file__).with_name("mutants.py"))
mutants = importlib.util.module_from_spec(_SPEC)
sys.modules["mutants"] = mutants
_SPEC.loader.exec_module(mutants)

CLASS = """
class Test_{name}(ProviderContract):
    provider = {path!r}
    seconds = 1.0
    hang_up_seconds = 0.5
    wire = {wire}

    @pytest.fixture(autouse=True)
    def sabotage(self, monkeypatch):
        {sabotage}
"""


def test_every_test_of_the_suite_has_a_mutant():
    """For each test of the contract there is a broken provider that fails it."""
    tests = {name for name in dir(ProviderContract) if name.startswith("test_")}
    assert tests - {item.caught_by for item in mutants.MUTANTS} == {"test_no_test_is_overridden"}


@pytest.fixture(scope="module")
def failures(tmp_path_factory) -> dict[str, str]:
    """The messages of the suite by the name of the mutant, from two runs for all mutants."""
    folder = tmp_path_factory.mktemp("mutants")
    lines = ["import pytest", "from g4f_lite.testing import ProviderContract, RawTextWire"]
    for mutant in mutants.MUTANTS:
        path = folder / f"{mutant.name}.py"
        path.write_text(mutant.source)
        wire = "RawTextWire()" if mutant.on_http else "None"
        sabotage = mutant.sabotage or "pass"
        lines.append(CLASS.format(name=mutant.name, path=str(path), wire=wire, sabotage=sabotage))
    (folder / "test_all.py").write_text("\n".join(lines))
    nodes = [f"test_all.py::Test_{item.name}::{item.caught_by}" for item in mutants.MUTANTS]
    halves = [nodes[::2], nodes[1::2]]  # In parallel, since the tests wait most of the time.
    runs = [_start(folder, f"report{number}.xml", half) for number, half in enumerate(halves)]
    for run in runs:
        run.communicate(timeout=200)
    return _failures(folder.glob("report*.xml"))


def _start(folder: Path, report: str, nodes: list[str]) -> subprocess.Popen:
    command = [sys.executable, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider"]
    return subprocess.Popen(
        [*command, f"--junit-xml={report}", *nodes],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def _failures(reports: Iterable[Path]) -> dict[str, str]:
    messages: dict[str, str] = {}
    for case in (case for report in reports for case in ET.parse(report).iter("testcase")):
        name = case.get("classname").partition(".Test_")[2]
        for result in (*case.findall("failure"), *case.findall("error")):
            messages[name] = messages.get(name, "") + result.get("message", "") + (result.text or "")
    return messages


@pytest.mark.parametrize("mutant", mutants.MUTANTS, ids=lambda item: f"{item.name}-{item.caught_by[5:]}")
def test_broken_provider_fails_its_test(mutant, failures):
    """A provider that breaks one rule fails the test for this rule, with the reason."""
    assert mutant.name in failures, f"{mutant.caught_by} passes"
    assert mutant.message in failures[mutant.name]


@pytest.mark.parametrize("kind", ["OFFLINE", "HTTP"])
def test_healthy_provider_passes(kind, tmp_path):
    """The provider that the mutants are made from passes the whole suite."""
    (tmp_path / "healthy.py").write_text(getattr(mutants, kind).format(name="healthy"))
    wire = ["--g4f-lite-wire", "base_url"] if kind == "HTTP" else []
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"]
    result = subprocess.run(
        [*command, "--g4f-lite-provider", "healthy.py", *wire],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout
    assert " passed" in result.stdout
