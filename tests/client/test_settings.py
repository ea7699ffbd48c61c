"""What a client is made with, and what of it reaches the provider."""

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
    """A provider that takes no option."""

    url, supports_stream, needs_auth, working, params = "https://b.example", True, False, True, ""
    model = ("m", "bare-1")

    def __init__(self):
        self.model = list(self.model)
        self.told = []

    def _create_completion(self, model: str, messages: list, stream: bool):
        yield "Fine"


class Named(Bare):
    """A provider that takes `OPTIONS`, and remembers what it was called with."""

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
        self.told.append({name: value for name, value in locals().items() if name != "self"})
        yield "Fine"


@pytest.fixture
def told():
    """What the provider `named` was called with; it takes `OPTIONS`, and `bare` takes nothing."""
    with isolated_registry() as registry:
        named = Named()
        registry.register(named, name="named")
        registry.register(Bare(), name="bare")
        yield named.told


def passed(told):
    """The options of the last call that are not None."""
    return {name: told[-1][name] for name in OPTIONS if told[-1][name] is not None}


def test_defaults_reach_the_provider(told):
    """Key, timeout, address, headers and further options of the client are in every call."""
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
    assert told[-1]["model"] == "n"
    assert passed(told) == {
        "auth": KEY,
        "base_url": "http://a.example",
        "timeout": 4.0,
        "extra_headers": {"X-A": "1", "X-B": "2"},
        "temperature": 0.5,
    }


def test_a_call_comes_before_the_client(told):
    """What a call names counts, under the names of both the client and the library."""
    client = Client(provider="named", api_key=KEY, timeout=4.0, temperature=0.5)
    create = client.chat.completions.create
    create(messages=SAY, model="n", timeout=1.0, api_key="other", temperature=0.1, max_retries=0)
    assert passed(told) == {"auth": "other", "timeout": 1.0, "temperature": 0.1}
    create(messages=SAY, auth="third", retries=0)
    assert passed(told) == {"auth": "third", "timeout": 4.0, "temperature": 0.5}


def test_with_options_changes_a_copy(told):
    """`with_options` and `copy` leave the client as it was, and keep what they do not name."""
    client = Client(provider="named", api_key=KEY, timeout=4.0, temperature=0.5)
    other = client.with_options(timeout=1.0, temperature=0.1)
    assert type(other) is Client
    other.chat.completions.create(messages=SAY)
    assert passed(told) == {"auth": KEY, "timeout": 1.0, "temperature": 0.1}
    client.chat.completions.create(messages=SAY)
    assert passed(told) == {"auth": KEY, "timeout": 4.0, "temperature": 0.5}
    assert type(AsyncClient(provider="named").copy(timeout=1)) is AsyncClient


@pytest.mark.parametrize("way", ["call", "with_options"])
def test_a_key_goes_to_no_other_provider(told, way):
    """What was meant for the client's provider, its key first, is not sent to another one that is named."""
    client = Client(
        provider="bare", api_key=KEY, base_url="http://b.example", default_headers={"X-K": KEY}, secret=KEY
    )
    if way == "call":
        client.chat.completions.create(messages=SAY, provider="named")
    else:
        client.with_options(provider="named").chat.completions.create(messages=SAY)
    assert passed(told) == {}
    same = Client(provider="named", api_key=KEY)
    same.chat.completions.create(messages=SAY, provider="named")
    assert passed(told) == {"auth": KEY}


@pytest.mark.parametrize("key", ["", " ", (), [], ["", KEY]])
def test_an_empty_key_is_refused_at_once(told, key):
    """A client is not made with the key of a variable that is not set: another one would be used for it."""
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
    assert told == []


def test_several_keys_are_kept_without_blanks(told):
    """A tuple of a client's is several keys, as a list is."""
    Client(provider="named", api_key=(f" {KEY}\n",)).chat.completions.create(messages=SAY)
    assert passed(told) == {"auth": KEY}


def test_what_is_not_given_is_left_out(told):
    """None and the `openai` package's markers for "not given" say nothing."""
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
    assert passed(told) == {"temperature": 0.5}
    assert told[-1]["stream"] is False


def test_the_official_timeout_is_understood(told):
    """A `Timeout` of the `openai` package is its connect and its read part."""
    import openai

    client = Client(provider="named", timeout=openai.Timeout(9.0, connect=2.0))
    client.chat.completions.create(messages=SAY)
    assert passed(told) == {"timeout": (2.0, 9.0)}
    client.chat.completions.create(messages=SAY, timeout=openai.Timeout(None, connect=3.0))
    assert passed(told) == {"timeout": (3.0, 86400.0)}


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
def test_arguments_that_no_client_has(kind, name, says):
    """An argument of the official client without a counterpart, or a slip, is refused with what to write."""
    with pytest.raises(InvalidArgumentError, match=name) as caught:
        kind(**{name: KEY})
    assert says in str(caught.value)
    assert KEY not in str(caught.value)
    with pytest.raises(InvalidArgumentError, match=name):
        kind().with_options(**{name: KEY})


def test_options_that_the_provider_lacks(told):
    """What a provider does not take, from the client or the call, is named; or dropped on wish, and recorded."""
    for made, asked, name in (
        ({"default_headers": {"X-A": "1"}}, {}, "extra_headers"),
        ({"timeout": 3}, {}, "timeout"),
        ({"base_url": "http://c.example"}, {}, "base_url"),
        ({}, {"temperature": 1.0}, "temperature"),
        ({}, {"extra_headers": {"X-A": "1"}}, "extra_headers"),
    ):
        client = Client(provider="bare", **made)
        with pytest.raises(UnsupportedOptionError, match=f"'bare' does not take the option '{name}'"):
            client.chat.completions.create(messages=SAY, **asked)
        answer = client.with_options(drop_options=True).chat.completions.create(messages=SAY, **asked)
        assert answer.provenance.dropped_options == (name,)


def test_messages_are_checked():
    """Messages that are left out, or are no messages, are refused by name."""
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


def test_messages_may_come_from_an_iterator(told):
    """As with the official client, any iterable of messages does."""
    Client(provider="named").chat.completions.create(messages=iter(SAY))
    assert told[-1]["messages"] == SAY


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_keys_show_nowhere(kind):
    """Neither the representation of a client, of what it is made of, nor a pickle of it has its key."""
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


def test_clients_can_be_copied(told):
    """A copy of a client, deep or not, asks what the client asks."""
    client = Client(provider="named", api_key=KEY)
    client.chat  # noqa: B018 - it is kept from now on
    for twin in (copy.copy(client), copy.deepcopy(client)):
        twin.chat.completions.create(messages=SAY)
        assert passed(told) == {"auth": KEY}


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
def test_what_a_client_lacks_is_said(kind, where, name, says):
    """A part of the official client that is not here is an error that says what there is instead."""
    part = kind(provider="p", api_key=KEY)
    for step in where.split(".") if where else ():
        part = getattr(part, step)
    assert not hasattr(part, name)
    with pytest.raises(AttributeError, match=f"has no '{name}'") as caught:
        getattr(part, name)
    assert says in str(caught.value)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_settings_can_be_read_and_not_written(kind):
    """A client's settings and options are its attributes; to change one is an error that names `with_options`."""
    client = kind(
        provider="p", api_key=KEY, base_url="http://a.example", timeout=4, organization="o", temperature=1.0
    )
    found = (client.api_key, client.base_url, client.timeout, client.max_retries, client.organization)
    assert found == (KEY, "http://a.example", 4, 2, "o")
    assert client.with_options(timeout=5).timeout == 5
    client.remark = "mine"  # no setting
    for name in ("api_key", "base_url", "timeout", "organization", "temperature"):
        with pytest.raises(AttributeError, match=rf"with_options\({name}="):
            setattr(client, name, "x")
    assert client.api_key == KEY


def test_headers_of_a_copy_come_beside_the_clients(told):
    """`with_options` adds to the headers, as the official client's does; another provider gets none of them."""
    client = Client(provider="named", default_headers={"X-A": "1", "X-B": "1"})
    client.with_options(default_headers={"X-B": "2"}).chat.completions.create(messages=SAY)
    assert passed(told) == {"extra_headers": {"X-A": "1", "X-B": "2"}}
    client = Client(provider="bare", default_headers={"X-A": "1"})
    client.with_options(provider="named", default_headers={"X-B": "2"}).chat.completions.create(messages=SAY)
    assert passed(told) == {"extra_headers": {"X-B": "2"}}


def test_a_provider_changes_no_setting(told):
    """Headers are handed out as a copy: what a provider does to them is not seen in the next call."""
    client = Client(provider="named", default_headers={"X-A": "1"})
    client.chat.completions.create(messages=SAY)
    told[-1]["extra_headers"]["X-Late"] = "1"
    client.chat.completions.create(messages=SAY)
    assert passed(told) == {"extra_headers": {"X-A": "1"}}


def test_closing_is_noted():
    """`is_closed` tells of `close` and of the end of a `with`; calls can still be made."""
    with Client(provider="p") as client:
        assert not client.is_closed()
    assert client.is_closed()
    assert not client.with_options(timeout=1).is_closed()


def test_an_address_means_the_protocol():
    """With an address and no provider, OpenAI's protocol is spoken there, with the client's key."""
    body = b'{"id":"x","model":"m","choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}]}'
    with Upstream(Reply(body, headers={"content-type": "application/json"})) as upstream:
        answer = Client(base_url=upstream.url, api_key=KEY).chat.completions.create(model="any", messages=SAY)
        assert answer.choices[0].message.content == "Hi"
        assert upstream.requests[0].header("authorization") == f"Bearer {KEY}"
    with pytest.raises(MissingAuthError):
        Client(base_url="http://127.0.0.1:9").chat.completions.create(model="any", messages=SAY)


def test_models_choose_providers(told):
    """Without a provider, the model does: by its name, or as ``"provider/model"``."""
    client = Client()
    answer = client.chat.completions.create(model="bare-1", messages=SAY)
    assert answer.provenance.provider == "bare"
    assert client.chat.completions.create(model="named/n", messages=SAY).provenance.provider == "named"
    with pytest.raises(ModelNotFoundError):
        client.chat.completions.create(model="nobody-has-it", messages=SAY)


def test_routes_and_limits_are_passed_on(told):
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
    """Many threads ask through one client, each gets its own answer."""
    with isolated_registry() as registry:

        class Echo:
            url, model, supports_stream, needs_auth, working = "https://e.example", ["m"], True, False, True
            params = ""

            def _create_completion(self, model: str, messages: list, stream: bool):
                yield messages[-1]["content"]

        registry.register(Echo(), name="echo")
        client, got = Client(provider="echo"), {}

        def ask(number):
            said = [{"role": "user", "content": str(number)}]
            got[number] = client.chat.completions.create(messages=said).choices[0].message.content

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(32)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert got == {number: str(number) for number in range(32)}
