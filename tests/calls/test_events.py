"""`stream.events()`: the events as they come, under the rules of the stream."""

import asyncio
import gc
from collections.abc import Callable
from typing import Any

import pytest

from g4f_lite import ChatCompletion, Finish, Registry, Served, Usage
from g4f_lite.errors import ServiceUnavailableError
from g4f_lite.events import Reasoning, Text
from g4f_lite.testing import Gate, ScriptedProvider

HELLO = [{"role": "user", "content": "Hello"}]
SCRIPT = [
    Served("m-1"),
    Reasoning("hm"),
    "Hel",
    "",
    Text("lo", 0),
    Text("", 0),
    Text("other", 1),
    Usage(1, 2),
    Finish("stop"),
]
HANDED = [
    Served("m-1"),
    Reasoning("hm"),
    "Hel",
    "lo",
    Text("other", 1),
    Usage(1, 2),
    Finish("stop"),
]


def sync_events(**options: Any) -> list[Any]:
    """Read all events of the synchronous stream."""
    stream = ChatCompletion.create(messages=HELLO, stream=True, **options)
    items = list(stream.events())
    assert stream.completion.text == "".join(item for item in items if isinstance(item, str))
    return items


def async_events(**options: Any) -> list[Any]:
    """Read all events of the asynchronous stream."""

    async def read() -> list[Any]:
        stream = ChatCompletion.acreate(messages=HELLO, stream=True, **options)
        return [item async for item in stream.events()]

    return asyncio.run(read())


WAYS = pytest.mark.parametrize("way", [sync_events, async_events])


@WAYS
@pytest.mark.parametrize("native", [False, True])
@pytest.mark.parametrize("streams", [False, True])
def test_events_come_in_their_order(
    g4f_lite_registry: Registry, way: Callable[..., list[Any]], *, native: bool, streams: bool
) -> None:
    """Text comes as `str`, every event as itself, nothing empty, from providers that cannot stream too."""
    provider = ScriptedProvider(SCRIPT, native_async=native, supports_stream=streams)
    g4f_lite_registry.register(provider, name="scripted")
    assert way(provider="scripted") == HANDED


@WAYS
def test_text_alone_is_what_it_was(g4f_lite_registry: Registry, way: Callable[..., list[Any]]) -> None:
    """A stream that nobody asks for events gives text only."""
    g4f_lite_registry.register(ScriptedProvider(SCRIPT), name="scripted")
    assert list(ChatCompletion.create(provider="scripted", messages=HELLO, stream=True)) == ["Hel", "lo"]


def test_events_are_the_stream_itself(g4f_lite_registry: Registry) -> None:
    """What `events()` returns closes with the stream, and the stream with it."""
    provider = ScriptedProvider(SCRIPT)
    g4f_lite_registry.register(provider, name="scripted")
    stream = ChatCompletion.create(provider="scripted", messages=HELLO, stream=True)
    assert stream.events() is stream
    for _ in stream.events():
        break
    stream.close()
    assert provider.calls[0].ended == "closed"
    gc.disable()
    try:
        for _ in ChatCompletion.create(provider="scripted", messages=HELLO, stream=True).events():
            break
        assert provider.calls[1].ended == "closed"
    finally:
        gc.enable()


def test_an_event_comes_while_the_provider_waits(g4f_lite_registry: Registry) -> None:
    """An event is handed out as it comes, and not with the text behind it."""
    gate = Gate()
    g4f_lite_registry.register(ScriptedProvider([Reasoning("hm"), gate, "a"]), name="scripted")
    with ChatCompletion.create(provider="scripted", messages=HELLO, stream=True) as stream:
        assert next(stream.events()) == Reasoning("hm")
        assert not gate.is_reached
        gate.open()
        assert list(stream) == ["a"]


@WAYS
def test_nothing_is_repeated_after_the_first_event(
    g4f_lite_registry: Registry, clock: Any, way: Callable[..., list[Any]]
) -> None:
    """Who was handed an event is not given another answer's: the failure is an error."""
    provider = ScriptedProvider([Reasoning("hm"), ServiceUnavailableError(503)])
    g4f_lite_registry.register(provider, name="scripted")
    with pytest.raises(ServiceUnavailableError):
        way(provider=["scripted", "scripted"], retries=2, continue_from_partial=True)
    assert len(provider.calls) == 1


@WAYS
def test_who_answers_is_no_answer_yet(
    g4f_lite_registry: Registry, clock: Any, way: Callable[..., list[Any]]
) -> None:
    """A provider that only said who it is and then failed may be followed by the next one."""
    g4f_lite_registry.register(ScriptedProvider([Served("m-1"), ServiceUnavailableError(503)]), name="first")
    g4f_lite_registry.register(ScriptedProvider([Served("m-2"), "a"]), name="second")
    assert way(provider=["first", "second"]) == [Served("m-1"), Served("m-2"), "a"]
