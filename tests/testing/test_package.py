"""The package `g4f_lite.testing`: its imports and its public names."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from g4f_lite import testing

HOME = Path(testing.__file__).parent
TESTS = Path(__file__).parents[1]


def modules_after(statement: str) -> set[str]:
    """Return the modules that a new interpreter has loaded after `statement`."""
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    return set(subprocess.check_output([sys.executable, "-c", code], text=True).split())


def test_import_is_free():
    """Importing the package imports neither pytest nor any of its own modules."""
    loaded = modules_after("import g4f_lite.testing")
    assert "pytest" not in loaded
    assert {name for name in loaded if name.startswith("g4f_lite")} == {"g4f_lite", "g4f_lite.testing"}


@pytest.mark.parametrize(
    "name", ["Upstream", "ScriptedProvider", "no_network", "isolated_registry", "RawTextWire"]
)
def test_only_the_suite_needs_pytest(name):
    """Everything except the suite works without pytest and without the HTTP client."""
    assert not {"pytest", "requests"} & modules_after(f"from g4f_lite.testing import {name}")


def test_plugin_imports_nothing_until_used():
    """A pytest run that does not use the plugin loads no other module of g4f_lite."""
    loaded = modules_after("import g4f_lite.testing.pytest_plugin")
    assert {name for name in loaded if name.startswith("g4f_lite")} == {
        "g4f_lite",
        "g4f_lite.testing",
        "g4f_lite.testing.pytest_plugin",
    }


def test_all_public_names_exist():
    """Each public name exists and is listed by `dir`."""
    for name in testing.__all__:
        assert getattr(testing, name) is not None
    assert dir(testing) == sorted(testing.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        testing.nonsense  # noqa: B018


def test_type_checkers_see_the_same_names():
    """Type checkers see the same names as at run time, from the same modules."""
    tree = ast.parse((HOME / "__init__.py").read_text())
    imported = {
        alias.name: node.module.removeprefix("g4f_lite.testing.")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module.startswith("g4f_lite.testing.")
        for alias in node.names
    }
    assert imported == testing._MODULE_OF


def test_modules_are_small():
    """No module of the kit has more than 300 lines."""
    long = {
        path.name: lines for path in HOME.rglob("*.py") if (lines := len(path.read_text().splitlines())) > 300
    }
    assert not long


OURS = [path for folder in ("testing", "yqcloud") for path in sorted((TESTS / folder).glob("test_*.py"))]


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_every_test_says_its_property(path):
    """Each test of the kit and of yqcloud has a docstring of one sentence."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            text = ast.get_docstring(node) or ""
            assert text.endswith("."), f"{node.name}: {text!r}"
