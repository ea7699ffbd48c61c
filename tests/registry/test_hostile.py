"""Plugins that could harm others by their mere presence."""

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


def problem_kinds(verdict: Verdict) -> list[str]:
    """The kinds of the problems."""
    return [problem.kind for problem in verdict.problems]


def within(seconds: float, step: Callable[[], Any]) -> Any:
    """The result of `step`; the test fails if that takes too long."""
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(step()), daemon=True)
    thread.start()
    thread.join(seconds)
    assert results, "it hangs"
    return results[0]


# --- the name of the key's variable -----------------------------------------------------------------


@pytest.mark.parametrize("variable", ["", "\ud800", "A=B", "A\0B", "1A", "Ä", "A B", "A\n"])
def test_a_variable_that_no_environment_can_have(variable: str, empty: Registry, make_provider: Any) -> None:
    """`os.environ.get` raises for such names, so they are wrong, in the module and in the source."""
    assert problem_kinds(empty.judge(make_provider(auth_env=variable), "x")) == ["wrong-constant"]
    source = f"{FACTS}model = ['m']\nauth_env = {variable!a}\n"
    assert "auth_env" not in read_constants(source).values


def test_a_wrong_variable_harms_nobody_else(site: Any, fresh: Registry) -> None:
    """The resolver skips such a provider."""
    source = f"{FACTS.replace('False', 'True')}model = ['m']\nauth_env = '\\ud800'\n"
    site.plugin("odd_variable", source)
    (info,) = (info for info in fresh.infos() if info.name == "odd_variable")
    assert info.auth_env is None


# --- sources ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("deep", ["+1" * 150_000, "+1" * 31_000, ".a" * 31_000])
def test_deep_expressions_are_survived(deep: str, site: Any) -> None:
    """CPython 3.10 ends the process when it parses a deep expression, so such a source is not parsed."""
    source = f"{FACTS}model = 1{deep}\n" if deep.startswith("+") else f"{FACTS}model = x{deep}\n"
    file = site.module("deep", source)
    assert not within(20, lambda: MetadataCache().read(str(file))).is_complete
    assert find_assignment_line(str(file), "model") in (1, 4)
    parse_source(source)


def test_a_source_has_to_be_a_plain_file(tmp_path: Any) -> None:
    """A folder or a pipe at the path of a file does not block."""
    assert find_assignment_line(str(tmp_path), "model") == 1
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.py")
        assert within(5, lambda: find_assignment_line(str(tmp_path / "pipe.py"), "model")) == 1
        assert not within(5, lambda: MetadataCache().read(str(tmp_path / "pipe.py"))).is_complete


# --- metadata ---------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_instead_of_entry_points_is_named(site: Any, fresh: Registry) -> None:
    """A pipe does not block the scan; it is a problem, and the other distributions are found."""
    file = site.distribution("piped", "") / "entry_points.txt"
    file.unlink()
    os.mkfifo(file)
    site.plugin("not_piped")
    assert "not_piped" in within(5, fresh.names)
    (problem,) = (item for item in fresh.discovery_problems() if item.distribution == "piped")
    assert "it is no plain file" in problem.message


def test_a_name_cannot_imitate_a_full_name(site: Any, fresh: Registry) -> None:
    """An entry point called like a built-in's full name is listed as invalid, and never found by that name."""
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


def test_a_missing_installation_is_reported(monkeypatch: Any, tmp_path: Any) -> None:
    """Without the built-in providers, the error says that g4f-lite is not installed for this Python."""
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.setattr(sys, "meta_path", [])
    with pytest.raises(ProviderNotFoundError, match="pip install g4f-lite"):
        Registry().get("local")


# --- models -----------------------------------------------------------------------------------------


class Endless(list[str]):
    """A list with an endless iterator."""

    def __iter__(self) -> Iterator[str]:
        while True:
            yield "again"

    def __len__(self) -> int:
        raise RuntimeError


def test_an_endless_list_is_read_as_a_plain_list(empty: Registry, make_provider: Any) -> None:
    """A subclass may iterate as it likes; the items of the underlying list count."""
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
    """The values of `model` are valid or not in the same way before and after the import."""
    assert read_constants(f"{FACTS}model = {literal}\n").values.get("model") == models
    verdict = empty.judge(make_provider(model=eval(literal)), "x")
    assert verdict.usable is (models is not None)


# --- classes ----------------------------------------------------------------------------------------


class Provider:
    """A class that should have been instantiated."""

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


def test_a_class_with_methods_is_one_problem(empty: Registry) -> None:
    """A class with methods is one problem with a fix; its functions are not checked."""
    verdict = empty.judge(Provider, "x")
    assert problem_kinds(verdict) == ["model-not-list", "class-not-instance"]
    assert "provider = Provider()" in verdict.problems[1].fix
    assert not verdict.usable
    assert "class-not-instance" not in problem_kinds(empty.judge(Provider(), "x"))


def test_a_class_of_static_methods_is_fine(empty: Registry, make_provider: Any) -> None:
    """A class with functions that need no instance may be the provider."""
    static = type("Static", (), {**vars(make_provider()), "_create_completion": staticmethod(_create)})
    assert problem_kinds(empty.judge(static, "x")) == []


def _create(model: str, messages: list, stream: bool, **kwargs: Any) -> Iterator[str]:
    yield "Hello"
