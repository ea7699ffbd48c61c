"""Routes: the order in which providers are called, and what the caller sees of it."""

import asyncio
import collections
import random
from collections.abc import Callable
from typing import Any

import pytest

import g4f_lite
from g4f_lite import ChatCompletion, Registry
from g4f_lite.errors import (
    AllProvidersFailedError,
    EmptyAnswerError,
    InvalidArgumentError,
    InvalidRequestError,
    RateLimitError,
    ServiceUnavailableError,
)
from g4f_lite.routes import Limits, Route, Step
from g4f_lite.testing import ScriptedProvider

HELLO = [{"role": "user", "content": "Hello"}]


def down() -> ServiceUnavailableError:
    """The error of a service that is down."""
    return ServiceUnavailableError(503)


def create(provider: Any, **options: Any) -> Any:
    """The synchronous call."""
    return ChatCompletion.create(provider=provider, messages=HELLO, **options)


def acreate(provider: Any, **options: Any) -> Any:
    """The asynchronous call, to its end."""
    return asyncio.run(ChatCompletion.acreate(provider=provider, messages=HELLO, **options))


def streamed(provider: Any, **options: Any) -> str:
    """The synchronous stream, joined."""
    with ChatCompletion.create(provider=provider, messages=HELLO, stream=True, **options) as stream:
        return "".join(stream)


def astreamed(provider: Any, **options: Any) -> str:
    """The asynchronous stream, joined."""

    async def read() -> str:
        async with ChatCompletion.acreate(
            provider=provider, messages=HELLO, stream=True, **options
        ) as stream:
            return "".join([text async for text in stream])

    return asyncio.run(read())


ALL = pytest.mark.parametrize("ask", [create, acreate, streamed, astreamed])
NATIVE = pytest.mark.parametrize("native", [False, True])


def attempts_of(provenance: Any) -> list[tuple[str, str]]:
    """The providers that were tried, with the outcome of each."""
    return [(item.provider.partition(":")[2], item.outcome) for item in provenance.attempts]


@ALL
@NATIVE
def test_the_next_is_asked_when_one_fails(
    g4f_lite_registry: Registry, ask: Callable[..., str], *, native: bool
) -> None:
    """After a provider fails, the next one is called with the same request."""
    first = ScriptedProvider([down()], native_async=native)
    second = ScriptedProvider(["Hel", "lo"], native_async=native)
    g4f_lite_registry.register(first, name="first")
    g4f_lite_registry.register(second, name="second")
    assert ask(["first", "second"]) == "Hello"
    assert [(call.messages, call.ended) for call in first.calls] == [(HELLO, "raised")]
    assert [(call.messages, call.ended) for call in second.calls] == [(HELLO, "exhausted")]


def test_provenance_has_every_attempt(g4f_lite_registry: Registry) -> None:
    """Every provider that was skipped or failed is in the provenance with its reason, in order."""
    g4f_lite_registry.register(ScriptedProvider(needs_auth=True), name="keyless")
    g4f_lite_registry.register(ScriptedProvider([down()]), name="down")
    g4f_lite_registry.register(ScriptedProvider(model=["other"]), name="elsewhere")
    g4f_lite_registry.register(ScriptedProvider(["Hello"]), name="up")
    answer = create(["nobody", "keyless", "down", "elsewhere", "up", "nobody"], model="scripted-1")
    assert answer == "Hello"
    assert attempts_of(answer.provenance) == [
        ("", "skipped"),
        ("", "skipped"),
        ("down", "error"),
        ("", "skipped"),
        ("up", "ok"),
    ]
    reasons = [item.error for item in answer.provenance.attempts]
    assert [item.provider for item in answer.provenance.attempts[:2]] == ["nobody", "keyless"]
    assert "There is no provider 'nobody'" in reasons[0]
    assert "needs a key" in reasons[1]
    assert "503" in reasons[2]
    assert "does not offer the model" in reasons[3]
    assert answer.provenance.provider == "up"


@ALL
def test_when_all_fail_each_is_named(g4f_lite_registry: Registry, ask: Callable[..., str]) -> None:
    """If every provider fails, one error names every attempt and has the error of each."""
    g4f_lite_registry.register(ScriptedProvider([down()]), name="one")
    g4f_lite_registry.register(ScriptedProvider([RateLimitError(429)]), name="two")
    with pytest.raises(AllProvidersFailedError) as caught:
        ask(["one", "two", "nobody"])
    error = caught.value
    assert [type(item).__name__ for item in error.errors] == [
        "ServiceUnavailableError",
        "RateLimitError",
        "ProviderNotFoundError",
    ]
    assert len(error.attempts) == 3
    assert error.provenance is not None
    assert error.provenance.attempts == error.attempts
    assert error.provider is None
    assert error.__cause__ is error.errors[-1]
    for name in ("(program):one", "(program):two", "nobody"):
        assert f"\n  - {name} (" in str(error)


def test_a_route_without_candidates_raises_at_the_call(g4f_lite_registry: Registry) -> None:
    """A route without a usable step is an error of the call itself, with a stream too."""
    g4f_lite_registry.register(ScriptedProvider(needs_auth=True), name="keyless")
    with pytest.raises(AllProvidersFailedError, match="keyless"):
        ChatCompletion.create(provider=["keyless", "nobody"], messages=HELLO, stream=True)


@pytest.mark.parametrize("one", [["only"], Step("only"), Route(["only"]), ("only",), "only"])
def test_a_route_of_one_raises_its_own_error(g4f_lite_registry: Registry, one: Any) -> None:
    """With a single step, the error is the same as without a route."""
    g4f_lite_registry.register(ScriptedProvider([down()]), name="only")
    with pytest.raises(ServiceUnavailableError) as caught:
        create(one)
    assert caught.value.provider == "only"
    assert attempts_of(caught.value.provenance) == [("only", "error")]
    with pytest.raises(g4f_lite.ModelNotFoundError):
        create(one, model="gone")


@ALL
@NATIVE
def test_text_of_a_failed_attempt_is_in_no_answer(
    g4f_lite_registry: Registry, ask: Callable[..., str], *, native: bool
) -> None:
    """Text of an attempt that broke off is never mixed into another attempt's; a stream with text ends."""
    g4f_lite_registry.register(
        ScriptedProvider(["WRONG", g4f_lite.Usage(9, 9), down()], native_async=native), name="one"
    )
    g4f_lite_registry.register(ScriptedProvider(["right"], native_async=native), name="two")
    if ask in (create, acreate):
        answer = ask(["one", "two"])
        assert (answer, answer.completion.usage) == ("right", None)
        return
    with pytest.raises(ServiceUnavailableError) as caught:
        ask(["one", "two"])
    assert caught.value.partial_text == "WRONG"
    assert attempts_of(caught.value.provenance) == [("one", "error")]


def test_a_stream_without_text_may_start_over(g4f_lite_registry: Registry) -> None:
    """In a stream of text, a failure after only reasoning moves the call to the next provider."""
    g4f_lite_registry.register(ScriptedProvider([g4f_lite.events.Reasoning("hm"), down()]), name="one")
    g4f_lite_registry.register(ScriptedProvider(["right"]), name="two")
    with ChatCompletion.create(provider=["one", "two"], messages=HELLO, stream=True) as stream:
        assert list(stream) == ["right"]
        assert stream.completion.reasoning == ""


def test_steps_have_their_own_models_options_and_keys(g4f_lite_registry: Registry) -> None:
    """A step's own model, options and key are used; the call's model is for steps without one."""
    providers = {
        name: ScriptedProvider([down()] if name != "d" else ["ok"], model=["m", "n"]) for name in "abcd"
    }
    for name, provider in providers.items():
        g4f_lite_registry.register(provider, name=name)
    steps = [Step("a", model="n"), "b/n", Step("c", options={"top_p": 0.5}, auth="key-of-c"), "d"]
    answer = create(steps, model="m", top_p=1.0)
    assert [provider.calls[0].model for provider in providers.values()] == ["n", "n", "m", "m"]
    assert [dict(provider.calls[0].options) for provider in providers.values()] == [
        {"top_p": 1.0},
        {"top_p": 1.0},
        {"top_p": 0.5, "auth": "key-of-c"},
        {"top_p": 1.0},
    ]
    assert answer.provenance.model_asked == "m"
    assert [item.model for item in answer.provenance.attempts] == ["n", "n", "m", "m"]


def test_a_step_that_does_not_take_an_option_is_skipped(g4f_lite_registry: Registry) -> None:
    """A provider without an option of the call is skipped for that reason, unless the option may be dropped."""

    def plain(model: str, messages: list, stream: bool):
        yield "plain"

    strict = ScriptedProvider()
    strict._create_completion = plain
    g4f_lite_registry.register(strict, name="strict")
    g4f_lite_registry.register(ScriptedProvider(["any"]), name="any")
    answer = create(["strict", "any"], seed=1)
    assert answer == "any"
    assert "'seed'" in str(answer.provenance.attempts[0].error)
    answer = create(["strict", "any"], seed=1, drop_options=True)
    assert (answer, answer.provenance.dropped_options) == ("plain", ("seed",))


def test_weights_decide_the_order(g4f_lite_registry: Registry, clock: Any) -> None:
    """In a weighted route, each step is first in proportion to its weight, and the order has every step."""
    for name in "abc":
        g4f_lite_registry.register(ScriptedProvider([name]), name=name)
    route = Route([Step("a", weight=1), Step("b", weight=3), Step("c", weight=0)], strategy="weighted")
    chance = random.Random(1)
    clock.drawn = [chance.random() for _ in range(6000)]
    first = collections.Counter(str(create(route)) for _ in range(2000))
    assert first["c"] == 0
    assert 0.7 < first["b"] / 2000 < 0.8
    for name in "ab":
        g4f_lite_registry.unregister(name)
    answer = create(route)
    assert answer == "c"
    assert len(answer.provenance.attempts) == 3


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        (),
        [5],
        [""],
        ["a", None],
        [["a"]],
        Route([]),
        Route(["a"], strategy="random"),
        Step(5),
        Step(""),
        Step("a", model=""),
        Step("a/b", model="c"),
        Step("a", weight=-1),
        Step("a", weight=float("nan")),
        Step("a", options=[]),
        Step("a", limits=5),
    ],
    ids=repr,
)
def test_what_is_no_route_is_an_argument_error(wrong: Any) -> None:
    """A route that is not valid is refused before any look-up, with an error that names the argument."""
    with pytest.raises(g4f_lite.InvalidArgumentError) as caught:
        create(wrong)
    assert caught.value.argument in ("provider", "limits")


@pytest.mark.parametrize(
    "options",
    [
        {"retries": -1},
        {"retries": 1.5},
        {"retries": True},
        {"retries": "2"},
        {"retries": g4f_lite.routes.Retry(2, base=-1)},
        {"retries": g4f_lite.routes.Retry(-2)},
        {"deadline": 0},
        {"deadline": "5"},
        {"deadline": float("inf")},
        {"deadline": float("nan")},
        {"deadline": True},
        {"limits": {"concurrency": 1}},
        {"limits": Limits(concurrency=0)},
        {"limits": Limits(requests_per_minute=1.5)},
        {"continue_from_partial": "yes"},
    ],
    ids=repr,
)
@pytest.mark.parametrize("ask", [create, acreate])
def test_wrong_settings_are_argument_errors(
    g4f_lite_registry: Registry, ask: Callable[..., str], options: dict[str, Any]
) -> None:
    """A wrong value of a call's settings is refused at the call, with an error that names the argument."""
    provider = ScriptedProvider()
    g4f_lite_registry.register(provider, name="p")
    with pytest.raises(g4f_lite.InvalidArgumentError) as caught:
        ask("p", **options)
    assert caught.value.argument == next(iter(options))
    assert provider.calls == []


def test_a_step_shows_no_key() -> None:
    """The repr of a step and of a route shows neither the key nor the options."""
    shown = repr(Route([Step("a", auth="planted-key", options={"api_key": "planted-key"})]))
    assert "planted-key" not in shown


def test_a_key_for_one_of_several_is_sent_to_none(g4f_lite_registry: Registry) -> None:
    """A key for a route of several providers without keys of their own is sent to none of them."""
    one, two = ScriptedProvider(["ok"]), ScriptedProvider(["ok"])
    g4f_lite_registry.register(one, name="one")
    g4f_lite_registry.register(two, name="two")
    with pytest.raises(g4f_lite.InvalidArgumentError, match="one, two"):
        create(["one", "two"], auth="key-1234")
    assert one.calls == two.calls == []
    assert create([Step("two", auth="mine-1234"), "one/scripted-1", "one"], auth="key-1234") == "ok"
    assert two.calls[0].options == {"auth": "mine-1234"}


def test_a_provider_cannot_change_the_next_attempt(g4f_lite_registry: Registry) -> None:
    """Changes that a failing provider makes to messages and options reach neither the next one nor the caller."""

    class Vandal(ScriptedProvider):
        def _create_completion(self, model: str, messages: list, stream: bool, **kwargs: Any):
            messages[0]["content"] = "SPOILT"
            messages.clear()
            kwargs["stop"].append("SPOILT")
            raise down()
            yield

    second = ScriptedProvider(["ok"])
    g4f_lite_registry.register(Vandal(), name="vandal")
    g4f_lite_registry.register(second, name="second")
    stop = ["a"]
    assert create(["vandal", "second"], stop=stop) == "ok"
    assert (second.calls[0].messages, second.calls[0].options["stop"]) == (HELLO, ["a"])
    assert stop == ["a"]


@ALL
def test_request_errors_move_on_to_the_next(g4f_lite_registry: Registry, ask: Callable[..., str]) -> None:
    """One service may take what another refuses: 400 moves on to the next provider, without a retry."""
    first = ScriptedProvider([InvalidRequestError(400)])
    g4f_lite_registry.register(first, name="first")
    g4f_lite_registry.register(ScriptedProvider(["ok"]), name="second")
    assert ask(["first", "second"], retries=3) == "ok"
    assert len(first.calls) == 1


@ALL
def test_an_empty_answer_moves_on_to_the_next(g4f_lite_registry: Registry, ask: Callable[..., str]) -> None:
    """A provider with an empty answer has failed."""
    g4f_lite_registry.register(ScriptedProvider([]), name="first")
    g4f_lite_registry.register(ScriptedProvider(["ok"]), name="second")
    assert ask(["first", "second"]) == "ok"


def test_interrupts_end_the_route(g4f_lite_registry: Registry) -> None:
    """After Ctrl-C inside a provider, no other provider is called."""
    second = ScriptedProvider(["ok"])
    g4f_lite_registry.register(ScriptedProvider([KeyboardInterrupt()]), name="first")
    g4f_lite_registry.register(second, name="second")
    with pytest.raises(KeyboardInterrupt):
        create(["first", "second"], retries=2)
    assert second.calls == []


def test_hooks_see_each_attempt(g4f_lite_registry: Registry) -> None:
    """Hooks are called for each request and for its end, with the provider of the attempt."""
    seen: list[tuple[str, str]] = []

    class Watching:
        def g4f_lite_before_request(self, request: g4f_lite.Request) -> None:
            seen.append(("before", request.provider))

        def g4f_lite_on_error(self, request: g4f_lite.Request) -> None:
            seen.append(("error", request.provider))

        def g4f_lite_after_response(self, request: g4f_lite.Request) -> None:
            seen.append(("after", request.provider))

    g4f_lite_registry.add_hooks(Watching(), name="watching")
    g4f_lite_registry.register(ScriptedProvider([down()]), name="one")
    g4f_lite_registry.register(ScriptedProvider(["ok"]), name="two")
    create(["one", "two"])
    assert seen == [("before", "one"), ("error", "one"), ("before", "two"), ("after", "two")]


@pytest.mark.parametrize("ask", [streamed, astreamed])
@NATIVE
def test_a_broken_stream_may_be_continued(
    g4f_lite_registry: Registry, ask: Callable[..., str], *, native: bool
) -> None:
    """With `continue_from_partial`, the next provider gets the text so far and continues it."""
    second = ScriptedProvider(["4 ", down()], native_async=native)
    third = ScriptedProvider(["5"], native_async=native, supports_stream=False)
    g4f_lite_registry.register(ScriptedProvider(["1 2 ", "3 ", down()], native_async=native), name="first")
    g4f_lite_registry.register(second, name="second")
    g4f_lite_registry.register(third, name="third")
    assert ask(["first", "second", "third"], continue_from_partial=True) == "1 2 3 4 5"
    assert second.calls[0].messages[:2] == [*HELLO, {"role": "assistant", "content": "1 2 3 "}]
    assert third.calls[0].messages[:2] == [*HELLO, {"role": "assistant", "content": "1 2 3 4 "}]
    assert third.calls[0].messages[2]["role"] == "user"
    assert len(third.calls[0].messages) == 3


def test_provenance_says_what_was_continued(g4f_lite_registry: Registry) -> None:
    """An attempt that continued another's text has that in its record; the completion has all text once."""
    g4f_lite_registry.register(ScriptedProvider(["a", g4f_lite.Usage(1, 1), down()]), name="first")
    g4f_lite_registry.register(
        ScriptedProvider(["HIDDEN", down()], ["b"], supports_stream=False), name="second"
    )
    with ChatCompletion.create(
        provider=["first", "second", "second"], messages=HELLO, stream=True, continue_from_partial=True
    ) as stream:
        assert list(stream) == ["a", "b"]
        assert [item.continued for item in stream.provenance.attempts] == [False, True, True]
        assert (stream.completion.text, stream.completion.usage) == ("ab", None)


def test_an_answer_with_more_than_text_is_not_continued(g4f_lite_registry: Registry) -> None:
    """An answer with a tool call, or one of several answers, that breaks off is an error."""
    second = ScriptedProvider(["b"])
    g4f_lite_registry.register(second, name="second")
    for event in (g4f_lite.events.ToolCallDelta(0, "id", "name", "{"), g4f_lite.events.Text("x", 1)):
        g4f_lite_registry.register(ScriptedProvider(["a", event, down()]), name="first")
        with pytest.raises(ServiceUnavailableError) as caught:
            streamed(["first", "second"], continue_from_partial=True)
        assert caught.value.partial_text == "a"
        g4f_lite_registry.unregister("first")
    assert second.calls == []


@ALL
def test_a_route_may_mix_sync_and_async_providers(
    g4f_lite_registry: Registry, ask: Callable[..., str]
) -> None:
    """Synchronous and asynchronous providers may be in one route."""
    g4f_lite_registry.register(ScriptedProvider([down()], native_async=True), name="native")
    g4f_lite_registry.register(ScriptedProvider([ConnectionResetError()]), name="threaded")
    g4f_lite_registry.register(ScriptedProvider(["ok"], native_async=True), name="last")
    assert ask(["native", "threaded", "last"]) == "ok"


def test_a_later_step_of_the_same_provider_is_called(g4f_lite_registry: Registry, clock: Any) -> None:
    """A circuit that the call's own failure opens does not block the provider's other model."""

    def limited(model: str, messages: list, stream: bool):
        if model == "big":
            raise RateLimitError(429, retry_after=1000.0)
        yield model

    provider = ScriptedProvider(model=["big", "small"])
    provider._create_completion = limited
    g4f_lite_registry.register(provider, name="a")
    for _ in range(2):
        answer = create(["a/big", "a/small"])
        assert answer == "small"
        assert [item.outcome for item in answer.provenance.attempts][-2:] == ["error", "ok"]


@pytest.mark.parametrize(("argument", "what"), [("auth", "key"), ("base_url", "address")])
def test_an_ambiguous_key_or_address_is_sent_to_none(
    g4f_lite_registry: Registry, argument: str, what: str
) -> None:
    """A key would go to all services of a route, and all their keys to one address."""
    providers = {name: ScriptedProvider(["ok"]) for name in "ab"}
    for name, provider in providers.items():
        g4f_lite_registry.register(provider, name=name)
    with pytest.raises(InvalidArgumentError, match=f"it may be the {what} of each of these: a, b"):
        create(["a", "b"], **{argument: "https://x.example"})
    assert not any(provider.calls for provider in providers.values())
    own = {"auth": "k"} if argument == "auth" else {"options": {"base_url": "https://y.example"}}
    assert create(["a", Step("b", **own)], **{argument: "https://x.example"}) == "ok"


@ALL
@pytest.mark.parametrize(
    ("option", "name"),
    [
        *(
            ("extra_headers", name)
            for name in ("Authorization", "x-api-key", "API-Key", "X-Goog-Api-Key", "Cookie", "X-Auth-Token")
        ),
        ("extra_query", "key"),
    ],
)
def test_a_key_in_a_header_is_sent_to_none(
    g4f_lite_registry: Registry, ask: Callable[..., Any], option: str, name: str
) -> None:
    """A key under another name than `auth` is not sent to several providers either."""
    providers = {name: ScriptedProvider(["ok"]) for name in "ab"}
    for provider_name, provider in providers.items():
        g4f_lite_registry.register(provider, name=provider_name)
    given = {option: {"X-Plain": "1", name: "planted-key"}}
    with pytest.raises(InvalidArgumentError, match="it may be the key of each of these: a, b") as caught:
        ask(["a", "b"], **given)
    assert caught.value.argument == option
    assert name in str(caught.value)
    assert f"Step('a', options={{'{option}'" in caught.value.hint
    assert "planted" not in str(caught.value)
    assert not any(provider.calls for provider in providers.values())
    own = {option: {"X-Plain": "2"}}
    assert ask([Step("b", options=own), "a"], **given) == "ok"
    assert providers["b"].calls[0].options == own
    assert ask(["a/scripted-1", "a"], **given) == "ok"
    assert providers["a"].calls[0].options == given


def test_a_header_that_is_no_key_goes_to_all(g4f_lite_registry: Registry) -> None:
    """A header without a key is sent to every provider; a value that is not a mapping is refused as always."""
    providers = {name: ScriptedProvider([down()] if name == "a" else ["ok"]) for name in "ab"}
    for name, provider in providers.items():
        g4f_lite_registry.register(provider, name=name)
    headers = {"X-Request-Id": "7", "Idempotency-Key": "8", b"cookie": "9"}
    assert create(["a", "b"], extra_headers=headers) == "ok"
    assert [provider.calls[0].options["extra_headers"] for provider in providers.values()] == [headers] * 2
    assert create(["a", "b"], extra_headers=["Cookie"]) == "ok"


def test_an_empty_continuation_is_not_an_answer(g4f_lite_registry: Registry) -> None:
    """A continuation without any text does not complete the answer."""
    g4f_lite_registry.register(ScriptedProvider(["begun ", down()]), name="a")
    g4f_lite_registry.register(ScriptedProvider([]), name="b")
    stream = create(["a", "b"], stream=True, continue_from_partial=True)
    assert next(stream) == "begun "
    with pytest.raises(AllProvidersFailedError) as caught:
        next(stream)
    assert isinstance(caught.value.errors[-1], EmptyAnswerError)
    assert caught.value.partial_text == "begun "
