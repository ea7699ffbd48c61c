"""Discovery of distributions on `sys.path`."""

import importlib.metadata
import os
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from g4f_lite._core.registry.discovery import scan_distributions
from g4f_lite._utils.text import normalize_name

GROUPS = ("g4f_lite.providers", "g4f_lite.hooks")
ENTRY = "[g4f_lite.providers]\nfound = found_module\n"


def find_claims(name: str = "found") -> list[Any]:
    """The claims of one name."""
    return [claim for claim in scan_distributions(GROUPS).claims if claim.name == name]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(), st.text().map(lambda text: text.encode("utf-8", "surrogatepass"))))
def test_no_content_of_a_file_makes_the_scan_raise(site: Any, data: bytes) -> None:
    """Whatever a distribution's file contains, the scan finds the entries of the others."""
    if not (site.folder / "other-1.0.dist-info").exists():
        site.distribution("other", ENTRY)
        site.distribution("broken", b"")
    (site.folder / "broken-1.0.dist-info" / "entry_points.txt").write_bytes(b"[g4f_lite.providers]\n" + data)
    assert len(find_claims()) >= 1


@pytest.mark.parametrize(
    ("folder", "name", "version"),
    [
        ("some_dist-1.0.dist-info", "some-dist", "1.0"),
        ("Some.Dist-1.0+local.1.dist-info", "some-dist", "1.0+local.1"),
        ("some-dist-1.0.dist-info", "some-dist", "1.0"),
        ("some_dist-1.0-py3.11.egg-info", "some-dist", "1.0"),
        ("some_dist-1.0.egg-info", "some-dist", "1.0"),
        ("some_dist.egg-info", "some-dist", "7.1"),
        ("some_dist.dist-info", "some-dist", "7.1"),
    ],
)
def test_name_and_version_come_from_the_folder(site: Any, folder: str, name: str, version: str) -> None:
    """Each form of a metadata folder's name is understood, and a missing version is read from the metadata."""
    info = site.folder / folder
    info.mkdir()
    (info / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: some-dist\nVersion: 7.1\n")
    (info / "entry_points.txt").write_text(ENTRY)
    (claim,) = find_claims()
    assert (claim.distribution, claim.version) == (name, version)
    assert claim.location == f"{info}{os.sep}entry_points.txt:2"


def test_remains_of_an_interrupted_uninstall_are_ignored(site: Any) -> None:
    """Pip's `~ame` folders claim nothing, so a name does not conflict with its own remains."""
    site.distribution("found_dist", ENTRY)
    site.distribution("~ound_dist", ENTRY)
    assert [claim.distribution for claim in find_claims()] == ["found-dist"]


def test_of_two_versions_in_one_folder_the_newer_counts(site: Any) -> None:
    """Remains of an older version neither hide the newer one in the same folder nor conflict with it."""
    old = site.distribution("found_dist", ENTRY, version="2.0")
    site.distribution("found_dist", ENTRY, version="1.9")
    os.utime(old, (1, 1))
    assert [claim.version for claim in find_claims()] == ["1.9"]
    complete = site.distribution("found_dist", ENTRY, version="1.8")
    (site.folder / "found_dist-1.9.dist-info" / "METADATA").unlink()
    assert [claim.version for claim in find_claims()] == ["1.8"]
    (complete / "entry_points.txt").unlink()
    assert find_claims() == []


def test_the_first_folder_on_the_path_hides_later_ones(site: Any, tmp_path: Path, monkeypatch: Any) -> None:
    """A distribution that is installed twice is found where imports would find it."""
    site.distribution("Found_Dist", ENTRY, version="1.0")
    site.folder = tmp_path / "second"
    site.folder.mkdir()
    site.distribution("found.dist", ENTRY, version="2.0")
    monkeypatch.setattr(sys, "path", [*sys.path, str(site.folder)])
    assert [claim.version for claim in find_claims()] == ["1.0"]


def test_the_path_may_have_any_items(site: Any, monkeypatch: Any) -> None:
    """Items of `sys.path` that are missing, files, not strings or not paths are ignored."""
    site.distribution("found_dist", ENTRY)
    (site.folder / "file").write_bytes(b"no archive")
    odd = [
        None,
        b"bytes",
        3,
        Path(),
        ["list"],
        "",
        "a\0b",
        str(site.folder / "file"),
        str(site.folder / "gone"),
    ]
    monkeypatch.setattr(sys, "path", [*odd, *sys.path])
    assert len(find_claims()) == 1


def test_a_zip_file_on_the_path_is_scanned(site: Any, tmp_path: Path, monkeypatch: Any) -> None:
    """Distributions inside an archive are found."""
    archive = tmp_path / "bundle.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("zipped-3.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: zipped\nVersion: 3.0\n")
        file.writestr("zipped-3.0.dist-info/entry_points.txt", ENTRY)
    monkeypatch.setattr(sys, "path", [str(archive), *sys.path])
    assert [(claim.distribution, claim.version) for claim in find_claims()] == [("zipped", "3.0")]


class _Distribution(importlib.metadata.Distribution):
    def __init__(self, text: Any) -> None:
        self.text = text

    def read_text(self, filename: str) -> Any:
        if isinstance(self.text, Exception):
            raise self.text
        return {"METADATA": "Name: hooked\nVersion: 4.0\n", "entry_points.txt": self.text}.get(filename)

    def locate_file(self, path: Any) -> Any:
        return path


def test_unusual_import_hooks_are_asked_too(site: Any, monkeypatch: Any) -> None:
    """Another import finder may offer distributions; one that fails, wholly or partly, affects no other."""

    class Finder:
        @staticmethod
        def find_distributions(context: Any) -> Any:
            return [_Distribution(RuntimeError("no")), _Distribution(ENTRY)]

    class Broken:
        @staticmethod
        def find_distributions(context: Any) -> Any:
            raise RuntimeError

    monkeypatch.setattr(sys, "meta_path", [Broken, Finder(), *sys.meta_path])
    assert [(claim.distribution, claim.version) for claim in find_claims()] == [("hooked", "4.0")]


def test_a_file_that_cannot_be_read_is_a_problem(site: Any) -> None:
    """A metadata file that cannot be opened is reported with a fix."""
    info = site.distribution("unreadable", "")
    (info / "entry_points.txt").unlink()
    (info / "entry_points.txt").mkdir()
    (problem,) = scan_distributions(GROUPS).problems
    assert problem.distribution == "unreadable"
    assert "cannot be read" in str(problem)
    assert "reinstall unreadable" in problem.fix


def test_a_byte_order_mark_is_ignored(site: Any) -> None:
    """A file with a byte order mark, as some editors on Windows write it, is read like any other."""
    site.distribution("found_dist", b"\xef\xbb\xbf" + ENTRY.replace("\n", "\r\n").encode())
    assert len(find_claims()) == 1
    assert scan_distributions(GROUPS).problems == ()


@settings(deadline=None)
@given(st.text(alphabet="aA-_.", min_size=1))
def test_every_spelling_of_a_name_is_one(name: str) -> None:
    """Normalizing is idempotent, and ignores case and the kind of separator."""
    assert (
        normalize_name(normalize_name(name))
        == normalize_name(name)
        == normalize_name(name.upper().replace("_", "."))
    )
