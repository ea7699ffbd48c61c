"""A parser of ``entry_points.txt`` that takes every well-formed line, whatever the other lines are."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from g4f_lite.contract import DiscoveryProblem

__all__ = [
    "EntryPointClaim",
    "parse_entry_points",
]


_VALUE = r"(?P<module>\w+(?:\.\w+)*)\s*(?::\s*(?P<attr>\w+(?:\.\w+)*))?\s*(?:\[[^\]]*\])?"

_BOM = b"\xef\xbb\xbf"
"""Removed here and not by the encoding "utf-8-sig", which would be one more module to import."""


class EntryPointClaim(NamedTuple):
    """One entry point: a distribution claims that `name` is the module `module`, or its object `attr`.

    Attributes:
        location: ``file:line`` of the entry point, or `""` if it is in no file.
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
        """The value of the entry point."""
        return f"{self.module}:{self.attr}" if self.attr else self.module


class _EntryPointParser:
    """The claims and problems of one file so far, and the number of the current line."""

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

    def add_problem(self, message: str, name: str = "") -> None:
        fix = f"Update or reinstall {self.distribution}, or tell its author."
        self.problems.append(
            DiscoveryProblem(self.distribution, self.version, self.place, message, name, fix)
        )

    def parse_line(self, group: str, line: str) -> None:
        name, _, value = map(str.strip, line.partition("="))
        target = _parse_target(value) if name else None
        if target is None:
            self.add_problem(f"{line!r} is no entry point of the form `name = package.module`", name)
            return
        claim = EntryPointClaim(group, name, *target, self.distribution, self.version, self.place)
        first = self.claims.setdefault((group, claim.name), claim)
        if first.target != claim.target:
            self.add_problem(f"{claim.name!r} is given twice, first as {first.target}", claim.name)


def _parse_target(value: str) -> tuple[str, str] | None:
    """Return the module and the attribute that an entry point names, or None if the value is malformed."""
    module, colon, attr = value.partition(":")
    module, attr = module.rstrip(), attr.lstrip()
    if _is_dotted_name(module) and (_is_dotted_name(attr) or not colon):  # nearly every one, without `re`
        return module, attr
    match = re.fullmatch(_VALUE, value)
    return match and (match["module"], match["attr"] or "")


def _is_dotted_name(name: str) -> bool:
    return name.isidentifier() or all(map(str.isidentifier, name.split(".")))


def parse_entry_points(
    data: bytes, groups: tuple[str, ...], *, distribution: str, version: str, location: str
) -> tuple[list[EntryPointClaim], list[DiscoveryProblem]]:
    """Return the claims of `groups` in one file, and a problem for each malformed line about them."""
    parser = _EntryPointParser(distribution, version, location)
    section: str | None = None
    for parser.number, line in _iter_lines(data):
        if line.startswith("["):
            inner = line[1:-1]
            is_heading = line.endswith("]") and "[" not in inner and "]" not in inner
            section = inner.strip() if is_heading else None
            if not is_heading and _is_about(groups, line):
                parser.add_problem(f"{line!r} is no section heading of the form `[group]`")
        elif section in groups:
            parser.parse_line(section, line)
        elif section is None and _is_about(groups, line):
            parser.add_problem(f"{line!r} stands outside any section")
    return list(parser.claims.values()), parser.problems


def _is_about(groups: tuple[str, ...], line: str) -> bool:
    return any(group in line for group in groups)


def _iter_lines(data: bytes) -> Iterator[tuple[int, str]]:
    """Yield the lines that are neither empty nor comments, with their numbers.

    Bytes that are not UTF-8 become backslash escapes, which no well-formed entry has. They spoil their own
    line and no other.
    """
    text = data.removeprefix(_BOM).decode("utf-8", "backslashreplace")
    for number, raw_line in enumerate(text.splitlines(), 1):
        line = raw_line.strip()
        if line and not line.startswith(("#", ";")):
            yield number, line
