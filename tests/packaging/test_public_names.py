"""What the packages export."""

import ast
import importlib
import inspect
import pickle
import sys
import typing
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LAZY = ["g4f_lite", "g4f_lite.testing"]
EAGER = [
    "g4f_lite.cancellation",
    "g4f_lite.client",
    "g4f_lite.client.openai",
    "g4f_lite.client.types",
    "g4f_lite.contract",
    "g4f_lite.errors",
    "g4f_lite.events",
    "g4f_lite.hookspecs",
    "g4f_lite.kit.exchange",
    "g4f_lite.kit.http",
    "g4f_lite.kit.json_events",
    "g4f_lite.kit.lines",
    "g4f_lite.kit.service_errors",
    "g4f_lite.kit.sse",
    "g4f_lite.kit.text",
    "g4f_lite.messages",
    "g4f_lite.parts",
    "g4f_lite.paths",
    "g4f_lite.results",
    "g4f_lite.routes",
    "g4f_lite.structured",
    "g4f_lite.tools",
]


def typed_names(module: str) -> dict[str, str]:
    """What a lazy package tells type checkers: name to module, in ``from a import b as b`` form."""
    source = ROOT.joinpath(*module.split("."), "__init__.py").read_bytes()
    (block,) = [node for node in ast.parse(source).body if isinstance(node, ast.If)]
    found = {}
    for statement in block.body:
        assert isinstance(statement, ast.ImportFrom)
        for alias in statement.names:
            assert alias.asname == alias.name, f"{alias.name} is not exported: write `as {alias.name}`"
            found[alias.name] = statement.module or ""
    return found


@pytest.mark.parametrize("module", LAZY)
def test_type_checkers_and_the_interpreter_see_the_same(module: str) -> None:
    """A lazy package's `__all__`, its imports for type checkers, and what it resolves are the same names."""
    package = importlib.import_module(module)
    typed = typed_names(module)
    assert set(package.__all__) - {"__version__"} == set(typed)
    assert len(package.__all__) == len(set(package.__all__))
    assert set(dir(package)) == set(package.__all__)
    for name, home in typed.items():
        assert getattr(package, name) is getattr(importlib.import_module(home), name)


@pytest.mark.parametrize("module", LAZY)
def test_an_unknown_name_is_an_attribute_error(module: str) -> None:
    """A name that is not there fails as with any module, which `hasattr` and `import` rely on."""
    package = importlib.import_module(module)
    assert not hasattr(package, "no_such_name")
    with pytest.raises(AttributeError, match=f"{module!r}.*'no_such_name'"):
        _ = package.no_such_name


@pytest.mark.parametrize("module", EAGER)
def test_what_a_public_module_exports_is_there(module: str) -> None:
    """Every name in a public module's `__all__` exists, once, and none is private."""
    public = importlib.import_module(module)
    assert len(public.__all__) == len(set(public.__all__))
    for name in public.__all__:
        assert hasattr(public, name)
        assert not name.startswith("_")


def public_definitions() -> dict[str, Any]:
    """Return every class and function that a public module exports, by the import that users write."""
    found = {}
    for module in map(importlib.import_module, (*LAZY, *EAGER)):
        for name in module.__all__:
            value = getattr(module, name)
            if isinstance(value, (type, FunctionType)):
                found[f"{module.__name__}.{name}"] = value
    return found


def methods(value: Any) -> list[FunctionType]:
    """Return the public functions in a class body, or nothing for a function."""
    members = vars(value) if isinstance(value, type) else {}
    functions = [getattr(member, "__func__", member) for name, member in members.items() if name[0] != "_"]
    return [function for function in functions if isinstance(function, FunctionType)]


def test_public_names_say_their_public_module() -> None:
    """Each public class and function names a public module that exports it, where pickle finds it again."""
    for name, value in public_definitions().items():
        assert not any(part.startswith("_") for part in value.__module__.split(".")), name
        assert value.__name__ in importlib.import_module(value.__module__).__all__, name
        assert pickle.loads(pickle.dumps(value)) is value, name


def test_hints_of_public_names_can_be_evaluated() -> None:
    """`typing.get_type_hints` works on each public class and function, and on the public methods of a class."""
    failures = []
    for name, value in public_definitions().items():
        for item in (value, *methods(value)):
            try:
                typing.get_type_hints(item)
            except NameError as error:
                failures.append(f"{name}: {item.__qualname__}: {error}")
    assert failures == []


def test_sources_of_public_functions_are_found() -> None:
    """`inspect.getsource` finds each public function and method, which is not where its module says it is."""
    for name, value in public_definitions().items():
        for function in [value] if isinstance(value, FunctionType) else methods(value):
            assert f"def {inspect.unwrap(function).__name__}(" in inspect.getsource(function), name


def test_examples_in_docstrings_are_indented() -> None:
    """No example stands at the margin of a public docstring, where `help` and doc generators join its lines."""
    docstrings = {"g4f_lite": importlib.import_module("g4f_lite").__doc__}
    for module in map(importlib.import_module, (*LAZY, *EAGER)):
        docstrings[module.__name__] = module.__doc__
    for name, value in public_definitions().items():
        docstrings[name] = value.__doc__
        docstrings |= {f"{name}.{method.__name__}": method.__doc__ for method in methods(value)}
    for name, docstring in docstrings.items():
        for line in inspect.cleandoc(docstring or "").splitlines():
            assert not is_code(line), f"{name}: {line}"


def is_code(line: str) -> bool:
    """Whether a line is a Python statement other than an expression or a name."""
    try:
        (statement,) = ast.parse(line + " ..." if line.endswith(":") else line).body
    except (SyntaxError, ValueError):
        return False
    return not isinstance(statement, (ast.Expr, ast.AnnAssign)) or isinstance(
        getattr(statement, "value", None), ast.Call
    )


def test_records_survive_pickle() -> None:
    """A record that is defined in a private module is written with its public module, and is equal when read."""
    from g4f_lite import ModelNames, ToolCall, ToolResult
    from g4f_lite.client.types import CompletionUsage

    for record in (
        ModelNames("p", ("m",), "live", 1.0),
        ToolResult(ToolCall("i", "f", "{}"), {}, 1, None, "1", 0.5),
        CompletionUsage(1, 2, 3),
    ):
        data = pickle.dumps(record)
        assert b"._" not in data
        assert pickle.loads(data) == record


def test_the_version_is_one() -> None:
    """The version stands in one place and is a release number."""
    version = importlib.import_module("g4f_lite").__version__
    assert all(part.isdigit() for part in version.split("."))
    assert sys.modules["g4f_lite"].__dict__["__version__"] == version
