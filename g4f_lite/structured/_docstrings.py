"""Docstrings, read for descriptions: the first paragraph, and the description of each parameter.

The styles of Google, NumPy and Sphinx are supported.
"""

import inspect
import re
from typing import Any, NamedTuple

__all__ = ["Docstring", "docstring_of", "parse_docstring"]

_GOOGLE = re.compile(r"^(?:Args|Arguments|Parameters|Attributes|Keyword Args|Keyword Arguments):\s*$")
_GOOGLE_ENTRY = re.compile(r"^(\s+)\*{0,2}([A-Za-z_]\w*)\s*(?:\([^)]*\))?:\s*(.*)$")
_NUMPY = re.compile(r"^(?:Parameters|Other Parameters|Attributes)\s*$")
_NUMPY_ENTRY = re.compile(r"^\*{0,2}([A-Za-z_][\w, ]*?)\s*(?::.*)?$")
_SPHINX_ENTRY = re.compile(
    r"^:(?:param|parameter|arg|argument|key|ivar|var)\s+(?:[^:]*\s)?\*{0,2}(\w+)\s*:\s*(.*)$"
)
_UNDERLINE = re.compile(r"^\s*-{3,}\s*$")


class Docstring(NamedTuple):
    """The parts of a docstring that are sent to a model.

    Attributes:
        summary: the first paragraph, on one line.
        parameters: the description of each parameter, by its name.
    """

    summary: str
    parameters: dict[str, str]


def docstring_of(owner: Any) -> Docstring:
    """Return the parsed docstring of a function or class; empty if Python generated the docstring."""
    text = inspect.getdoc(owner) or ""
    name = getattr(owner, "__name__", "")
    if isinstance(owner, type) and (owner.__doc__ is None or text.startswith(f"{name}(")):
        return Docstring("", {})  # inherited, or the generated signature of a dataclass or named tuple
    return parse_docstring(text)


def parse_docstring(text: str) -> Docstring:
    """Return the parts of a docstring that `inspect.cleandoc` has unindented."""
    lines = text.splitlines()
    parameters: dict[str, list[str]] = {}
    for index, line in enumerate(lines):
        if _GOOGLE.match(line):
            _read_google(lines[index + 1 :], parameters)
        elif _NUMPY.match(line) and index + 1 < len(lines) and _UNDERLINE.match(lines[index + 1]):
            _read_numpy(lines[index + 2 :], parameters)
        elif match := _SPHINX_ENTRY.match(line):
            parameters[match[1]] = [match[2], *_indented_lines(lines[index + 1 :])]
    return Docstring(_summary(lines), {name: _join_lines(parts) for name, parts in parameters.items()})


def _summary(lines: list[str]) -> str:
    paragraph: list[str] = []
    for line in lines:
        if not line.strip() or _GOOGLE.match(line) or _SPHINX_ENTRY.match(line):
            break
        paragraph.append(line)
    return "" if len(paragraph) > 1 and _UNDERLINE.match(paragraph[1]) else _join_lines(paragraph)


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
    for index, line in enumerate(lines):
        if index + 1 < len(lines) and _UNDERLINE.match(lines[index + 1]):
            return
        match = _NUMPY_ENTRY.match(line)
        if match:
            for name in match[1].split(","):
                parameters[name.strip()] = _indented_lines(lines[index + 1 :])


def _indented_lines(lines: list[str]) -> list[str]:
    block = []
    for line in lines:
        if line.strip() and not line[0].isspace():
            break
        block.append(line)
    return block


def _join_lines(lines: list[str]) -> str:
    return " ".join(" ".join(lines).split())
