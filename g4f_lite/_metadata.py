"""Read a provider's constants from its source, without importing it.

Only literals can be read so; whatever is computed is unknown until the import. The result for a file is
kept in memory and in a small JSON file in the cache folder, by the file's time and size.
"""

import ast
import contextlib
import importlib.machinery
import json
import os
import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from g4f_lite.contract import CONSTANTS
from g4f_lite.paths import cache_dir

__all__ = ["MetadataCache", "StaticMetadata", "find_source", "read_constants"]

_NAMES = frozenset(constant.name for constant in CONSTANTS)
_LARGEST = 1_000_000
"""Bytes; a larger module is not worth parsing for five constants."""
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class StaticMetadata:
    """The constants that a source gives away: name to value, and name to line."""

    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    complete: bool = False
    """Whether every required constant is there as a literal of the right kind."""


UNKNOWN = StaticMetadata()


def find_source(module: str) -> str | None:
    """Return the file that `import module` would run, None if there is no such `.py` file.

    Unlike `importlib.util.find_spec`, this does not import the parent packages.
    """
    path: Sequence[str] | None = None
    parts = module.split(".")
    for depth in range(1, len(parts) + 1):
        spec = _find_spec(".".join(parts[:depth]), path)
        if spec is None:
            return None
        path = spec.submodule_search_locations and list(spec.submodule_search_locations)
        if depth == len(parts):
            return spec.origin if spec.has_location and str(spec.origin).endswith(".py") else None
        if not path:
            return None
    return None


def _find_spec(name: str, path: Sequence[str] | None) -> importlib.machinery.ModuleSpec | None:
    for finder in sys.meta_path:
        find = getattr(finder, "find_spec", None)
        if find is None:
            continue
        try:
            spec: importlib.machinery.ModuleSpec | None = find(name, path)
        except Exception:  # noqa: S112 - a broken import hook must not hide what the others find
            continue
        if spec is not None:
            return spec
    return None


def read_constants(source: str | bytes) -> StaticMetadata:
    """Return the contract's constants that stand in `source` as top-level literals."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the plugin's style is not the caller's concern
            body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return UNKNOWN
    values: dict[str, Any] = {}
    for statement in body:
        for name, value in _assigned(statement):
            try:
                values[name] = ast.literal_eval(value)
            except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
                values.pop(name, None)  # computed, so an earlier literal does not hold any more
    return _judged(values)


def _assigned(statement: ast.stmt) -> list[tuple[str, ast.expr]]:
    if isinstance(statement, ast.Assign):
        targets, value = statement.targets, statement.value
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        targets, value = [statement.target], statement.value
    else:
        return []
    return [(item.id, value) for item in targets if isinstance(item, ast.Name) and item.id in _NAMES]


def _judged(values: dict[str, Any]) -> StaticMetadata:
    """Keep what is of the contract's kind; a lone string for `model` is read as a list of one."""
    if isinstance(values.get("model"), str):
        values["model"] = [values["model"]]
    if isinstance(values.get("model"), tuple):
        values["model"] = list(values["model"])
    kept = {item.name: values[item.name] for item in CONSTANTS if is_kind(values.get(item.name), item.kind)}
    complete = all(item.name in kept for item in CONSTANTS if item.required)
    return StaticMetadata(MappingProxyType(kept), complete)


def is_kind(value: object, kind: str) -> bool:
    """Whether `value` is of a `Constant`'s kind."""
    if kind == "list[str]":
        return isinstance(value, list) and bool(value) and all(isinstance(x, str) and x for x in value)
    return isinstance(value, {"str": str, "bool": bool}[kind])


class MetadataCache:
    """Static metadata by file. What cannot be stored is simply read again."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[list[int], dict[str, Any]]] | None = None
        self._changed = False

    def read(self, file: str) -> StaticMetadata:
        """Return the constants in `file`, as it is now."""
        try:
            status = os.stat(file)  # noqa: PTH116 - hundreds of files
        except OSError:
            return UNKNOWN
        if status.st_size > _LARGEST:
            return UNKNOWN
        stamp = [status.st_mtime_ns, status.st_size]
        known = self._entries().get(file)
        if known is not None and known[0] == stamp:
            return _judged(dict(known[1]))
        metadata = self._parse(file)
        self._entries()[file] = (stamp, dict(metadata.values))
        self._changed = True
        return metadata

    def _parse(self, file: str) -> StaticMetadata:
        try:
            return read_constants(Path(file).read_bytes())
        except OSError:
            return UNKNOWN

    def _entries(self) -> dict[str, tuple[list[int], dict[str, Any]]]:
        if self._known is None:
            self._known = {}
            try:
                stored = json.loads(self._path().read_bytes())
                if stored["format"] == _FORMAT:
                    self._known = {
                        file: (list(stamp), dict(values)) for file, (stamp, values) in stored["files"].items()
                    }
            except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
                pass  # absent, foreign or damaged: it is written anew
        return self._known

    def save(self) -> None:
        """Write the file if there is something new; a folder that cannot be written is no error."""
        if not self._changed or self._known is None:
            return
        self._changed = False
        kept = {file: entry for file, entry in self._known.items() if os.path.exists(file)}  # noqa: PTH110
        path = self._path()
        scratch = path.with_name(f"{path.name}.{os.getpid()}.new")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            scratch.write_text(json.dumps({"format": _FORMAT, "files": kept}), "utf-8")
            scratch.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                scratch.unlink()

    @staticmethod
    def _path() -> Path:
        return cache_dir() / "providers.json"
