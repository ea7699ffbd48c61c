"""Hooks: which are called, with which arguments, and what happens when one raises."""

import logging
import types
from typing import Any

import pytest

from g4f_lite import (
    ChatCompletion,
    InvalidArgumentError,
    InvalidProviderError,
    ProviderCrashError,
    hookimpl,
    registry,
)
from g4f_lite.testing import ScriptedProvider, isolated_registry

ASKED = [{"role": "user", "content": "Hello"}]


@pytest.fixture
def world() -> Any:
    """The process's registry, with a provider that answers and one that fails."""
    with isolated_registry() as isolated:
        isolated.register(ScriptedProvider(["Hel", "lo"]), name="good")
        isolated.register(ScriptedProvider(["Hel", ValueError("boom")]), name="bad")
        yield isolated


class Watcher:
    """Records the arguments of its hooks."""

    def __init__(self) -> None:
        self.seen: list[tuple[Any, ...]] = []

    def g4f_lite_before_request(self, request: Any) -> None:
        self.seen.append(("before", request))

    def g4f_lite_after_response(self, request: Any, completion: Any) -> None:
        self.seen.append(("after", request, completion))

    def g4f_lite_on_error(self, request: Any, error: Any) -> None:
        self.seen.append(("error", request, error))


def ask(provider: str, **options: Any) -> Any:
    """Make a call."""
    return ChatCompletion.create(provider=provider, messages=ASKED, **options)


def test_hooks_are_called_before_and_after_a_call(world: Any) -> None:
    """A call that succeeds calls the first two hooks, with the request and the completion."""
    watcher = Watcher()
    world.add_hooks(watcher, name="watcher")
    answer = ask("good", temperature=0.5, auth="a-secret-key")
    (before, request), (after, same, completion) = watcher.seen
    assert (before, after, same) == ("before", "after", request)
    assert (request.provider, request.distribution, request.model) == ("good", "(program)", "scripted-1")
    assert (request.messages, request.stream) == (tuple(ASKED), False)
    assert dict(request.options) == {"temperature": 0.5}
    assert completion.text == answer == "Hello"


def test_the_error_hook_is_called_for_a_failure(world: Any) -> None:
    """A call that fails calls the first and the third hook, with the error that the caller gets."""
    watcher = Watcher()
    world.add_hooks(watcher, name="watcher")
    with pytest.raises(ProviderCrashError) as caught:
        ask("bad")
    assert [item[0] for item in watcher.seen] == ["before", "error"]
    assert watcher.seen[1][2] is caught.value


def test_a_stream_that_is_closed_is_shown_as_cancelled(world: Any) -> None:
    """Closing a stream calls the hook with the text so far and the finish reason."""
    watcher = Watcher()
    world.add_hooks(watcher, name="watcher")
    with ask("good", stream=True) as stream:
        next(stream)
    assert [item[0] for item in watcher.seen] == ["before", "after"]
    assert (watcher.seen[1][2].text, watcher.seen[1][2].finish_reason) == ("Hel", "cancelled")


def test_a_hook_that_raises_stops_nothing(world: Any, caplog: Any) -> None:
    """A hook that raises or exits is logged and in the provenance; the call and the other hooks run."""

    def raising(request: Any) -> None:
        raise RuntimeError("token=abcdefgh12345 boom")

    def exiting(request: Any, completion: Any) -> None:
        raise SystemExit(3)

    watcher = Watcher()
    world.add_hooks(types.SimpleNamespace(g4f_lite_before_request=raising), name="first")
    world.add_hooks(watcher, name="watcher")
    world.add_hooks(types.SimpleNamespace(g4f_lite_after_response=exiting), name="last")
    with caplog.at_level(logging.ERROR, "g4f_lite.hooks"):
        answer = ask("good")
    assert answer == "Hello"
    assert [item[0] for item in watcher.seen] == ["before", "after"]
    assert answer.provenance.hook_errors == (
        "g4f_lite_before_request of (program):first raised RuntimeError: token=*** boom",
        "g4f_lite_after_response of (program):last raised SystemExit: 3",
    )
    assert [record.getMessage() for record in caplog.records] == list(answer.provenance.hook_errors)


def test_a_hook_may_be_interrupted(world: Any) -> None:
    """Ctrl-C in a hook passes through to the program."""

    def interrupted(request: Any) -> None:
        raise KeyboardInterrupt

    world.add_hooks(types.SimpleNamespace(g4f_lite_before_request=interrupted), name="hook")
    with pytest.raises(KeyboardInterrupt):
        ask("good")


def test_hooks_get_the_parameters_that_they_name() -> None:
    """Parameters may be left out, reordered, keyword-only, have defaults, and stand among others."""
    seen: list[Any] = []
    forms = {
        "nothing": lambda: seen.append("nothing"),
        "other order": lambda completion, request: seen.append((request.provider, completion.text)),
        "default": lambda completion=None: seen.append(completion.text),
        "keyword": lambda *, request: seen.append(request.provider),
        "more": lambda request, *args, seen=seen, **kwargs: seen.append((args, kwargs)),
    }
    with isolated_registry() as isolated:
        isolated.register(ScriptedProvider(["Hello"]), name="good")
        for name, function in forms.items():
            isolated.add_hooks(types.SimpleNamespace(g4f_lite_after_response=function), name=name)
        assert ask("good").provenance.hook_errors == ()
    assert sorted(map(str, seen)) == sorted(
        map(str, ["nothing", ("good", "Hello"), "Hello", "good", ((), {})])
    )


@pytest.mark.parametrize("kind", ["function", "method", "static", "class", "module"])
def test_any_kind_of_function_may_be_a_hook(kind: str) -> None:
    """Hooks may be functions of a namespace or module, and methods of every kind."""
    seen = []

    class Holder:
        def method(self, request: Any) -> None:
            seen.append(request.provider)

        @staticmethod
        def static(request: Any) -> None:
            seen.append(request.provider)

        @classmethod
        def of_class(cls, request: Any) -> None:
            seen.append(request.provider)

    holder = Holder()
    functions = {"method": holder.method, "static": holder.static, "class": holder.of_class}
    plugin: Any = types.ModuleType("hooked") if kind == "module" else types.SimpleNamespace()
    plugin.g4f_lite_before_request = functions.get(kind, lambda request: seen.append(request.provider))
    with isolated_registry() as isolated:
        isolated.register(ScriptedProvider(["Hello"]), name="good")
        isolated.add_hooks(plugin, name="hooked")
        assert ask("good").provenance.hook_errors == ()
    assert seen == ["good"]


def test_the_marker_orders_hooks(world: Any) -> None:
    """`hookimpl(tryfirst=True)` and `trylast` place a hook before or after the others."""
    order: list[str] = []

    def hook(name: str, **marks: bool) -> Any:
        return (
            hookimpl(**marks)(lambda request: order.append(name))
            if marks
            else lambda request: order.append(name)
        )

    for name, marks in (("first", {"tryfirst": True}), ("middle", {}), ("last", {"trylast": True})):
        world.add_hooks(types.SimpleNamespace(g4f_lite_before_request=hook(name, **marks)), name=name)
    ask("good")
    assert order == ["first", "middle", "last"]


async def _coroutine(request: Any) -> None: ...


def _generator(request: Any) -> Any:
    yield


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("g4f_lite_before", lambda request: None, "unknown-hook"),
        ("g4f_lite_before_request", lambda request, other: None, "wrong-hook"),
        ("g4f_lite_before_request", "text", "wrong-hook"),
        ("g4f_lite_before_request", print, "wrong-hook"),
        ("g4f_lite_before_request", _coroutine, "wrong-hook"),
        ("g4f_lite_before_request", _generator, "wrong-hook"),
        ("g4f_lite_before_request", hookimpl(wrapper=True)(_generator), "wrong-hook"),
        ("g4f_lite_version", 5, None),
    ],
)
def test_a_hook_that_does_not_fit_is_refused(world: Any, name: str, value: Any, kind: str) -> None:
    """A hook that cannot work is refused when it is added, with a location and a fix."""
    plugin = types.SimpleNamespace(**{name: value}, g4f_lite_on_error=lambda error: None)
    if kind is None:
        world.add_hooks(plugin, name="added")
        return
    with pytest.raises(InvalidProviderError) as caught:
        world.add_hooks(plugin, name="added")
    assert {problem.kind for problem in caught.value.problems} == {kind}
    assert all(problem.fix for problem in caught.value.problems)
    assert world.hooks() == {}


def test_what_has_no_hooks_is_refused(world: Any) -> None:
    """Adding an object without hooks is an error that names the reason."""
    with pytest.raises(InvalidProviderError, match="no hooks"):
        world.add_hooks(object())


def test_without_hooks_nothing_is_called(world: Any, monkeypatch: Any) -> None:
    """Without implementations there is nothing to call, and a call does not even describe its request."""
    assert world.hooks() == {}
    monkeypatch.setattr("g4f_lite._core.calls.call.call_hooks", lambda *args, **kwargs: pytest.fail("called"))
    monkeypatch.setattr(
        "g4f_lite._core.calls.hook_request.build_hook_request",
        lambda *args, **kwargs: pytest.fail("described"),
    )
    assert ask("good") == "Hello"


def test_hooks_can_be_removed(world: Any) -> None:
    """Removed hooks are not called; their name is taken before, and free afterwards."""
    watcher = Watcher()
    world.add_hooks(watcher, name="watcher")
    with pytest.raises(InvalidArgumentError, match="watcher"):
        world.add_hooks(Watcher(), name="watcher")
    world.remove_hooks("watcher")
    world.remove_hooks("watcher")
    ask("good")
    assert watcher.seen == []
    world.add_hooks(watcher, name="watcher")
    ask("good")
    assert len(watcher.seen) == 2


def test_hooks_outlive_a_refresh(world: Any) -> None:
    """Hooks that the program added are called once after `refresh`, as before."""
    watcher = Watcher()
    world.add_hooks(watcher, name="watcher")
    world.refresh()
    ask("good")
    assert [item[0] for item in watcher.seen] == ["before", "after"]
    world.remove_hooks("watcher")
    ask("good")
    assert len(watcher.seen) == 2


def test_a_provider_with_two_names_has_its_hooks_called_once(world: Any) -> None:
    """The same object under two names is one plugin, until its last name is removed."""

    class Both(ScriptedProvider, Watcher):
        def __init__(self) -> None:
            ScriptedProvider.__init__(self, ["Hello"])
            Watcher.__init__(self)

    plugin = Both()
    for name in ("one", "two"):
        world.register(plugin, name=name)
    ask("good")
    assert len(plugin.seen) == 2
    world.unregister("one")
    ask("good")
    assert len(plugin.seen) == 4
    world.unregister("two")
    ask("good")
    assert len(plugin.seen) == 4


def test_offers_of_a_program_are_registered(world: Any, make_provider: Any) -> None:
    """An object's `g4f_lite_register_providers` is called once, and may offer several providers."""
    offers = types.SimpleNamespace(
        g4f_lite_register_providers=lambda register: [
            register(make_provider(), name=name) for name in ("x", "y")
        ]
    )
    world.add_hooks(offers, name="offers")
    world.refresh()
    assert world.names() == ("bad", "good", "x", "y")
    assert ask("x") == "Hello"


def test_offers_that_fail_are_named(world: Any, make_provider: Any) -> None:
    """An offer that is invalid, or has a name that is taken, is a failure of the plugin; earlier offers stay."""

    def offer(register: Any) -> None:
        register(make_provider(), name="fine")
        register(make_provider(), name="good")

    world.add_hooks(types.SimpleNamespace(g4f_lite_register_providers=offer), name="offers")
    (failure,) = world.hook_failures()
    assert "ProviderConflictError" in failure.reason
    assert failure.location.startswith(__file__)
    assert world.names() == ("bad", "fine", "good")


def test_the_process_has_one_registry() -> None:
    """`ChatCompletion` uses `registry`, which `isolated_registry` empties and restores."""
    before = registry.names()
    with isolated_registry() as isolated:
        assert isolated is registry
        assert registry.names() == ()
    assert registry.names() == before
