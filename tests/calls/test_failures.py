"""What a caller sees of a provider that fails: a typed error with the partial text, and no secret."""

import asyncio
import traceback

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from parameter_ids import without_addresses

import g4f_lite
from g4f_lite import ChatCompletion, Finish
from g4f_lite.testing import ScriptedProvider, isolated_registry

HELLO = [{"role": "user", "content": "Hello"}]
KEY = "planted-3f9d2c77-key"


def _ask(provider: object, **options: object) -> str:
    with isolated_registry() as registry:
        registry.register(provider, name="scripted")
        return ChatCompletion.create(provider="scripted", messages=HELLO, **options)


def _aask(provider: object, **options: object) -> str:
    with isolated_registry() as registry:
        registry.register(provider, name="scripted")
        return asyncio.run(ChatCompletion.acreate(provider="scripted", messages=HELLO, **options))


def _http_error(status: int) -> requests.HTTPError:
    response = requests.Response()
    response.status_code = status
    return requests.HTTPError("bad", response=response)


@pytest.mark.parametrize(
    ("raised", "error"),
    [
        (ValueError("x"), g4f_lite.ProviderCrashError),
        (SystemExit(3), g4f_lite.ProviderCrashError),
        (StopIteration(), g4f_lite.ProviderCrashError),
        (RecursionError(), g4f_lite.ProviderCrashError),
        (TimeoutError("slow"), g4f_lite.ProviderTimeoutError),
        (ConnectionResetError("gone"), g4f_lite.ProviderConnectionError),
        (requests.ConnectTimeout("slow"), g4f_lite.ProviderTimeoutError),
        (requests.ReadTimeout("slow"), g4f_lite.ProviderTimeoutError),
        (requests.ConnectionError("gone"), g4f_lite.ProviderConnectionError),
        (_http_error(401), g4f_lite.AuthenticationError),
        (_http_error(429), g4f_lite.RateLimitError),
        (_http_error(503), g4f_lite.ProviderStatusError),
        (g4f_lite.ProviderResponseError("odd"), g4f_lite.ProviderResponseError),
    ],
)
@pytest.mark.parametrize("ask", [_ask, _aask])
@pytest.mark.parametrize("native", [False, True])
def test_failure_is_a_typed_error_with_the_partial_text(
    raised: BaseException, error: type[g4f_lite.ProviderError], ask: object, *, native: bool
) -> None:
    """Whatever a provider raises midway is a `ProviderError` with provider, model and the text so far."""
    with pytest.raises(error) as caught:
        ask(ScriptedProvider(["Hel", "lo", raised], native_async=native))
    failure = caught.value
    assert failure.partial_text == "Hello"
    assert (failure.provider, failure.model) == ("scripted", "scripted-1")
    assert failure.provenance is not None
    assert failure.provenance.attempts[-1].outcome == "error"
    assert str(failure).startswith("[scripted] ")


@pytest.mark.parametrize("passed", [KeyboardInterrupt, asyncio.CancelledError])
def test_interrupts_pass_through(passed: type[BaseException]) -> None:
    """`KeyboardInterrupt` and a task's cancel are not failures of the provider and pass unchanged."""
    with pytest.raises(passed):
        _ask(ScriptedProvider(["Hel", passed()]))


@pytest.mark.parametrize("item", [b"bytes", None, 7, ["list"]])
@pytest.mark.parametrize("ask", [_ask, _aask])
def test_only_text_and_events_are_an_answer(item: object, ask: object) -> None:
    """A provider that yields anything else is stopped with an error that names the type."""
    with pytest.raises(g4f_lite.ProviderResponseError, match="yielded") as caught:
        ask(ScriptedProvider(["Hel", item]))
    assert caught.value.partial_text == "Hel"


@pytest.mark.parametrize("ask", [_ask, _aask])
@pytest.mark.parametrize("script", [[], ["", ""]])
def test_empty_answer_is_an_error(script: list[str], ask: object) -> None:
    """An answer without text is an error, unless the provider says that it has finished."""
    with pytest.raises(g4f_lite.EmptyAnswerError):
        ask(ScriptedProvider(script))
    assert ask(ScriptedProvider([*script, Finish("stop")])) == ""


@pytest.mark.parametrize("returned", [None, 7, b"x", {"a": 1}])
def test_what_is_no_iterator_is_an_error(returned: object) -> None:
    """A function that returns neither text nor an iterator is an error of the provider, not an answer."""
    provider = ScriptedProvider()
    provider._create_completion = _returning(returned)
    with pytest.raises(g4f_lite.ProviderResponseError, match="_create_completion returned"):
        _ask(provider)


def _returning(value: object):
    def _create_completion(model: str, messages: list, stream: bool, **kwargs: object):
        return value

    return _create_completion


def test_returned_string_is_one_chunk() -> None:
    """A provider that returns a string is warned about and works: the string is the one chunk."""
    provider = ScriptedProvider()
    provider._create_completion = _returning("Hello")
    with isolated_registry() as registry:
        loaded = registry.register(provider, name="returns")
        assert [problem.kind for problem in loaded.verdict.warnings] == ["not-a-generator"]
        with ChatCompletion.create(provider="returns", messages=HELLO, stream=True) as stream:
            assert list(stream) == ["Hello"]
            assert stream.provenance.streamed is False


def test_failure_is_seen_once_and_never_restarts() -> None:
    """After a failure the stream is over: reading on gives nothing, and the provider was asked once."""
    provider = ScriptedProvider(["Hel", ValueError("x")])
    with isolated_registry() as registry:
        registry.register(provider, name="scripted")
        stream = ChatCompletion.create(provider="scripted", messages=HELLO, stream=True)
        assert next(stream) == "Hel"
        with pytest.raises(g4f_lite.ProviderCrashError):
            next(stream)
        assert list(stream) == []
        stream.close()
        with pytest.raises(g4f_lite.StreamStateError, match="the call failed"):
            _ = stream.completion
    assert len(provider.calls) == 1


@pytest.mark.parametrize(
    "raised",
    [
        ValueError(f"bad key {KEY}"),
        requests.ConnectionError(f"https://x.example/?key={KEY}"),
        g4f_lite.ProviderResponseError(f"the service said: {KEY}"),
        g4f_lite.ProviderStatusError(400, body=f"no such key {KEY}"),
    ],
)
@pytest.mark.parametrize("ask", [_ask, _aask])
def test_key_shows_nowhere(raised: BaseException, ask: object) -> None:
    """The key of a call is in no message, repr, attribute or traceback of the error it ends with."""
    with pytest.raises(g4f_lite.ProviderError) as caught:
        ask(ScriptedProvider(["Hel", raised]), auth=KEY)
    error = caught.value
    shown = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    # The test's own source line is in a traceback, with the name of the constant and not its value.
    assert KEY not in shown + str(error) + repr(error) + repr(vars(error)) + repr(error.provenance)


def test_key_comes_from_the_environment_only_where_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider that needs a key gets the environment's; one that does not is not handed any."""
    monkeypatch.setenv("SCRIPTED_API_KEY", KEY)
    needing, other = ScriptedProvider(["ok"], needs_auth=True), ScriptedProvider(["ok"])
    _ask(needing)
    _ask(other)
    assert needing.calls[0].options == {"auth": KEY}
    assert other.calls[0].options == {}
    monkeypatch.delenv("SCRIPTED_API_KEY")
    with pytest.raises(g4f_lite.MissingAuthError, match="SCRIPTED_API_KEY"):
        _ask(needing)


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]))))
def test_text_in_is_text_out(script: list[str]) -> None:
    """For any pieces of text, the answer is the pieces joined, and a stream's pieces are those with text."""
    with isolated_registry() as registry:
        registry.register(ScriptedProvider([*script, Finish("stop")]), name="scripted")
        assert ChatCompletion.create(provider="scripted", messages=HELLO) == "".join(script)
        stream = ChatCompletion.create(provider="scripted", messages=HELLO, stream=True)
        assert list(stream) == [text for text in script if text]


def test_key_for_one_of_several_is_sent_to_none() -> None:
    """A key given with a model alone, which several providers with keys offer, goes to none of them."""
    providers = [ScriptedProvider(["ok"], needs_auth=True) for _ in range(2)]
    with isolated_registry() as registry:
        registry.register(providers[0], name="one")
        assert ChatCompletion.create(model="scripted-1", messages=HELLO, auth=KEY) == "ok"
        registry.register(providers[1], name="two")
        with pytest.raises(g4f_lite.InvalidArgumentError, match="one, two"):
            ChatCompletion.create(model="scripted-1", messages=HELLO, auth=KEY)
        assert ChatCompletion.create(model="two/scripted-1", messages=HELLO, auth=KEY) == "ok"
    assert [len(provider.calls) for provider in providers] == [1, 1]


class _BoomError(BaseException):
    """What derives from nothing that is usually caught."""


@pytest.mark.parametrize("raised", [_BoomError("boom"), GeneratorExit()])
@pytest.mark.parametrize("ask", [_ask, _aask])
@pytest.mark.parametrize("native", [False, True])
def test_exceptions_that_nobody_catches_are_failures_too(
    raised: BaseException, ask: object, *, native: bool
) -> None:
    """A provider that raises a bare `BaseException` is a crash of the provider, with the partial text."""
    with pytest.raises(g4f_lite.ProviderCrashError) as caught:
        ask(ScriptedProvider(["Hel", raised], native_async=native))
    assert caught.value.partial_text == "Hel"


@pytest.mark.parametrize(
    "event",
    [
        g4f_lite.Usage("many", None),
        g4f_lite.Usage(-1, 2),
        g4f_lite.Usage(True, 2),
        g4f_lite.Finish(b"x"),
        g4f_lite.Finish("because"),
        g4f_lite.Served(object()),
    ],
    ids=without_addresses,
)
def test_events_hold_what_they_say(event: object) -> None:
    """An event with something else in it than its kind has is an error of the provider, named by its type."""
    with pytest.raises(g4f_lite.ProviderResponseError, match=f"yielded a {type(event).__name__}"):
        _ask(ScriptedProvider(["Hel", event]))


def test_hooks_can_change_nothing_and_see_no_key() -> None:
    """What a hook does to the request reaches neither provider nor caller, and no key is in it."""
    seen: list[g4f_lite.Request] = []

    class Meddler:
        def g4f_lite_before_request(self, request: g4f_lite.Request) -> None:
            seen.append(request)
            request.options["stop"].append("INJECTED")
            request.messages[0]["content"] = "INJECTED"

    provider = ScriptedProvider(["Hello"])
    with isolated_registry() as registry:
        registry.register(provider, name="scripted")
        registry.add_hooks(Meddler(), name="meddler")
        options = {"stop": ["a"], "api_key": KEY, "auth": KEY, "headers": {"authorization": KEY}}
        ChatCompletion.create(provider="scripted", messages=HELLO, **options)
    assert provider.calls[0].options["stop"] == ["a"]
    assert provider.calls[0].messages == HELLO
    assert KEY not in repr(seen)


@pytest.mark.parametrize(
    ("option", "here"),
    [
        ("api_key", "auth"),
        ("api_base", "base_url"),
        ("max_retries", "retries"),
        ("drop_params", "drop_options"),
    ],
)
def test_names_of_other_libraries_are_told(option: str, here: str) -> None:
    """Who writes an argument as another library calls it is told what it is called here."""

    def plain(model: str, messages: list, stream: bool, api: str = "", max_tokens: int = 0):
        yield "plain"

    provider = ScriptedProvider()
    provider._create_completion = plain
    with pytest.raises(g4f_lite.UnsupportedOptionError, match=f"Did you mean '{here}'"):
        _ask(provider, **{option: "1"})


def test_the_address_of_a_proxy_is_no_secret() -> None:
    """An error may hold what a proxy's address is a part of; only a proxy's login is taken out."""
    provider = ScriptedProvider([ValueError("no way to 127.0.0.1:18881 by hunter22@127.0.0.1:1888")])
    with pytest.raises(g4f_lite.ProviderCrashError, match=r"no way to 127\.0\.0\.1:18881 by \*\*\*@127"):
        _ask(provider, proxy="http://hunter22@127.0.0.1:1888")
