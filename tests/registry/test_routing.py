"""From what a caller names to the provider that is asked."""

from typing import Any

import pytest

from g4f_lite import (
    InvalidArgumentError,
    MissingAuthError,
    ModelNotFoundError,
    ProviderNotFoundError,
    RegistryError,
)
from g4f_lite._core.routing.resolver import resolve_target
from g4f_lite.testing import ScriptedProvider

PROVIDER = (
    'url = "u"\nmodel = {models}\nsupports_stream = True\nneeds_auth = {needs_auth}\nworking = {working}\nparams = ""\n'
    "def _create_completion(model: str, messages: list, stream: bool, **kwargs):\n    yield 'Hello'\n"
)


@pytest.fixture
def world(site: Any, fresh: Any, monkeypatch: Any) -> Any:
    """A registry of its own for the routing, with helpers to fill it."""
    monkeypatch.setattr("g4f_lite._core.routing.resolver.registry", fresh)

    class World:
        registry = fresh

        @staticmethod
        def install(
            name: str, *models: str, needs_auth: bool = False, working: bool = True, source: str = ""
        ) -> None:
            facts = {"models": list(models), "needs_auth": needs_auth, "working": working}
            site.plugin(name, source or PROVIDER.format(**facts))

        @staticmethod
        def register(name: str, *models: str, **keywords: Any) -> None:
            fresh.register(ScriptedProvider(["Hello"], model=models, **keywords), name=name)

    return World


def route(provider: Any = None, model: Any = None, *, has_auth: bool = False) -> tuple[str, str]:
    """Who is asked for what."""
    found = resolve_target(provider, model, has_auth=has_auth)
    return found.provider.full_name, found.model


def test_a_provider_named_is_asked_for_its_first_model(world: Any) -> None:
    """Without a model, the first one that the provider lists is asked for."""
    world.register("mine", "one", "two")
    assert route("mine") == ("(program):mine", "one")
    assert route("mine", "two") == ("(program):mine", "two")
    assert route("(program):mine") == ("(program):mine", "one")


def test_both_may_be_named_at_once(world: Any) -> None:
    """``provider/model`` works for either argument, with full names and with models that contain slashes."""
    world.install("deep_plugin", "plain", "org/model", "org/model/v2:free")
    for name in ("deep_plugin", "deep-plugin:deep_plugin"):
        for model in ("plain", "org/model", "org/model/v2:free"):
            assert route(model=f"{name}/{model}") == ("deep-plugin:deep_plugin", model)
            assert route(provider=f"{name}/{model}") == ("deep-plugin:deep_plugin", model)
            assert route(provider=name, model=model) == ("deep-plugin:deep_plugin", model)


def test_a_model_with_a_slash_is_no_provider(world: Any) -> None:
    """A slash means a provider only where a provider has that name."""
    world.register("mine", "org/model")
    assert route(model="org/model") == ("(program):mine", "org/model")
    with pytest.raises(ModelNotFoundError):
        route(model="org/other")
    with pytest.raises(ProviderNotFoundError):
        route(provider="org/model")


def test_a_model_may_not_be_named_twice(world: Any) -> None:
    """A provider that names a model too, beside a model, is contradictory and refused."""
    with pytest.raises(InvalidArgumentError, match="names a model too"):
        route(provider="yqcloud/gpt-3.5-turbo", model="gpt-4")


@pytest.mark.parametrize("value", ["", "  ", 5, b"yqcloud", ["yqcloud"], object()])
@pytest.mark.parametrize("argument", ["provider", "model"])
def test_names_have_to_be_names(world: Any, argument: str, value: Any) -> None:
    """Empty strings and what is no string are argument errors that name the argument."""
    with pytest.raises(InvalidArgumentError) as caught:
        route(**{argument: value})
    assert caught.value.argument == argument


def test_the_order_by_model(world: Any, monkeypatch: Any) -> None:
    """The default provider comes first, then the program's, the built-in ones, the installed ones by name."""
    world.install("aaa_installed", "gpt-3.5-turbo")
    world.install("zzz_installed", "gpt-3.5-turbo")
    asked = {"model": "gpt-3.5-turbo"}
    assert route(**asked) == ("g4f-lite:yqcloud", "gpt-3.5-turbo")
    world.register("zzz_program", "gpt-3.5-turbo")
    assert route(**asked) == ("(program):zzz_program", "gpt-3.5-turbo")
    world.register("aaa_program", "gpt-3.5-turbo")
    assert route(**asked) == ("(program):aaa_program", "gpt-3.5-turbo")
    monkeypatch.setenv("G4F_LITE_PROVIDER", "zzz_installed")
    assert route(**asked) == ("zzz-installed:zzz_installed", "gpt-3.5-turbo")
    monkeypatch.setenv("G4F_LITE_PROVIDER", "aaa_installed/ignored")
    assert route(**asked) == ("aaa-installed:aaa_installed", "gpt-3.5-turbo")
    monkeypatch.setenv("G4F_LITE_BLOCK", "yqcloud")
    for name in ("aaa_program", "zzz_program"):
        world.registry.unregister(name)
    monkeypatch.delenv("G4F_LITE_PROVIDER")
    assert route(**asked) == ("aaa-installed:aaa_installed", "gpt-3.5-turbo")


def test_an_address_of_the_users_comes_after_the_services_own(world: Any, monkeypatch: Any) -> None:
    """Who has no address of its own is asked only if one is set, and then behind the others of its group."""
    own = PROVIDER.format(models=["gpt-x"], needs_auth=False, working=True)
    asked = {"model": "gpt-x"}
    world.install("aaa_resource", source=own + 'address_env = ["AAA_ENDPOINT", "AAA_REGION"]\n')
    with pytest.raises(
        ModelNotFoundError, match=r"lists it and needs an address \(AAA_ENDPOINT, AAA_REGION\)"
    ):
        route(**asked)
    monkeypatch.setenv("AAA_REGION", "eu")
    assert route(**asked) == ("aaa-resource:aaa_resource", "gpt-x")
    world.install("mmm_service", "gpt-x")
    world.registry.refresh()
    assert route(**asked) == ("mmm-service:mmm_service", "gpt-x")
    assert route("aaa_resource", "gpt-x") == ("aaa-resource:aaa_resource", "gpt-x")
    monkeypatch.setenv("G4F_LITE_PROVIDER", "aaa_resource")
    assert route(**asked) == ("aaa-resource:aaa_resource", "gpt-x")
    monkeypatch.delenv("G4F_LITE_PROVIDER")
    monkeypatch.setenv("AAA_REGION", " ")
    monkeypatch.setenv("G4F_LITE_BLOCK", "mmm_service")
    with pytest.raises(ModelNotFoundError):
        route(**asked)


def test_groups_come_before_addresses(world: Any, monkeypatch: Any) -> None:
    """A built-in provider at an address of the user's still comes before what is installed beside it."""
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://x.example")
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "k")
    world.install("aaa_installed", "gpt-4o")
    assert route(model="gpt-4o") == ("g4f-lite:azure", "gpt-4o")
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    assert route(model="gpt-4o") == ("g4f-lite:openai", "gpt-4o")
    monkeypatch.delenv("AZURE_OPENAI_ENDPOINT")
    monkeypatch.delenv("OPENAI_API_KEY")
    assert route(model="gpt-4o") == ("aaa-installed:aaa_installed", "gpt-4o")
    assert route(model="gpt-4o", has_auth=True) == ("g4f-lite:openai", "gpt-4o")
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://x.example")
    with pytest.raises(InvalidArgumentError, match="azure, openai"):
        route(model="gpt-4o", has_auth=True)


def test_who_lacks_a_key_is_named_though_another_lacks_an_address(world: Any, monkeypatch: Any) -> None:
    """The error is about what there is to do: a key for the one, no key for who has it."""
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "k")
    with pytest.raises(MissingAuthError) as caught:
        route(model="gpt-4o")
    assert (caught.value.provider, caught.value.others) == ("openai", {})


def test_a_model_that_begins_with_its_providers_name(world: Any) -> None:
    """``"router/auto"`` names provider and model, and is the model's name where the provider lists it so."""
    world.register("router", "router/auto", "org/m", "plain")
    for asked in (
        {"model": "router/auto"},
        {"provider": "router/auto"},
        {"provider": "router", "model": "auto"},
    ):
        assert route(**asked) == ("(program):router", "router/auto")
    assert route("router", "router/auto") == ("(program):router", "router/auto")
    assert route(model="router/plain") == ("(program):router", "plain")
    assert route(model="openrouter/auto") == ("g4f-lite:openrouter", "openrouter/auto")


def test_a_misspelt_provider_before_a_model_is_suggested(world: Any) -> None:
    """``"opnai/x"`` is no model, and most likely was to be ``"openai/x"``."""
    with pytest.raises(ModelNotFoundError) as caught:
        route(model="opnai/gpt-9")
    assert "No provider is called 'opnai' either. Did you mean 'openai/gpt-9'" in str(caught.value)
    with pytest.raises(ModelNotFoundError) as caught:
        route(model="zzzzzz/gpt-9")
    assert "No provider is called" not in str(caught.value)


def test_by_neither_the_default_is_asked(world: Any, monkeypatch: Any) -> None:
    """G4F_LITE_PROVIDER names the default, with or without a model; unset or empty, it is the embedded one."""
    world.register("mine", "one", "two")
    for value, expected in (("mine", "one"), ("mine/two", "two"), ("(program):mine", "one")):
        monkeypatch.setenv("G4F_LITE_PROVIDER", value)
        assert route() == ("(program):mine", expected)
    monkeypatch.setenv("G4F_LITE_PROVIDER", "")
    assert route()[0] == "g4f-lite:local"
    monkeypatch.setenv("G4F_LITE_PROVIDER", "gone")
    with pytest.raises(ProviderNotFoundError, match="gone"):
        route()


def test_a_provider_without_its_key_is_passed_over(world: Any, monkeypatch: Any) -> None:
    """By model, one whose key is missing is not chosen; with nobody else, its key is what is missing."""
    world.install("keyed_plugin", "shared", needs_auth=True)
    with pytest.raises(MissingAuthError) as caught:
        route(model="shared")
    assert (caught.value.provider, caught.value.variable) == ("keyed_plugin", "KEYED_PLUGIN_API_KEY")
    assert route(model="shared", has_auth=True)[0] == "keyed-plugin:keyed_plugin"
    world.install("open_plugin", "shared")
    world.registry.refresh()
    assert route(model="shared")[0] == "open-plugin:open_plugin"
    monkeypatch.setenv("KEYED_PLUGIN_API_KEY", "key")
    assert route(model="shared")[0] == "keyed-plugin:keyed_plugin"


def test_what_does_not_work_is_only_asked_by_name(world: Any) -> None:
    """``working = False`` keeps a provider from being chosen, and not from being named."""
    world.install("dead_plugin", "rare-model", working=False)
    with pytest.raises(ModelNotFoundError, match="'dead_plugin' lists it and is not working"):
        route(model="rare-model")
    assert route("dead_plugin") == ("dead-plugin:dead_plugin", "rare-model")


def test_a_broken_provider_is_skipped_and_noted(world: Any) -> None:
    """By model, one that cannot be loaded is passed over for the next, and stands among the attempts."""
    world.install(
        "aaa_broken",
        "shared",
        source='url = "u"\nmodel = ["shared"]\nsupports_stream = needs_auth = True\nraise OSError',
    )
    world.install("bbb_fine", "shared")
    found = resolve_target(None, "shared", has_auth=True)
    assert found.provider.name == "bbb_fine"
    assert [(item.provider, item.outcome) for item in found.skipped] == [("aaa-broken:aaa_broken", "skipped")]
    assert "OSError" in (found.skipped[0].error or "")


def test_when_only_broken_ones_list_a_model_that_is_the_error(world: Any) -> None:
    """A model that only a broken provider lists gives that provider's error."""
    world.install(
        "only_broken",
        source='url = "u"\nmodel = ["rare"]\nsupports_stream = True\nneeds_auth = False\nraise OSError',
    )
    with pytest.raises(RegistryError, match="only_broken"):
        route(model="rare")


def test_computed_models_are_found_by_importing(world: Any) -> None:
    """Where nobody lists a model as a literal, providers whose models are computed are asked."""
    world.install(
        "computed_plugin", source=PROVIDER.format(models="['x' + '-1']", needs_auth="bool(0)", working=True)
    )
    assert route(model="x-1") == ("computed-plugin:computed_plugin", "x-1")


def test_an_unknown_model_is_answered_with_near_ones(world: Any) -> None:
    """A model that nobody offers names those that look like it, and who could be asked."""
    with pytest.raises(ModelNotFoundError) as caught:
        route(model="gpt-3.5-turbi")
    assert caught.value.suggestions[0] == "gpt-3.5-turbo"
    assert caught.value.provider is None
    with pytest.raises(ModelNotFoundError) as named:
        route("yqcloud", "gpt-3.5")
    assert (named.value.provider, named.value.suggestions) == ("yqcloud", ("gpt-3.5-turbo",))


def test_a_broken_plugin_does_not_stand_for_an_unknown_model(world: Any) -> None:
    """A model that nobody lists is not found, whatever broken plugins are installed."""
    world.install("unrelated_broken", source="raise OSError")
    with pytest.raises(ModelNotFoundError):
        route(model="no-such-model")


def test_models_out_of_reach_are_not_available(world: Any, monkeypatch: Any) -> None:
    """What nobody can be asked for is not listed as available, and no name steers a terminal."""
    world.install("kept_out", "out-of-reach")
    world.register("within", "re\x1b[31mached\n")
    monkeypatch.setenv("G4F_LITE_BLOCK", "kept_out")
    with pytest.raises(ModelNotFoundError) as caught:
        route(model="nobodys")
    assert "out-of-reach" not in str(caught.value)
    assert "re\\x1b[31mached\\n" in str(caught.value)


def test_who_takes_any_model_is_asked_when_named(world: Any, monkeypatch: Any) -> None:
    """A provider that takes models it does not list takes them when it is named, and never by chance."""
    source = "any_model = True\n" + PROVIDER.format(models=["listed"], needs_auth=False, working=True)
    world.install("any_plugin", source=source)
    assert route("any_plugin", "unheard-of") == ("any-plugin:any_plugin", "unheard-of")
    assert route(model="any_plugin/unheard-of") == ("any-plugin:any_plugin", "unheard-of")
    assert route(model="listed") == ("any-plugin:any_plugin", "listed")
    monkeypatch.setenv("G4F_LITE_BLOCK", "g4f-lite")
    with pytest.raises(ModelNotFoundError, match="if you name them: any_plugin"):
        route(model="unheard-of")


def test_models_of_another_kind_are_routed_alike(world: Any) -> None:
    """The models of embeddings are a list of their own, by name and by model."""
    source = (
        'embedding_model = ["e-1", "e-2"]\n'
        + PROVIDER.format(models=["chat"], needs_auth=False, working=True)
        + "def _create_embedding(model: str, input: list):\n    yield [0.5]\n"
    )
    world.install("embedder", source=source)
    for provider, model in (("embedder", None), (None, "e-1"), (None, "embedder/e-1")):
        found = resolve_target(provider, model, has_auth=False, models="embedding_models")
        assert (found.provider.name, found.model) == ("embedder", "e-1")
    with pytest.raises(ModelNotFoundError):
        resolve_target(None, "chat", has_auth=False, models="embedding_models")
    with pytest.raises(ModelNotFoundError):
        resolve_target(None, "e-1", has_auth=False)
