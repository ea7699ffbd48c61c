"""Embeddings: the vectors of every service, and the errors on the way."""

import asyncio
import base64
import struct
import threading

import pytest
from held_clock import FakeClock, forget_everything
from hypothesis import given
from hypothesis import strategies as st
from official_openai import KEY, recorded, reply

from g4f_lite import AsyncClient, Client, Embedding, Embeddings, Limits
from g4f_lite._utils import clock as _clock
from g4f_lite.errors import (
    AllProvidersFailedError,
    DeadlineError,
    EmptyAnswerError,
    G4FLiteError,
    InvalidArgumentError,
    ModelNotFoundError,
    ProviderCrashError,
    ProviderResponseError,
    UnsupportedOptionError,
)
from g4f_lite.events import Usage, Vector
from g4f_lite.testing import Reply, Stall, Upstream, isolated_registry

FAMILIES = ("openai", "gemini", "ollama", "cohere")
CASES = [case for name in FAMILIES for case in recorded(name).CASES if case.function == "embedding"]
WAYS = ["sync", "async"]


class Plain:
    """A third-party provider with a chat model, and vectors as plain lists."""

    url, supports_stream, needs_auth, working, params = "https://p.example", True, False, True, ""

    def __init__(self, *items, model="plain-vectors", wait=None):
        self.model = ["plain-chat"]
        self.embedding_model = [model, "second-vectors"]
        self.items = items
        self.wait = wait
        self.started = threading.Event()
        self.calls = []
        self.closed = []

    def _create_completion(self, model: str, messages: list, stream: bool):
        yield "Hello"

    def _create_embedding(self, model: str, input: list, dimensions: int = 0):
        self.calls.append((model, input, dimensions))
        try:
            if self.wait is not None:
                self.started.set()
                assert self.wait.wait(10)
            for item in self.items or [[float(len(text)), 1.0] for text in input]:
                if isinstance(item, Exception):
                    raise item
                yield item
        finally:
            self.closed.append(True)


class NoVectors:
    """A provider without embeddings."""

    url, supports_stream, needs_auth, working, params = "https://n.example", True, False, True, ""
    model = ["plain-chat"]  # noqa: RUF012 - what the contract has

    def _create_completion(self, model: str, messages: list, stream: bool):
        yield "Hello"


@pytest.fixture
def registered():
    """Register providers under names, for one test."""
    with isolated_registry() as registry:
        yield lambda **providers: [registry.register(item, name=name) for name, item in providers.items()]


def embed(way, **arguments):
    if way == "sync":
        return Embedding.create(**arguments)
    return asyncio.run(Embedding.acreate(**arguments))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.provider}-{case.id}")
def test_recorded_vectors_are_returned(case, way):
    """Each service's recorded vectors are returned in the order of the texts, also by the client."""
    texts = case.options.get("input", ["a", "b"])
    options = {name: value for name, value in case.options.items() if name != "input"}
    with Upstream(lambda _: reply(case)) as upstream:
        arguments = {"model": case.model, "input": texts, "provider": case.provider, "auth": KEY, **options}
        result = embed(way, base_url=upstream.url, **arguments)
        client = Client(provider=case.provider, api_key=KEY, base_url=upstream.url)
        answer = client.embeddings.create(model=case.model, input=texts, **options)
        encoded = client.embeddings.create(model=case.model, input=texts, encoding_format="base64", **options)
    assert isinstance(result, Embeddings)
    assert len(result.vectors) == len(case.vectors)
    for vector, expected in zip(result.vectors, case.vectors, strict=True):
        assert vector == pytest.approx(list(expected), abs=1e-6)
        assert all(type(number) is float for number in vector)
    assert result.provenance.provider == case.provider
    assert [item.embedding for item in answer.data] == list(result.vectors)
    for item, vector in zip(encoded.data, result.vectors, strict=True):
        data = base64.b64decode(item.embedding)
        assert struct.unpack(f"<{len(vector)}f", data) == pytest.approx(vector, abs=1e-6)


@given(data=st.data(), texts=st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=8))
def test_vectors_are_in_the_order_of_the_texts(data, texts):
    """The vectors are in the order of the texts, whatever order the provider yields."""
    order = data.draw(st.permutations(range(len(texts))))
    with isolated_registry() as registry:
        items = [Vector(place, [float(place), 0.5]) for place in order]
        registry.register(Plain(*items, Usage(3, 0)), name="plain")
        result = Embedding.create(input=texts, provider="plain")
    assert result.vectors == tuple([float(place), 0.5] for place in range(len(texts)))
    assert result.usage == Usage(3, 0)


@pytest.mark.parametrize("way", WAYS)
def test_a_provider_may_yield_plain_lists(registered, way):
    """A provider that yields lists of numbers is enough; integers become floats."""
    plain = Plain([1, 2], [3.5, 4])
    registered(plain=plain)
    result = embed(way, input=("one", "two"), provider="plain", dimensions=7)
    assert result.vectors == ([1.0, 2.0], [3.5, 4.0])
    assert plain.calls == [("plain-vectors", ["one", "two"], 7)]
    assert (result.model, result.usage) == ("plain-vectors", None)


@pytest.mark.parametrize("way", WAYS)
def test_an_embedding_model_selects_its_provider(registered, way):
    """An embedding model selects the provider that lists it; a chat model does not."""
    registered(none=NoVectors(), plain=Plain())
    assert embed(way, model="plain-vectors", input="x").provenance.provider == "plain"
    assert embed(way, model="plain/second-vectors", input="x").model == "second-vectors"
    with pytest.raises(ModelNotFoundError):
        embed(way, model="plain-chat", input="x")
    with pytest.raises(ModelNotFoundError):
        embed(way, model="plain-chat", provider="plain", input="x")


@pytest.mark.parametrize("way", WAYS)
def test_a_provider_without_embeddings(registered, way):
    """A provider without embeddings is an error that names it; in a route, the next provider is called."""
    registered(none=NoVectors(), plain=Plain())
    with pytest.raises(InvalidArgumentError, match="'none' computes no embeddings"):
        embed(way, provider="none", input="x")
    result = embed(way, provider=["none", "plain"], input="x")
    assert [attempt.outcome for attempt in result.provenance.attempts] == ["skipped", "ok"]


@pytest.mark.parametrize("way", WAYS)
def test_the_next_provider_is_called_after_a_failure(registered, way):
    """When one provider fails, the next one is called; when all fail, the error has the failure of each."""
    first, second = Plain([1.0], OSError("away")), Plain()
    registered(first=first, second=second)
    result = embed(way, provider=["first", "second"], input=["a", "bb"])
    assert result.vectors == ([1.0, 1.0], [2.0, 1.0])
    assert [attempt.outcome for attempt in result.provenance.attempts] == ["error", "ok"]
    with pytest.raises(AllProvidersFailedError, match="away"):
        embed(way, provider=["first", "first"], input=["a"])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("items", "error", "says"),
    [
        (([1.0],), ProviderResponseError, "2 texts with the vectors of 1"),
        (([1.0], [2.0], [3.0]), ProviderResponseError, "2 texts with the vectors of 3"),
        ((Vector(0, [1.0]), Vector(7, [1.0])), ProviderResponseError, "2 texts with the vectors of 2"),
        (([1.0], [2.0, 3.0]), ProviderResponseError, "several lengths"),
        ((["a"], ["b"]), ProviderResponseError, "list of numbers"),
        (("text", "text"), EmptyAnswerError, "empty"),
        ((OSError("broken"),), ProviderCrashError, "broken"),
        ((Vector(-1, [1.0]),), ProviderResponseError, "list of numbers"),
    ],
)
def test_invalid_vectors_are_errors(registered, way, items, error, says):
    """Too few or too many vectors, several lengths, or no numbers: the error names the problem and the provider."""
    registered(plain=Plain(*items))
    with pytest.raises(error, match=says) as caught:
        embed(way, provider="plain", input=["a", "b"])
    assert caught.value.provider == "plain"
    assert caught.value.provenance.attempts


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("wrong", [(), [], "", [""], ["a", 5], [["a"]], b"a", None, {"a": 1}, [[1, 2]]])
def test_invalid_inputs_are_refused_before_the_call(way, wrong):
    """An input that is not text is refused before any provider is called, with its position."""
    with pytest.raises(InvalidArgumentError, match="input"):
        embed(way, provider="openai", input=wrong)


@pytest.mark.parametrize("way", WAYS)
def test_unknown_options_are_errors_or_dropped(registered, way):
    """An option that the function does not accept is an error, or is dropped and recorded."""
    registered(plain=Plain())
    with pytest.raises(UnsupportedOptionError, match=r"'dimension'.*'dimensions'"):
        embed(way, provider="plain", input="a", dimension=3)
    result = embed(way, provider="plain", input="a", dimension=3, drop_options=True)
    assert result.provenance.dropped_options == ("dimension",)
    with pytest.raises(InvalidArgumentError, match="encoding_format"):
        Client(provider="plain").embeddings.create(input="a", encoding_format="int8")


def test_a_deadline_ends_the_call():
    """When the deadline passes while the service is silent, the call ends and the connection is closed."""
    held = FakeClock()
    forget_everything()
    with _clock.override_clock(held), Upstream(Reply([b'{"data"', Stall()])) as upstream:

        def let_time_pass(_request):
            held.advance(6.0)
            return Reply([b'{"data"', Stall()])

        upstream.script(let_time_pass)
        with pytest.raises(DeadlineError):
            Embedding.create(input="a", provider="openai", auth=KEY, base_url=upstream.url, deadline=5.0)
        upstream.wait_closed(timeout=5)


def test_a_cancelled_task_closes_the_connection():
    """Cancelling a task that waits for vectors closes the connection to the service."""

    async def run(upstream):
        call = Embedding.acreate(input="a", provider="openai", auth=KEY, base_url=upstream.url)
        task = asyncio.ensure_future(call)
        await asyncio.to_thread(upstream.wait_for_requests)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.to_thread(upstream.wait_closed, None, 5)

    with Upstream(Reply([b'{"data"', Stall()])) as upstream:
        asyncio.run(run(upstream))


def test_limits_apply_to_embeddings(registered):
    """With `concurrency=1`, only one embedding call runs at a time."""
    forget_everything()
    gate = threading.Event()
    plain = Plain(wait=gate)
    registered(plain=plain)

    async def run():
        ask = [
            asyncio.ensure_future(
                Embedding.acreate(input=str(number), provider="plain", limits=Limits(concurrency=1))
            )
            for number in range(3)
        ]
        assert await asyncio.to_thread(plain.started.wait, 10)
        assert len(plain.calls) == 1
        gate.set()
        return await asyncio.gather(*ask)

    assert len(asyncio.run(run())) == 3
    assert len(plain.calls) == len(plain.closed) == 3
    forget_everything()


def test_clients_return_embedding_records(registered):
    """`client.embeddings.create` returns indexes, token counts and provenance, synchronous and asynchronous."""
    registered(plain=Plain([1.0, 2.0], [3.0, 4.0], Usage(5, 0)))
    answer = Client(provider="plain").embeddings.create(model="plain-vectors", input=["a", "b"])
    assert [(item.index, item.embedding) for item in answer.data] == [(0, [1.0, 2.0]), (1, [3.0, 4.0])]
    assert (answer.usage.prompt_tokens, answer.usage.total_tokens) == (5, 5)
    assert answer.provenance.provider == "plain"

    async def run():
        return await AsyncClient(provider="plain").embeddings.create(input=["a", "b"])

    assert asyncio.run(run()).data == answer.data


def test_a_refused_key_is_not_shown():
    """A refused key is in no part of the error."""
    refusal = Reply(f'{{"error": {{"message": "wrong {KEY}"}}}}', status=401)
    with Upstream(refusal) as upstream, pytest.raises(G4FLiteError) as caught:
        Embedding.create(input="a", provider="openai", auth=KEY, base_url=upstream.url)
    assert KEY not in f"{caught.value}{caught.value!r}{vars(caught.value)}"


def test_too_few_vectors_cause_a_fallback(registered):
    """A provider that returns fewer vectors than texts has failed, and the next provider of the route is called."""
    registered(few=Plain([1.0]), fair=Plain([1.0], [2.0]))
    result = Embedding.create(input=["a", "b"], provider=["few", "fair"])
    assert result.vectors == ([1.0], [2.0])
    assert [attempt.outcome for attempt in result.provenance.attempts] == ["error", "ok"]
