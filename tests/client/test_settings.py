"""The settings of a client, and the options that reach the provider."""

import copy
import pickle
import threading

import pytest

from g4f_lite import AsyncClient, Client, Limits, Route, Step
from g4f_lite.errors import (
    InvalidArgumentError,
    InvalidMessageError,
    MissingAuthError,
    ModelNotFoundError,
    UnsupportedOptionError,
)
from g4f_lite.testing import Reply, ScriptedProvider, Upstream, isolated_registry

KEY = "planted-key-51c0ffee"
SAY = [{"role": "user", "content": "Hello"}]
OPTIONS = ("auth", "timeout", "base_url", "extra_headers", "temperature")


class Bare:
    """A provider without options."""

    url, supports_stream, needs_auth, working, params = "https://b.example", True, False, True, ""
    model = ("m", "bare-1")

    def __init__(self):
        self.model = list(self.model)
        self.calls = []

    def _create_completion(self, model: str, messages: list, stream: bool):
        yield "Fine"


class Configurable(Bare):
    """A provider that accepts `OPTIONS`, and records the arguments of each call."""

    model = ("m", "n")

    def _create_completion(
        self,
        model: str,
        messages: list,
        stream: bool,
        auth: str | None = None,
        timeout: float | tuple | None = None,
        base_url: str | None = None,
        extra_headers: dict | None = None,
        temperature: float | None = None,
    ):
        self.calls.append({name: value for name, value in locals().items() if name != "self"})
        yield "Fine"


@pytest.fixture
def recorded_calls():
    """Yield the list of recorded calls of the provider `named`; the provider `bare` has no options."""
    with isolated_registry() as registry:
        named = Configurable()
        registry.register(named, name="named")
        registry.register(Bare(), name="bare")
        yield named.calls


def options_of_last_call(recorded_calls):
    """Return the options of the last call that are not None."""
    return {name: recorded_calls[-1][name] for name in OPTIONS if recorded_calls[-1][name] is not None}


def test_defaults_reach_the_provider(recorded_calls):
    """The client's key, timeout, address, headers and additional options are passed to every call."""
    client = Client(
        provider="named",
        api_key=KEY,
        base_url="http://a.example",
        timeout=4.0,
        default_headers={"X-A": "1", "X-B": "1"},
        model="n",
        temperature=0.5,
    )
    client.chat.completions.create(messages=SAY, extra_headers={"X-B": "2"})
    assert recorded_calls[-1]["model"] == "n"
    assert options_of_last_call(recorded_calls) == {
        "auth": KEY,
        "base_url": "http://a.example",
        "timeout": 4.0,
        "extra_headers": {"X-A": "1", "X-B": "2"},
        "temperature": 0.5,
    }


def test_arguments_of_a_call_override_the_client(recorded_calls):
    """Arguments of a call have priority, under the names of the client and of the library."""
    client = Client(provider="named", api_key=KEY, timeout=4.0, temperature=0.5)
    create = client.chat.completions.create
    create(messages=SAY, model="n", timeout=1.0, api_key="other", temperature=0.1, max_retries=0)
    assert options_of_last_call(recorded_calls) == {"auth": "other", "timeout": 1.0, "temperature": 0.1}
    create(messages=SAY, auth="third", retries=0)
    assert options_of_last_call(recorded_calls) == {"auth": "third", "timeout": 4.0, "temperature": 0.5}


def test_with_options_changes_a_copy(recorded_calls):
    """`with_options` and `copy` leave the client unchanged, and keep the settings that they do not name."""
    client = Client(provider="named", api_key=KEY, timeout=4.0, temperature=0.5)
    other = client.with_options(timeout=1.0, temperature=0.1)
    assert type(other) is Client
    other.chat.completions.create(messages=SAY)
    assert options_of_last_call(recorded_calls) == {"auth": KEY, "timeout": 1.0, "temperature": 0.1}
    client.chat.completions.create(messages=SAY)
    assert options_of_last_call(recorded_calls) == {"auth": KEY, "timeout": 4.0, "temperature": 0.5}
    assert type(AsyncClient(provider="named").copy(timeout=1)) is AsyncClient


@pytest.mark.parametrize("way", ["call", "with_options"])
def test_a_key_is_not_sent_to_another_provider(recorded_calls, way):
    """The settings for the client's provider, above all its key, are not sent to another named provider."""
    client = Client(
        provider="bare", api_key=KEY, base_url="http://b.example", default_headers={"X-K": KEY}, secret=KEY
    )
    if way == "call":
        client.chat.completions.create(messages=SAY, provider="named")
    else:
        client.with_options(provider="named").chat.completions.create(messages=SAY)
    assert options_of_last_call(recorded_calls) == {}
    same = Client(provider="named", api_key=KEY)
    same.chat.completions.create(messages=SAY, provider="named")
    assert options_of_last_call(recorded_calls) == {"auth": KEY}


@pytest.mark.parametrize("key", ["", " ", (), [], ["", KEY]])
def test_an_empty_key_is_refused_by_the_constructor(recorded_calls, key):
    """An empty key, as from an unset variable, is refused: otherwise another key would be used silently."""
    for make in (
        lambda: Client(provider="named", api_key=key),
        lambda: AsyncClient(api_key=key),
        lambda: Client(provider="named").with_options(api_key=key),
    ):
        with pytest.raises(InvalidArgumentError, match="leave api_key out") as caught:
            make()
        assert caught.value.argument == "api_key"
    with pytest.raises(InvalidArgumentError, match="leave auth out"):
        Client(provider="named").chat.completions.create(messages=SAY, api_key=list(key) or "")
    assert recorded_calls == []


def test_a_tuple_of_keys_is_accepted_and_stripped(recorded_calls):
    """A tuple is several keys, like a list, and white space around a key is removed."""
    Client(provider="named", api_key=(f" {KEY}\n",)).chat.completions.create(messages=SAY)
    assert options_of_last_call(recorded_calls) == {"auth": KEY}


def test_sentinels_count_as_omitted(recorded_calls):
    """None and the `openai` package's sentinels for "not given" count as omitted."""
    import openai

    client = Client(provider="named", timeout=openai.NOT_GIVEN, api_key=None, temperature=0.5)
    client.chat.completions.create(
        messages=SAY,
        model=openai.NOT_GIVEN,
        stream=openai.NOT_GIVEN,
        tools=openai.omit,
        temperature=None,
        stop=None,
    )
    assert options_of_last_call(recorded_calls) == {"temperature": 0.5}
    assert recorded_calls[-1]["stream"] is False


def test_the_official_timeout_is_accepted(recorded_calls):
    """A `Timeout` of the `openai` package becomes its connect and read parts."""
    import openai

    client = Client(provider="named", timeout=openai.Timeout(9.0, connect=2.0))
    client.chat.completions.create(messages=SAY)
    assert options_of_last_call(recorded_calls) == {"timeout": (2.0, 9.0)}
    client.chat.completions.create(messages=SAY, timeout=openai.Timeout(None, connect=3.0))
    assert options_of_last_call(recorded_calls) == {"timeout": (3.0, 86400.0)}


@pytest.mark.parametrize("kind", [Client, AsyncClient])
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("http_client", "timeout"),
        ("default_query", "extra_query"),
        ("azure_endpoint", "azure"),
        ("max_retry", "'max_retries'"),
        ("base_ulr", "'base_url'"),
        ("apikey", "'api_key'"),
        ("default_header", "'default_headers'"),
    ],
)
def test_unsupported_arguments_are_refused_with_a_hint(kind, name, says):
    """An argument only of the official client, or a misspelled one, is refused with the alternative."""
    with pytest.raises(InvalidArgumentError, match=name) as caught:
        kind(**{name: KEY})
    assert says in str(caught.value)
    assert KEY not in str(caught.value)
    with pytest.raises(InvalidArgumentError, match=name):
        kind().with_options(**{name: KEY})


def test_unsupported_options_are_errors_or_dropped(recorded_calls):
    """An option that the provider does not support is an error that names it, or is dropped and recorded."""
    for settings, arguments, name in (
        ({"default_headers": {"X-A": "1"}}, {}, "extra_headers"),
        ({"timeout": 3}, {}, "timeout"),
        ({"base_url": "http://c.example"}, {}, "base_url"),
        ({}, {"temperature": 1.0}, "temperature"),
        ({}, {"extra_headers": {"X-A": "1"}}, "extra_headers"),
    ):
        client = Client(provider="bare", **settings)
        with pytest.raises(UnsupportedOptionError, match=f"'bare' does not take the option '{name}'"):
            client.chat.completions.create(messages=SAY, **arguments)
        answer = client.with_options(drop_options=True).chat.completions.create(messages=SAY, **arguments)
        assert answer.provenance.dropped_options == (name,)


def test_messages_are_validated():
    """Omitted or invalid messages are an error that names the argument."""
    client = Client(provider="local")
    with pytest.raises(InvalidArgumentError, match="was left out"):
        client.chat.completions.create(model="m")
    for wrong in ("Hello", {"role": "user"}, 5):
        with pytest.raises(InvalidArgumentError, match="messages"):
            client.chat.completions.create(messages=wrong)
    with pytest.raises(InvalidMessageError):
        client.chat.completions.create(messages=[object()])
    with pytest.raises(InvalidArgumentError, match="stream"):
        client.chat.completions.create(messages=SAY, stream="yes")


def test_messages_may_come_from_an_iterator(recorded_calls):
    """Any iterable of messages is accepted, as with the official client."""
    Client(provider="named").chat.completions.create(messages=iter(SAY))
    assert recorded_calls[-1]["messages"] == SAY


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_keys_are_not_in_representations_or_pickles(kind):
    """The representations of a client and its parts do not contain its key, and pickling raises."""
    client = kind(
        provider="openai",
        api_key=[KEY, f"{KEY}-2"],
        base_url=f"https://user:{KEY}@a.example",
        default_headers={"Authorization": KEY},
        organization=KEY,
    )
    parts = [client, client.chat, client.chat.completions, client.embeddings, client.models]
    for part in parts:
        assert KEY not in repr(part) + str(part) + repr(vars(part))
        with pytest.raises(TypeError, match="not pickled"):
            pickle.dumps(part)
    assert "openai" in repr(client)


def test_clients_can_be_copied(recorded_calls):
    """A copy of a client, deep or shallow, makes the same calls as the client."""
    client = Client(provider="named", api_key=KEY)
    client.chat  # noqa: B018 - the property is cached from now on
    for copied in (copy.copy(client), copy.deepcopy(client)):
        copied.chat.completions.create(messages=SAY)
        assert options_of_last_call(recorded_calls) == {"auth": KEY}


@pytest.mark.parametrize("kind", [Client, AsyncClient])
@pytest.mark.parametrize(
    ("where", "name", "says"),
    [
        ("", "responses", 'api="responses"'),
        ("", "images", "message.images"),
        ("", "audio", "message.audio"),
        ("", "completions", "chat.completions.create"),
        ("", "files", "openai"),
        ("", "with_raw_response", "provenance"),
        ("", "typo", "docs/client.md"),
        ("chat", "create", "`completions`"),
        ("chat.completions", "with_raw_response", "`create`, `parse` and `stream`"),
        ("embeddings", "with_streaming_response", "`create`"),
        ("models", "delete", "`list` and `retrieve`"),
        ("beta", "assistants", "messages"),
    ],
)
def test_unsupported_attributes_name_an_alternative(kind, where, name, says):
    """An attribute only of the official client is an `AttributeError` that names the alternative."""
    part = kind(provider="p", api_key=KEY)
    for step in where.split(".") if where else ():
        part = getattr(part, step)
    assert not hasattr(part, name)
    with pytest.raises(AttributeError, match=f"has no '{name}'") as caught:
        getattr(part, name)
    assert says in str(caught.value)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_settings_are_read_only_attributes(kind):
    """Settings and options are attributes; setting one is an error that names `with_options`."""
    client = kind(
        provider="p", api_key=KEY, base_url="http://a.example", timeout=4, organization="o", temperature=1.0
    )
    values = (client.api_key, client.base_url, client.timeout, client.max_retries, client.organization)
    assert values == (KEY, "http://a.example", 4, 2, "o")
    assert client.with_options(timeout=5).timeout == 5
    client.remark = "mine"  # not a setting
    for name in ("api_key", "base_url", "timeout", "organization", "temperature"):
        with pytest.raises(AttributeError, match=rf"with_options\({name}="):
            setattr(client, name, "x")
    assert client.api_key == KEY


def test_with_options_merges_headers(recorded_calls):
    """`with_options` adds to the headers, as the official client does; another provider gets none of them."""
    client = Client(provider="named", default_headers={"X-A": "1", "X-B": "1"})
    client.with_options(default_headers={"X-B": "2"}).chat.completions.create(messages=SAY)
    assert options_of_last_call(recorded_calls) == {"extra_headers": {"X-A": "1", "X-B": "2"}}
    client = Client(provider="bare", default_headers={"X-A": "1"})
    client.with_options(provider="named", default_headers={"X-B": "2"}).chat.completions.create(messages=SAY)
    assert options_of_last_call(recorded_calls) == {"extra_headers": {"X-B": "2"}}


def test_a_provider_cannot_modify_the_settings(recorded_calls):
    """Headers are passed as a copy: a change by a provider is not in the next call."""
    client = Client(provider="named", default_headers={"X-A": "1"})
    client.chat.completions.create(messages=SAY)
    recorded_calls[-1]["extra_headers"]["X-Late"] = "1"
    client.chat.completions.create(messages=SAY)
    assert options_of_last_call(recorded_calls) == {"extra_headers": {"X-A": "1"}}


def test_is_closed_after_close():
    """`is_closed` is true after `close` and after a `with` block."""
    with Client(provider="p") as client:
        assert not client.is_closed()
    assert client.is_closed()
    assert not client.with_options(timeout=1).is_closed()


def test_an_address_alone_selects_openais_protocol():
    """With an address and no provider, the client uses OpenAI's protocol there, with its key."""
    body = b'{"id":"x","model":"m","choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}]}'
    with Upstream(Reply(body, headers={"content-type": "application/json"})) as upstream:
        answer = Client(base_url=upstream.url, api_key=KEY).chat.completions.create(model="any", messages=SAY)
        assert answer.choices[0].message.content == "Hi"
        assert upstream.requests[0].header("authorization") == f"Bearer {KEY}"
    with pytest.raises(MissingAuthError):
        Client(base_url="http://127.0.0.1:9").chat.completions.create(model="any", messages=SAY)


def test_a_model_selects_its_provider(recorded_calls):
    """Without a provider, the name of the model or ``"provider/model"`` selects one."""
    client = Client()
    answer = client.chat.completions.create(model="bare-1", messages=SAY)
    assert answer.provenance.provider == "bare"
    assert client.chat.completions.create(model="named/n", messages=SAY).provenance.provider == "named"
    with pytest.raises(ModelNotFoundError):
        client.chat.completions.create(model="nobody-has-it", messages=SAY)


def test_routes_limits_and_deadlines_are_passed_on(recorded_calls):
    """A client can have a route of providers, limits and a deadline."""
    with isolated_registry() as registry:
        registry.register(ScriptedProvider((OSError("away"),)), name="first")
        registry.register(ScriptedProvider(("Fine",)), name="second")
        for route in (["first", "second"], ("first", Step("second")), Route(["first", "second"])):
            client = Client(provider=route, limits=Limits(concurrency=2), deadline=30.0, max_retries=0)
            answer = client.chat.completions.create(messages=SAY)
            assert answer.choices[0].message.content == "Fine"
            assert [attempt.outcome for attempt in answer.provenance.attempts] == ["error", "ok"]


def test_threads_share_a_client():
    """Many threads call through one client, and each gets its own answer."""
    with isolated_registry() as registry:

        class Echo:
            url, model, supports_stream, needs_auth, working = "https://e.example", ["m"], True, False, True
            params = ""

            def _create_completion(self, model: str, messages: list, stream: bool):
                yield messages[-1]["content"]

        registry.register(Echo(), name="echo")
        client, got = Client(provider="echo"), {}

        def ask(number):
            messages = [{"role": "user", "content": str(number)}]
            got[number] = client.chat.completions.create(messages=messages).choices[0].message.content

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(32)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert got == {number: str(number) for number in range(32)}
