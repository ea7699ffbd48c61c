"""The source of modules, read without importing them."""

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

__all__ = ["find_assignment_line", "find_source", "locate_assignment", "parse_source", "read_source"]

_MAX_SIZE = 64_000
"""Bytes. A larger module is not worth parsing for five constants, and CPython 3.10 ends the process for
expressions that are some 100 000 operators deep."""

_parsing = threading.Lock()


def find_source(module: str) -> str | None:
    """Return the `.py` file that ``import module`` would run, or None if it does not exist.

    Unlike `importlib.util.find_spec`, this does not import the parent packages. So the import system, which
    knows editable installs, finds only the first name; the names below it are looked up as files and folders.
    """
    top, *rest = module.split(".")
    spec = _find_spec(top)
    if spec is None:
        return None
    if not rest:
        return spec.origin if spec.has_location and str(spec.origin).endswith(".py") else None
    folders = [str(item) for item in spec.submodule_search_locations or ()]
    for part in rest[:-1]:
        folders = _subpackage_folders(folders, part)
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


def _subpackage_folders(folders: list[str], package: str) -> list[str]:
    """Return the folders with the modules of a sub-package: one, or several for a namespace package."""
    candidates = [os.path.join(folder, package) for folder in folders]  # noqa: PTH118 - hundreds of files
    for folder in candidates:
        if os.path.isfile(os.path.join(folder, "__init__.py")):  # noqa: PTH113, PTH118
            return [folder]
    return candidates


def _file_in(folders: list[str], name: str) -> str | None:
    for folder in folders:
        for file in (os.path.join(folder, name, "__init__.py"), os.path.join(folder, f"{name}.py")):  # noqa: PTH118
            if os.path.isfile(file):  # noqa: PTH113
                return file
    return None


def read_source(file: str) -> bytes | None:
    """Return the content of `file`, or None if it is not a regular file or too large to be parsed."""
    try:
        status = os.stat(file)  # noqa: PTH116 - hundreds of files
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_SIZE:
            return None
        return Path(file).read_bytes()
    except (OSError, ValueError):
        return None


def parse_source(source: str | bytes) -> "list[ast.stmt] | None":
    """Return the statements of `source`, or None if it is too large or not valid Python."""
    if len(source) > _MAX_SIZE:
        return None
    import ast

    # Warnings about a plugin's style do not concern the caller. Suppressing them changes the filters of the
    # process for a moment; two threads at once would leave them changed.
    with _parsing, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            if sys.version_info < (
                3,
                11,
            ):  # `compile` checks the depth of expressions, `ast.parse` does not yet
                compile(source, "<plugin>", "exec", dont_inherit=True)
            return ast.parse(source).body
        except (SyntaxError, ValueError, LookupError, RecursionError, MemoryError):
            return None


def find_assignment_line(file: str, name: str) -> int:
    """Return the line of the last top-level assignment to `name` in `file`, or 1 without one."""
    return _find_assignment(file, name) or 1


def locate_assignment(module: str, name: str) -> str:
    """Return ``file:line`` of the top-level assignment to `name` in an imported module, or `""`."""
    file = getattr(sys.modules.get(module), "__file__", None) if name else None
    line = _find_assignment(file, name) if isinstance(file, str) else None
    return f"{file}:{line}" if line else ""


def _find_assignment(file: str, name: str) -> int | None:
    import ast

    line = None
    for statement in parse_source((read_source(file) if name else None) or b"") or ():
        targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
        if any(isinstance(item, ast.Name) and item.id == name for item in targets):
            line = statement.lineno
    return line
