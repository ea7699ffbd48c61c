"""Presets: providers that a user adds without code."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4f_lite import (
    ProviderBlockedError,
    ProviderConflictError,
    ProviderLoadError,
    ProviderNotFoundError,
    Registry,
)
from g4f_lite._core.config.file import read_config
from g4f_lite._core.registry.presets import read_presets
from g4f_lite.contract import LoadedProvider
from g4f_lite.events import Vector

BASE = """
auth_env_also = ["BASE_OTHER"]
address_env = ["BASE_HOST"]
from g4f_lite.events import Vector

url = "https://example.org"
model = ["big-1", "big-2"]
supports_stream = True
needs_auth = True
auth_env = "BASE_KEY"
inputs = ["image"]
embedding_model = ["e-1"]
params = "mine"


def _create_completion(
    model: str, messages: list, stream: bool, *, base_url: str = "", auth: str = "", heat: float = 0, more: dict = {}
):
    more["seen"] = 1
    yield f"{model} {base_url} {heat} {sorted(more)}"


async def _acreate_completion(model: str, messages: list, stream: bool, **kwargs):
    yield f"{model} {kwargs}"


def _create_embedding(model: str, input: list, *, base_url: str = "", heat: float = 9, auth: str = ""):
    yield Vector(0, [heat])
    yield base_url


def _list_models(*, auth: str = ""):
    yield "only"
"""
URL = "http://127.0.0.1:8000/v1"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Write a configuration file: its providers, or its text as it is."""
    folder = tmp_path / "config"
    folder.mkdir()
    monkeypatch.setenv("G4F_LITE_CONFIG_DIR", str(folder))

    def write(content: Any = None, **providers: Any) -> Path:
        file = folder / "config.json"
        if isinstance(content, (str, bytes)):
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        else:
            file.write_text(json.dumps({"providers": content or providers}, indent=1), "utf-8")
        return file

    return write


@pytest.fixture
def base(site: Any) -> Any:
    """An installed provider to make presets of."""
    return site.plugin("base", BASE)


def ask(loaded: LoadedProvider, **options: Any) -> str:
    """The answer of a provider."""
    return "".join(loaded.create(model=loaded.models[0], messages=[], stream=True, **options))


def problems_of(registry: Registry) -> list[str]:
    """The problems of the configuration, as `doctor` shows them."""
    problems = [item for item in registry.discovery_problems() if item.distribution == "(config)"]
    assert all(item.location and item.fix for item in problems)
    return list(map(str, problems))


# --- valid presets --------------------------------------------------------------------------------


def test_a_preset_is_a_provider_of_its_own(config: Any, base: Any, fresh: Registry) -> None:
    """It has the name, options, models and key of its row, and everything else of its base provider."""
    config(mine={"provider": "base", "base_url": URL, "models": ["m1", "m2"], "options": {"heat": 0.5}})
    loaded = fresh.get("mine")
    assert (loaded.name, loaded.full_name, loaded.version) == ("mine", "(config):mine", "1.0")
    assert (loaded.models, loaded.url, loaded.any_model) == (("m1", "m2"), URL, True)
    assert (loaded.auth_env, loaded.needs_auth, loaded.inputs) == ("MINE_API_KEY", False, ("image",))
    assert (loaded.supports_stream, loaded.working, loaded.builtin) == (True, True, False)
    assert set(loaded.options) == {"base_url", "auth", "heat", "more"}
    assert loaded.params == "g4f_lite.providers.mine supports: (model: str, messages: list, stream: bool)"
    assert ask(loaded) == f"m1 {URL} 0.5 ['seen']"
    assert ask(loaded, heat=0.9, base_url="http://other") == "m1 http://other 0.9 ['seen']"
    assert fresh.get("base").auth_env == "BASE_KEY"
    assert ask(fresh.get("base")) == "big-1  0 ['seen']"
    assert fresh.verdict("mine") == fresh.verdict("base")
    assert fresh.info("mine").state == "ready"


def test_what_a_row_leaves_out_is_as_the_base_has_it(config: Any, base: Any, fresh: Registry) -> None:
    """A preset of the same service keeps its models and whether it needs a key, and has another key."""
    config(mine={"provider": "base", "options": {"heat": 0.5}})
    loaded = fresh.get("mine")
    assert (loaded.models, loaded.embedding_models, loaded.any_model) == (("big-1", "big-2"), ("e-1",), False)
    assert (loaded.url, loaded.needs_auth, loaded.auth_env) == ("https://example.org", True, "MINE_API_KEY")


def test_a_preset_of_another_service_has_other_defaults(config: Any, base: Any, fresh: Registry) -> None:
    """With an address of its own, the models are unknown, and no key is needed."""
    config(
        mine={"provider": "base", "options": {"base_url": URL}},
        other={"base_url": URL, "provider": "g4f:base"},
    )
    loaded = fresh.get("mine")
    assert (loaded.models, loaded.embedding_models, loaded.any_model) == (("default",), (), True)
    assert (loaded.url, loaded.needs_auth) == (URL, False)


def test_no_variable_of_the_base_is_read(config: Any, base: Any, fresh: Registry) -> None:
    """A preset has its own key; with an address in its row, it needs no variable of the base."""
    config(mine={"provider": "base"}, other={"provider": "base", "base_url": URL})
    for facts in (fresh.info, fresh.get):
        assert [facts(name).auth_env_also for name in ("base", "mine", "other")] == [("BASE_OTHER",), (), ()]
        assert [facts(name).address_env for name in ("base", "mine", "other")] == [("BASE_HOST",)] * 2 + [()]


def test_every_key_of_a_row_counts(config: Any, base: Any, fresh: Registry) -> None:
    """The values of a row are in the listing and in the loaded provider."""
    config(
        mine={
            "provider": "base:base",
            "base_url": URL,
            "models": "m",
            "embedding_models": ["e"],
            "any_model": False,
            "inputs": ["audio"],
            "auth_env": "OTHER_KEY",
            "options": {},
        }
    )
    expected = (("m",), ("e",), False, ("audio",), "OTHER_KEY", True, URL)
    for facts in (fresh.info("mine"), fresh.get("mine")):
        assert expected == (
            facts.models,
            facts.embedding_models,
            facts.any_model,
            facts.inputs,
            facts.auth_env,
            facts.needs_auth,
            facts.url,
        )


def test_all_functions_get_the_options(config: Any, base: Any, fresh: Registry) -> None:
    """The asynchronous function gets all options, the other functions those about the connection."""
    config(mine={"provider": "base", "base_url": URL, "options": {"heat": 0.5}})
    loaded = fresh.get("mine")
    assert loaded.acreate is not None
    step = loaded.acreate(model="m", messages=[], stream=True, heat=1).__anext__()
    with pytest.raises(StopIteration) as stopped:
        step.send(None)
    assert stopped.value.value == f"m {{'heat': 1, 'base_url': '{URL}'}}"
    assert loaded.embed is not None
    assert list(loaded.embed.call(model="e", input=["x"])) == [Vector(0, [9]), URL]
    assert loaded.list_models is not None
    assert list(loaded.list_models.call()) == ["only"]


def test_a_provider_cannot_change_a_preset(config: Any, base: Any, fresh: Registry) -> None:
    """Each call gets its own copy of the options, so a provider's changes do not outlast the call."""
    config(mine={"provider": "base", "options": {"more": {"a": 1}}})
    loaded = fresh.get("mine")
    assert [ask(loaded), ask(loaded)] == ["big-1  0 ['a', 'seen']"] * 2


def test_services_of_the_environment(
    config: Any, site: Any, monkeypatch: pytest.MonkeyPatch, empty: Registry
) -> None:
    """Each row is a preset of `openai` with that address, and the variable wins over the file."""
    site.plugin("openai", BASE)
    config(other={"base_url": "http://file"}, third={"base_url": "http://third"})
    monkeypatch.setenv("G4F_LITE_SERVICES", f" mine = {URL} ,other=https://host/v1?a=b,,")
    presets, problems = read_presets()
    assert problems == []
    assert {item.name: item.options["base_url"] for item in presets} == {
        "mine": URL,
        "other": "https://host/v1?a=b",
        "third": "http://third",
    }
    assert {(item.base, item.auth_env, item.needs_auth) for item in presets if item.name == "mine"} == {
        ("openai", "MINE_API_KEY", False)
    }
    assert empty.names() == ()


def test_listing_presets_imports_nothing(config: Any, site: Any, fresh: Registry) -> None:
    """The description of a preset before its first use comes from its row and the base's source."""
    site.plugin("base", BASE + "raise RuntimeError\n")
    config(mine={"provider": "base", "models": ["m"]})
    info = fresh.info("mine")
    assert (info.name, info.distribution, info.version, info.target) == ("mine", "(config)", "1.0", "base")
    assert (info.state, info.source, info.reason, info.builtin) == ("listed", "static", "", False)
    assert (info.models, info.url, info.supports_stream) == (("m",), "https://example.org", True)
    assert "mine" in fresh.names()
    with pytest.raises(ProviderLoadError, match=r"'base' of base 1\.0 could not be loaded"):
        fresh.get("mine")
    assert fresh.info("mine").state == "failed"
    assert fresh.info("mine").reason.startswith("its provider 'base': ")


def test_the_file_is_read_with_the_scan(config: Any, base: Any, fresh: Registry) -> None:
    """A change of the file has an effect after `refresh`, and not before."""
    config(mine={"provider": "base"})
    assert "mine" in fresh.names()
    config(yours={"provider": "base"})
    assert fresh.get("mine").name == "mine"
    fresh.refresh()
    assert fresh.get("yours").name == "yours"
    with pytest.raises(ProviderNotFoundError):
        fresh.get("mine")


def test_a_preset_of_what_a_program_registers(config: Any, fresh: Registry, make_provider: Any) -> None:
    """The base of a preset may be registered at run time; before that, it is reported as missing."""
    config(mine={"provider": "registered", "models": ["m"]})
    with pytest.raises(ProviderLoadError, match="made of 'registered', and there is no such provider"):
        fresh.get("mine")
    assert (fresh.info("mine").state, fresh.info("mine").source) == ("failed", "unknown")
    fresh.register(make_provider(), name="registered")
    assert fresh.get("mine").models == ("m",)


OFFERS = """
import base


def g4f_lite_register_providers(register):
    register(base, "offered")
"""


def test_a_preset_of_what_hooks_offer(config: Any, site: Any, fresh: Registry) -> None:
    """Before the hook plugins are loaded, the base is not reported as missing; using the preset finds it."""
    site.module("base", BASE)
    site.plugin("offers", OFFERS, group="g4f_lite.hooks")
    config(mine={"provider": "offered"})
    [info] = [info for info in fresh.infos(hooks=False) if info.name == "mine"]
    assert (info.state, info.models, info.reason) == ("listed", None, "")
    assert fresh.get("mine").models == ("big-1", "big-2")
    assert fresh.info("mine").state == "ready"


# --- conflicts and lists --------------------------------------------------------------------------


def test_a_name_that_is_taken_is_a_conflict(config: Any, base: Any, site: Any, fresh: Registry) -> None:
    """A row does not silently shadow an installed provider, which its full name still finds."""
    site.plugin("mine")
    config(mine={"provider": "base"})
    with pytest.raises(ProviderConflictError, match=r"mine:mine, \(config\):mine"):
        fresh.get("mine")
    assert fresh.get("(config):mine").auth_env == "MINE_API_KEY"
    assert {info.name: info.state for info in fresh.infos() if "mine" in info.name} == {
        "mine:mine": "conflict",
        "(config):mine": "conflict",
    }


def test_a_program_cannot_take_the_name_of_a_preset(
    config: Any, base: Any, fresh: Registry, make_provider: Any
) -> None:
    """A registration under the name of a row is refused."""
    config(mine={"provider": "base"})
    with pytest.raises(ProviderConflictError):
        fresh.register(make_provider(), name="mine")


@pytest.mark.parametrize(
    ("variable", "value", "who"),
    [
        ("G4F_LITE_BLOCK", "mine", "mine"),
        ("G4F_LITE_BLOCK", "(config)", "mine"),
        ("G4F_LITE_PLUGINS", "base", "mine"),
        ("G4F_LITE_BLOCK", "base", "base"),
        ("G4F_LITE_PLUGINS", "(config)", "base"),
    ],
)
def test_the_lists_apply_to_presets(
    config: Any, base: Any, fresh: Registry, monkeypatch: Any, variable: str, value: str, who: str
) -> None:
    """A preset is blocked by its name, by ``(config)``, and together with its base."""
    config(mine={"provider": "base"})
    assert fresh.get("mine")
    monkeypatch.setenv(variable, value)
    with pytest.raises(ProviderBlockedError) as caught:
        fresh.get("mine")
    assert (caught.value.provider, caught.value.variable) == (who, variable)
    [info] = [info for info in fresh.infos() if info.name == "mine"]
    assert info.state == "blocked"
    assert variable in info.reason


def test_an_unusable_base_is_the_presets_reason(config: Any, base: Any, site: Any, fresh: Registry) -> None:
    """If the base cannot be used, neither can the preset, for the same reason."""
    site.distribution("twin", "[g4f_lite.providers]\nbase = base\n")
    site.plugin("bad", BASE.replace("needs_auth = True", "needs_auth = 5"))
    config(mine={"provider": "base"}, yours={"provider": "bad"})
    with pytest.raises(ProviderConflictError, match="'base' is claimed"):
        fresh.get("mine")
    assert fresh.info("mine").state == "conflict"
    verdict = fresh.verdict("yours")
    assert [problem.kind for problem in verdict.problems] == ["wrong-constant"]
    assert fresh.info("yours").state == "invalid"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"heatt": 1},
            "does not take the option 'heatt'. Did you mean 'heat'? It takes: base_url, auth, heat, more at",
        ),
        ({"heat": "hot"}, "The option 'heat' of the provider 'base' takes float, not str at"),
    ],
)
def test_options_that_the_base_does_not_take(
    options: Any, words: str, config: Any, base: Any, fresh: Registry
) -> None:
    """They are named together with the valid ones, at every use, and in the listing."""
    config(mine={"provider": "base", "options": options})
    for _ in range(2):
        with pytest.raises(ProviderLoadError) as caught:
            fresh.get("mine")
        assert words in str(caught.value)
        assert caught.value.location.endswith("config.json:3")
        assert caught.value.hint == "Correct its options, then start again or call registry.refresh()."
    assert fresh.info("mine").state == "failed"
    assert fresh.get("base")


# --- problems -------------------------------------------------------------------------------------

ROWS: dict[str, tuple[Any, str]] = {
    "no object": (5, "it has to be an object"),
    "unknown key": ({"base_ulr": URL}, "'base_ulr' is no key of it. Did you mean 'base_url'? It knows"),
    "provider": ({"provider": 5}, "`provider` is no provider's name"),
    "provider name": ({"provider": "Open AI"}, "`provider` is no provider's name"),
    "models": ({"models": []}, "`models` is no list of names"),
    "embedding models": ({"embedding_models": 5}, "`embedding_models` is no list of names"),
    "inputs": ({"inputs": ["video"]}, "`inputs` is no list of image, audio, file"),
    "any model": ({"any_model": 1}, "`any_model` is neither true nor false"),
    "needs auth": ({"needs_auth": "yes"}, "`needs_auth` is neither true nor false"),
    "variable": ({"auth_env": "A KEY"}, "`auth_env` is no variable's name"),
    "options": ({"options": []}, "`options` is no object"),
    "url number": ({"base_url": 5}, "`base_url` is no address"),
    "url": ({"base_url": "127.0.0.1:8000"}, "`base_url` is no address"),
    "url port": ({"base_url": "http://host:99999"}, "`base_url` is no address"),
    "url line": ({"base_url": "http://host/a b"}, "`base_url` is no address"),
    "url login": ({"base_url": "https://user:hunter2@host/v1"}, "`base_url` has a login in it"),
    "url twice": ({"base_url": URL, "options": {"base_url": "http://x"}}, "`base_url` is given twice"),
    "key": ({"options": {"auth": "hunter2"}}, "its options hold 'auth'"),
    "key of api": ({"options": {"api_key": "hunter2"}}, "its options hold 'api_key'"),
    "header": (
        {"options": {"extra_headers": {"Authorization": "hunter2"}}},
        "its options hold 'Authorization'",
    ),
    "header of key": (
        {"options": {"extra_headers": {"x-api-key": "hunter2"}}},
        "its options hold 'x-api-key'",
    ),
    "itself": ({"provider": "bad"}, "it is made of itself"),
    "another": ({"provider": "good"}, "it is made of 'good', which is such a row too"),
    "another in full": ({"provider": "(config):good"}, "it is made of '(config):good'"),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_wrong_row_is_a_problem_of_its_own(name: str, config: Any, base: Any, fresh: Registry) -> None:
    """Its problem has file and line, shows no value that may be a key, and affects no other row."""
    row, words = ROWS[name]
    file = config(good={"provider": "base"}, bad=row)
    [problem] = problems_of(fresh)
    assert f"(config): the provider 'bad': {words}" in problem
    lines = file.read_text().splitlines()
    line = int(problem.removeprefix(f"{file}:").partition(":")[0])
    assert '"bad"' in lines[line - 1]
    assert "hunter2" not in problem
    assert fresh.get("good")
    with pytest.raises(ProviderNotFoundError, match="the provider 'bad'"):
        fresh.get("bad")


@pytest.mark.parametrize(
    "row", [{}, {"provider": "base"}, {"models": 5}], ids=["none problems_of", "itself", "wrong"]
)
def test_a_wrong_row_takes_no_name(config: Any, base: Any, fresh: Registry, row: Any) -> None:
    """A row made of an installed provider is valid, even if a wrong row has that provider's name."""
    config(base={"provider": "base", **row}, good={"provider": "base"})
    [problem] = problems_of(fresh)
    assert "the provider 'base':" in problem
    assert fresh.get("good")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"base_url": URL, "provider": "base"}, "it is made of itself at"),
        ({"provider": "yqcloud", "modls": ["m"]}, "'modls' is no key of it at"),
    ],
    ids=["itself", "wrong"],
)
def test_a_wrong_row_does_not_let_its_namesake_answer(
    config: Any, base: Any, fresh: Registry, monkeypatch: Any, row: Any, words: str
) -> None:
    """A name that the user gave to another service is not silently that of the installed provider."""
    file = config(base=row, good={"provider": "base"})
    for ask in (fresh.get, fresh.info, fresh.verdict):
        for _ in range(2):
            with pytest.raises(ProviderLoadError) as caught:
                ask("base")
            assert f"The provider 'base' of (config) could not be loaded: {words}" in str(caught.value)
            assert caught.value.location == f"{file}:3"
            assert caught.value.hint.endswith("The installed provider is 'base:base'.")
    assert fresh.get("base:base").auth_env == "BASE_KEY"
    assert fresh.get("good").auth_env == "GOOD_API_KEY"
    known = {info.name: info for info in fresh.infos() if info.name.endswith(("base", "good"))}
    assert {name: info.state for name, info in known.items()} == {"base:base": "conflict", "good": "ready"}
    assert words.partition(" at")[0] in known["base:base"].reason
    monkeypatch.setenv("G4F_LITE_BLOCK", "(config)")
    assert fresh.get("base").auth_env == "BASE_KEY"
    monkeypatch.setenv("G4F_LITE_BLOCK", "base")
    assert fresh.infos()[-1].state == "blocked"
    with pytest.raises(ProviderBlockedError):
        fresh.get("base")


def test_the_row_made_of_itself_says_what_to_do(
    config: Any, fresh: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row or a service of the environment with the name of its own base gets a fix that renames it."""
    monkeypatch.setenv("G4F_LITE_SERVICES", f"openai={URL}")
    for place in ("G4F_LITE_SERVICES", "config.json:3"):
        with pytest.raises(
            ProviderLoadError, match="Give the row another name, such as 'my-openai'"
        ) as caught:
            fresh.get("openai")
        assert caught.value.location.endswith(place)
        config(openai={"base_url": URL})
        monkeypatch.delenv("G4F_LITE_SERVICES", raising=False)
        fresh.refresh()


def test_a_registered_name_wins_over_a_wrong_row(config: Any, fresh: Registry, make_provider: Any) -> None:
    """A wrong row does not take the name from what the program itself registers under it."""
    config(mine={"modls": []})
    fresh.register(make_provider(), name="mine")
    assert fresh.get("mine").full_name == "(program):mine"


def test_a_key_in_the_file_is_refused(config: Any, fresh: Registry) -> None:
    """A key in the file is a problem that names the place for keys."""
    config(mine={"options": {"api_key": "hunter2"}})
    assert "use `g4f-lite keys set mine`, or MINE_API_KEY" in problems_of(fresh)[0]


def test_all_problems_of_a_row_are_found(config: Any, fresh: Registry) -> None:
    """Several mistakes of a row are several problems; options that only look like secrets are none."""
    config(**{"My Row": {"models": 5, "needs_auth": 5, "x": 1}}, good={"options": {"max_tokens": 5}})
    assert len(problems_of(fresh)) == 4
    assert "good" in fresh.names()


def test_problems_are_in_the_order_of_the_row(config: Any, fresh: Registry) -> None:
    """The problems have the order of the row's keys, whatever is checked first."""
    row = {
        "needs_auth": 5,
        "models": 5,
        "nonsense": 1,
        "auth_env": "A KEY",
        "options": {"api_key": "x"},
        "inputs": 5,
        "base_url": 5,
        "provider": 5,
    }
    config(bad=row)
    words = [
        "`needs_auth`",
        "`models`",
        "'nonsense'",
        "`auth_env`",
        "'api_key'",
        "`inputs`",
        "`base_url`",
        "`provider`",
    ]
    faults = problems_of(fresh)
    assert len(faults) == len(words)
    assert all(word in fault for word, fault in zip(words, faults, strict=True))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"providers": {', "config.json:1: (config): it is no JSON"),
        ('{\n"providers": {}}}', "config.json:2: (config): it is no JSON"),
        (b"\xff", "it cannot be read"),
        ("[" * 100_000, "it is no JSON that can be read: RecursionError"),
        ('{"providers": {"a": 1' + "0" * 5000 + "}}", "it is no JSON that can be read"),
        ("[]", "it has to hold an object"),
        ('{"providers": []}', "`providers` has to be an object"),
        ('{"provider": {}}', "'provider' is no key of this file. Did you mean 'providers'? It knows"),
        ('{"providers": {"a": {}, "a": {}}}', "'a' is given twice"),
        (b" " * 1_000_001, "more than 1000000 are not read"),
    ],
)
def test_a_malformed_file_is_one_problem(
    content: Any, words: str, config: Any, base: Any, fresh: Registry
) -> None:
    """A mistake of the whole file is one problem with its path; installed providers work."""
    file = config(content)
    [problem] = problems_of(fresh)
    assert words in problem
    assert problem.startswith(str(file))
    assert fresh.get("base")


def test_a_missing_file_is_not_a_problem(config: Any, tmp_path: Path, monkeypatch: Any) -> None:
    """A missing file or home folder is not a problem; a folder at the file's path is one."""
    assert read_presets() == ([], [])
    (tmp_path / "config" / "config.json").mkdir()
    assert "no plain file" in str(read_presets()[1][0])
    monkeypatch.setenv("G4F_LITE_CONFIG_DIR", str(tmp_path / "config" / "config.json" / "x"))
    assert read_presets() == ([], [])
    monkeypatch.delenv("G4F_LITE_CONFIG_DIR")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setattr(Path, "home", lambda: (_ for _ in ()).throw(RuntimeError("no home")))
    assert read_config().problems == ()


def test_an_unreadable_file_is_a_problem(config: Any, monkeypatch: Any) -> None:
    """The problem has the message of the operating system."""
    config("{}")

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert "it cannot be read: Permission denied. Make it" in str(read_presets()[1][0])


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("http://127.0.0.1:8000/v1", "is no row of the form NAME=URL"),
        ("sk-0123456789abcdef0123", "'***' is no row"),
        ("mine=", "the provider 'mine': `base_url` is no address"),
        ("Mine=http://x", "the provider 'Mine': that is no provider name"),
        ("mine=http://u:hunter2@x", "has a login in it"),
    ],
)
def test_wrong_rows_of_the_environment(monkeypatch: Any, config: Any, value: str, words: str) -> None:
    """Each is a problem that names the variable, and the other rows are valid."""
    monkeypatch.setenv("G4F_LITE_SERVICES", f"good={URL},{value}")
    presets, [problem] = read_presets()
    assert [item.name for item in presets] == ["good"]
    assert words in str(problem)
    assert str(problem).startswith("G4F_LITE_SERVICES: (config): ")
    assert "hunter2" not in str(problem)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["provider", "base_url", "models", "options", "auth_env", "a", "b"])
            | st.text(max_size=2),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A configuration folder for many examples."""
    return tmp_path_factory.mktemp("configuration")


@settings(deadline=None)
@given(
    content=st.one_of(JSON, st.builds(lambda rows: {"providers": rows}, JSON)), services=st.text(max_size=20)
)
def test_any_configuration_can_be_read(folder: Path, content: Any, services: str) -> None:
    """No JSON and no value of the variable raise; each row is a preset or has a problem."""
    (folder / "config.json").write_text(json.dumps(content), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("G4F_LITE_CONFIG_DIR", str(folder))
        patch.setitem(
            os.environ, "G4F_LITE_SERVICES", services.replace("\0", "").encode("utf-8", "replace").decode()
        )
        presets, problems = read_presets()
    rows = content.get("providers") if isinstance(content, dict) else None
    known = {item.name for item in presets} | {problem.name for problem in problems}
    assert set(rows if isinstance(rows, dict) else ()) <= known
    assert all(str(problem) for problem in problems)
