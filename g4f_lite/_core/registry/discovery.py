"""Discovery of the entry points of installed distributions, without importing any of them.

`importlib.metadata.entry_points()` raises for every caller when one distribution's file is malformed, and
parses each distribution's metadata for its name. Here each distribution is read in its own `try`, only its
``entry_points.txt`` is read, and name and version come from the folder's name: 500 installed plugins cost
milliseconds, and a malformed file affects at most its own distribution.
"""

import errno
import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from g4f_lite._core.registry.entry_points import EntryPointClaim, parse_entry_points
from g4f_lite._utils.text import normalize_name
from g4f_lite.contract import DiscoveryProblem

if TYPE_CHECKING:
    from importlib.metadata import Distribution

__all__ = ["DistributionScan", "scan_distributions"]

# The name of an .egg-info may end with the Python that it was built for: "name-1.0-py3.11.egg-info".
_EGG_INFO = r"^(?P<name>.+?)(?:-(?P<version>[^-]+?))?(?:-py\d[\d.]*(?:-[^-]+)?)?\.egg-info$"

# Finders of the distributions in the folders of sys.path, which are read anyway.
_KNOWN_FINDERS = ("_frozen_importlib", "_frozen_importlib_external", "importlib_metadata", "_distutils_hack")

_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Flags that open a file without blocking, even if it is a named pipe without a writer."""


class DistributionScan(NamedTuple):
    """The claims of all installed distributions, and the problems of their metadata."""

    claims: tuple[EntryPointClaim, ...]
    problems: tuple[DiscoveryProblem, ...]


class _EntryPointsFile(NamedTuple):
    """The ``entry_points.txt`` of one distribution.

    Attributes:
        data: its bytes, None if it does not exist, or the error if it cannot be read.
    """

    distribution: str
    version: str
    location: str
    data: bytes | OSError | None


def scan_distributions(groups: tuple[str, ...]) -> DistributionScan:
    """Return the entry points of `groups` in every distribution on `sys.path`.

    The first distribution of a name on the path hides later ones, as it does for imports.
    """
    claims: list[EntryPointClaim] = []
    problems: list[DiscoveryProblem] = []
    seen: set[str] = set()
    for name, version, location, data in _iter_files():
        if name in seen:
            continue
        seen.add(name)
        if isinstance(data, OSError):
            message = f"it cannot be read: {data.strerror}"
            fix = f"Make it readable, or reinstall {name}."
            problems.append(DiscoveryProblem(name, version, location, message, fix=fix))
        elif data and any(group.encode() in data for group in groups):
            parsed = parse_entry_points(data, groups, distribution=name, version=version, location=location)
            claims += parsed[0]
            problems += parsed[1]
    return DistributionScan(tuple(claims), tuple(problems))


def _iter_files() -> Iterator[_EntryPointsFile]:
    # The import system ignores items of sys.path that are not strings, too.
    items: list[object] = list(sys.path)
    for folder in dict.fromkeys(item or "." for item in items if isinstance(item, str)):
        try:
            names = os.listdir(folder)  # noqa: PTH208 - twice as fast, for thousands of names
        except NotADirectoryError:
            yield from _iter_archive(folder)
        except (OSError, ValueError):
            continue
        else:
            yield from _iter_folder(folder, names)
    yield from _iter_other_finders()


def _iter_folder(folder: str, names: list[str]) -> Iterator[_EntryPointsFile]:
    """Yield each distribution of one folder once, in the order of the names."""
    versions: dict[str, list[tuple[str, str]]] = {}
    for item in sorted(names):
        # pip renames what it removes to "~ame", and leaves it in the folder when it is interrupted.
        if item.endswith((".dist-info", ".egg-info")) and not item.startswith(("~", "-")):
            name, version = _parse_folder_name(item)
            if name:
                versions.setdefault(normalize_name(name), []).append((item, version))
    for name, candidates in versions.items():
        item, version = candidates[0] if len(candidates) == 1 else _newest_complete(folder, candidates)
        location = f"{folder}{os.sep}{item}{os.sep}entry_points.txt"
        data = _read_file(location)
        yield _EntryPointsFile(name, version or (_read_version(folder, item) if data else ""), location, data)


def _parse_folder_name(item: str) -> tuple[str, str]:
    """Return the distribution's name and version that a folder's name has; the version may be `""`."""
    stem = item.removesuffix(".dist-info")
    if stem == item:
        match = re.match(_EGG_INFO, item)
        return (match["name"], match["version"] or "") if match else (item.removesuffix(".egg-info"), "")
    name, _, version = stem.rpartition("-")
    return (name, version) if name and version else (stem, "")


def _newest_complete(folder: str, candidates: list[tuple[str, str]]) -> tuple[str, str]:
    """Return which of several versions in one folder is installed: the newest that has its metadata."""

    def sort_key(candidate: tuple[str, str]) -> tuple[bool, float]:
        path = Path(folder, candidate[0])
        try:
            is_complete = (path / "METADATA").is_file() or (path / "PKG-INFO").is_file()
            return is_complete, path.stat().st_mtime
        except OSError:
            return False, 0.0

    return max(candidates, key=sort_key)


def _read_file(location: str) -> bytes | OSError | None:
    """Return the bytes of a file, None if it does not exist, or the error if it cannot be read."""
    try:
        descriptor = os.open(location, _OPEN_FLAGS)
    except (FileNotFoundError, NotADirectoryError):  # most distributions have none
        return None
    except OSError as error:
        return error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return OSError(errno.EINVAL, "it is no plain file")
        return b"".join(iter(partial(os.read, descriptor, 65536), b""))
    except OSError as error:
        return error
    finally:
        os.close(descriptor)


def _read_version(folder: str, item: str) -> str:
    """Return the version in ``PKG-INFO``, for a folder without one in its name, as an editable ``.egg-info``."""
    data = _read_file(f"{folder}{os.sep}{item}{os.sep}PKG-INFO")
    text = data.decode("utf-8", "replace") if isinstance(data, bytes) else ""
    match = re.search(r"^Version:\s*(\S+)", text, re.MULTILINE)
    return match[1] if match else "unknown"


def _iter_archive(path: str) -> Iterator[_EntryPointsFile]:
    """Yield the distributions inside a zip file on `sys.path`."""
    from importlib.metadata import distributions

    try:
        archived = list(distributions(path=[path]))
    except Exception:  # a broken archive on sys.path is for others to report
        return
    yield from _iter_distributions(archived, path)


def _iter_other_finders() -> Iterator[_EntryPointsFile]:
    """Yield the distributions of unusual import finders; an ordinary environment has no such finders."""
    for finder in list(sys.meta_path):
        try:
            module = finder.__module__ if isinstance(finder, type) else type(finder).__module__
            find = getattr(finder, "find_distributions", None)
            if find is None or module in _KNOWN_FINDERS:
                continue
            from importlib.metadata import DistributionFinder

            distributions = list(find(DistributionFinder.Context()))
        except Exception:  # noqa: S112 - a broken import finder is for others to report
            continue
        yield from _iter_distributions(distributions, module)


def _iter_distributions(distributions: "Iterable[Distribution]", origin: str) -> Iterator[_EntryPointsFile]:
    for distribution in distributions:
        try:
            text = distribution.read_text("entry_points.txt")
            name, version = distribution.metadata["Name"], distribution.version
            data = text.encode("utf-8", "backslashreplace") if text else None
        except Exception:  # noqa: S112 - one unreadable distribution must not hide the others
            continue
        location = f"{origin}{os.sep}entry_points.txt"
        yield _EntryPointsFile(normalize_name(name or origin), version or "unknown", location, data)
