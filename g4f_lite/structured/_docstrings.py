"""What a docstring says: its first paragraph, and a line about each parameter.

The styles of Google, NumPy and Sphinx are read.
"""

import inspect
import re
from typing import Any, NamedTuple

__all__ = ["Docstring", "docstring_of", "read_docstring"]

_GOOGLE = re.compile(r"^(?:Args|Arguments|Parameters|Attributes|Keyword Args|Keyword Arguments):\s*$")
_GOOGLE_ENTRY = re.compile(r"^(\s+)\*{0,2}([A-Za-z_]\w*)\s*(?:\([^)]*\))?:\s*(.*)$")
_NUMPY = re.compile(r"^(?:Parameters|Other Parameters|Attributes)\s*$")
_NUMPY_ENTRY = re.compile(r"^\*{0,2}([A-Za-z_][\w, ]*?)\s*(?::.*)?$")
_SPHINX_ENTRY = re.compile(
    r"^:(?:param|parameter|arg|argument|key|ivar|var)\s+(?:[^:]*\s)?\*{0,2}(\w+)\s*:\s*(.*)$"
)
_UNDERLINE = re.compile(r"^\s*-{3,}\s*$")


class Docstring(NamedTuple):
    """The parts of a docstring that a model is told.

    Attributes:
        summary: the first paragraph, on one line.
        parameters: what is said about each.
    """

    summary: str
    parameters: dict[str, str]


def docstring_of(owner: Any) -> Docstring:
    """Return what the docstring of a function or class says; what Python wrote itself says nothing."""
    text = inspect.getdoc(owner) or ""
    name = getattr(owner, "__name__", "")
    if isinstance(owner, type) and (owner.__doc__ is None or text.startswith(f"{name}(")):
        return Docstring("", {})  # inherited, or the signature that dataclasses and named tuples get
    return read_docstring(text)


def read_docstring(text: str) -> Docstring:
    """Return the parts of a docstring, as `inspect.cleandoc` leaves it."""
    lines = text.splitlines()
    parameters: dict[str, list[str]] = {}
    for place, line in enumerate(lines):
        if _GOOGLE.match(line):
            _read_google(lines[place + 1 :], parameters)
        elif _NUMPY.match(line) and place + 1 < len(lines) and _UNDERLINE.match(lines[place + 1]):
            _read_numpy(lines[place + 2 :], parameters)
        elif match := _SPHINX_ENTRY.match(line):
            parameters[match[1]] = [match[2], *_indented(lines[place + 1 :])]
    return Docstring(_summary(lines), {name: _joined(parts) for name, parts in parameters.items()})


def _summary(lines: list[str]) -> str:
    first: list[str] = []
    for line in lines:
        if not line.strip() or _GOOGLE.match(line) or _SPHINX_ENTRY.match(line):
            break
        first.append(line)
    return "" if len(first) > 1 and _UNDERLINE.match(first[1]) else _joined(first)


def _read_google(lines: list[str], parameters: dict[str, list[str]]) -> None:
    indent: str | None = None
    current: list[str] | None = None
    for line in lines:
        if line.strip() and not line[0].isspace():
            return
        match = _GOOGLE_ENTRY.match(line)
        if match and (indent is None or match[1] == indent):
            indent = match[1]
            current = parameters[match[2]] = [match[3]]
        elif current is not None:
            current.append(line)


def _read_numpy(lines: list[str], parameters: dict[str, list[str]]) -> None:
    for place, line in enumerate(lines):
        if place + 1 < len(lines) and _UNDERLINE.match(lines[place + 1]):
            return
        match = _NUMPY_ENTRY.match(line)
        if match:
            for name in match[1].split(","):
                parameters[name.strip()] = _indented(lines[place + 1 :])


def _indented(lines: list[str]) -> list[str]:
    found = []
    for line in lines:
        if line.strip() and not line[0].isspace():
            break
        found.append(line)
    return found


def _joined(lines: list[str]) -> str:
    return " ".join(" ".join(lines).split())
