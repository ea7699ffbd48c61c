"""Plugins that would harm the others by their mere presence."""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from g4f_lite import InvalidProviderError, ProviderNotFoundError, Registry
from g4f_lite._core.registry.static_metadata import MetadataCache, read_constants
from g4f_lite._utils.module_source import find_assignment_line, parse_source
from g4f_lite.contract import Verdict

FACTS = 'url = "u"\nsupports_stream = True\nneeds_auth = False\n'


def found(verdict: Verdict) -> list[str]:
    """The kinds of what is wrong."""
    return [problem.kind for problem in verdict.problems]


def within(seconds: float, step: Callable[[], Any]) -> Any:
    """What `step` returns; a failure if that takes too long."""
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(step()), daemon=True)
    thread.start()
    thread.join(seconds)
    assert results, "it hangs"
    return results[0]


# --- the name of the key's variable -----------------------------------------------------------------


@pytest.mark.parametrize("variable", ["", "\ud800", "A=B", "A\0B", "1A", "Ä", "A B", "A\n"])
def test_a_variable_that_no_environment_can_have(variable: str, empty: Registry, make_provider: Any) -> None:
    """`os.environ.get` raises for such names; they are wrong, in the module and in the source."""
    assert found(empty.judge(make_provider(auth_env=variable), "x")) == ["wrong-constant"]
    source = f"{FACTS}model = ['m']\nauth_env = {variable!a}\n"
    assert "auth_env" not in read_constants(source).values


def test_a_wrong_variable_harms_nobody_else(site: Any, fresh: Registry) -> None:
    """Routing passes such a provider over."""
    source = f"{FACTS.replace('False', 'True')}model = ['m']\nauth_env = '\\ud800'\n"
    site.plugin("odd_variable", source)
    (info,) = (info for info in fresh.infos() if info.name == "odd_variable")
    assert info.auth_env is None


# --- sources ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("deep", ["+1" * 150_000, "+1" * 31_000, ".a" * 31_000])
def test_deep_expressions_are_survived(deep: str, site: Any) -> None:
    """CPython 3.10 ends the process when it turns a deep expression into a tree."""
    source = f"{FACTS}model = 1{deep}\n" if deep.startswith("+") else f"{FACTS}model = x{deep}\n"
    file = site.module("deep", source)
    assert not within(20, lambda: MetadataCache().read(str(file))).is_complete
    assert find_assignment_line(str(file), "model") in (1, 4)
    parse_source(source)


def test_what_is_no_plain_file_is_no_source(tmp_path: Any) -> None:
    """A folder or a pipe instead of a file is not waited for."""
    assert find_assignment_line(str(tmp_path), "model") == 1
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.py")
        assert within(5, lambda: find_assignment_line(str(tmp_path / "pipe.py"), "model")) == 1
        assert not within(5, lambda: MetadataCache().read(str(tmp_path / "pipe.py"))).is_complete


# --- metadata ---------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_instead_of_entry_points_is_named(site: Any, fresh: Registry) -> None:
    """Nobody waits for a writer; the file is a problem, and the others are found."""
    file = site.distribution("piped", "") / "entry_points.txt"
    file.unlink()
    os.mkfifo(file)
    site.plugin("not_piped")
    assert "not_piped" in within(5, fresh.names)
    (problem,) = (item for item in fresh.discovery_problems() if item.distribution == "piped")
    assert "it is no plain file" in problem.message


def test_a_name_cannot_look_like_anothers_full_name(site: Any, fresh: Registry) -> None:
    """An entry point called like a built-in's full name is listed as invalid, and never found by that."""
    site.distribution("hijack", "[g4f_lite.providers]\ng4f-lite:local = hijack\nNo_Name = hijack\n")
    site.module("hijack")
    assert fresh.get("g4f-lite:local").builtin
    assert fresh.info("g4f-lite:local").builtin
    assert {"g4f-lite:local", "No_Name"}.isdisjoint(fresh.names())
    infos = {info.name: info for info in fresh.infos() if info.distribution == "hijack"}
    assert set(infos) == {"hijack:g4f-lite:local", "hijack:No_Name"}
    for name, info in infos.items():
        assert info.state == "invalid"
        assert "is no provider name" in info.reason
        with pytest.raises(InvalidProviderError):
            fresh.get(name)
    with pytest.raises(ProviderNotFoundError, match="hijack:No_Name"):
        fresh.get("No_Name")


def test_an_absent_installation_is_said(monkeypatch: Any, tmp_path: Any) -> None:
    """When not even the built-in providers are found, g4f-lite is not installed for this Python."""
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.setattr(sys, "meta_path", [])
    with pytest.raises(ProviderNotFoundError, match="pip install g4f-lite"):
        Registry().get("local")


# --- models -----------------------------------------------------------------------------------------


class Endless(list[str]):
    """A list that never ends, to who iterates over it."""

    def __iter__(self) -> Iterator[str]:
        while True:
            yield "again"

    def __len__(self) -> int:
        raise RuntimeError


def test_an_endless_list_is_read_as_what_it_holds(empty: Registry, make_provider: Any) -> None:
    """A subclass may iterate as it likes; what counts is the list that it is."""
    loaded = within(5, lambda: empty.register(make_provider(model=Endless(["one", "two"])), name="x"))
    assert loaded.models == ("one", "two")
    assert loaded.verdict.valid


@pytest.mark.parametrize(
    ("literal", "models"),
    [
        ("['b', 'a', 'b']", ["b", "a"]),
        ("('b', 'a')", ["b", "a"]),
        ("{'b', 'a'}", ["a", "b"]),
        ("'a'", ["a"]),
        ("[]", None),
        ("''", None),
        ("['']", None),
        ("{'a': 1}", None),
        ("[1]", None),
        ("b'a'", None),
    ],
)
def test_source_and_module_agree_on_models(
    literal: str, models: list[str] | None, empty: Registry, make_provider: Any
) -> None:
    """What `model` may be is the same before the import and after it."""
    assert read_constants(f"{FACTS}model = {literal}\n").values.get("model") == models
    verdict = empty.judge(make_provider(model=eval(literal)), "x")
    assert verdict.usable is (models is not None)


# --- classes ----------------------------------------------------------------------------------------


class Provider:
    """What should have been instantiated."""

    url = "u"
    model = ("m",)
    supports_stream = True
    needs_auth = True
    params = ""

    def _create_completion(self, model: str, messages: list, stream: bool) -> Iterator[str]:
        yield "Hello"

    async def _acreate_completion(self, model: str, messages: list, stream: bool) -> Any:
        yield "Hello"

    def g4f_lite_before_request(self, request: Any) -> None:
        """A hook, of an instance."""


def test_a_class_is_told_from_its_instance(empty: Registry) -> None:
    """A class with methods is one problem that says what to write; its functions are not judged."""
    verdict = empty.judge(Provider, "x")
    assert found(verdict) == ["model-not-list", "class-not-instance"]
    assert "provider = Provider()" in verdict.problems[1].fix
    assert not verdict.usable
    assert "class-not-instance" not in found(empty.judge(Provider(), "x"))


def test_a_class_of_static_methods_is_fine(empty: Registry, make_provider: Any) -> None:
    """A class may be the provider itself, when its functions need no instance."""
    static = type("Static", (), {**vars(make_provider()), "_create_completion": staticmethod(_create)})
    assert found(empty.judge(static, "x")) == []


def _create(model: str, messages: list, stream: bool, **kwargs: Any) -> Iterator[str]:
    yield "Hello"
