"""Several keys of one provider: rotation, the next key after a refusal, and no key in any output."""

import asyncio
import pickle
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import g4f_lite
from g4f_lite import ChatCompletion, Registry
from g4f_lite._core.resilience.breaker_file import read_records
from g4f_lite._core.resilience.circuit_breaker import circuit_breakers
from g4f_lite.errors import (
    AllProvidersFailedError,
    AuthenticationError,
    InvalidArgumentError,
    PermissionDeniedError,
    ProviderError,
    RateLimitError,
    ServiceUnavailableError,
)
from g4f_lite.paths import cache_dir
from g4f_lite.routes import Step
from g4f_lite.testing import ScriptedProvider

HELLO = [{"role": "user", "content": "Hello"}]
KEYS = ["planted-key-aaaa", "planted-key-bbbb", "planted-key-cccc"]


def ask(**options: Any) -> Any:
    """The synchronous call."""
    return ChatCompletion.create(**{"provider": "scripted", "messages": HELLO, **options})


def aask(**options: Any) -> Any:
    """The asynchronous one."""
    return asyncio.run(ChatCompletion.acreate(**{"provider": "scripted", "messages": HELLO, **options}))


WAYS = pytest.mark.parametrize("way", [ask, aask])


def refusing(*bad: str, error: Callable[[], ProviderError] = lambda: AuthenticationError(401)) -> Any:
    """A script that refuses some keys, quoting them, and answers with the others."""

    def script(call: Any) -> Iterator[str]:
        if call.options["auth"] in bad:
            failure = error()
            failure.args = (f"no: {' '.join(KEYS)}",)
            raise failure
        yield "ok"

    return script


def asked(provider: ScriptedProvider) -> list[str]:
    """The keys that the provider was called with, by their last letter."""
    return [call.options["auth"][-1] for call in provider.calls]


@WAYS
def test_keys_are_rotated(g4f_lite_registry: Registry, way: Callable[..., Any]) -> None:
    """Each call begins with the next key, and provenance has its number without the key."""
    provider = ScriptedProvider(["ok"])
    g4f_lite_registry.register(provider, name="scripted")
    answers = [way(auth=KEYS) for _ in range(4)]
    assert asked(provider) == ["a", "b", "c", "a"]
    assert [answer.provenance.attempts[-1].key for answer in answers] == [
        "key 1 of 3",
        "key 2 of 3",
        "key 3 of 3",
        "key 1 of 3",
    ]
    assert "planted" not in repr([answer.provenance for answer in answers])


@WAYS
@pytest.mark.parametrize(
    "error",
    [lambda: AuthenticationError(401), lambda: PermissionDeniedError(403), lambda: RateLimitError(429)],
)
def test_a_refused_key_is_followed_by_the_next(
    g4f_lite_registry: Registry, clock: Any, way: Callable[..., Any], error: Callable[[], ProviderError]
) -> None:
    """After 401, 403 and 429 the same call tries the next key at once, and the refused key cools down."""
    provider = ScriptedProvider(refusing(KEYS[0], error=error))
    g4f_lite_registry.register(provider, name="scripted")
    answer = way(auth=KEYS, retries=2)
    assert answer == "ok"
    assert [(item.outcome, item.key) for item in answer.provenance.attempts] == [
        ("error", "key 1 of 3"),
        ("ok", "key 2 of 3"),
    ]
    way(auth=KEYS)
    way(auth=KEYS)
    answer = way(auth=KEYS)  # the first key is next
    assert asked(provider) == ["a", "b", "b", "c", "b"]
    assert [(item.outcome, item.key) for item in answer.provenance.attempts] == [
        ("skipped", "key 1 of 3"),
        ("ok", "key 2 of 3"),
    ]
    assert clock.slept == []


def test_other_failures_keep_the_key(g4f_lite_registry: Registry, clock: Any) -> None:
    """An error that does not concern the key is retried with the same key first, and then with the others."""
    provider = ScriptedProvider([ServiceUnavailableError(503)])
    g4f_lite_registry.register(provider, name="scripted")
    with pytest.raises(ServiceUnavailableError):
        ask(auth=KEYS[:2], retries=1)
    assert asked(provider) == ["a", "a", "b"]


@WAYS
def test_when_all_keys_are_refused_nothing_shows_them(
    g4f_lite_registry: Registry, way: Callable[..., Any]
) -> None:
    """If a service quotes the keys that it refuses, no key is in the error, its chain, the health, or the file."""
    provider = ScriptedProvider(refusing(*KEYS))
    g4f_lite_registry.register(provider, name="scripted")
    for arguments in ({"auth": KEYS}, {"provider": [Step("scripted", auth=KEYS), "nobody"]}):
        with pytest.raises(g4f_lite.G4FLiteError) as caught:
            way(**arguments)
        error = caught.value
        shown = [str(error), repr(error), repr(vars(error)), str(pickle.dumps(error))]
        shown += traceback.format_exception(type(error), error, error.__traceback__)
        shown += [
            repr(circuit_breakers.records()),
            repr(read_records()),
            (cache_dir() / "health.json").read_text("utf-8"),
        ]
        assert "planted" not in "".join(shown)
        circuit_breakers.reset()
    assert isinstance(error, AllProvidersFailedError)
    assert [item.key for item in error.attempts] == [f"key {number} of 3" for number in (2, 3, 1)] + [None]


def test_when_all_keys_cool_down_they_are_used(g4f_lite_registry: Registry, clock: Any) -> None:
    """If every key cools down and there is no other provider, the keys are used: they may work again."""
    provider = ScriptedProvider(refusing(*KEYS))
    g4f_lite_registry.register(provider, name="scripted")
    for _ in range(2):
        with pytest.raises(AuthenticationError):
            ask(auth=KEYS)
    assert len(provider.calls) == 6


def test_keys_of_the_environment_take_turns(
    g4f_lite_registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several keys in the environment are rotated; a single one is not."""
    provider = ScriptedProvider(["ok"], needs_auth=True)
    g4f_lite_registry.register(provider, name="scripted")
    monkeypatch.setenv("SCRIPTED_API_KEYS", ", ".join(KEYS[:2]))
    assert ask().provenance.attempts[0].key == "key 1 of 2"
    assert ask().provenance.attempts[0].key == "key 2 of 2"
    monkeypatch.setenv("SCRIPTED_API_KEY", KEYS[2])
    assert ask().provenance.attempts[0].key is None
    assert asked(provider) == ["a", "b", "c"]


def test_a_pair_is_one_key(g4f_lite_registry: Registry) -> None:
    """A tuple is one key with two parts, as some services have it."""
    provider = ScriptedProvider(["ok"])
    g4f_lite_registry.register(provider, name="scripted")
    assert ask(auth=("user", KEYS[0])).provenance.attempts[0].key is None
    assert provider.calls[0].options["auth"] == ("user", KEYS[0])


@WAYS
@pytest.mark.parametrize("needs_auth", [False, True])
@pytest.mark.parametrize(
    ("auth", "words"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ([], "is an empty list"),
        ([""], "key 1 of 1"),
        ([KEYS[0], "  "], "key 2 of 2"),
        ([None, KEYS[0]], "key 1 of 2"),
    ],
)
def test_an_empty_key_is_refused(
    g4f_lite_registry: Registry,
    monkeypatch: pytest.MonkeyPatch,
    way: Callable[..., Any],
    auth: Any,
    words: str,
    *,
    needs_auth: bool,
) -> None:
    """The value of an unset variable is an error, and the environment's key does not replace it."""
    monkeypatch.setenv("SCRIPTED_API_KEY", KEYS[2])
    provider = ScriptedProvider(["ok"], needs_auth=needs_auth)
    g4f_lite_registry.register(provider, name="scripted")
    for arguments in ({"auth": auth}, {"provider": ["other", Step("scripted", auth=auth)]}):
        with pytest.raises(InvalidArgumentError, match=words) as caught:
            way(**arguments)
        assert caught.value.argument == "auth"
        assert "leave auth out (None)" in caught.value.hint
        assert "planted" not in str(caught.value)
    assert provider.calls == []
    assert way(auth=None) == "ok"


def test_blanks_around_keys_are_removed(g4f_lite_registry: Registry) -> None:
    """White space that a file puts around a key is not sent."""
    provider = ScriptedProvider(["ok"])
    g4f_lite_registry.register(provider, name="scripted")
    ask(auth=f" {KEYS[0]}\n")
    ask(provider=Step("scripted", auth=[f"{KEYS[1]}\r\n"]))
    assert [call.options["auth"] for call in provider.calls] == KEYS[:2]


def test_an_optional_key_is_used(g4f_lite_registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider that needs no key and takes `auth` gets the environment's key, if there is one."""
    given: list[Any] = []

    def optional(model: str, messages: list, stream: bool, *, auth: str | None = None):
        given.append(auth)
        yield "ok"

    provider = ScriptedProvider()
    provider._create_completion = optional
    g4f_lite_registry.register(provider, name="scripted")
    ask()
    monkeypatch.setenv("SCRIPTED_API_KEY", KEYS[0])
    ask()
    assert given == [None, KEYS[0]]
