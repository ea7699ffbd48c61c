"""Tables on standard output: fitted to a terminal, complete in a pipe or a file."""

from collections.abc import Sequence

from g4f_lite.cli.terminal.console import OUT

__all__ = ["show_table"]

_GAP = "  "
_MIN_WIDTH = 8
"""Columns to which a cell is cut at most."""

_LAST_MIN_WIDTH = 14
"""Columns to which a cell of the last column is wrapped at most."""


def show_table(headings: Sequence[str], rows: Sequence[Sequence[str]], styles: Sequence[str] = ()) -> None:
    """Write a table of foreign text.

    On a terminal, cells that are too wide are cut, except those of the last column, which are wrapped.

    Args:
        headings: the names of the columns.
        rows: the cells.
        styles: the style of each row.
    """
    rows = [[" ".join(cell.split()) for cell in row] for row in rows]
    widths = [max(map(_display_width, column)) for column in zip(headings, *rows, strict=True)]
    if OUT.width is not None:
        widths = _fit_widths(widths, OUT.width)
    _show_row(headings, widths, "bold")
    for number, row in enumerate(rows):
        _show_row(row, widths, styles[number] if styles else "")


def _fit_widths(widths: list[int], columns: int) -> list[int]:
    """Shrink the widest column until the row fits in `columns`, or until no column can shrink."""
    widths = list(widths)
    minimums = [min(width, _MIN_WIDTH) for width in widths]
    minimums[-1] = min(widths[-1], _LAST_MIN_WIDTH)
    while sum(widths) + len(_GAP) * (len(widths) - 1) > columns:
        shrinkable = [number for number, width in enumerate(widths) if width > minimums[number]]
        if not shrinkable:
            break
        widths[max(shrinkable, key=lambda number: widths[number])] -= 1
    return widths


def _show_row(cells: Sequence[str], widths: Sequence[int], style: str) -> None:
    *cut_cells, last = cells
    start = _GAP.join(_pad(_cut(cell, width), width) for cell, width in zip(cut_cells, widths, strict=False))
    lines = _wrap(last, widths[-1])
    indent = " " * (sum(widths[:-1]) + len(_GAP) * len(cut_cells))
    for number, line in enumerate(lines):
        text = (f"{start}{_GAP}{line}" if number == 0 else f"{indent}{line}").rstrip()
        OUT.write_line(text, style)


def _wrap(text: str, width: int) -> list[str]:
    if OUT.width is None or _display_width(text) <= width:
        return [text]
    from textwrap import wrap

    return wrap(text, max(width, 1)) or [""]


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _display_width(text))


def _cut(text: str, width: int) -> str:
    if _display_width(text) <= width:
        return text
    ellipsis = "…" if OUT.encoding.startswith("utf") else "..."
    while text and _display_width(text) + len(ellipsis) > width:
        text = text[:-1]
    return text + ellipsis


def _display_width(text: str) -> int:
    """Return the number of columns that `text` takes on a terminal."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)
