"""The resolver: from the `provider` and `model` of a call to one provider and one model."""

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


def resolve(provider: Any = None, model: Any = None, *, has_auth: bool = False) -> tuple[str, str]:
    """The provider and the model that are chosen."""
    target = resolve_target(provider, model, has_auth=has_auth)
    return target.provider.full_name, target.model


def test_a_named_provider_gets_its_first_model(world: Any) -> None:
    """Without a model, the provider's first one is chosen."""
    world.register("mine", "one", "two")
    assert resolve("mine") == ("(program):mine", "one")
    assert resolve("mine", "two") == ("(program):mine", "two")
    assert resolve("(program):mine") == ("(program):mine", "one")


def test_both_may_be_named_at_once(world: Any) -> None:
    """``provider/model`` works for either argument, with full names and with models that contain slashes."""
    world.install("deep_plugin", "plain", "org/model", "org/model/v2:free")
    for name in ("deep_plugin", "deep-plugin:deep_plugin"):
        for model in ("plain", "org/model", "org/model/v2:free"):
            assert resolve(model=f"{name}/{model}") == ("deep-plugin:deep_plugin", model)
            assert resolve(provider=f"{name}/{model}") == ("deep-plugin:deep_plugin", model)
            assert resolve(provider=name, model=model) == ("deep-plugin:deep_plugin", model)


def test_a_model_with_a_slash_is_not_always_a_provider(world: Any) -> None:
    """The part before a slash is a provider only if a provider has that name."""
    world.register("mine", "org/model")
    assert resolve(model="org/model") == ("(program):mine", "org/model")
    with pytest.raises(ModelNotFoundError):
        resolve(model="org/other")
    with pytest.raises(ProviderNotFoundError):
        resolve(provider="org/model")


def test_a_model_may_not_be_named_twice(world: Any) -> None:
    """A `provider` that names a model too is refused if there is a `model`."""
    with pytest.raises(InvalidArgumentError, match="names a model too"):
        resolve(provider="yqcloud/gpt-3.5-turbo", model="gpt-4")


@pytest.mark.parametrize("value", ["", "  ", 5, b"yqcloud", ["yqcloud"], object()])
@pytest.mark.parametrize("argument", ["provider", "model"])
def test_names_have_to_be_names(world: Any, argument: str, value: Any) -> None:
    """Empty strings and values that are not strings are errors that name the argument."""
    with pytest.raises(InvalidArgumentError) as caught:
        resolve(**{argument: value})
    assert caught.value.argument == argument


def test_the_order_by_model(world: Any, monkeypatch: Any) -> None:
    """The default provider is first, then the program's, the built-in ones, and the installed ones by name."""
    world.install("aaa_installed", "gpt-3.5-turbo")
    world.install("zzz_installed", "gpt-3.5-turbo")
    asked = {"model": "gpt-3.5-turbo"}
    assert resolve(**asked) == ("g4f-lite:yqcloud", "gpt-3.5-turbo")
    world.register("zzz_program", "gpt-3.5-turbo")
    assert resolve(**asked) == ("(program):zzz_program", "gpt-3.5-turbo")
    world.register("aaa_program", "gpt-3.5-turbo")
    assert resolve(**asked) == ("(program):aaa_program", "gpt-3.5-turbo")
    monkeypatch.setenv("G4F_LITE_PROVIDER", "zzz_installed")
    assert resolve(**asked) == ("zzz-installed:zzz_installed", "gpt-3.5-turbo")
    monkeypatch.setenv("G4F_LITE_PROVIDER", "aaa_installed/ignored")
    assert resolve(**asked) == ("aaa-installed:aaa_installed", "gpt-3.5-turbo")
    monkeypatch.setenv("G4F_LITE_BLOCK", "yqcloud")
    for name in ("aaa_program", "zzz_program"):
        world.registry.unregister(name)
    monkeypatch.delenv("G4F_LITE_PROVIDER")
    assert resolve(**asked) == ("aaa-installed:aaa_installed", "gpt-3.5-turbo")


def test_providers_at_the_users_addresses_come_last(world: Any, monkeypatch: Any) -> None:
    """A provider without a fixed address is chosen only if one is set, and after the others of its group."""
    own = PROVIDER.format(models=["gpt-x"], needs_auth=False, working=True)
    asked = {"model": "gpt-x"}
    world.install("aaa_resource", source=own + 'address_env = ["AAA_ENDPOINT", "AAA_REGION"]\n')
    with pytest.raises(
        ModelNotFoundError, match=r"lists it and needs an address \(AAA_ENDPOINT, AAA_REGION\)"
    ):
        resolve(**asked)
    monkeypatch.setenv("AAA_REGION", "eu")
    assert resolve(**asked) == ("aaa-resource:aaa_resource", "gpt-x")
    world.install("mmm_service", "gpt-x")
    world.registry.refresh()
    assert resolve(**asked) == ("mmm-service:mmm_service", "gpt-x")
    assert resolve("aaa_resource", "gpt-x") == ("aaa-resource:aaa_resource", "gpt-x")
    monkeypatch.setenv("G4F_LITE_PROVIDER", "aaa_resource")
    assert resolve(**asked) == ("aaa-resource:aaa_resource", "gpt-x")
    monkeypatch.delenv("G4F_LITE_PROVIDER")
    monkeypatch.setenv("AAA_REGION", " ")
    monkeypatch.setenv("G4F_LITE_BLOCK", "mmm_service")
    with pytest.raises(ModelNotFoundError):
        resolve(**asked)


def test_groups_come_before_addresses(world: Any, monkeypatch: Any) -> None:
    """A built-in provider at an address of the user's is before every provider that is installed separately."""
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://x.example")
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "k")
    world.install("aaa_installed", "gpt-4o")
    assert resolve(model="gpt-4o") == ("g4f-lite:azure", "gpt-4o")
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    assert resolve(model="gpt-4o") == ("g4f-lite:openai", "gpt-4o")
    monkeypatch.delenv("AZURE_OPENAI_ENDPOINT")
    monkeypatch.delenv("OPENAI_API_KEY")
    assert resolve(model="gpt-4o") == ("aaa-installed:aaa_installed", "gpt-4o")
    assert resolve(model="gpt-4o", has_auth=True) == ("g4f-lite:openai", "gpt-4o")
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://x.example")
    with pytest.raises(InvalidArgumentError, match="azure, openai"):
        resolve(model="gpt-4o", has_auth=True)


def test_a_missing_key_is_named_rather_than_a_missing_address(world: Any, monkeypatch: Any) -> None:
    """The error names what the user can set: a key for the one provider, but not for the one that has it."""
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "k")
    with pytest.raises(MissingAuthError) as caught:
        resolve(model="gpt-4o")
    assert (caught.value.provider, caught.value.others) == ("openai", {})


def test_a_model_that_begins_with_its_providers_name(world: Any) -> None:
    """``"router/auto"`` names provider and model, and is the model's name if the provider lists it so."""
    world.register("router", "router/auto", "org/m", "plain")
    for asked in (
        {"model": "router/auto"},
        {"provider": "router/auto"},
        {"provider": "router", "model": "auto"},
    ):
        assert resolve(**asked) == ("(program):router", "router/auto")
    assert resolve("router", "router/auto") == ("(program):router", "router/auto")
    assert resolve(model="router/plain") == ("(program):router", "plain")
    assert resolve(model="openrouter/auto") == ("g4f-lite:openrouter", "openrouter/auto")


def test_a_misspelt_provider_before_a_model_is_suggested(world: Any) -> None:
    """``"opnai/x"`` is not a model, and the error suggests ``"openai/x"``."""
    with pytest.raises(ModelNotFoundError) as caught:
        resolve(model="opnai/gpt-9")
    assert "No provider is called 'opnai' either. Did you mean 'openai/gpt-9'" in str(caught.value)
    with pytest.raises(ModelNotFoundError) as caught:
        resolve(model="zzzzzz/gpt-9")
    assert "No provider is called" not in str(caught.value)


def test_without_names_the_default_is_chosen(world: Any, monkeypatch: Any) -> None:
    """G4F_LITE_PROVIDER names the default, with a model or without; if it is unset or empty, that is ``local``."""
    world.register("mine", "one", "two")
    for value, expected in (("mine", "one"), ("mine/two", "two"), ("(program):mine", "one")):
        monkeypatch.setenv("G4F_LITE_PROVIDER", value)
        assert resolve() == ("(program):mine", expected)
    monkeypatch.setenv("G4F_LITE_PROVIDER", "")
    assert resolve()[0] == "g4f-lite:local"
    monkeypatch.setenv("G4F_LITE_PROVIDER", "gone")
    with pytest.raises(ProviderNotFoundError, match="gone"):
        resolve()


def test_a_provider_without_its_key_is_skipped(world: Any, monkeypatch: Any) -> None:
    """By model, a provider without its key is not chosen; if it is the only one, the error names the key."""
    world.install("keyed_plugin", "shared", needs_auth=True)
    with pytest.raises(MissingAuthError) as caught:
        resolve(model="shared")
    assert (caught.value.provider, caught.value.variable) == ("keyed_plugin", "KEYED_PLUGIN_API_KEY")
    assert resolve(model="shared", has_auth=True)[0] == "keyed-plugin:keyed_plugin"
    world.install("open_plugin", "shared")
    world.registry.refresh()
    assert resolve(model="shared")[0] == "open-plugin:open_plugin"
    monkeypatch.setenv("KEYED_PLUGIN_API_KEY", "key")
    assert resolve(model="shared")[0] == "keyed-plugin:keyed_plugin"


def test_a_provider_that_does_not_work_is_chosen_only_by_name(world: Any) -> None:
    """With ``working = False``, a provider is not chosen by model, but by name."""
    world.install("dead_plugin", "rare-model", working=False)
    with pytest.raises(ModelNotFoundError, match="'dead_plugin' lists it and is not working"):
        resolve(model="rare-model")
    assert resolve("dead_plugin") == ("dead-plugin:dead_plugin", "rare-model")


def test_a_broken_provider_is_skipped_and_recorded(world: Any) -> None:
    """By model, a provider that cannot be loaded is skipped, and is among the attempts."""
    world.install(
        "aaa_broken",
        "shared",
        source='url = "u"\nmodel = ["shared"]\nsupports_stream = needs_auth = True\nraise OSError',
    )
    world.install("bbb_fine", "shared")
    target = resolve_target(None, "shared", has_auth=True)
    assert target.provider.name == "bbb_fine"
    assert [(item.provider, item.outcome) for item in target.skipped] == [
        ("aaa-broken:aaa_broken", "skipped")
    ]
    assert "OSError" in (target.skipped[0].error or "")


def test_when_only_broken_ones_list_a_model_that_is_the_error(world: Any) -> None:
    """A model that only a broken provider lists gives that provider's error."""
    world.install(
        "only_broken",
        source='url = "u"\nmodel = ["rare"]\nsupports_stream = True\nneeds_auth = False\nraise OSError',
    )
    with pytest.raises(RegistryError, match="only_broken"):
        resolve(model="rare")


def test_computed_models_are_found_by_importing(world: Any) -> None:
    """If no provider lists a model as a literal, those with computed models are imported and asked."""
    world.install(
        "computed_plugin", source=PROVIDER.format(models="['x' + '-1']", needs_auth="bool(0)", working=True)
    )
    assert resolve(model="x-1") == ("computed-plugin:computed_plugin", "x-1")


def test_an_unknown_model_is_answered_with_similar_ones(world: Any) -> None:
    """For an unknown model, the error has similar names, and the providers that may take it."""
    with pytest.raises(ModelNotFoundError) as caught:
        resolve(model="gpt-3.5-turbi")
    assert caught.value.suggestions[0] == "gpt-3.5-turbo"
    assert caught.value.provider is None
    with pytest.raises(ModelNotFoundError) as named:
        resolve("yqcloud", "gpt-3.5")
    assert (named.value.provider, named.value.suggestions) == ("yqcloud", ("gpt-3.5-turbo",))


def test_a_broken_plugin_does_not_hide_an_unknown_model(world: Any) -> None:
    """A model that no provider lists is not found, whatever broken plugins are installed."""
    world.install("unrelated_broken", source="raise OSError")
    with pytest.raises(ModelNotFoundError):
        resolve(model="no-such-model")


def test_unreachable_models_are_not_available(world: Any, monkeypatch: Any) -> None:
    """Models of unusable providers are not listed as available, and no name controls a terminal."""
    world.install("kept_out", "out-of-reach")
    world.register("within", "re\x1b[31mached\n")
    monkeypatch.setenv("G4F_LITE_BLOCK", "kept_out")
    with pytest.raises(ModelNotFoundError) as caught:
        resolve(model="nobodys")
    assert "out-of-reach" not in str(caught.value)
    assert "re\\x1b[31mached\\n" in str(caught.value)


def test_a_provider_of_any_model_is_chosen_only_by_name(world: Any, monkeypatch: Any) -> None:
    """A provider that takes unlisted models takes them if it is named, and is never chosen for them."""
    source = "any_model = True\n" + PROVIDER.format(models=["listed"], needs_auth=False, working=True)
    world.install("any_plugin", source=source)
    assert resolve("any_plugin", "unheard-of") == ("any-plugin:any_plugin", "unheard-of")
    assert resolve(model="any_plugin/unheard-of") == ("any-plugin:any_plugin", "unheard-of")
    assert resolve(model="listed") == ("any-plugin:any_plugin", "listed")
    monkeypatch.setenv("G4F_LITE_BLOCK", "g4f-lite")
    with pytest.raises(ModelNotFoundError, match="if you name them: any_plugin"):
        resolve(model="unheard-of")


def test_models_of_another_kind_are_routed_alike(world: Any) -> None:
    """Embedding models are a list of their own, by provider and by model."""
    source = (
        'embedding_model = ["e-1", "e-2"]\n'
        + PROVIDER.format(models=["chat"], needs_auth=False, working=True)
        + "def _create_embedding(model: str, input: list):\n    yield [0.5]\n"
    )
    world.install("embedder", source=source)
    for provider, model in (("embedder", None), (None, "e-1"), (None, "embedder/e-1")):
        target = resolve_target(provider, model, has_auth=False, models="embedding_models")
        assert (target.provider.name, target.model) == ("embedder", "e-1")
    with pytest.raises(ModelNotFoundError):
        resolve_target(None, "chat", has_auth=False, models="embedding_models")
    with pytest.raises(ModelNotFoundError):
        resolve_target(None, "e-1", has_auth=False)
