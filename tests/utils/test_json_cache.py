"""A JSON cache file never fails the caller, whatever is wrong with the disk or the file."""

import stat
from pathlib import Path

import pytest

from g4f_lite._utils.json_cache import JsonCache


def test_a_value_is_read_back(tmp_path: Path) -> None:
    """`write` creates the folder and a file that only its owner can read."""
    path = tmp_path / "new" / "cache.json"
    cache = JsonCache(lambda: path)
    assert cache.read() is None
    assert cache.write({"a": ["é", 1, None]})
    assert cache.read() == {"a": ["é", 1, None]}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [item.name for item in path.parent.iterdir()] == ["cache.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_file_has_no_value(tmp_path: Path, content: bytes) -> None:
    """A file that is not JSON, not text or nested too deep reads as None, and can be replaced."""
    path = tmp_path / "cache.json"
    path.write_bytes(content)
    cache = JsonCache(lambda: path)
    assert cache.read() is None
    assert cache.write(1)
    assert cache.read() == 1


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    """`max_bytes` is the size of the largest file that is read."""
    path = tmp_path / "cache.json"
    path.write_bytes(b"12345")
    assert JsonCache(lambda: path, max_bytes=5).read() == 12345
    assert JsonCache(lambda: path, max_bytes=4).read() is None


def test_a_path_that_cannot_be_used_is_not_an_error(tmp_path: Path) -> None:
    """A folder that is a file, a path with a null byte and a user without a home folder yield no value."""
    blocked = tmp_path / "file"
    blocked.write_text("")

    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    for locate in (lambda: blocked / "cache.json", lambda: Path("a\0b") / "cache.json", no_home):
        assert JsonCache(locate).read() is None
        assert not JsonCache(locate).write(1)
