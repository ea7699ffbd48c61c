"""Tables on standard output: fitted into a terminal, whole anywhere else."""

from collections.abc import Sequence

from g4f_lite.cli.terminal.console import OUT

__all__ = ["show_table"]

_GAP = "  "
_NARROWEST = 8
_LAST_NARROWEST = 14


def show_table(headings: Sequence[str], rows: Sequence[Sequence[str]], styles: Sequence[str] = ()) -> None:
    """Write a table whose cells are foreign text.

    On a terminal, cells that are too wide are cut, except those of the last column, which are wrapped.

    Args:
        headings: the columns' names.
        rows: the cells.
        styles: a style for each row.
    """
    folded = [[" ".join(cell.split()) for cell in row] for row in rows]
    widths = [max(map(_width, column)) for column in zip(headings, *folded, strict=True)]
    if OUT.width is not None:
        widths = _fitted(widths, OUT.width)
    _show_row(headings, widths, "bold")
    for number, row in enumerate(folded):
        _show_row(row, widths, styles[number] if styles else "")


def _fitted(widths: list[int], columns: int) -> list[int]:
    """Take from the widest column until all fit, or until no column can give any more."""
    fitted = list(widths)
    least = [min(width, _NARROWEST) for width in widths]
    least[-1] = min(widths[-1], _LAST_NARROWEST)
    while sum(fitted) + len(_GAP) * (len(fitted) - 1) > columns:
        givers = [number for number, width in enumerate(fitted) if width > least[number]]
        if not givers:
            break
        fitted[max(givers, key=lambda number: fitted[number])] -= 1
    return fitted


def _show_row(cells: Sequence[str], widths: Sequence[int], style: str) -> None:
    *heads, last = cells
    start = _GAP.join(_padded(_cut(cell, width), width) for cell, width in zip(heads, widths, strict=False))
    lines = _wrapped(last, widths[-1])
    indent = " " * (sum(widths[:-1]) + len(_GAP) * len(heads))
    for number, line in enumerate(lines):
        text = (f"{start}{_GAP}{line}" if number == 0 else f"{indent}{line}").rstrip()
        OUT.line(text, style)


def _wrapped(text: str, width: int) -> list[str]:
    if OUT.width is None or _width(text) <= width:
        return [text]
    from textwrap import wrap

    return wrap(text, max(width, 1)) or [""]


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _cut(text: str, width: int) -> str:
    if _width(text) <= width:
        return text
    dots = "…" if OUT.encoding.startswith("utf") else "..."
    while text and _width(text) + len(dots) > width:
        text = text[:-1]
    return text + dots


def _width(text: str) -> int:
    """Return how many columns a terminal gives the text."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)
