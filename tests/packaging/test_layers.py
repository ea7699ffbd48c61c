"""The layers of `docs/architecture.md`: imports go down only, and no two modules import each other."""

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

LAYERS = [  # from the ground up; the members of one row do not import each other, public types apart
    {"_utils"},
    {"cancellation", "contract", "errors", "events", "hookspecs", "paths", "results", "routes"},
    {"messages", "structured", "kit", "_core.keys", "_core.config", "_core.validation", "_core.resilience"},
    {"parts", "_core.registry"},
    {"_core.routing"},
    {"_core.calls"},
    {"_core.streams"},
    {"_core.api"},
    {"tools", "client"},
    {"cli", "testing"},
    {"__main__"},
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
PUBLIC_TYPES = LAYERS[1]

MOST_ENTRIES = 20
"""Entries at the top of `g4f_lite/`, `__init__.py`, `__main__.py` and `py.typed` apart."""

MOST_LINES = {"g4f_lite/errors.py": 750}
"""Files that may have more than 400 lines: the error classes are one tree, drawn in one docstring."""


class Import(NamedTuple):
    """One import: where, of what, and whether only a type checker follows it."""

    file: Path
    line: int
    module: str
    names: tuple[str, ...]
    typing_only: bool

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line}"


def files(folder: Path) -> list[Path]:
    """Return the sources of a package."""
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


@functools.cache
def imports(file: Path) -> tuple[Import, ...]:
    """Return every import of a file, inside functions too."""
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


def module_of(file: Path) -> str:
    """Return a file's module name; a package's is that of its `__init__.py`."""
    base = PROVIDERS.parent if file.is_relative_to(PROVIDERS) else ROOT
    return ".".join(file.relative_to(base).with_suffix("").parts).removesuffix(".__init__")


def layer_of(module: str) -> str:
    """Return the member of `LAYERS` that a module belongs to, or "" for the package itself."""
    parts = module.split(".")[1:3]
    return ".".join(parts) if parts[:1] == ["_core"] else "".join(parts[:1])


MODULES = {module_of(file): file for file in (*files(CORE), *files(PROVIDERS))}


def imported_modules(item: Import) -> Iterator[str]:
    """Yield our modules that an import loads; a name of a lazy package is in the module that defines it."""
    if not item.names:
        yield item.module
    for name in item.names:
        full = f"{item.module}.{name}"
        if full in MODULES and full != "g4f_lite.registry":
            yield full
        elif item.module in ("g4f_lite", "g4f_lite.client", "g4f_lite.testing"):
            package = importlib.import_module(item.module)
            home = package._MODULE_OF.get(name) if hasattr(package, "_MODULE_OF") else None
            yield f"{item.module}.{home}" if home else item.module
        else:
            yield item.module


def test_every_module_has_a_layer() -> None:
    """Each module of g4f_lite belongs to a layer, and each layer has a module."""
    assert {layer_of(name) for name in MODULES if name.startswith("g4f_lite.")} - {"", "_core"} == set(LEVEL)


def test_the_top_is_small() -> None:
    """What lies at the top of the package fits on a screen: public modules and packages, and two private ones."""
    found = {path.name for path in CORE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    found -= {"__init__.py", "__main__.py"}
    assert len(found) <= MOST_ENTRIES
    assert {name for name in found if name.startswith("_")} == {"_core", "_utils"}


def test_imports_go_down_only() -> None:
    """A module imports lower layers only, wherever the import stands and whoever follows it."""
    wrong = []
    for file in files(CORE):
        own = layer_of(module_of(file))
        if own in ("", "_core"):
            continue
        for item in imports(file):
            for module in imported_modules(item):
                other = layer_of(module) if module.startswith("g4f_lite.") else ""
                beside = own in PUBLIC_TYPES and other in PUBLIC_TYPES
                if other and other != own and not beside and LEVEL[other] >= LEVEL[own]:
                    wrong.append(f"{item}: {own} imports {other}")
    assert wrong == []


def test_the_package_itself_imports_nothing() -> None:
    """`import g4f_lite` loads no other module of ours: its imports are for type checkers."""
    assert [
        str(i) for i in imports(CORE / "__init__.py") if not i.typing_only and i.module != "importlib"
    ] == []


def find_cycle(graph: dict[str, set[str]]) -> list[str]:
    """Return a path that leads back to its start, or nothing."""
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name not in done:
            for needed in sorted(graph[name] & set(graph)):
                if found := visit(needed, (*path, name)):
                    return found
            done.add(name)
        return []

    return next(filter(None, (visit(name, ()) for name in sorted(graph))), [])


def import_edges() -> Iterator[tuple[str, str]]:
    """Yield every import of one of our modules by another, whoever follows it."""
    for name, file in MODULES.items():
        for item in imports(file):
            yield from ((name, module) for module in imported_modules(item) if module in MODULES)


def test_no_module_imports_itself_in_a_circle() -> None:
    """No circle of modules, with imports in functions and for type checkers counted."""
    graph: dict[str, set[str]] = {name: set() for name in MODULES}
    for importer, module in import_edges():
        # A lazy package names, for type checkers alone, what is defined below it.
        if importer not in ("g4f_lite", "g4f_lite.client", "g4f_lite.testing"):
            graph[importer].add(module)
    assert find_cycle(graph) == []


def test_no_package_imports_itself_in_a_circle() -> None:
    """Within every package, its members (modules, and packages with all that is in them) form no circle."""
    graphs: dict[str, dict[str, set[str]]] = {}
    for importer, module in import_edges():
        own, other = importer.split("."), module.split(".")
        depth = next((i for i, (a, b) in enumerate(zip(own, other, strict=False)) if a != b), None)
        if depth:  # both lie below the same package, and neither is that package itself
            graph = graphs.setdefault(".".join(own[:depth]), {})
            graph.setdefault(own[depth], set()).add(other[depth])
    assert {package: cycle for package, graph in graphs.items() if (cycle := find_cycle(graph))} == {}


OUTSIDE = {
    "typing_extensions": set(),  # for type checkers alone, which bring it
    "requests": {"kit/http/_sync/pool.py", "kit/http/_sync/error_mapping.py", "kit/http/_preparation.py"},
    "urllib3": {"kit/http/_sync/pool.py", "kit/http/_sync/error_mapping.py"},
    "certifi": {"kit/http/_tls.py"},
    "httptools": {"kit/http/_async/response_parser.py"},
    "pluggy": {"hookspecs.py", "_core/registry/hook_manager.py"},
    "jsonschema": {"structured/_validator.py"},
    "referencing": {"structured/_validator.py"},
    "xllamacpp": set(),
    "g4f_lite_providers": set(),
}
"""Which files may import what is not the standard library; the core never imports a provider."""


@pytest.mark.parametrize("package", OUTSIDE)
def test_few_files_import_a_dependency(package: str) -> None:
    """Each dependency is imported by the files that the table names."""
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


def public_api_violations(file: Path) -> list[str]:
    """Return the imports of a plugin's file that a third party could not write."""
    wrong = []
    for item in imports(file):
        if item.module.partition(".")[0] == "g4f_lite":
            parts = (*item.module.split("."), *item.names)
            entered = layer_of(f"{item.module}.{(*item.names, '')[0]}")
            if any(part.startswith("_") for part in parts) or entered in ("cli", "testing"):
                wrong.append(f"{item}: {item.module}")
    return wrong


def test_built_in_plugins_use_the_public_api() -> None:
    """What ships with us as a plugin imports g4f_lite's public modules and names only, as a third party would."""
    plugins = [*files(PROVIDERS), *files(CORE / "plugins")]
    assert [wrong for file in plugins for wrong in public_api_violations(file)] == []


# --- rules of the house -------------------------------------------------------------------------------

LIBRARY = [*files(CORE), *files(PROVIDERS)]

FORBIDDEN = {
    *("print", "exit", "quit", "sys.exit", "os._exit", "os.abort", "sys.stdout.write", "input", "breakpoint"),
}


def calls(file: Path) -> Iterator[tuple[int, str]]:
    """Yield every call in a file, by line and by what is called."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


def test_the_library_neither_prints_nor_exits() -> None:
    """Only the command line prints, and only it ends the program; nothing else touches stdout."""
    wrong = [
        f"{file.relative_to(ROOT)}:{line}: {name}"
        for file in LIBRARY
        if not ("cli" in file.parts or file.name == "__main__.py")
        for line, name in calls(file)
        if name in FORBIDDEN
    ]
    assert wrong == []


def test_no_file_is_too_large() -> None:
    """A file of the library has at most 400 lines, which is a sign to look and not a reason to split."""
    sizes = {file.relative_to(ROOT).as_posix(): len(file.read_text("utf-8").splitlines()) for file in LIBRARY}
    assert {name: size for name, size in sizes.items() if size > MOST_LINES.get(name, 400)} == {}


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
