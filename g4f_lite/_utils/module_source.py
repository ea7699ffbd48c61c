"""Look at the source of modules without importing them."""

import importlib.machinery
import os
import stat
import sys
import threading
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ast

__all__ = ["content", "find_source", "line_of", "parse", "place_in"]

_LARGEST = 64_000
"""Bytes. A larger module is not worth parsing for five constants, and CPython 3.10 ends the process for
expressions that are some 100 000 operators deep."""

_parsing = threading.Lock()


def find_source(module: str) -> str | None:
    """Return the file that `import module` would run, None if there is no such `.py` file.

    Unlike `importlib.util.find_spec`, this does not import the parent packages. So only the first name
    is left to the import system, which knows of editable installs; below it are files and folders.
    """
    top, *rest = module.split(".")
    spec = _find_spec(top)
    if spec is None:
        return None
    if not rest:
        return spec.origin if spec.has_location and str(spec.origin).endswith(".py") else None
    folders = [str(item) for item in spec.submodule_search_locations or ()]
    for part in rest[:-1]:
        folders = _inside(folders, part)
    return _file_in(folders, rest[-1])


def _find_spec(name: str) -> importlib.machinery.ModuleSpec | None:
    for finder in list(sys.meta_path):
        try:
            find = getattr(finder, "find_spec", None)
            spec: importlib.machinery.ModuleSpec | None = find(name, None) if find else None
        except Exception:  # noqa: S112 - a broken import hook must not hide what the others find
            continue
        if spec is not None:
            return spec
    return None


def _inside(folders: list[str], package: str) -> list[str]:
    """Return where the modules of a sub-package are: one folder, or several of a namespace package."""
    inner = [os.path.join(folder, package) for folder in folders]  # noqa: PTH118 - hundreds of files
    for folder in inner:
        if os.path.isfile(os.path.join(folder, "__init__.py")):  # noqa: PTH113, PTH118
            return [folder]
    return inner


def _file_in(folders: list[str], name: str) -> str | None:
    for folder in folders:
        for file in (os.path.join(folder, name, "__init__.py"), os.path.join(folder, f"{name}.py")):  # noqa: PTH118
            if os.path.isfile(file):  # noqa: PTH113
                return file
    return None


def content(file: str) -> bytes | None:
    """Return what a source file has in it, None for what is no plain file, or too large to be parsed."""
    try:
        status = os.stat(file)  # noqa: PTH116 - hundreds of files
        if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
            return None
        return Path(file).read_bytes()
    except (OSError, ValueError):
        return None


def parse(source: str | bytes) -> "list[ast.stmt] | None":
    """Return the statements of a source, None if it is too large or none that Python understands."""
    if len(source) > _LARGEST:
        return None
    import ast

    # Warnings about a plugin's style are not the caller's concern. Keeping them away changes the
    # process's filters for a moment, which two threads at once would leave changed.
    with _parsing, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            if sys.version_info < (3, 11):  # it checks how deep an expression is, as ast.parse does not yet
                compile(source, "<plugin>", "exec", dont_inherit=True)
            return ast.parse(source).body
        except (SyntaxError, ValueError, LookupError, RecursionError, MemoryError):
            return None


def line_of(file: str, name: str) -> int:
    """Return the line of the last top-level assignment to `name`, 1 if there is none."""
    return _assignment(file, name) or 1


def place_in(module: str, name: str) -> str:
    """Return ``file:line`` where an imported module assigns `name` at its top level, `""` if it does not."""
    file = getattr(sys.modules.get(module), "__file__", None) if name else None
    line = _assignment(file, name) if isinstance(file, str) else None
    return f"{file}:{line}" if line else ""


def _assignment(file: str, name: str) -> int | None:
    import ast

    line = None
    for statement in parse((content(file) if name else None) or b"") or ():
        targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
        if any(isinstance(item, ast.Name) and item.id == name for item in targets):
            line = statement.lineno
    return line
