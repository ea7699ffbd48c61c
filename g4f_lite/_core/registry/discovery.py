"""Find the entry points of installed distributions, importing nothing and surviving anything.

`importlib.metadata.entry_points()` raises for everyone when one distribution's file is malformed, and
parses each distribution's metadata to know its name. Here each distribution is read in its own `try`,
only its ``entry_points.txt`` is read, and name and version come from the folder's name: 500 installed
plugins cost milliseconds, and a malformed file costs its own distribution at most.
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

from g4f_lite._core.registry.entry_points import EntryPointClaim, parse
from g4f_lite._utils.text import normalize_name
from g4f_lite.contract import DiscoveryProblem

if TYPE_CHECKING:
    from importlib.metadata import Distribution

__all__ = ["Scan", "scan"]

# An .egg-info may end in the Python it was made for: "name-1.0-py3.11.egg-info".
_EGG_INFO = r"^(?P<name>.+?)(?:-(?P<version>[^-]+?))?(?:-py\d[\d.]*(?:-[^-]+)?)?\.egg-info$"

# Finders whose distributions a look at the folders of sys.path finds too.
_KNOWN_FINDERS = ("_frozen_importlib", "_frozen_importlib_external", "importlib_metadata", "_distutils_hack")

_AT_ONCE = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Open without waiting for a writer, as a named pipe would have it."""


class Scan(NamedTuple):
    """What a look at all installed distributions found."""

    claims: tuple[EntryPointClaim, ...]
    problems: tuple[DiscoveryProblem, ...]


class _Found(NamedTuple):
    """One distribution's ``entry_points.txt``: its bytes, None if it has none, or why it cannot be read."""

    distribution: str
    version: str
    location: str
    data: bytes | OSError | None


def scan(groups: tuple[str, ...]) -> Scan:
    """Read the entry points of `groups` from every distribution on `sys.path`.

    The first distribution of a name on the path hides later ones, as it does for imports.
    """
    claims: list[EntryPointClaim] = []
    problems: list[DiscoveryProblem] = []
    seen: set[str] = set()
    for found in _files():
        if found.distribution in seen:
            continue
        seen.add(found.distribution)
        name, version, location, data = found.distribution, found.version, found.location, found.data
        if isinstance(data, OSError):
            message = f"it cannot be read: {data.strerror}"
            fix = f"Make it readable, or reinstall {name}."
            problems.append(DiscoveryProblem(name, version, location, message, fix=fix))
        elif data and any(group.encode() in data for group in groups):
            read = parse(data, groups, distribution=name, version=version, location=location)
            claims += read[0]
            problems += read[1]
    return Scan(tuple(claims), tuple(problems))


def _files() -> Iterator[_Found]:
    # What is no string on sys.path the import system passes over too.
    entries: list[object] = list(sys.path)
    for folder in dict.fromkeys(entry or "." for entry in entries if isinstance(entry, str)):
        try:
            names = os.listdir(folder)  # noqa: PTH208 - twice as fast, for thousands of names
        except NotADirectoryError:
            yield from _archived(folder)
        except (OSError, ValueError):
            continue
        else:
            yield from _in_folder(folder, names)
    yield from _from_other_finders()


def _in_folder(folder: str, names: list[str]) -> Iterator[_Found]:
    """Yield each distribution of one folder once, in the order of the names."""
    versions: dict[str, list[tuple[str, str]]] = {}
    for item in sorted(names):
        # pip renames what it is about to remove to "~ame", and leaves it there when it is interrupted.
        if item.endswith((".dist-info", ".egg-info")) and not item.startswith(("~", "-")):
            name, version = _named_in(item)
            if name:
                versions.setdefault(normalize_name(name), []).append((item, version))
    for name, candidates in versions.items():
        item, version = candidates[0] if len(candidates) == 1 else _current(folder, candidates)
        location = f"{folder}{os.sep}{item}{os.sep}entry_points.txt"
        data = _content(location)
        yield _Found(name, version or (_version_from(folder, item) if data else ""), location, data)


def _named_in(item: str) -> tuple[str, str]:
    """Return the name and the version that a folder's name has, `""` for one without."""
    stem = item.removesuffix(".dist-info")
    if stem == item:
        match = re.match(_EGG_INFO, item)
        return (match["name"], match["version"] or "") if match else (item.removesuffix(".egg-info"), "")
    name, _, version = stem.rpartition("-")
    return (name, version) if name and version else (stem, "")


def _current(folder: str, candidates: list[tuple[str, str]]) -> tuple[str, str]:
    """Return which of several versions in one folder is installed: the newest that is whole."""

    def age(candidate: tuple[str, str]) -> tuple[bool, float]:
        path = Path(folder, candidate[0])
        try:
            whole = (path / "METADATA").is_file() or (path / "PKG-INFO").is_file()
            return whole, path.stat().st_mtime
        except OSError:
            return False, 0.0

    return max(candidates, key=age)


def _content(location: str) -> bytes | OSError | None:
    try:
        descriptor = os.open(location, _AT_ONCE)
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


def _version_from(folder: str, item: str) -> str:
    """Read the version that the folder's name does not have, as with an editable ``.egg-info``."""
    data = _content(f"{folder}{os.sep}{item}{os.sep}PKG-INFO")
    text = data.decode("utf-8", "replace") if isinstance(data, bytes) else ""
    match = re.search(r"^Version:\s*(\S+)", text, re.MULTILINE)
    return match[1] if match else "unknown"


def _archived(path: str) -> Iterator[_Found]:
    """Yield the distributions inside a zip file on `sys.path`."""
    from importlib.metadata import distributions

    try:
        found = list(distributions(path=[path]))
    except Exception:  # a broken archive on sys.path is no concern of ours
        return
    yield from _described(found, path)


def _from_other_finders() -> Iterator[_Found]:
    """Yield what unusual import hooks offer; there are none in an ordinary environment."""
    for finder in list(sys.meta_path):
        try:
            home = finder.__module__ if isinstance(finder, type) else type(finder).__module__
            find = getattr(finder, "find_distributions", None)
            if find is None or home in _KNOWN_FINDERS:
                continue
            from importlib.metadata import DistributionFinder

            found = list(find(DistributionFinder.Context()))
        except Exception:  # noqa: S112 - a broken import hook is no concern of ours
            continue
        yield from _described(found, home)


def _described(found: "Iterable[Distribution]", where: str) -> Iterator[_Found]:
    for distribution in found:
        try:
            text = distribution.read_text("entry_points.txt")
            name, version = distribution.metadata["Name"], distribution.version
            data = text.encode("utf-8", "backslashreplace") if text else None
        except Exception:  # noqa: S112 - one unreadable distribution must not hide the others
            continue
        yield _Found(
            normalize_name(name or where), version or "unknown", f"{where}{os.sep}entry_points.txt", data
        )
