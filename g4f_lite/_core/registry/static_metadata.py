"""Read a provider's constants from its source, without importing it.

A provider that is a module has them as top-level assignments. One that is an object of a module,
``groq = Service(url="https://example.org", model=["m"], ...)``, has them as keyword arguments of the call
that makes it. Only literals can be read so; whatever is computed is unknown until the import. What a file
gives away, of all its objects at once, is kept in memory and in a small JSON file in the cache folder, by
the file's times and size.
"""

import ast
import contextlib
import os
import threading
from collections.abc import Iterable
from types import MappingProxyType
from typing import Any

from g4f_lite._core.validation.constants import (
    VARIABLES,
    StaticMetadata,
    fits,
    inputs_in,
    models_in,
    variables_in,
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
_CACHE = JsonCache(lambda: cache_dir() / "providers.json")

_Values = dict[str, Any]
_File = tuple[list[int], dict[str, _Values]]
"""A file's times and size, and what it gives away: by the name of the object, `""` for the module."""


UNKNOWN = StaticMetadata()


def read_constants(source: str | bytes, attr: str = "") -> StaticMetadata:
    """Return the contract's constants that stand in `source` as literals: its own, or its object `attr`'s."""
    return _judged(_read(source).get(attr, {}))


def _read(source: str | bytes) -> dict[str, _Values]:
    found: dict[str, _Values] = {"": {}}
    for statement in parse_source(source) or ():
        for name, value in _assigned(statement):
            if name in _NAMES:
                # One that is computed takes an earlier literal back.
                found[""].pop(name, None)
                found[""].update(_literals([(name, value)]))
            found.pop(name, None)
            row = _literals(_arguments(value))
            if row:
                found[name] = row
    return found


def _assigned(statement: ast.stmt) -> list[tuple[str, ast.expr]]:
    if isinstance(statement, ast.Assign):
        targets, value = statement.targets, statement.value
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        targets, value = [statement.target], statement.value
    else:
        return []
    return [(item.id, value) for item in targets if isinstance(item, ast.Name)]


def _arguments(value: ast.expr) -> list[tuple[str, ast.expr]]:
    keywords = value.keywords if isinstance(value, ast.Call) else []
    return [(item.arg, item.value) for item in keywords if item.arg in _NAMES]


def _literals(pairs: Iterable[tuple[str, ast.expr]]) -> _Values:
    values = {}
    for name, value in pairs:
        with contextlib.suppress(ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            values[name] = ast.literal_eval(value)
    return values


def _kept(values: _Values) -> _Values:
    """Return what is of the contract's kind."""
    plain = (item for item in CONSTANTS if not item.kind.startswith("list"))
    kept = {item.name: values[item.name] for item in plain if fits(values.get(item.name), item)}
    for name in ("model", "embedding_model"):
        models = models_in(values.get(name), empty=name != "model")
        if models is not None:
            kept[name] = models.names
    for name in VARIABLES:
        variables = variables_in(values.get(name))
        if variables is not None:
            kept[name] = variables
    inputs = inputs_in(values.get("inputs"))
    return kept if inputs is None else {**kept, "inputs": inputs}


def _judged(values: _Values) -> StaticMetadata:
    kept = _kept(values)
    complete = all(item.name in kept for item in CONSTANTS if item.required)
    return StaticMetadata(MappingProxyType(kept), complete)


class MetadataCache:
    """Static metadata by file, for any number of threads. What cannot be stored is simply read again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, _File] | None = None
        self._changed = False

    def read(self, file: str, attr: str = "") -> StaticMetadata:
        """Return the constants in `file`, as it is now: its own, or those of its object `attr`."""
        try:
            status = os.stat(file)  # noqa: PTH116 - hundreds of files
        except (OSError, ValueError):
            return UNKNOWN
        # The time of the last change too: builds that can be reproduced give every file one time.
        stamp = [status.st_mtime_ns, status.st_ctime_ns, status.st_size]
        with self._lock:
            known = self._entries().get(file)
        if known is None or known[0] != stamp:
            source = read_source(file)
            if source is None:
                return UNKNOWN
            # Stored as judged: literals of other kinds may be bytes, say, which JSON does not have.
            known = (stamp, {name: _kept(values) for name, values in _read(source).items()})
            with self._lock:
                self._entries()[file] = known
                self._changed = True
        return _judged(known[1].get(attr, {}))

    def read_module(self, module: str, attr: str = "") -> StaticMetadata:
        """Return what the source of a module that is not imported gives away; nothing is known of `""`."""
        source = find_source(module) if module else None
        return self.read(source, attr) if source else UNKNOWN

    def _entries(self) -> dict[str, _File]:
        if self._known is None:
            self._known = {}
            # A file that another version has written, or that is damaged, is replaced by the next `save`.
            with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError):
                stored = _CACHE.read()
                if stored["format"] == _FORMAT:
                    self._known = {file: _stored(*entry) for file, entry in stored["files"].items()}
        return self._known

    def save(self) -> None:
        """Write the file if there is something new; a folder that cannot be written is no error."""
        with self._lock:
            if not self._changed or self._known is None:
                return
            self._changed = False
            files = {file: entry for file, entry in self._known.items() if os.path.exists(file)}  # noqa: PTH110
            _CACHE.write({"format": _FORMAT, "files": files})


def _stored(stamp: Any, rows: Any) -> _File:
    return list(stamp), {name: dict(values) for name, values in rows.items()}
