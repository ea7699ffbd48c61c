"""The clients' streams: closing them closes the connection, retries repeat nothing, chunks are complete."""

import asyncio
import gc
import json
import pickle
import threading

import pytest
from held_clock import FakeClock, forget_everything
from hypothesis import given
from hypothesis import strategies as st
from official_openai import accumulated, ask, ask_async, ours, ours_async, recorded, reply

from g4f_lite import client
from g4f_lite._utils import clock as _clock
from g4f_lite.client import Stream, types
from g4f_lite.client._streaming.chunk_builder import ChunkBuilder
from g4f_lite.errors import G4FLiteError, RateLimitError, ServiceUnavailableError
from g4f_lite.events import (
    Citation,
    Finish,
    Logprobs,
    Media,
    Metadata,
    Reasoning,
    Refusal,
    Served,
    Text,
    ToolCallDelta,
    Usage,
)
from g4f_lite.testing import HangUp, Reply, ScriptedProvider, Stall, Upstream, isolated_registry

RECORDED = recorded()
SAY = [{"role": "user", "content": "Hello"}]
SSE = {"content-type": "text/event-stream"}
ASK = {"model": "m", "messages": SAY, "stream": True}
BEGINNING = RECORDED.sse(RECORDED.chunk({"role": "assistant", "content": "One"}), end="")
WHOLE = RECORDED.sse(
    RECORDED.chunk({"role": "assistant", "content": "One"}),
    RECORDED.chunk({"content": " two"}),
    RECORDED.chunk(finish="stop"),
    RECORDED.last(),
)


@pytest.fixture
def clock():
    """Yield a clock that advances when a call waits."""
    forget_everything()
    held = FakeClock()
    with _clock.override_clock(held):
        yield held
    forget_everything()


# --- closing ------------------------------------------------------------------------------------------


def leave_with(stream):
    with stream:
        assert next(stream).choices[0].delta.content == "One"


def leave_close(stream):
    assert next(iter(stream)).choices[0].delta.content == "One"
    stream.close()
    assert list(stream) == []
    stream.close()


def leave_del(stream):
    for chunk in stream:
        assert chunk.choices[0].delta.content == "One"
        break


@pytest.mark.parametrize("leave", [leave_with, leave_close, leave_del])
def test_leaving_closes_the_connection(leave):
    """Leaving the `with`, `close`, or dropping a stream closes the connection to the service."""
    with Upstream(Reply([BEGINNING, Stall()], headers=SSE)) as upstream:
        leave(ours(upstream).chat.completions.create(**ASK))
        gc.collect()
        upstream.wait_closed(timeout=5)


async def aleave_with(stream):
    async with stream:
        assert (await stream.__anext__()).choices[0].delta.content == "One"


async def aleave_close(stream):
    async for chunk in stream:
        assert chunk.choices[0].delta.content == "One"
        break
    await stream.close()
    assert [chunk async for chunk in stream] == []
    await stream.aclose()


async def aleave_del(stream):
    async for chunk in stream:
        assert chunk.choices[0].delta.content == "One"
        break


async def aleave_cancel(stream):
    started = asyncio.Event()

    async def read():
        async for _ in stream:
            started.set()

    task = asyncio.ensure_future(read())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("leave", [aleave_with, aleave_close, aleave_del, aleave_cancel])
def test_leaving_closes_the_connection_async(leave):
    """Leaving, closing or dropping an asynchronous stream, or cancelling its reader, closes the connection."""

    async def run(upstream):
        await leave(await ours_async(upstream).chat.completions.create(**ASK))
        gc.collect()
        await asyncio.to_thread(upstream.wait_closed, None, 5)

    with Upstream(Reply([BEGINNING, Stall()], headers=SSE)) as upstream:
        asyncio.run(run(upstream))


def test_another_thread_may_close_the_stream():
    """If another thread closes the stream while a thread waits for a chunk, the waiting loop ends normally."""
    with Upstream(Reply([BEGINNING, Stall()], headers=SSE)) as upstream:
        stream = ours(upstream).chat.completions.create(**ASK)
        started, got = threading.Event(), []

        def read():
            for chunk in stream:
                got.append(chunk.choices[0].delta.content)
                started.set()

        reader = threading.Thread(target=read)
        reader.start()
        assert started.wait(10)
        stream.close()
        reader.join(10)
        assert not reader.is_alive()
        upstream.wait_closed(timeout=5)
    assert got == ["One"]
    assert stream.completion.text == "One"


def test_another_task_may_close_the_stream():
    """If another task closes an asynchronous stream, the waiting loop ends normally."""

    async def run(upstream):
        stream = await ours_async(upstream).chat.completions.create(**ASK)
        started, got = asyncio.Event(), []

        async def read():
            async for chunk in stream:
                got.append(chunk.choices[0].delta.content)
                started.set()

        reader = asyncio.ensure_future(read())
        await started.wait()
        await asyncio.sleep(0)
        await stream.close()
        await asyncio.wait_for(reader, 10)
        await asyncio.to_thread(upstream.wait_closed, None, 5)
        assert got == ["One"]
        assert stream.completion.text == "One"

    with Upstream(Reply([BEGINNING, Stall()], headers=SSE)) as upstream:
        asyncio.run(run(upstream))


def test_a_closed_stream_has_the_partial_completion():
    """After `close`, the completion has the text received so far, and no usage chunk follows."""
    counted = RECORDED.sse(RECORDED.last(), end="")
    with Upstream(Reply([BEGINNING, counted, Stall()], headers=SSE)) as upstream:
        stream = ours(upstream).chat.completions.create(**ASK, stream_options={"include_usage": True})
        next(stream)
        stream.close()
        assert list(stream) == []
        assert stream.completion.text == "One"
        assert stream.completion.finish_reason == "cancelled"


def test_an_error_has_the_partial_text():
    """A stream that breaks off raises an error with the text received so far, and then ends."""
    with Upstream(Reply([BEGINNING, HangUp()], headers=SSE)) as upstream:
        stream = ours(upstream).chat.completions.create(**ASK)
        assert next(stream).choices[0].delta.content == "One"
        with pytest.raises(G4FLiteError) as caught:
            next(stream)
        assert caught.value.partial_text == "One"
        assert list(stream) == []


# --- retries ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["sync", "async"])
@pytest.mark.parametrize("stream", [False, True])
def test_retries_repeat_nothing(clock, way, stream):
    """A client retries where that is safe, and no chunk is delivered twice."""
    case = next(case for case in RECORDED.CASES if case.stream is stream and case.text and case.error is None)
    busy = Reply("{}", status=503)
    with Upstream([busy, Reply("{}", status=429), reply(case)]) as upstream:
        if way == "sync":
            made = ask(ours(upstream, max_retries=2), case)
        else:
            made = asyncio.run(ask_async(ours_async(upstream, max_retries=2), case))
        assert len(upstream.requests) == 3
    if stream:
        assert accumulated(made)["choices"][0]["content"] == case.text
    else:
        assert made.choices[0].message.content == case.text
        assert [attempt.outcome for attempt in made.provenance.attempts] == ["error", "error", "ok"]
    assert len(clock.slept) == 2


def test_the_default_is_two_retries(clock):
    """Two retries are the default, as with the `openai` package; `with_options` changes the number."""
    with Upstream(lambda _: Reply("{}", status=503)) as upstream:
        base = client.Client(provider="openai", api_key="k", base_url=upstream.url)
        for made, count in (
            (base, 3),
            (base.with_options(max_retries=0), 1),
            (base.with_options(max_retries=4), 5),
        ):
            before = len(upstream.requests)
            forget_everything()
            with pytest.raises(ServiceUnavailableError):
                made.chat.completions.create(model="m", messages=SAY)
            assert len(upstream.requests) - before == count


def test_no_retry_after_the_first_text(clock):
    """A stream that breaks off after its first text is an error, with any number of retries."""
    with Upstream([Reply([BEGINNING, HangUp()], headers=SSE), Reply(WHOLE, headers=SSE)]) as upstream:
        stream = ours(upstream, max_retries=5).chat.completions.create(**ASK)
        got = []
        with pytest.raises(G4FLiteError):
            got.extend(chunk.choices[0].delta.content for chunk in stream)
        assert len(upstream.requests) == 1
    assert clock.slept == []


def test_models_and_embeddings_are_retried_too(clock):
    """Model listings and embeddings are retried like chats."""
    models = next(case for case in RECORDED.CASES if case.function == "models")
    vectors = next(case for case in RECORDED.CASES if case.function == "embedding")
    busy = Reply("{}", status=429)
    with Upstream([busy, reply(models), busy, reply(vectors), busy]) as upstream:
        made = ours(upstream, max_retries=1)
        assert [model.id for model in made.models.list()] == list(models.names)
        assert len(made.embeddings.create(model="e", input=["a", "b"]).data) == 2
        with pytest.raises(RateLimitError):
            made.with_options(max_retries=0).models.list()


# --- chunks -----------------------------------------------------------------------------------------

EVENTS = st.one_of(
    st.text(min_size=1, max_size=5),
    st.builds(Text, st.text(max_size=5), st.integers(0, 2)),
    st.builds(Reasoning, st.text(max_size=5), st.integers(0, 2), st.none() | st.just("sig")),
    st.builds(Refusal, st.text(max_size=5), st.integers(0, 2)),
    st.builds(
        ToolCallDelta,
        st.integers(0, 2),
        st.none() | st.just("id"),
        st.none() | st.just("name"),
        st.text(max_size=5),
        st.integers(0, 2),
    ),
    st.builds(Finish, st.sampled_from(["stop", "length", "tool_calls"]), st.integers(0, 2)),
    st.builds(
        Usage,
        st.integers(0, 9),
        st.integers(0, 9),
        st.none() | st.integers(0, 9),
        st.none() | st.integers(0, 9),
    ),
    st.builds(
        Served,
        st.text(min_size=1, max_size=5),
        st.none() | st.just("chatcmpl-9"),
        st.none() | st.integers(0, 9),
    ),
    st.builds(Citation, st.just("https://a.example")),
    st.builds(Media, st.sampled_from(["image", "audio"]), data=st.just("AA==")),
    st.just(Logprobs(({"token": "a", "bytes": None, "logprob": -0.5, "top_logprobs": []},))),
    st.just(Metadata({"system_fingerprint": "fp", "service_tier": "default", "other": 1})),
)


@given(items=st.lists(EVENTS, max_size=30), with_usage=st.booleans())
def test_chunks_contain_everything_of_the_events(items, with_usage):
    """For any events in any order, the chunks add up to them, and the first chunk of each choice has the role."""
    chunks = list(ChunkBuilder(lambda: "asked", with_usage=with_usage).chunks(iter(items)))
    texts: dict[int, str] = {}
    for item in items:
        if isinstance(item, str):
            texts[0] = texts.get(0, "") + item
        elif isinstance(item, Text):
            texts[item.choice] = texts.get(item.choice, "") + item.text
    got: dict[int, str] = {}
    roles: dict[int, list[str | None]] = {}
    for chunk in chunks:
        for choice in chunk.choices:
            roles.setdefault(choice.index, []).append(choice.delta.role)
            if choice.delta.content is not None:
                got[choice.index] = got.get(choice.index, "") + choice.delta.content
    assert got == texts
    assert all(found == ["assistant", *[None] * (len(found) - 1)] for found in roles.values())
    counts = [item for item in items if isinstance(item, Usage)]
    ends = [chunk for chunk in chunks if not chunk.choices]
    last = [counts[-1].total_tokens] if with_usage and counts else []
    assert [chunk.usage.total_tokens for chunk in ends] == last
    assert all(chunk.choices for chunk in chunks[:-1])
    for chunk in chunks:
        assert pickle.loads(pickle.dumps(chunk)) == chunk
        assert json.loads(chunk.to_json()) == chunk.to_dict()
        assert chunk.model


@pytest.mark.parametrize("native", [False, True])
def test_chunks_name_the_requested_model(native):
    """If a provider does not name the model it serves, chunks and answers name the requested model."""
    with isolated_registry() as registry:
        registry.register(ScriptedProvider(("Hi",), model=["m-1"], native_async=native), name="plain")
        made = client.Client()
        stream = made.chat.completions.create(model="plain/m-1", messages=SAY, stream=True)
        assert isinstance(stream, Stream)
        assert {chunk.model for chunk in stream} == {"m-1"}
        answer = made.chat.completions.create(model="plain/m-1", messages=SAY)
        assert (answer.model, answer.id[:9], answer.usage) == ("m-1", "chatcmpl-", None)

        async def run():
            asked = client.AsyncClient(provider="plain")
            stream = await asked.chat.completions.create(messages=SAY, stream=True)
            return {chunk.model async for chunk in stream}, stream.completion.text, stream.provenance.provider

        assert asyncio.run(run()) == ({"m-1"}, "Hi", "plain")


# --- records ----------------------------------------------------------------------------------------


def test_records_are_plain_values():
    """A record can be compared, pickled, modified and shown; fields that are not the API's are not in its JSON."""
    case = next(case for case in RECORDED.CASES if case.id == "whole-tools")
    with Upstream(reply(case)) as upstream:
        answer = ask(ours(upstream), case)
    again = pickle.loads(pickle.dumps(answer))
    assert again == answer
    again.choices[0].message.content = "changed"
    assert again != answer
    assert "get_weather" in repr(answer)
    assert "provenance" not in answer.model_dump_json()
    assert "signature" not in answer.model_dump_json()
    assert answer.model_dump(include={"id"}) == {"id": answer.id}
    assert "id" not in answer.model_dump(exclude={"id"})
    assert answer.choices[0].message.model_dump(exclude_unset=True).keys() == {
        "role",
        "annotations",
        "tool_calls",
    }
    assert answer.model_dump(mode="json") == answer.model_dump()


def test_extension_fields_are_dumped_if_set():
    """Reasoning, images and signatures are in the JSON of an answer that has them, and not of others."""
    message = types.ChatCompletionMessage("Hi", reasoning_content="Hm", images=[{"type": "image_url"}])
    assert message.model_dump()["reasoning_content"] == "Hm"
    assert message.to_dict()["images"] == [{"type": "image_url"}]
    assert "reasoning_content" not in types.ChatCompletionMessage("Hi").model_dump()
