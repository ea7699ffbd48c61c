"""Constants that are read from the source, and their cache."""

import ast
import json
import os
import sys
import threading
import time
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4f_lite._core.registry.static_metadata import MetadataCache, read_constants
from g4f_lite._core.validation.constants import StaticMetadata
from g4f_lite._utils.module_source import find_assignment_line, find_source

SOURCE = 'url = "u"\nmodel = ["m"]\nsupports_stream = True\nneeds_auth = False\n'
VALUES = {"url": "u", "model": ["m"], "supports_stream": True, "needs_auth": False}


@settings(deadline=None)
@given(st.one_of(st.text(), st.binary()))
def test_any_source_can_be_read(source: Any) -> None:
    """No text and no bytes make the reading of constants raise."""
    read_constants(source)


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *SOURCE.splitlines(),
                "model = x",
                "model = ()",
                "url = b'x'",
                "url: str = 'v'",
                "url: str",
                "model += ['n']",
                "a = model = ['o']",
                "model, url = 1, 2",
                "def f():\n    url = 'w'",
                "working = None",
                "if x:\n    url = 'z'",
            ]
        )
    )
)
def test_what_is_read_is_what_a_run_would_assign(lines: list[str]) -> None:
    """Each constant read is a valid literal that the source assigns at its top level."""
    read = read_constants("\n".join(lines))
    assert set(read.values) <= {"url", "model", "supports_stream", "needs_auth"}
    assert all(type(value) in (str, list, bool) and value not in ([], None) for value in read.values.values())
    assert read.is_complete == (len(read.values) == 4)


@pytest.mark.parametrize(
    "source",
    [
        "# coding: no-such-encoding\nurl = 1",
        b"# coding: hex\nurl = 1",
        b"url = '\xff'",
        "url = '\0'",
        "(" * 500,
        "-" * 5000 + "1",
        "x = " + "[" * 3000 + "]" * 3000,
        "model = " + "[" * 90 + "]" * 90,
        "url = 'a' 'b' + 1 * (",
        b"\xef\xbb\xbfurl = 'u'",
    ],
)
def test_sources_that_trouble_the_parser(source: Any) -> None:
    """Unknown encodings, null bytes and deep nesting give unknown constants, not an exception."""
    assert not read_constants(source).is_complete


def test_reading_leaves_the_process_as_it_was() -> None:
    """Sources that cause warnings are read without a warning, and the warning filters stay."""
    source = SOURCE + 'pattern = "\\d"\nx = 1if 1else 2\n'
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        filters = list(warnings.filters)
        assert read_constants(source).values == VALUES
        assert list(warnings.filters) == filters
    assert caught == []


def test_threads_read_sources_one_after_another(monkeypatch: Any) -> None:
    """Suppressing warnings changes the process's filters: two threads at once would leave them changed."""
    inside, most, real = [], [], ast.parse

    def slow(source: Any) -> Any:
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.002)
        inside.pop()
        return real(source)

    monkeypatch.setattr(ast, "parse", slow)
    filters = list(warnings.filters)
    threads = [threading.Thread(target=read_constants, args=(SOURCE,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(most), set(most)) == (8, {1})
    assert list(warnings.filters) == filters


def test_a_lone_string_or_a_tuple_for_model_is_read_as_a_list() -> None:
    """A value that the loader accepts with a warning has the contract's type before the import already."""
    assert read_constants('model = "m"').values["model"] == ["m"]
    assert read_constants('model = ("m", "n")').values["model"] == ["m", "n"]


# --- objects of a module ------------------------------------------------------------------------------

ROWS = """
from somewhere import Service
BASE = {"x": 1}
one = Service("one", url="u", model=["m"], supports_stream=True, needs_auth=False, inputs=["image"], quirk=len)
two: Service = make.Service(**BASE, url="v", model=("m", "n"), needs_auth=bool(1), embedding_model="e")
one_more = three = Service(url="w")
four = Service(url="x")
four = None
five = [Service(url="y")]
if BASE:
    six = Service(url="z")
seven = Service(inputs=["video"], any_model=1, auth_env="no name", working=False, embedding_model=[])
eight = Service(auth_env_also=["B", "A", "B"], address_env=["no name"])
"""


def test_an_object_of_a_module_is_known_by_the_call_that_makes_it() -> None:
    """The literal keyword arguments of a top-level call are the constants; other arguments are left out."""
    assert read_constants(ROWS).values == {}
    assert read_constants(ROWS, "one").values == {**VALUES, "inputs": ["image"]}
    assert read_constants(ROWS, "one").is_complete
    assert read_constants(ROWS, "two").values == {"url": "v", "model": ["m", "n"], "embedding_model": ["e"]}
    assert not read_constants(ROWS, "two").is_complete
    assert read_constants(ROWS, "one_more").values == read_constants(ROWS, "three").values == {"url": "w"}
    assert read_constants(ROWS, "seven").values == {"working": False, "embedding_model": []}
    assert read_constants(ROWS, "eight").values == {"auth_env_also": ["B", "A"]}
    for name in ("four", "five", "six", "nine", "one.url", "BASE"):
        assert read_constants(ROWS, name) == read_constants("")


def test_a_module_of_many_objects_is_parsed_once(site: Any, monkeypatch: Any) -> None:
    """All objects of a file, and the module, are known after it is parsed once, in the next process too."""
    file = str(site.module("of_rows", ROWS + SOURCE))
    cache = MetadataCache()
    assert cache.read(file, "one").is_complete
    cache.save()
    monkeypatch.setattr(
        "g4f_lite._core.registry.static_metadata.parse_source", lambda source: pytest.fail("parsed again")
    )
    for known in (cache, MetadataCache()):
        assert known.read(file).values == VALUES
        assert known.read(file, "three").values == {"url": "w"}
        assert known.read(file, "nobody") == StaticMetadata()
    stored = json.loads(cache_file().read_bytes())["files"][file][1]
    assert set(stored) == {"", "one", "two", "one_more", "three", "seven", "eight"}


@pytest.mark.parametrize("literal", ["b'x'", "{1}", "1j", "...", "10**5000", "{'a': {b'': 2}}"])
def test_literals_that_json_does_not_have_are_not_stored(site: Any, literal: str) -> None:
    """Literals of types that no constant has are left out of the cache, which can still be written."""
    file = str(site.module("odd_literals", f"url = {literal}\nx = S(url={literal}, model=['m'])\n"))
    cache = MetadataCache()
    assert cache.read(file).values == {}
    cache.save()
    assert MetadataCache().read(file, "x").values == {"model": ["m"]}


# --- the source's file ------------------------------------------------------------------------------


def test_the_source_of_a_module_is_found_without_importing_its_packages(site: Any) -> None:
    """Plain modules, packages, namespace packages and mixtures of them are found, and nothing is imported."""
    for name in ("found_plain", "found_space.inner.deep", "found_pack.sub.leaf"):
        site.module(name, SOURCE)
    for package in ("found_pack", "found_pack/sub"):
        (site.folder / package / "__init__.py").write_text("raise RuntimeError('imported')")
    before = set(sys.modules)
    assert find_source("found_plain") == str(site.folder / "found_plain.py")
    assert find_source("found_space.inner.deep") == str(site.folder / "found_space" / "inner" / "deep.py")
    assert find_source("found_pack.sub.leaf") == str(site.folder / "found_pack" / "sub" / "leaf.py")
    assert find_source("found_pack.sub") == str(site.folder / "found_pack" / "sub" / "__init__.py")
    assert set(sys.modules) == before


def test_a_namespace_package_is_searched_in_all_its_folders(
    site: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    """Both of two distributions that share a namespace are found."""
    site.module("shared_space.inner.one", SOURCE)
    site.folder = tmp_path / "second"
    file = site.module("shared_space.inner.two", SOURCE)
    monkeypatch.setattr(sys, "path", [*sys.path, str(site.folder)])
    assert find_source("shared_space.inner.two") == str(file)


@pytest.mark.parametrize(
    "name", ["no_such_module", "sys", "no_such.sub", "json.no_such", "json.no.such", "math.x"]
)
def test_a_module_without_source_has_none(name: str) -> None:
    """A module that is missing, built in, or compiled has no source."""
    assert find_source(name) is None


def test_a_broken_import_hook_hides_nothing(site: Any, monkeypatch: Any) -> None:
    """A finder that raises does not keep the others from finding the source."""

    class Broken:
        @staticmethod
        def find_spec(name: str, path: object = None, target: object = None) -> None:
            raise RuntimeError(name)

    file = site.module("behind_a_broken_hook", SOURCE)
    monkeypatch.setattr(sys, "meta_path", [Broken, object(), *sys.meta_path])
    assert find_source("behind_a_broken_hook") == str(file)


def test_the_line_of_an_assignment_is_the_last_one(site: Any) -> None:
    """A problem's line is that of the last assignment; it is line 1 without one, or without a readable file."""
    file = site.module("lines", "a = 1\nurl = 2\nurl: int = 3\n")
    assert [find_assignment_line(str(file), name) for name in ("url", "a", "model", "")] == [3, 1, 1, 1]
    assert find_assignment_line(str(file.with_name("gone.py")), "url") == 1


# --- the cache ----------------------------------------------------------------------------------------


def cache_file() -> Path:
    """The path of the cache; the tests have a temporary folder for it."""
    return Path(os.environ["G4F_LITE_CACHE"]) / "providers.json"


def test_an_unchanged_file_is_parsed_once(site: Any, monkeypatch: Any) -> None:
    """An unchanged file is not parsed again, in this process or in the next."""
    file = str(site.module("remembered", SOURCE))
    first = MetadataCache()
    assert first.read(file).values == VALUES
    first.save()
    monkeypatch.setattr(
        "g4f_lite._core.registry.static_metadata.parse_source", lambda source: pytest.fail("parsed again")
    )
    assert first.read(file).values == VALUES
    assert MetadataCache().read(file).is_complete


def test_a_changed_file_is_read_again(site: Any) -> None:
    """A changed file with the same size and modification time is read again."""
    file = site.module("changing", SOURCE)
    os.utime(file, ns=(1, 1))
    cache = MetadataCache()
    assert cache.read(str(file)).values["model"] == ["m"]
    file.write_text(SOURCE.replace('"m"', '"n"'))
    os.utime(file, ns=(1, 1))
    assert cache.read(str(file)).values["model"] == ["n"]


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b'{"format": 3}',
        b'{"format": 3, "files": []}',
        b'{"format": 3, "files": {"x": 1}}',
        b'{"format": 3, "files": {"x": [[1], 2]}}',
        b'{"format": 3, "files": {"x": [[1], {"": 2}]}}',
        b'{"format": 99, "files": {}}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_cache_is_replaced(site: Any, stored: bytes) -> None:
    """Whatever the cache file contains, constants are read, and the file is valid afterwards."""
    cache_file().parent.mkdir(parents=True)
    cache_file().write_bytes(stored)
    file = str(site.module("behind_damage", SOURCE))
    cache = MetadataCache()
    assert cache.read(file).values == VALUES
    cache.save()
    assert json.loads(cache_file().read_bytes())["files"][file][1] == {"": VALUES}


def test_invalid_values_in_the_cache_are_dropped(site: Any) -> None:
    """Values of another type in the cache file are dropped."""
    file = site.module("poisoned", SOURCE)
    cache = MetadataCache()
    cache.read(str(file))
    cache.save()
    stored = json.loads(cache_file().read_bytes())
    stored["files"][str(file)][1] = {"": {"url": 5, "model": "m", "evil": "x"}}
    cache_file().write_text(json.dumps(stored))
    assert MetadataCache().read(str(file)).values == {"model": ["m"]}


@pytest.mark.parametrize("kind", ["a file in the way", "no home"])
def test_reading_works_without_a_cache(site: Any, monkeypatch: Any, kind: str, tmp_path: Path) -> None:
    """Without a cache folder or a home folder, only the cache is missing."""
    if kind == "no home":
        monkeypatch.setattr(Path, "home", lambda: (_ for _ in ()).throw(RuntimeError("no home")))
        monkeypatch.delenv("G4F_LITE_CACHE")
        monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    else:
        (tmp_path / "cache").write_text("in the way")
    cache = MetadataCache()
    assert cache.read(str(site.module("not_stored", SOURCE))).is_complete
    cache.save()


def test_files_that_are_missing_or_too_large_are_unknown(site: Any) -> None:
    """A missing file and one beyond a megabyte give no constants."""
    file = site.module("large", SOURCE + "#" * 1_000_001)
    cache = MetadataCache()
    assert not cache.read(str(file)).values
    assert not cache.read(str(file.with_name("gone.py"))).values


def test_threads_may_read_and_save_at_once(site: Any) -> None:
    """One cache serves many threads that read new files and save."""
    files = [str(site.module(f"thread_{number}", SOURCE)) for number in range(40)]
    cache, errors = MetadataCache(), []

    def work() -> None:
        try:
            for file in files:
                cache.read(file)
                cache.save()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(json.loads(cache_file().read_bytes())["files"]) == 40
    assert [item.name for item in cache_file().parent.iterdir()] == ["providers.json"]
