"""The registry as a whole, with distributions in a folder."""

import dataclasses
import importlib
import sys
import threading
import types
from collections.abc import Iterator
from typing import Any

import pytest

from g4f_lite import (
    InvalidArgumentError,
    InvalidProviderError,
    ProviderConflictError,
    ProviderLoadError,
    ProviderNotFoundError,
    Registry,
    RegistryError,
)


def own(registry: Registry) -> list[Any]:
    """The descriptions of the providers that are not really installed."""
    return [info for info in registry.infos() if not info.builtin]


# --- look-up ----------------------------------------------------------------------------------------


def test_listing_imports_nothing(site: Any, fresh: Registry) -> None:
    """Names, descriptions and metadata of providers need no import."""
    site.plugin("looked_at")
    site.plugin("looked_at_broken", "url = 1 +")
    assert "looked_at" in fresh.names()
    assert fresh.info("looked_at").models == ("looked_at-1",)
    assert {info.state for info in own(fresh)} == {"listed"}
    assert fresh.knows("looked_at")
    assert fresh.knows("looked-at:looked_at")
    assert not fresh.knows("looked_at_not")
    assert not fresh.is_ready("looked_at")
    assert "looked_at" not in sys.modules


def test_a_provider_is_loaded_and_validated_once(site: Any, fresh: Registry) -> None:
    """The first `get` imports; later ones, by either name, return the same object."""
    site.plugin(
        "loaded_once", "import builtins\nbuiltins.loads = getattr(builtins, 'loads', 0) + 1\n" + _provider()
    )
    first = fresh.get("loaded_once")
    assert fresh.get("loaded_once") is first is fresh.get("Loaded.Once:loaded_once")
    assert fresh.is_ready("loaded_once")
    assert fresh.info("loaded_once").state == "ready"
    assert first.plugin is sys.modules["loaded_once"]
    assert importlib.import_module("builtins").__dict__.pop("loads") == 1


def _provider(name: str = "x") -> str:
    return (
        f'url = "u"\nmodel = ["{name}-1"]\nsupports_stream = True\nneeds_auth = False\nparams = ""\n'
        "def _create_completion(model: str, messages: list, stream: bool, **kwargs):\n    yield 'Hello'\n"
    )


def test_a_failure_is_kept_until_refresh(site: Any, fresh: Registry) -> None:
    """Each `get` raises the load error again, as another object and without another import; `refresh` retries."""
    file = site.plugin(
        "fails_first", "import builtins\nbuiltins.tries = getattr(builtins, 'tries', 0) + 1\nraise OSError"
    )
    errors = []
    for _ in range(3):
        with pytest.raises(ProviderLoadError) as caught:
            fresh.get("fails_first")
        errors.append(caught.value)
    assert importlib.import_module("builtins").__dict__.pop("tries") == 1
    assert len({id(error) for error in errors}) == 3
    assert len({str(error) for error in errors}) == 1
    assert all(isinstance(error.__cause__, OSError) for error in errors)
    file.write_text(_provider())
    fresh.refresh()
    assert fresh.get("fails_first").models == ("x-1",)


@pytest.mark.parametrize("group", ["g4f_lite.providers", "g4f_lite.hooks"])
def test_an_interrupted_import_is_tried_again(site: Any, fresh: Registry, group: str) -> None:
    """Ctrl-C during an import passes through, is not a verdict on the plugin, and leaves no lock behind."""
    once = (
        "import signal, sys\nif not hasattr(sys, '_interrupted'):\n"
        "    sys._interrupted = 1\n    signal.raise_signal(signal.SIGINT)\n"
    )
    hook = "def g4f_lite_before_request(request): pass\n"
    site.plugin("interrupted", once + _provider() + (hook if "hooks" in group else ""), group=group)

    def ask() -> Any:
        return fresh.get("interrupted") if "providers" in group else fresh.hooks()

    try:
        with pytest.raises(KeyboardInterrupt):
            ask()
        results: list[Any] = []
        thread = threading.Thread(target=lambda: results.append(ask()), daemon=True)
        thread.start()
        thread.join(10)
        assert results
        assert results[0]
    finally:
        del sys._interrupted  # type: ignore[attr-defined]


def test_a_verdict_needs_no_usable_provider(site: Any, fresh: Registry) -> None:
    """`verdict` returns all problems of a provider that `get` refuses, and raises if it cannot be imported."""
    site.plugin("not_valid", "url = 5")
    site.plugin("not_python", "url = ")
    assert {problem.kind for problem in fresh.verdict("not_valid").problems} >= {
        "wrong-constant",
        "missing-function",
    }
    with pytest.raises(ProviderLoadError):
        fresh.verdict("not_python")
    with pytest.raises(InvalidProviderError):
        fresh.get("not_valid")


@pytest.mark.parametrize("looked", [False, True])
def test_drift_is_found_in_any_order(site: Any, fresh: Registry, looked: bool) -> None:
    """The verdict does not depend on whether the source was read before."""
    site.plugin(
        "drifts",
        _provider() + "model = model + ['more']\n" if looked else _provider() + "model.append('y')\n",
    )
    if looked:
        fresh.infos()
    site_kinds = {problem.kind for problem in fresh.get("drifts").verdict.problems}
    assert site_kinds == (set() if looked else {"metadata-drift"})


def test_strictness_applies_to_each_get(site: Any, fresh: Registry, monkeypatch: Any) -> None:
    """A change of G4F_LITE_STRICT applies at once, also to a loaded provider."""
    site.plugin("warned", _provider().replace('params = ""\n', ""))
    assert fresh.get("warned").verdict.warnings
    monkeypatch.setenv("G4F_LITE_STRICT", "1")
    with pytest.raises(InvalidProviderError, match="params"):
        fresh.get("warned")
    assert fresh.info("warned").state == "invalid"
    monkeypatch.delenv("G4F_LITE_STRICT")
    assert fresh.get("warned")


def test_blocking_applies_at_once(site: Any, fresh: Registry, monkeypatch: Any) -> None:
    """A change of the lists applies at once, also to a loaded provider."""
    site.plugin("listed_out", _provider())
    fresh.get("listed_out")
    monkeypatch.setenv("G4F_LITE_BLOCK", "listed_out")
    with pytest.raises(RegistryError, match="G4F_LITE_BLOCK"):
        fresh.get("listed_out")
    assert "listed_out" not in fresh.names()
    assert fresh.info is not None
    assert {info.state for info in own(fresh)} == {"blocked"}


def test_similar_names_are_suggested(site: Any, fresh: Registry) -> None:
    """A mistyped name is answered with similar ones, and with the existing ones."""
    site.plugin("suggested", _provider())
    with pytest.raises(ProviderNotFoundError) as caught:
        fresh.get("sugested")
    assert caught.value.suggestions == ("suggested",)
    assert {"suggested", "yqcloud"} <= set(caught.value.available)


@pytest.mark.parametrize("name", [None, 5, b"yqcloud", ["yqcloud"], object()])
def test_a_name_is_a_string(fresh: Registry, name: Any) -> None:
    """A name that is not a string is an argument error, wherever a name is an argument."""
    for ask in (fresh.get, fresh.info, fresh.verdict):
        with pytest.raises(InvalidArgumentError, match="has to be a string"):
            ask(name)


@pytest.mark.parametrize("name", ["", ":", "a:", ":a", "a:b:c", "g4f-lite:", "../x", "a/b", "yqcloud\n"])
def test_odd_names_are_not_found(fresh: Registry, name: str) -> None:
    """Names that no provider has are not found, whatever they look like."""
    with pytest.raises(ProviderNotFoundError):
        fresh.get(name)
    assert not fresh.knows(name)


def test_malformed_metadata_is_reported(site: Any, fresh: Registry) -> None:
    """The error for a missing name has the malformed metadata: its own line, or else the first few."""
    for number in range(5):
        site.distribution(f"broken{number}", f"[g4f_lite.providers]\nlost{number} = a b\n")
    assert len(fresh.discovery_problems()) == 5
    with pytest.raises(ProviderNotFoundError) as mine:
        fresh.get("lost3")
    assert "broken3 1.0" in str(mine.value)
    assert "broken1" not in str(mine.value)
    with pytest.raises(ProviderNotFoundError) as other:
        fresh.get("nowhere")
    assert "And 2 more" in str(other.value)


# --- registration -----------------------------------------------------------------------------------


def test_objects_and_modules_can_be_registered(empty: Registry, make_provider: Any, as_module: Any) -> None:
    """A registered provider is found by its name and its full name, and described as loaded."""
    empty.register(make_provider(), name="an-object")
    empty.register(as_module("acme_Module", _provider()))
    assert empty.names() == ("acme_module", "an-object")
    assert empty.get("(program):an-object") is empty.get("an-object")
    info = empty.info("acme_module")
    assert (info.state, info.source, info.distribution, info.target) == (
        "ready",
        "loaded",
        "(program)",
        "acme_Module",
    )


@pytest.mark.parametrize("name", [5, b"x", ""])
def test_a_registered_name_has_to_be_a_legal_string(empty: Registry, make_provider: Any, name: Any) -> None:
    """A name of another type is an argument error, and an illegal name is a problem of the provider."""
    with pytest.raises((InvalidArgumentError, InvalidProviderError)):
        empty.register(make_provider(), name=name)
    with pytest.raises(InvalidArgumentError, match="no name of its own"):
        empty.register(make_provider())
    assert empty.names() == ()


def test_an_invalid_provider_is_not_registered(empty: Registry, make_provider: Any, monkeypatch: Any) -> None:
    """An invalid provider is refused with all its problems; one with warnings is refused when strict."""
    with pytest.raises(InvalidProviderError):
        empty.register(make_provider(url=5), name="broken")
    monkeypatch.setenv("G4F_LITE_STRICT", "1")
    with pytest.raises(InvalidProviderError):
        empty.register(make_provider(params=...), name="warned")
    assert empty.names() == ()


def test_a_taken_name_is_a_conflict(site: Any, fresh: Registry, make_provider: Any, monkeypatch: Any) -> None:
    """A program cannot shadow an installed or registered provider, but can use a blocked name."""
    site.plugin("taken", _provider())
    for name in ("taken", "yqcloud"):
        with pytest.raises(ProviderConflictError) as caught:
            fresh.register(make_provider(), name=name)
        assert f"(program):{name}" in caught.value.claims
        assert fresh.info(name).state == "listed"
    monkeypatch.setenv("G4F_LITE_BLOCK", "taken:taken")
    fresh.register(make_provider(), name="taken")
    assert fresh.get("taken").distribution == "(program)"


def test_unregistering(empty: Registry, make_provider: Any) -> None:
    """A registered provider can be unregistered, by either name, and registered again; no other can."""
    for name in ("mine", "(program):mine"):
        empty.register(make_provider(), name="mine")
        empty.get("mine")
        empty.unregister(name)
        with pytest.raises(ProviderNotFoundError):
            empty.get("mine")
        with pytest.raises(ProviderNotFoundError):
            empty.unregister(name)


def test_installed_providers_cannot_be_unregistered(site: Any, fresh: Registry) -> None:
    """Unregistering an installed provider is an error that names the registered ones."""
    site.plugin("installed", _provider())
    with pytest.raises(ProviderNotFoundError):
        fresh.unregister("installed")
    assert fresh.get("installed")


def test_equal_objects_are_two_providers(empty: Registry) -> None:
    """Providers are distinguished by identity: equal, unhashable or hostile ones can all be registered."""

    @dataclasses.dataclass
    class Equal:
        url: str = "u"
        model: list[str] = dataclasses.field(default_factory=lambda: ["m"])
        supports_stream: bool = True
        needs_auth: bool = False

        def _create_completion(self, model: str, messages: list, stream: bool) -> Iterator[str]:
            yield "Hello"

    class AlwaysEqual(Equal):  # noqa: PLW1641
        def __eq__(self, other: object) -> bool:
            return True

    for number, plugin in enumerate([Equal(), Equal(), AlwaysEqual(), AlwaysEqual()]):
        empty.register(plugin, name=f"equal{number}")
        assert empty.get(f"equal{number}").plugin is plugin
    empty.unregister("equal1")
    assert empty.names() == ("equal0", "equal2", "equal3")


def test_one_object_may_have_several_names(empty: Registry, make_provider: Any) -> None:
    """The same object under two names is two providers."""
    plugin = make_provider()
    for name in ("one", "two"):
        empty.register(plugin, name=name)
    empty.unregister("one")
    assert empty.get("two").plugin is plugin


# --- refresh and isolation ----------------------------------------------------------------------------


def test_refresh_keeps_what_the_program_registered(site: Any, fresh: Registry, make_provider: Any) -> None:
    """After `refresh`, new distributions are found, removed ones are not, and registrations stay."""
    info = site.distribution("leaving", "[g4f_lite.providers]\nleaving = leaving\n")
    fresh.register(make_provider(), name="mine")
    assert "leaving" in fresh.names()
    (info / "entry_points.txt").unlink()
    site.plugin("arriving", _provider())
    assert "arriving" not in fresh.names()
    fresh.refresh()
    assert {"arriving", "mine"} <= set(fresh.names())
    assert "leaving" not in fresh.names()
    assert fresh.get("mine").models == ("example-1",)
    assert fresh.get("arriving")


def test_isolation_is_complete_and_ends(site: Any, fresh: Registry, make_provider: Any) -> None:
    """Within `isolated` only providers registered there exist, after `refresh` too; afterwards all is as before."""
    site.plugin("outside", _provider())
    fresh.register(make_provider(), name="before")
    names = fresh.names()
    with pytest.raises(KeyError), fresh.isolated() as inner:
        assert inner is fresh
        assert fresh.names() == ()
        fresh.register(make_provider(), name="inside")
        fresh.refresh()
        assert fresh.names() == ("inside",)
        with fresh.isolated():
            assert fresh.names() == ()
        raise KeyError
    assert fresh.names() == names


# --- plugins that use the registry --------------------------------------------------------------------


def test_an_import_that_gets_itself_is_refused(site: Any, fresh: Registry, monkeypatch: Any) -> None:
    """A provider that gets itself in its import fails with that reason, or loads if it catches the error."""
    monkeypatch.setattr("g4f_lite._core.registry.registry.registry", fresh)
    ask = "from g4f_lite._core.registry.registry import registry\n"
    site.plugin("asks_itself", ask + "registry.get('asks_itself')\n" + _provider())
    site.plugin(
        "asks_gently",
        ask + f"try:\n    registry.get('asks_gently')\nexcept Exception:\n    pass\n{_provider()}",
    )
    with pytest.raises(ProviderLoadError, match="its own import asks for it"):
        fresh.get("asks_itself")
    assert fresh.get("asks_gently")


def test_a_half_imported_module_is_not_validated(site: Any, fresh: Registry, monkeypatch: Any) -> None:
    """A plain import of a module that gets itself raises an error, without a verdict on half a module."""
    monkeypatch.setattr("g4f_lite._core.registry.registry.registry", fresh)
    source = "from g4f_lite._core.registry.registry import registry\ntry:\n    registry.get('by_hand')\nexcept Exception as e:\n    error = e\n"
    site.plugin("by_hand", source + _provider())
    module = importlib.import_module("by_hand")
    assert isinstance(module.error, ProviderLoadError)
    assert fresh.get("by_hand").plugin is module


def test_two_plugins_that_get_each_other_do_not_block(site: Any, fresh: Registry, monkeypatch: Any) -> None:
    """Two threads with imports that get each other both end, and at least one provider loads."""
    monkeypatch.setattr("g4f_lite._core.registry.registry.registry", fresh)
    barrier = threading.Barrier(2)
    monkeypatch.setattr(sys, "_meeting", barrier, raising=False)
    for name, other in (("abba", "baab"), ("baab", "abba")):
        source = (
            "import sys\nfrom g4f_lite._core.registry.registry import registry\nsys._meeting.wait(10)\n"
            f"try:\n    registry.get('{other}')\nexcept Exception:\n    pass\n{_provider()}"
        )
        site.plugin(name, source)
    results: list[Any] = []
    threads = [
        threading.Thread(target=lambda name=name: results.append(fresh.get(name)), daemon=True)
        for name in ("abba", "baab")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)
    assert len(results) == 2


def test_a_hook_plugin_that_looks_providers_up_does_not_block(
    site: Any, fresh: Registry, monkeypatch: Any
) -> None:
    """While a hook plugin's import gets a provider, other threads that get it too are not blocked for ever."""
    monkeypatch.setattr("g4f_lite._core.registry.registry.registry", fresh)
    site.plugin("wanted", "import time\ntime.sleep(0.05)\n" + _provider())
    source = (
        "from g4f_lite._core.registry.registry import registry\nregistry.get('wanted')\nregistry.names()\nregistry.hooks()\n"
        "def g4f_lite_before_request(request): pass\n"
    )
    site.plugin("looking_hook", source, group="g4f_lite.hooks")
    errors: list[BaseException] = []

    def work(action: Any) -> None:
        try:
            action()
        except BaseException as error:
            errors.append(error)

    actions = [fresh.names, fresh.hooks, lambda: fresh.get("wanted"), fresh.infos] * 3
    threads = [threading.Thread(target=work, args=(action,), daemon=True) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)
    assert errors == []
    assert set(fresh.hooks()) == {"g4f_lite_before_request"}
    assert fresh.hook_failures() == ()


def test_getting_a_provider_does_not_load_hook_plugins(site: Any, fresh: Registry) -> None:
    """`get` of an installed provider imports only that; the name of an offer loads the hook plugins."""
    site.plugin("alone", _provider())
    offer = (
        "def g4f_lite_register_providers(register):\n    import alone\n    register(alone, name='offered')\n"
    )
    site.plugin("offering_hook", offer, group="g4f_lite.hooks")
    fresh.get("alone")
    assert "offering_hook" not in sys.modules
    assert not fresh.is_ready("alone")
    assert fresh.get("offered").distribution == "offering-hook"
    fresh.get("alone")
    assert fresh.is_ready("alone")


def test_registering_while_refreshing_loses_nothing(empty: Registry, make_provider: Any) -> None:
    """With registrations and refreshes in many threads at once, every registration exists in the end."""
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for step in range(10):
                empty.register(make_provider(), name=f"p{number}-{step}")
                empty.refresh()
                empty.get(f"p{number}-{step}")
                empty.infos()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(empty.names()) == 80


def test_a_module_may_replace_itself(site: Any, fresh: Registry) -> None:
    """A module that replaces itself in `sys.modules` is validated as the replacement."""
    source = (
        "import sys, types\n" + _provider() + "sys.modules[__name__] = types.SimpleNamespace(**globals())\n"
    )
    site.plugin("replaced", source)
    assert isinstance(fresh.get("replaced").plugin, types.SimpleNamespace)
    assert fresh.info("replaced").state == "ready"


# --- objects of a module ------------------------------------------------------------------------------

ROWS = """
class Service:
    params = "p"

    def __init__(self, **constants):
        vars(self).update(constants)

    def _create_completion(self, model: str, messages: list, stream: bool, **kwargs):
        yield f"{model} of {self.url}"


one = Service(url="https://one.example", model=["one-1"], supports_stream=True, needs_auth=False)
two = Service(
    url="https://two.example", model=["two-1"], supports_stream=True, needs_auth=False, inputs=["image"]
)
two.model = ["two-2"]
"""


def test_objects_of_a_module_are_providers(site: Any, fresh: Registry) -> None:
    """Objects that entry points name are described without an import; drift is found at the object's line."""
    file = site.module("rows", ROWS)
    site.distribution("rows", "[g4f_lite.providers]\none = rows:one\ntwo = rows:two\nthree = rows:three\n")
    infos = {info.name: info for info in fresh.infos() if info.distribution == "rows"}
    assert "rows" not in sys.modules
    assert [infos[name].source for name in ("one", "two", "three")] == ["static", "static", "unknown"]
    assert (infos["one"].models, infos["one"].inputs, infos["one"].any_model) == (("one-1",), (), False)
    assert (infos["two"].url, infos["two"].inputs) == ("https://two.example", ("image",))
    loaded = fresh.get("one")
    assert list(loaded.create(model="m", messages=[], stream=True)) == ["m of https://one.example"]
    assert loaded.verdict.valid
    [problem] = fresh.get("two").verdict.problems
    assert (problem.kind, problem.location) == (
        "metadata-drift",
        f"{file}:{ROWS[: ROWS.index('two =')].count(chr(10)) + 1}",
    )
    assert fresh.info("two").models == ("two-2",)
    with pytest.raises(ProviderLoadError, match="names 'three', which is not there"):
        fresh.get("three")
