"""Read one ``entry_points.txt``: what is well-formed counts, whatever stands around it."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from g4f_lite.contract import DiscoveryProblem

__all__ = [
    "EntryPointClaim",
    "parse",
]


_VALUE = r"(?P<module>\w+(?:\.\w+)*)\s*(?::\s*(?P<attr>\w+(?:\.\w+)*))?\s*(?:\[[^\]]*\])?"

_BOM = b"\xef\xbb\xbf"
"""Not left to the encoding "utf-8-sig", which is a module to import."""


class EntryPointClaim(NamedTuple):
    """One entry point: a distribution says that `name` is at `module` (and there, at `attr`).

    Attributes:
        location: ``file:line`` where it says so, `""` if it says so in no file.
    """

    group: str
    name: str
    module: str
    attr: str
    distribution: str
    version: str
    location: str = ""

    @property
    def target(self) -> str:
        """The entry point's value."""
        return f"{self.module}:{self.attr}" if self.attr else self.module


class _Reading:
    """What has been found so far, and where the reader stands."""

    def __init__(self, distribution: str, version: str, location: str) -> None:
        self.distribution = distribution
        self.version = version
        self.location = location
        self.claims: dict[tuple[str, str], EntryPointClaim] = {}
        self.problems: list[DiscoveryProblem] = []
        self.number = 0

    @property
    def place(self) -> str:
        return f"{self.location}:{self.number}"

    def problem(self, message: str, name: str = "") -> None:
        fix = f"Update or reinstall {self.distribution}, or tell its author."
        self.problems.append(
            DiscoveryProblem(self.distribution, self.version, self.place, message, name, fix)
        )

    def claim(self, group: str, line: str) -> None:
        name, _, value = map(str.strip, line.partition("="))
        target = _target(value) if name else None
        if target is None:
            self.problem(f"{line!r} is no entry point of the form `name = package.module`", name)
            return
        claim = EntryPointClaim(group, name, *target, self.distribution, self.version, self.place)
        first = self.claims.setdefault((group, claim.name), claim)
        if first.target != claim.target:
            self.problem(f"{claim.name!r} is given twice, first as {first.target}", claim.name)


def _target(value: str) -> tuple[str, str] | None:
    """Return the module and the attribute that an entry point names, None if it names none."""
    module, colon, attr = value.partition(":")
    module, attr = module.rstrip(), attr.lstrip()
    if _is_dotted(module) and (_is_dotted(attr) or not colon):  # nearly every one
        return module, attr
    match = re.fullmatch(_VALUE, value)
    return match and (match["module"], match["attr"] or "")


def _is_dotted(name: str) -> bool:
    return name.isidentifier() or all(map(str.isidentifier, name.split(".")))


def parse(
    data: bytes, groups: tuple[str, ...], *, distribution: str, version: str, location: str
) -> tuple[list[EntryPointClaim], list[DiscoveryProblem]]:
    """Take the entries of `groups` out of one file; each malformed line is a problem of its own."""
    reading = _Reading(distribution, version, location)
    section: str | None = None
    for reading.number, line in _lines(data):
        if line.startswith("["):
            inner = line[1:-1]
            whole = line.endswith("]") and "[" not in inner and "]" not in inner
            section = inner.strip() if whole else None
            if not whole and _is_about(groups, line):
                reading.problem(f"{line!r} is no section heading of the form `[group]`")
        elif section in groups:
            reading.claim(section, line)
        elif section is None and _is_about(groups, line):
            reading.problem(f"{line!r} stands outside any section")
    return list(reading.claims.values()), reading.problems


def _is_about(groups: tuple[str, ...], line: str) -> bool:
    return any(group in line for group in groups)


def _lines(data: bytes) -> Iterator[tuple[int, str]]:
    """Yield the lines that say something, with their numbers.

    Bytes that are no UTF-8 become backslash escapes, which no well-formed entry has: they spoil their
    own line and no other.
    """
    for number, raw in enumerate(data.removeprefix(_BOM).decode("utf-8", "backslashreplace").splitlines(), 1):
        line = raw.strip()
        if line and not line.startswith(("#", ";")):
            yield number, line
