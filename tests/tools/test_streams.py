"""`run_tools` and `arun_tools` with `stream=True`: the text of all rounds as it comes, and the run at the end."""

import asyncio
import gc
from collections.abc import Callable
from typing import Any

import pytest

from g4f_lite import Finish, InvalidArgumentError, StreamStateError
from g4f_lite.errors import ToolRoundsError
from g4f_lite.events import ToolCallDelta
from g4f_lite.testing import Gate, ScriptedProvider, isolated_registry
from g4f_lite.tools._api import ToolResult, ToolRun, arun_tools, run_tools

QUESTION = [{"role": "user", "content": "What is 2 + 3?"}]
ASKS = [
    "Let me ",
    "see.",
    ToolCallDelta(0, "1", "add", '{"a": 2'),
    ToolCallDelta(0, arguments="}"),
    Finish("tool_calls"),
]

Reader = Callable[..., tuple[list[Any], ToolRun]]


def add(a: int, b: int = 3) -> int:
    """Add two numbers."""
    return a + b


def read(*, events: bool = False, **arguments: Any) -> tuple[list[Any], ToolRun]:
    """Read a stream to its end."""
    stream = run_tools(messages=QUESTION, provider="scripted", stream=True, **arguments)
    return list(stream.events() if events else stream), stream.run


def read_async(*, events: bool = False, **arguments: Any) -> tuple[list[Any], ToolRun]:
    """Read an asynchronous stream to its end."""

    async def main() -> tuple[list[Any], ToolRun]:
        stream = arun_tools(messages=QUESTION, provider="scripted", stream=True, **arguments)
        return [item async for item in (stream.events() if events else stream)], stream.run

    return asyncio.run(main())


@pytest.fixture(params=[read, read_async], ids=["sync", "async"])
def reader(request: pytest.FixtureRequest) -> Reader:
    """Both ways to read."""
    return request.param


def test_the_text_of_all_rounds_comes_as_it_is_made(reader: Reader) -> None:
    """What the model says before and after a call is one stream, and the run is the same as without one."""
    provider = ScriptedProvider(ASKS, ["It is ", "5."])
    with isolated_registry() as registry:
        registry.register(provider, name="scripted")
        pieces, run = reader(tools=[add])
        assert pieces == ["Let me ", "see.", "It is ", "5."]
        assert (run.text, run.rounds, [call.result for call in run.calls]) == ("It is 5.", 2, [5])
        assert run.messages[1]["content"] == "Let me see."
        assert provider.calls[1].messages == run.messages[:-1]
        assert all(call.stream for call in provider.calls)


def test_events_come_with_the_results_of_the_calls(reader: Reader) -> None:
    """Who reads events gets the pieces of a call and then what came of it."""
    with isolated_registry() as registry:
        registry.register(ScriptedProvider(ASKS, ["5"]), name="scripted")
        items, run = reader(tools=[add], events=True)
    assert items[2:4] == ASKS[2:4]
    results = [item for item in items if isinstance(item, ToolResult)]
    assert results == list(run.calls)
    assert items.index(results[0]) == items.index("5") - 1


def test_errors_come_where_they_happen(reader: Reader) -> None:
    """Wrong tools raise at the call, and too many rounds while reading."""
    with isolated_registry() as registry:
        registry.register(ScriptedProvider(ASKS), name="scripted")
        with pytest.raises(InvalidArgumentError):
            reader(tools=[add, add])
        with pytest.raises(ToolRoundsError):
            reader(tools=[add], max_rounds=2)


def test_a_closed_stream_asks_and_calls_no_more() -> None:
    """Closing ends the provider's answer at once; no function is called, and there is no run."""
    gate = Gate()
    called = []
    provider = ScriptedProvider(["Let me ", gate, *ASKS[2:]])
    with isolated_registry() as registry:
        registry.register(provider, name="scripted")

        def note(a: int) -> None:
            called.append(a)

        with run_tools(messages=QUESTION, provider="scripted", tools=[note], stream=True) as stream:
            assert next(stream) == "Let me "
        assert provider.calls[0].wait_ended() == "closed"
        assert list(stream) == []
        with pytest.raises(StreamStateError, match="has not given its answer"):
            _ = stream.run
    assert called == []


def test_a_dropped_stream_is_closed() -> None:
    """Nobody has to close a stream that is not held any more."""
    gate = Gate()
    provider = ScriptedProvider(["Let me ", gate])
    with isolated_registry() as registry:
        registry.register(provider, name="scripted")
        stream = run_tools(messages=QUESTION, provider="scripted", tools=[add], stream=True)
        assert next(stream) == "Let me "
        gc.disable()
        try:
            del stream
            assert provider.calls[0].wait_ended() == "closed"
        finally:
            gc.enable()


def test_an_asynchronous_stream_is_closed_by_its_block() -> None:
    """Leaving the `async with` ends the provider's answer at once."""
    gate = Gate()
    provider = ScriptedProvider(["Let me ", gate], native_async=True)

    async def main() -> None:
        async with arun_tools(messages=QUESTION, provider="scripted", tools=[add], stream=True) as stream:
            assert await stream.__anext__() == "Let me "
        assert await asyncio.to_thread(provider.calls[0].wait_ended) in ("closed", "cancelled")

    with isolated_registry() as registry:
        registry.register(provider, name="scripted")
        asyncio.run(main())
