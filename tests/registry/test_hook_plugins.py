"""Plugins of the group ``g4f_lite.hooks``: when they are imported, what they offer, and what they may do."""

import sys
import types
from typing import Any

import pytest

from g4f_lite import ChatCompletion, Registry
from g4f_lite.testing import ScriptedProvider, isolated_registry

ASKED = [{"role": "user", "content": "Hello"}]
WATCHES = "def g4f_lite_before_request(request): pass\n"
OFFERS = """
import types


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield "Hello"


def g4f_lite_register_providers(register):
    print("offering")
    register(types.SimpleNamespace(
        url="u", model=["offered-1"], supports_stream=True, needs_auth=False, params="",
        _create_completion=_create_completion,
    ), name="offered")
"""
HOOKS = "g4f_lite.hooks"


@pytest.fixture
def world() -> Any:
    """The process's registry, with one provider that answers."""
    with isolated_registry() as isolated:
        isolated.register(ScriptedProvider(["Hello"]), name="good")
        yield isolated


def watchers(registry: Registry) -> list[str]:
    """The plugins with a hook for the request."""
    return [caller[0] for caller in registry.hooks().get("g4f_lite_before_request", ())]


def test_listing_without_hooks_imports_none(site: Any, fresh: Registry) -> None:
    """With `hooks=False` hook plugins are not imported, and their providers are never listed."""
    site.plugin("offering_hooks", OFFERS, group=HOOKS)
    assert "offered" not in fresh.names(hooks=False)
    assert "offered" not in {info.name for info in fresh.infos(hooks=False)}
    (claim,) = (claim for claim in fresh.hook_claims() if claim.name == "offering_hooks")
    assert (claim.group, claim.distribution) == (HOOKS, "offering-hooks")
    assert "offering_hooks" not in sys.modules
    assert "offered" in fresh.names()
    assert "offered" in {info.name for info in fresh.infos()}
    assert "offered" not in fresh.names(hooks=False)
    assert claim in fresh.hook_claims()


def test_output_of_an_offer_is_captured(site: Any, fresh: Registry, capsys: Any) -> None:
    """Neither the import of a hook plugin nor its offer writes to the program's stdout."""
    site.plugin("printing_hooks", "print('importing')\n" + OFFERS, group=HOOKS)
    assert "offered" in fresh.names()
    assert capsys.readouterr().out == ""


def test_an_interrupt_of_a_hook_plugins_own_is_a_failure(site: Any, fresh: Registry) -> None:
    """A hook plugin that raises `KeyboardInterrupt` itself during its import is a failure, and ends no call."""
    site.plugin("interrupting_hooks", "raise KeyboardInterrupt\n", group=HOOKS)
    fresh.hooks()
    assert "interrupting_hooks" in [failure.provider for failure in fresh.hook_failures()]


def test_lists_hold_for_hooks_at_each_call(site: Any, fresh: Registry, monkeypatch: Any) -> None:
    """A blocked hook plugin is loaded once it is permitted, and is not called while it is blocked."""
    site.plugin("listed_hooks", WATCHES, group=HOOKS)
    name = "listed-hooks:listed_hooks"
    monkeypatch.setenv("G4F_LITE_BLOCK", "listed_hooks")
    assert name not in watchers(fresh)
    assert "listed_hooks" not in sys.modules
    monkeypatch.delenv("G4F_LITE_BLOCK")
    assert name in watchers(fresh)
    monkeypatch.setenv("G4F_LITE_BLOCK", "listed_hooks")
    assert name not in watchers(fresh)
    monkeypatch.setenv("G4F_LITE_BLOCK", "other")
    assert name in watchers(fresh)
    monkeypatch.setenv("G4F_LITE_PLUGINS", "")
    assert name not in watchers(fresh)


def test_a_blocked_hook_plugin_delays_nothing(site: Any, fresh: Registry, monkeypatch: Any) -> None:
    """While a hook plugin is blocked, a loaded provider is ready all the same."""
    site.plugin("waiting_hooks", WATCHES, group=HOOKS)
    site.plugin("not_waiting")
    monkeypatch.setenv("G4F_LITE_BLOCK", "waiting_hooks")
    fresh.get("not_waiting")
    fresh.hooks()
    assert fresh.is_ready("not_waiting")
    assert fresh.hooks() is fresh.hooks()


def test_what_a_blocked_plugin_offered_is_blocked(site: Any, fresh: Registry, monkeypatch: Any) -> None:
    """A provider is blocked together with the hook plugin that offered it."""
    site.plugin("blocked_offers", OFFERS, group=HOOKS)
    assert fresh.get("offered").models == ("offered-1",)
    monkeypatch.setenv("G4F_LITE_BLOCK", "blocked_offers")
    assert "offered" not in fresh.names()
    assert fresh.infos()[-1].state == "blocked"


def test_the_programs_hooks_are_never_blocked(world: Any, monkeypatch: Any) -> None:
    """Hooks that the program adds are called, whatever the lists have."""
    world.add_hooks(types.SimpleNamespace(g4f_lite_before_request=lambda: None), name="mine")
    monkeypatch.setenv("G4F_LITE_PLUGINS", "")
    assert watchers(world) == ["(program):mine"]


def test_a_call_inside_a_hook_calls_no_hooks(world: Any) -> None:
    """A hook may call a provider; no hook is called for that call, and all are for the program's next one."""
    seen = []

    def before(request: Any) -> None:
        seen.append(ChatCompletion.create(provider="good", messages=ASKED))

    world.add_hooks(types.SimpleNamespace(g4f_lite_before_request=before), name="asking")
    for count in (1, 2):
        assert ChatCompletion.create(provider="good", messages=ASKED) == "Hello"
        assert seen == ["Hello"] * count


def test_offers_go_with_their_hooks(world: Any, make_provider: Any) -> None:
    """Removing hooks removes the providers they offered and their failures, so they can be added again."""

    def offer(register: Any) -> None:
        register(make_provider(), name="offered")
        register(make_provider(), name="good")

    offers = types.SimpleNamespace(g4f_lite_register_providers=offer)
    for _ in range(2):
        world.add_hooks(offers, name="offers")
        assert world.names() == ("good", "offered")
        (failure,) = world.hook_failures()
        assert "ProviderConflictError" in failure.reason
        world.remove_hooks("offers")
        assert world.names() == ("good",)
        assert world.hook_failures() == ()


def test_offers_go_with_their_provider(world: Any, make_provider: Any) -> None:
    """Unregistering a provider removes the providers that it offered."""
    inner = make_provider()
    outer = make_provider(g4f_lite_register_providers=lambda register: register(inner, name="inner"))
    for _ in range(2):
        world.register(outer, name="outer")
        assert world.names() == ("good", "inner", "outer")
        world.unregister("outer")
        assert world.names() == ("good",)
