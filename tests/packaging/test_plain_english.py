"""The worn phrases in docstrings, comments and docs: their number may only go down."""

from pathlib import Path

import pytest
from worn_phrases import FOLDERS, ROOT, phrases_in

MOST = {"g4f_lite": 29, "providers": 14, "tests": 77, "docs": 15, "README.md": 0}
"""How many each folder has. Lower a number when a change removes some; never raise one."""


@pytest.mark.parametrize("folder", FOLDERS)
def test_worn_phrases_only_become_fewer(folder: str) -> None:
    """A folder has as many worn phrases as the table says: one more fails, and one less lowers the table."""
    found = [f"{p.file.relative_to(ROOT)}:{p.line}: {p.phrase}: {p.text}" for p in phrases_in(ROOT / folder)]
    assert len(found) <= MOST[folder], "\n".join(found[-40:])
    assert len(found) == MOST[folder], f"Lower MOST[{folder!r}] to {len(found)}"


def test_each_kind_of_text_is_read(tmp_path: Path) -> None:
    """Docstrings, attribute strings, comments and prose count; code and quoted words do not."""
    (tmp_path / "a.py").write_text('"""Nobody."""\nx = "nobody"\n"""Whoever."""\n# told, but not `told`\n')
    (tmp_path / "b.md").write_text("Likewise.\n```\nnobody\n```\n")
    assert [found.phrase for found in phrases_in(tmp_path)] == ["Nobody", "Whoever", "told", "Likewise"]
