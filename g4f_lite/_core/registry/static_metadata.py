"""A provider's constants, read from its source without importing it.

A provider that is a module has its constants as top-level assignments. One that is an object of a module,
``groq = Service(url="https://example.org", model=["m"], ...)``, has them as keyword arguments of the call
that creates it. Only literals can be read; a computed value is unknown until the import. The constants in a
file, of all its objects at once, are cached in memory and in a small JSON file in the cache folder, by the
file's times and size.
"""

import ast
import contextlib
import os
import threading
from collections.abc import Iterable
from types import MappingProxyType
from typing import Any

from g4f_lite._core.validation.constants import (
    VARIABLE_LISTS,
    StaticMetadata,
    is_valid_constant,
    parse_inputs,
    parse_models,
    parse_variables,
)
from g4f_lite._utils.json_cache import JsonCache
from g4f_lite._utils.module_source import find_source, parse_source, read_source
from g4f_lite.contract import CONSTANTS
from g4f_lite.paths import cache_dir

__all__ = [
    "MetadataCache",
    "read_constants",
]


_NAMES = frozenset(constant.name for constant in CONSTANTS)
_FORMAT = 4
"""The version of the cache file's format."""

_CACHE = JsonCache(lambda: cache_dir() / "providers.json")

_Values = dict[str, Any]
_CachedFile = tuple[list[int], dict[str, _Values]]
"""A file's times and size, and the constants of each of its objects, with `""` for the module itself."""


UNKNOWN = StaticMetadata()


def read_constants(source: str | bytes, attr: str = "") -> StaticMetadata:
    """Return the contract's constants that are literals in `source`: the module's, or those of its object `attr`."""
    return _to_metadata(_read_literals(source).get(attr, {}))


def _read_literals(source: str | bytes) -> dict[str, _Values]:
    """Return the literals of the module and of each of its objects that have names of constants."""
    by_object: dict[str, _Values] = {"": {}}
    for statement in parse_source(source) or ():
        for name, value in _assignments(statement):
            if name in _NAMES:
                # Remove an earlier literal, which a computed value replaces.
                by_object[""].pop(name, None)
                by_object[""].update(_literals([(name, value)]))
            by_object.pop(name, None)
            values = _literals(_keyword_arguments(value))
            if values:
                by_object[name] = values
    return by_object


def _assignments(statement: ast.stmt) -> list[tuple[str, ast.expr]]:
    if isinstance(statement, ast.Assign):
        targets, value = statement.targets, statement.value
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        targets, value = [statement.target], statement.value
    else:
        return []
    return [(item.id, value) for item in targets if isinstance(item, ast.Name)]


def _keyword_arguments(value: ast.expr) -> list[tuple[str, ast.expr]]:
    keywords = value.keywords if isinstance(value, ast.Call) else []
    return [(item.arg, item.value) for item in keywords if item.arg in _NAMES]


def _literals(pairs: Iterable[tuple[str, ast.expr]]) -> _Values:
    values = {}
    for name, value in pairs:
        with contextlib.suppress(ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            values[name] = ast.literal_eval(value)
    return values


def _valid_values(values: _Values) -> _Values:
    """Return the values that the contract allows, in the contract's types."""
    scalars = (item for item in CONSTANTS if not item.kind.startswith("list"))
    valid = {
        item.name: values[item.name] for item in scalars if is_valid_constant(values.get(item.name), item)
    }
    for name in ("model", "embedding_model"):
        models = parse_models(values.get(name), may_be_empty=name != "model")
        if models is not None:
            valid[name] = models.names
    for name in VARIABLE_LISTS:
        variables = parse_variables(values.get(name))
        if variables is not None:
            valid[name] = variables
    inputs = parse_inputs(values.get("inputs"))
    return valid if inputs is None else {**valid, "inputs": inputs}


def _to_metadata(values: _Values) -> StaticMetadata:
    valid = _valid_values(values)
    is_complete = all(item.name in valid for item in CONSTANTS if item.required)
    return StaticMetadata(MappingProxyType(valid), is_complete)


class MetadataCache:
    """Static metadata by file. Thread-safe. A file that cannot be cached is read again each time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cached: dict[str, _CachedFile] | None = None
        self._is_changed = False

    def read(self, file: str, attr: str = "") -> StaticMetadata:
        """Return the constants in `file` as it is now: the module's, or those of its object `attr`."""
        try:
            status = os.stat(file)  # noqa: PTH116 - hundreds of files
        except (OSError, ValueError):
            return UNKNOWN
        # With the time of the last status change: reproducible builds give all files one modification time.
        stamp = [status.st_mtime_ns, status.st_ctime_ns, status.st_size]
        with self._lock:
            cached = self._files().get(file)
        if cached is None or cached[0] != stamp:
            source = read_source(file)
            if source is None:
                return UNKNOWN
            # Only valid values are stored, since other literals may be of types that JSON lacks, as bytes.
            literals = _read_literals(source)
            cached = (stamp, {name: _valid_values(values) for name, values in literals.items()})
            with self._lock:
                self._files()[file] = cached
                self._is_changed = True
        return _to_metadata(cached[1].get(attr, {}))

    def read_module(self, module: str, attr: str = "") -> StaticMetadata:
        """Return the constants in the source of a module that is not imported; none if `module` is `""`."""
        file = find_source(module) if module else None
        return self.read(file, attr) if file else UNKNOWN

    def _files(self) -> dict[str, _CachedFile]:
        if self._cached is None:
            self._cached = {}
            # A file of another version, or a damaged one, is replaced by the next `save`.
            with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError):
                stored = _CACHE.read()
                if stored["format"] == _FORMAT:
                    self._cached = {file: _from_json(*entry) for file, entry in stored["files"].items()}
        return self._cached

    def save(self) -> None:
        """Write the cache file if anything has changed. Ignores a folder that cannot be written."""
        with self._lock:
            if not self._is_changed or self._cached is None:
                return
            self._is_changed = False
            files = {file: entry for file, entry in self._cached.items() if os.path.exists(file)}  # noqa: PTH110
            _CACHE.write({"format": _FORMAT, "files": files})


def _from_json(stamp: Any, by_object: Any) -> _CachedFile:
    return list(stamp), {name: dict(values) for name, values in by_object.items()}
