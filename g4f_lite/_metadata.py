"""Read a provider's constants from its source, without importing it.

Only literals can be read so; whatever is computed is unknown until the import. The result for a file is
kept in memory and in a small JSON file in the cache folder, by the file's times and size.
"""

import ast
import contextlib
import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from g4f_lite._constants import fits, models_in
from g4f_lite._sources import content, parse
from g4f_lite.contract import CONSTANTS
from g4f_lite.paths import cache_dir

__all__ = ["MetadataCache", "StaticMetadata", "read_constants"]

_NAMES = frozenset(constant.name for constant in CONSTANTS)
_FORMAT = 2


class StaticMetadata(NamedTuple):
    """The constants that a source gives away: name to value."""

    values: Mapping[str, Any] = MappingProxyType({})
    complete: bool = False
    """Whether every required constant is there as a literal of the right kind."""


UNKNOWN = StaticMetadata()


def read_constants(source: str | bytes) -> StaticMetadata:
    """Return the contract's constants that stand in `source` as top-level literals."""
    values: dict[str, Any] = {}
    for statement in parse(source) or ():
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
    """Keep what is of the contract's kind."""
    others = (item for item in CONSTANTS if item.name != "model")
    kept = {item.name: values[item.name] for item in others if fits(values.get(item.name), item)}
    models = models_in(values.get("model"))
    if models is not None:
        kept["model"] = models.names
    complete = all(item.name in kept for item in CONSTANTS if item.required)
    return StaticMetadata(MappingProxyType(kept), complete)


class MetadataCache:
    """Static metadata by file, for any number of threads. What cannot be stored is simply read again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, tuple[list[int], dict[str, Any]]] | None = None
        self._changed = False

    def read(self, file: str) -> StaticMetadata:
        """Return the constants in `file`, as it is now."""
        try:
            status = os.stat(file)  # noqa: PTH116 - hundreds of files
        except (OSError, ValueError):
            return UNKNOWN
        # The time of the last change too: builds that can be reproduced give every file one time.
        stamp = [status.st_mtime_ns, status.st_ctime_ns, status.st_size]
        with self._lock:
            known = self._entries().get(file)
        if known is not None and known[0] == stamp:
            return _judged(dict(known[1]))
        source = content(file)
        if source is None:
            return UNKNOWN
        metadata = read_constants(source)
        with self._lock:
            self._entries()[file] = (stamp, dict(metadata.values))
            self._changed = True
        return metadata

    def _entries(self) -> dict[str, tuple[list[int], dict[str, Any]]]:
        if self._known is None:
            self._known = {}
            try:
                stored = json.loads(self._path().read_bytes())
                if stored["format"] == _FORMAT:
                    self._known = {
                        file: (list(stamp), dict(values)) for file, (stamp, values) in stored["files"].items()
                    }
            except (OSError, ValueError, TypeError, KeyError, AttributeError, RuntimeError):
                pass  # absent, foreign or damaged, or this user has no home: it is written anew, if it can be
        return self._known

    def save(self) -> None:
        """Write the file if there is something new; a folder that cannot be written is no error."""
        with self._lock:
            if not self._changed or self._known is None:
                return
            self._changed = False
            with contextlib.suppress(OSError, RuntimeError):
                self._write(self._path(), self._known)

    @staticmethod
    def _write(path: Path, known: Mapping[str, Any]) -> None:
        kept = {file: entry for file, entry in known.items() if os.path.exists(file)}  # noqa: PTH110
        scratch = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.new")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            scratch.write_text(json.dumps({"format": _FORMAT, "files": kept}), "utf-8")
            scratch.replace(path)
        except OSError:
            scratch.unlink(missing_ok=True)
            raise

    @staticmethod
    def _path() -> Path:
        return cache_dir() / "providers.json"
