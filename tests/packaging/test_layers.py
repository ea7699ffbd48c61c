"""The house of design §6: imports go down only."""

import ast
import functools
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
CORE = ROOT / "g4f_lite"
PROVIDERS = ROOT / "providers" / "g4f_lite_providers"

# From the ground up. A module may import its own floor and those below it.
CONTRACT = (
    *(
        "_text_safety",
        "_environment_secrets",
        "_variables",
        "_foreign",
        "_values",
        "_code",
        "_media",
        "_part_forms",
        "_message_forms",
        "_verdicts",
        "_error_response",
        "_schemas",
    ),
    *("errors", "events", "results", "routes", "cancellation", "messages", "parts", "contract", "paths"),
    "structured",
)
KIT = ("kit",)
REGISTRY = (
    *("hookspecs", "_turns", "_stdout", "_sources", "_entry_points", "_discovery", "_loading", "_constants"),
    *("_metadata", "_identity", "_signatures", "_returns", "_functions", "_hook_names", "_hook_checks"),
    *("_judge", "_validation", "_plugins", "_hook_manager", "_policy", "_options", "_configured", "_config"),
    *("_presets", "_preset_entry", "_entry"),
    *("_hook_plugins", "_absence", "_store", "_registry"),
    *("_private_file", "_key_format", "_keyring", "_key_store", "_key_changes", "_keys"),
)
ROUTING = ("_routing", "_tool_calls", "_tool_set", "_typed_options")
CALLS = (
    *("_clock", "_timer", "_retry", "_steps", "_limits", "_health", "_health_file", "_watch", "_telling"),
    *(
        "_failures",
        "_surrogates",
        "_event_checks",
        "_gathered",
        "_operation",
        "_asked",
        "_asking",
        "_attempts",
        "_asking_again",
        "_call",
    ),
    *("_lazy_call", "_bridge", "_preparing", "streams", "async_streams", "completion", "embedding", "models"),
    *("_tool_rounds", "_tool_running", "tool_streams", "async_tool_streams", "tools", "client"),
)
EDGE = ("cli", "__main__")
TESTING = ("testing",)

MAY_IMPORT = {
    "contract": CONTRACT,
    "kit": (*CONTRACT, *KIT),
    "registry": (*CONTRACT, *REGISTRY),
    "routing": (*CONTRACT, *REGISTRY, *ROUTING),
    "calls": (*CONTRACT, *REGISTRY, *ROUTING, *CALLS),
    "edge": (*CONTRACT, *REGISTRY, *ROUTING, *CALLS, *EDGE),
    "testing": (*CONTRACT, *KIT, *REGISTRY, *ROUTING, *CALLS, *EDGE, *TESTING),
}
FLOOR = {
    name: floor
    for floor, names in {
        "contract": CONTRACT,
        "kit": KIT,
        "registry": REGISTRY,
        "routing": ROUTING,
        "calls": CALLS,
        "edge": EDGE,
        "testing": TESTING,
    }.items()
    for name in names
}


class Import(NamedTuple):
    """One import: where, of what, and whether only a type checker follows it."""

    file: Path
    line: int
    module: str
    names: tuple[str, ...]
    typing_only: bool


def files(folder: Path) -> list[Path]:
    """The sources of a package."""
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


@functools.cache
def imports(file: Path) -> tuple[Import, ...]:
    """Every import of a file, inside functions too."""
    return tuple(_imports(file))


def _imports(file: Path) -> Iterator[Import]:
    guarded = set()
    tree = ast.parse(file.read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            guarded |= {id(inner) for statement in node.body for inner in ast.walk(statement)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(file, node.lineno, alias.name, (), id(node) in guarded)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: relative import"
            names = tuple(alias.name for alias in node.names)
            yield Import(file, node.lineno, node.module or "", names, id(node) in guarded)


def room(module: str) -> str:
    """The part of g4f_lite that a module's full name leads to: ``g4f_lite.kit.http`` is in ``kit``."""
    return module.split(".")[1]


def imported_rooms(item: Import) -> Iterator[str]:
    """The rooms that an import enters; a public name taken from the package is in its home."""
    if item.module == "g4f_lite":
        package = importlib.import_module("g4f_lite")
        for name in item.names:
            home = package._MODULE_OF.get(name)
            if home or (CORE / f"{name}.py").exists() or (CORE / name).is_dir():
                yield home or name
    elif item.module.startswith("g4f_lite."):
        yield room(item.module)


def test_every_module_has_a_floor() -> None:
    """Each module of g4f_lite is in the table, and the table has none that is gone."""
    found = {path.relative_to(CORE).parts[0].removesuffix(".py") for path in files(CORE)} - {"__init__"}
    assert found == set(FLOOR)


@pytest.mark.parametrize("file", files(CORE), ids=lambda path: path.relative_to(CORE).as_posix())
def test_imports_go_down_only(file: Path) -> None:
    """A module imports its own floor and those below it, wherever in the file the import stands."""
    own = file.relative_to(CORE).parts[0].removesuffix(".py")
    if own == "__init__":  # the package itself only names the others, for type checkers
        assert all(item.typing_only or item.module == "importlib" for item in imports(file))
        return
    allowed = MAY_IMPORT[FLOOR[own]]
    wrong = [
        f"{item.file}:{item.line}: {FLOOR[own]} imports {entered}"
        for item in imports(file)
        if not item.typing_only
        for entered in imported_rooms(item)
        if entered not in allowed
    ]
    assert wrong == []


def test_the_modules_of_a_floor_are_no_circle() -> None:
    """Imports at the top of modules never lead back, on one floor either."""
    graph = {}
    for file in files(CORE):
        name = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        tree = ast.parse(file.read_bytes())
        top = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module]
        graph[name] = {node.module for node in top} | {
            f"{node.module}.{x.name}" for node in top for x in node.names
        }
    graph["g4f_lite"] = set()
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join([*path, name])
        if name not in done:
            for needed in sorted(graph[name] & set(graph)):
                visit(needed, (*path, name))
            done.add(name)

    for name in sorted(graph):
        visit(name, ())


OUTSIDE = {
    "typing_extensions": set(),  # for type checkers alone, which bring it
    "requests": {"kit/_pool.py", "kit/_failures.py", "kit/_environment.py"},
    "urllib3": {"kit/_pool.py", "kit/_failures.py"},
    "certifi": {"kit/_certificates.py"},
    "httptools": {"kit/_response.py"},
    "pluggy": {"hookspecs.py", "_hook_manager.py"},
    "jsonschema": {"_schemas/json_schema.py"},
    "referencing": {"_schemas/json_schema.py"},
    "xllamacpp": set(),
    "g4f_lite_providers": set(),
}
"""Which files may import what is not the standard library; the core never imports a provider."""


@pytest.mark.parametrize("package", OUTSIDE)
def test_who_imports_what_is_not_the_standard_library(package: str) -> None:
    """Each dependency has its few rooms."""
    found = {
        item.file.relative_to(CORE).as_posix()
        for file in files(CORE)
        for item in imports(file)
        if not item.typing_only and item.module.partition(".")[0] == package
    }
    assert found <= OUTSIDE[package]


def test_nothing_else_is_imported() -> None:
    """Beside the standard library there are the dependencies, what they are made of, and the extras."""
    for file in files(CORE):
        allowed = {"g4f_lite", *OUTSIDE}
        if "testing" in file.relative_to(CORE).parts:
            allowed |= {"pytest", "_pytest", "hypothesis"}
        found = {item.module.partition(".")[0] for item in imports(file)} - set(sys.stdlib_module_names)
        assert found <= allowed, file


@pytest.mark.parametrize("file", files(PROVIDERS), ids=lambda path: path.name)
def test_built_in_providers_use_the_public_api(file: Path) -> None:
    """A built-in provider imports g4f_lite's public modules and names only, as a third party would."""
    for item in imports(file):
        if item.module.partition(".")[0] == "g4f_lite":
            parts = (*item.module.split("."), *item.names)
            assert not [part for part in parts if part.startswith("_")], f"{file}:{item.line}"
            assert room(f"{item.module}.{item.names[0]}") not in ("cli", "testing"), f"{file}:{item.line}"


# --- rules of the house -------------------------------------------------------------------------------

LIBRARY = [*files(CORE), *files(PROVIDERS)]


def calls(file: Path) -> Iterator[tuple[int, str]]:
    """Every call in a file, by line and by what is called."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


@pytest.mark.parametrize("file", LIBRARY, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_library_neither_prints_nor_exits(file: Path) -> None:
    """Only the command line prints, and only it ends the program; nothing else touches stdout."""
    if "cli" in file.parts or file.name == "__main__.py":
        return
    forbidden = {
        "print",
        "exit",
        "quit",
        "sys.exit",
        "os._exit",
        "os.abort",
        "sys.stdout.write",
        "input",
        "breakpoint",
    }
    assert [(line, name) for line, name in calls(file) if name in forbidden] == []


@pytest.mark.parametrize("file", LIBRARY, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_room_is_too_large(file: Path) -> None:
    """A file of the library has fewer than 300 lines, but for the one that draws the tree of errors."""
    assert len(file.read_text("utf-8").splitlines()) < (750 if file.name == "errors.py" else 300)


def test_every_test_says_what_it_proves() -> None:
    """Each test of the suite has a docstring: the property that it states."""
    silent = []
    for file in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_bytes())):
            is_test = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith(
                "test_"
            )
            if is_test and not ast.get_docstring(node):
                silent.append(f"{file.relative_to(ROOT)}:{node.lineno}: {node.name}")
    assert silent == []
