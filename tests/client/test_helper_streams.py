"""`chat.completions.stream`: its events add up to the answer, and closing it closes the connection."""

import asyncio
import gc
import json
import threading
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jiter import from_json
from official_openai import asked, ours, ours_async, recorded, reply

from g4f_lite.client import AsyncClient, Client, types
from g4f_lite.client._streaming.partial_json import partial_json
from g4f_lite.errors import InvalidArgumentError, StreamStateError, StructuredOutputError
from g4f_lite.events import Finish, Logprobs, Reasoning, Refusal, Text, ToolCallDelta, Usage
from g4f_lite.testing import Reply, ScriptedProvider, Stall, Upstream, isolated_registry

RECORDED = recorded()
CASES = [
    case for case in RECORDED.CASES if case.function == "completion" and case.error is None and case.stream
]
SAY = [{"role": "user", "content": "Hello"}]
SSE = {"content-type": "text/event-stream"}
BEGINNING = RECORDED.sse(RECORDED.chunk({"role": "assistant", "content": "One"}), end="")
STRICT = {"type": "function", "function": {"name": "f", "strict": True, "parameters": {"type": "object"}}}


@dataclass
class City:
    """A city."""

    name: str
    people: int


async def collect(manager):
    async with manager as stream:
        return [event async for event in stream], await stream.get_final_completion()


def run_script(*items, **arguments):
    """Return the events and the answer of a provider that yields these items, equal for both clients."""
    with isolated_registry() as registry:
        registry.register(ScriptedProvider(tuple(items)), name="scripted")
        with Client(provider="scripted").chat.completions.stream(messages=SAY, **arguments) as stream:
            events = list(stream)
            final = stream.get_final_completion()
        asynchronous = AsyncClient(provider="scripted").chat.completions.stream(messages=SAY, **arguments)
        others, other = asyncio.run(collect(asynchronous))
    assert [event.type for event in others] == [event.type for event in events]
    assert other.model_dump(exclude={"id", "created"}) == final.model_dump(exclude={"id", "created"})
    return events, final


def of_type(events, kind):
    return [event for event in events if event.type == kind]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_events_add_up_to_the_answer(case):
    """Deltas, snapshots and done events of recorded streams contain the text and the tool calls of the answer."""
    with Upstream(lambda _: reply(case)) as upstream:
        arguments = {name: value for name, value in asked(case).items() if name != "stream"}
        if "response_format" in arguments:
            arguments["response_format"] = None
        with ours(upstream).chat.completions.stream(**arguments) as stream:
            events = list(stream)
        final = stream.get_final_completion()
        asynchronous = ours_async(upstream).chat.completions.stream(**arguments)
        others, other = asyncio.run(collect(asynchronous))
    assert [event.type for event in others] == [event.type for event in events]
    assert other.choices == final.choices
    assert all(event.snapshot.endswith(event.delta) for event in of_type(events, "content.delta"))
    if len(final.choices) == 1:
        message = final.choices[0].message
        assert "".join(event.delta for event in of_type(events, "content.delta")) == (message.content or "")
        assert "".join(event.delta for event in of_type(events, "refusal.delta")) == (message.refusal or "")
        done = [
            (event.name, event.arguments) for event in of_type(events, "tool_calls.function.arguments.done")
        ]
        calls = [call.function for call in message.tool_calls or ()]
        assert sorted(done) == sorted((call.name, call.arguments) for call in calls)
        for position, call in enumerate(calls):
            pieces = of_type(events, "tool_calls.function.arguments.delta")
            arguments_text = "".join(event.arguments_delta for event in pieces if event.index == position)
            assert arguments_text == call.arguments
        assert [event.content for event in of_type(events, "content.done")] == [message.content] * bool(
            message.content
        )
    assert stream.current_completion_snapshot is final


CALLS = st.builds(
    ToolCallDelta,
    st.integers(0, 2),
    st.just("id"),
    st.just("f"),
    st.sampled_from(["", "{}", "[1", "]", "x"]),
    st.just(0),
    st.none(),
)
ITEMS = st.lists(
    st.one_of(
        st.text(min_size=1, max_size=3),
        st.builds(Text, st.text(max_size=3), st.integers(0, 1)),
        st.builds(Refusal, st.text(max_size=3), st.integers(0, 1)),
        st.builds(Reasoning, st.text(max_size=3), st.just(0), st.none()),
        CALLS,
        st.builds(Finish, st.just("stop"), st.integers(0, 1)),
        st.just(Usage(1, 2)),
        st.just(Logprobs(({"token": "a", "bytes": None, "logprob": -0.5, "top_logprobs": []},))),
    ),
    min_size=1,
    max_size=12,
)


@given(items=ITEMS)
def test_the_last_snapshot_equals_the_answer(items):
    """For any events in any order, the last snapshot equals the answer, and nothing is in it twice."""
    with isolated_registry() as registry:
        registry.register(ScriptedProvider(("Begun ", *items)), name="scripted")
        with Client(provider="scripted").chat.completions.stream(messages=SAY) as stream:
            events, last = [], None
            for event in stream:
                events.append(event)
                if event.type == "chunk":
                    last = event.snapshot
            final = stream.get_final_completion()
    snapshot_choices = {choice.index: choice for choice in last.choices}
    for choice in final.choices:
        partial, complete = snapshot_choices[choice.index].message, choice.message
        assert (partial.content or "", partial.refusal or "") == (
            complete.content or "",
            complete.refusal or "",
        )
        assert (partial.reasoning_content or "") == (complete.reasoning_content or "")
        tool_calls = sorted((call.id, call.function.arguments) for call in partial.tool_calls or ())
        assert tool_calls == sorted((call.id, call.function.arguments) for call in complete.tool_calls or ())
        assert snapshot_choices[choice.index].finish_reason == choice.finish_reason
        assert snapshot_choices[choice.index].logprobs == choice.logprobs
    done = of_type(events, "tool_calls.function.arguments.done")
    assert len({event.index for event in done}) == len(done) == len(final.choices[0].message.tool_calls or ())
    assert len(of_type(events, "content.done")) == sum(
        bool(choice.message.content) for choice in final.choices
    )


def test_interleaved_tool_calls_are_done_once():
    """If deltas of several tool calls are interleaved, each tool call has one done event with all its arguments."""
    events, final = run_script(
        ToolCallDelta(0, "a", "f", '{"x"'),
        ToolCallDelta(1, "b", "g", '{"y": 1}'),
        ToolCallDelta(0, None, None, ": 2}"),
        Finish("tool_calls"),
    )
    done = {event.index: event.arguments for event in of_type(events, "tool_calls.function.arguments.done")}
    assert done == {0: '{"x": 2}', 1: '{"y": 1}'}
    assert [call.function.arguments for call in final.choices[0].message.tool_calls] == [
        '{"x": 2}',
        '{"y": 1}',
    ]


def test_deltas_have_the_partial_object():
    """With a type as `response_format`, deltas have the partial object, and the done event has the object."""
    pieces = ('{"name": "Bo', 'nn", "peo', 'ple": 3', "3}")
    events, final = run_script(*pieces, Finish("stop"), response_format=City)
    assert [event.parsed for event in of_type(events, "content.delta")] == [
        {},
        {"name": "Bonn"},
        {"name": "Bonn", "people": 3},
        {"name": "Bonn", "people": 33},
    ]
    (done,) = of_type(events, "content.done")
    assert done.parsed == final.choices[0].message.parsed == City("Bonn", 33)
    plain, _ = run_script("{}", Finish("stop"))
    assert [event.parsed for event in of_type(plain, "content.delta")] == [None]


def test_an_answer_of_another_format_raises():
    """An answer without the requested format is an error at the end, whether or not the events are read."""
    with isolated_registry() as registry:
        registry.register(ScriptedProvider(('{"name": 5}', Finish("stop"))), name="scripted")
        completions = Client(provider="scripted").chat.completions
        with completions.stream(messages=SAY, response_format=City) as stream:
            with pytest.raises(StructuredOutputError):
                stream.until_done()
            with pytest.raises(StreamStateError):
                stream.get_final_completion()


def test_every_choice_is_parsed():
    """With several choices, `parse` and `stream` return the object of each choice."""
    items = (
        '{"name": "A", "people": 1}',
        Text('{"name": "B", "people": 2}', 1),
        Finish("stop"),
        Finish("stop", 1),
    )
    expected = [City("A", 1), City("B", 2)]
    _, final = run_script(*items, response_format=City)
    assert [choice.message.parsed for choice in final.choices] == expected
    with isolated_registry() as registry:
        registry.register(ScriptedProvider(tuple(items)), name="scripted")
        ask = {"messages": SAY, "response_format": City}
        answer = Client(provider="scripted").chat.completions.parse(**ask)
        other = asyncio.run(AsyncClient(provider="scripted").chat.completions.parse(**ask))
    assert [choice.message.parsed for choice in answer.choices] == expected
    assert [choice.message.parsed for choice in other.choices] == expected


def test_arguments_of_strict_tools_are_parsed():
    """Parsed arguments are plain data for a strict tool, an object for a typed tool, and None for another tool."""
    from g4f_lite.client.openai import pydantic_function_tool

    call = (ToolCallDelta(0, "a", "f", '{"name": "Bonn", "people": 3}'), Finish("tool_calls"))
    for tool, expected in (
        (STRICT, {"name": "Bonn", "people": 3}),
        (pydantic_function_tool(City, name="f"), City("Bonn", 3)),
        ({"type": "function", "function": {"name": "f"}}, None),
    ):
        with isolated_registry() as registry:
            registry.register(ScriptedProvider(call), name="scripted")
            completions = Client(provider="scripted").chat.completions
            answer = completions.parse(messages=SAY, tools=iter([tool]))
            assert answer.choices[0].message.tool_calls[0].function.parsed_arguments == expected
            with completions.stream(messages=SAY, tools=[tool]) as stream:
                (done,) = of_type(stream, "tool_calls.function.arguments.done")
            assert done.parsed_arguments == expected
            assert "parsed_arguments" not in answer.model_dump_json()


def test_arguments_that_are_not_json_raise():
    """Incomplete arguments of a strict tool are an error with their text."""
    cut = (ToolCallDelta(0, "a", "f", '{"name": "Bo'), Finish("length"))
    with isolated_registry() as registry:
        registry.register(ScriptedProvider(cut), name="scripted")
        completions = Client(provider="scripted").chat.completions
        with pytest.raises(StructuredOutputError, match="no JSON") as caught:
            completions.parse(messages=SAY, tools=[STRICT])
        assert caught.value.text == '{"name": "Bo'
        with completions.stream(messages=SAY, tools=[STRICT]) as stream, pytest.raises(StructuredOutputError):
            stream.until_done()


def test_stream_is_not_an_argument():
    """`parse` and `stream` refuse the argument `stream`."""
    completions = Client(provider="local").chat.completions
    for function in (completions.parse, completions.stream):
        with pytest.raises(InvalidArgumentError, match="no `stream`"):
            function(messages=SAY, stream=True)


# --- closing ------------------------------------------------------------------------------------------


def test_leaving_the_with_closes_the_connection():
    """Leaving the `with` early closes the connection, and keeps the text received so far."""
    with Upstream(Reply([BEGINNING, Stall()], headers=SSE)) as upstream:
        with ours(upstream).chat.completions.stream(model="m", messages=SAY) as stream:
            assert next(stream).type == "chunk"
            assert next(stream).delta == "One"
        upstream.wait_closed(timeout=5)
        assert list(stream) == []
        assert stream.get_final_completion().choices[0].message.content == "One"
        stream.close()


def test_an_entered_stream_can_be_entered_again():
    """The entered stream is a context manager too, for programs that pass it on."""

    async def run(upstream):
        async with ours_async(upstream).chat.completions.stream(model="m", messages=SAY) as stream:
            async with stream as again:
                assert again is stream
            assert [event async for event in stream] == []

    with Upstream(lambda _: Reply([BEGINNING, Stall()], headers=SSE)) as upstream:
        with ours(upstream).chat.completions.stream(model="m", messages=SAY) as stream:
            with stream as again:
                assert again is stream
            assert list(stream) == []
        asyncio.run(run(upstream))


def test_another_thread_may_close_the_stream():
    """If another thread closes the stream while a thread waits for an event, no done event is emitted."""
    with Upstream(Reply([BEGINNING, Stall()], headers=SSE)) as upstream:
        with ours(upstream).chat.completions.stream(model="m", messages=SAY) as stream:
            started, got = threading.Event(), []

            def read():
                for event in stream:
                    got.append(event.type)
                    started.set()

            reader = threading.Thread(target=read)
            reader.start()
            assert started.wait(10)
            stream.close()
            reader.join(10)
            assert not reader.is_alive()
        upstream.wait_closed(timeout=5)
    assert set(got) <= {"chunk", "content.delta"}


def test_dropping_the_stream_closes_the_connection():
    """A stream without references closes its connection without a garbage collection."""
    with Upstream(Reply([BEGINNING, Stall()], headers=SSE)) as upstream:
        gc.disable()
        try:
            stream = ours(upstream).chat.completions.stream(model="m", messages=SAY).__enter__()
            next(stream)
            del stream
            upstream.wait_closed(timeout=5)
        finally:
            gc.enable()


def test_leaving_the_async_with_closes_the_connection():
    """Leaving the `async with` early, or cancelling the reading task, closes the connection."""

    async def leave(upstream):
        async with ours_async(upstream).chat.completions.stream(model="m", messages=SAY) as stream:
            assert (await stream.__anext__()).type == "chunk"
        await asyncio.to_thread(upstream.wait_closed, None, 5)
        assert [event async for event in stream] == []
        assert (await stream.get_final_completion()).choices[0].message.content == "One"

    async def cancel(upstream):
        started = asyncio.Event()

        async def read():
            async with ours_async(upstream).chat.completions.stream(model="m", messages=SAY) as stream:
                async for _ in stream:
                    started.set()

        task = asyncio.ensure_future(read())
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.to_thread(upstream.wait_closed, None, 5)

    for way in (leave, cancel):
        with Upstream(Reply([BEGINNING, Stall()], headers=SSE)) as upstream:
            asyncio.run(way(upstream))


def test_no_request_is_sent_before_entering():
    """`stream` alone sends no request, and before the first event reading the snapshot raises."""
    with Upstream(Reply([BEGINNING, Stall()], headers=SSE)) as upstream:
        manager = ours(upstream).chat.completions.stream(model="m", messages=SAY)
        assert upstream.requests == []
        with manager as stream, pytest.raises(StreamStateError, match="Nothing"):
            stream.current_completion_snapshot  # noqa: B018 - it raises


# --- partial JSON -------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.floats(-9, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(
    value=st.lists(JSON, max_size=3) | st.dictionaries(st.text(max_size=3), JSON, max_size=3), data=st.data()
)
def test_partial_json_equals_the_official_parsers(value, data):
    """The value of a JSON text that is cut anywhere equals the result of the parser of the `openai` package."""
    text = json.dumps(value, ensure_ascii=False, indent=data.draw(st.none() | st.just(1)))
    assert partial_json(text) == value
    cut = text[: data.draw(st.integers(1, len(text)))]
    assert partial_json(cut) == from_json(cut.encode(), partial_mode=True)


@pytest.mark.parametrize(
    "text", ["", " ", "Hello", "{a", '{"a" 1', "{1: 2", "[1 2", "-", "[" * 100_000, '"a']
)
def test_partial_json_of_invalid_text_does_not_raise(text):
    """Invalid JSON gives the values before the fault, or None, and never raises."""
    assert partial_json(text) in (None, {}, [1])


def test_the_final_completion_has_the_official_types():
    """The final completion is a `ChatCompletion`, under the official names too."""
    _, final = run_script("Hi", Finish("stop"))
    assert isinstance(final, types.ParsedChatCompletion)
    assert isinstance(final.choices[0], types.ParsedChoice)
