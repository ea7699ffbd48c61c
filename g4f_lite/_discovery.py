"""Find the entry points of installed distributions, importing nothing and surviving anything.

`importlib.metadata.entry_points()` raises for everyone when one distribution's file is malformed, and
parses each distribution's metadata to know its name. Here each distribution is read in its own `try`,
only its ``entry_points.txt`` is read, and name and version come from the folder's name: 500 installed
plugins cost milliseconds, and a malformed file costs its own distribution at most.
"""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import Distribution

__all__ = ["Claim", "DiscoveryProblem", "Scan", "normalize", "scan"]

_DIST_INFO = re.compile(r"^(?P<name>[^-].*?)(?:-(?P<version>[^-]+?))?\.(?:dist|egg)-info$")
_LINE = re.compile(r"^(?P<name>[^=]+?)\s*=\s*(?P<value>.+?)\s*$")
_VALUE = re.compile(r"^(?P<module>[\w.]+)\s*(?::\s*(?P<attr>[\w.]+))?\s*(?:\[.*\])?$")
_SECTION = re.compile(r"^\[(?P<name>[^\]]*)\]$")

# Finders whose distributions a look at the folders of sys.path finds too.
_KNOWN_FINDERS = ("_frozen_importlib", "_frozen_importlib_external", "importlib_metadata", "_distutils_hack")


@dataclass(frozen=True, slots=True)
class Claim:
    """One entry point: a distribution says that `name` is at `module` (and there, at `attr`)."""

    group: str
    name: str
    module: str
    attr: str
    distribution: str
    version: str

    @property
    def target(self) -> str:
        """The entry point's value."""
        return f"{self.module}:{self.attr}" if self.attr else self.module


@dataclass(frozen=True, slots=True)
class DiscoveryProblem:
    """Metadata that could not be read, and whose."""

    distribution: str
    version: str
    location: str
    message: str


@dataclass(frozen=True, slots=True)
class Scan:
    """What a look at all installed distributions found."""

    claims: tuple[Claim, ...]
    problems: tuple[DiscoveryProblem, ...]


def normalize(distribution: str) -> str:
    """Return a distribution's name in the one spelling that counts (packaging's "normalized name")."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def scan(groups: tuple[str, ...]) -> Scan:
    """Read the entry points of `groups` from every distribution on `sys.path`.

    The first distribution of a name on the path hides later ones, as it does for imports.
    """
    claims: list[Claim] = []
    problems: list[DiscoveryProblem] = []
    seen: set[str] = set()
    for name, version, location, data in _files():
        if name in seen:
            continue
        seen.add(name)
        if data is None or not any(group.encode() in data for group in groups):
            continue
        try:
            _read(data, groups, name, version, location, claims, problems)
        except Exception as error:
            message = f"entry_points.txt could not be read: {error}"
            problems.append(DiscoveryProblem(name, version, location, message))
    return Scan(tuple(claims), tuple(problems))


def _files() -> Iterator[tuple[str, str, str, bytes | None]]:
    """Yield (distribution, version, file, content) for each distribution; None: it has no entry points."""
    for entry in dict.fromkeys(sys.path):
        folder = entry or "."
        try:
            names = os.listdir(folder)  # noqa: PTH208 - twice as fast, for thousands of names
        except NotADirectoryError:
            yield from _archived(folder)
            continue
        except OSError:
            continue
        for item in names:
            if item.endswith((".dist-info", ".egg-info")):
                yield from _installed(folder, item)
    yield from _from_other_finders()


def _installed(folder: str, item: str) -> Iterator[tuple[str, str, str, bytes | None]]:
    match = _DIST_INFO.match(item)
    if match is None:
        return
    location = f"{folder}{os.sep}{item}{os.sep}entry_points.txt"
    try:
        with open(location, "rb") as file:  # noqa: PTH123 - pathlib costs more than the reading
            data = file.read()
    except OSError:
        data = None
    version = match["version"] or (_version_from(folder, item) if data else "")
    yield normalize(match["name"]), version, location, data


def _version_from(folder: str, item: str) -> str:
    """Read the version that the folder's name does not have, as with an editable ``.egg-info``."""
    try:
        text = Path(folder, item, "PKG-INFO").read_text("utf-8", "replace")
    except OSError:
        return "unknown"
    match = re.search(r"^Version:\s*(\S+)", text, re.MULTILINE)
    return match[1] if match else "unknown"


def _archived(path: str) -> Iterator[tuple[str, str, str, bytes | None]]:
    """Yield the distributions inside a zip file on `sys.path`."""
    from importlib.metadata import distributions

    try:
        found = list(distributions(path=[path]))
    except Exception:  # a broken archive on sys.path is no concern of ours
        return
    yield from _described(found, path)


def _from_other_finders() -> Iterator[tuple[str, str, str, bytes | None]]:
    """Yield what unusual import hooks offer; there are none in an ordinary environment."""
    for finder in sys.meta_path:
        home = finder.__module__ if isinstance(finder, type) else type(finder).__module__
        find = getattr(finder, "find_distributions", None)
        if find is None or home in _KNOWN_FINDERS:
            continue
        from importlib.metadata import DistributionFinder

        try:
            found = list(find(DistributionFinder.Context()))
        except Exception:  # noqa: S112 - a broken import hook is no concern of ours
            continue
        yield from _described(found, home)


def _described(found: "Iterable[Distribution]", where: str) -> Iterator[tuple[str, str, str, bytes | None]]:
    for distribution in found:
        try:
            text = distribution.read_text("entry_points.txt")
            name, version = distribution.metadata["Name"], distribution.version
        except Exception:  # noqa: S112 - one unreadable distribution must not hide the others
            continue
        data = None if text is None else text.encode()
        yield normalize(name or where), version or "unknown", f"{where}{os.sep}entry_points.txt", data


def _read(
    data: bytes,
    groups: tuple[str, ...],
    distribution: str,
    version: str,
    location: str,
    claims: list[Claim],
    problems: list[DiscoveryProblem],
) -> None:
    """Take the entries of `groups` out of one file; what is malformed there is a problem of its own."""

    def problem(number: int, message: str) -> None:
        problems.append(DiscoveryProblem(distribution, version, f"{location}:{number}", message))

    section = None
    for number, raw in enumerate(data.decode("utf-8").splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith(("#", ";")):
            continue
        if line.startswith("["):
            heading = _SECTION.match(line)
            section = heading["name"].strip() if heading else None
            if heading is None and any(group in line for group in groups):
                problem(number, f"{line!r} is no section heading of the form `[group]`")
            continue
        if section is None and any(group in line for group in groups):
            problem(number, f"{line!r} stands outside any section")
        if section not in groups:
            continue
        entry = _LINE.match(line)
        value = _VALUE.match(entry["value"]) if entry else None
        if entry is None or value is None:
            problem(number, f"{line!r} is no entry point of the form `name = package.module`")
            continue
        claims.append(
            Claim(section, entry["name"], value["module"], value["attr"] or "", distribution, version)
        )
