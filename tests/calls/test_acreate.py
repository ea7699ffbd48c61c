"""`ChatCompletion.acreate`: native providers, providers in a thread, and cancelling both."""

import asyncio
import gc
import threading
import time
from collections.abc import Awaitable, Callable

import pytest

import g4f_lite
from g4f_lite import ChatCompletion, Registry
from g4f_lite.testing import Gate, ScriptedProvider

HELLO = [{"role": "user", "content": "Hello"}]
BOTH = pytest.mark.parametrize("native", [False, True], ids=["thread", "native"])


def _stream() -> g4f_lite.AsyncCompletionStream:
    return ChatCompletion.acreate(provider="scripted", messages=HELLO, stream=True)


async def _read(stream: g4f_lite.AsyncCompletionStream) -> list[str]:
    return [text async for text in stream]


async def _awaited() -> list[str]:
    return await _read(await _stream())


async def _iterated() -> list[str]:
    return await _read(_stream())


async def _entered() -> list[str]:
    async with _stream() as stream:
        return await _read(stream)


async def _stepped() -> list[str]:
    stream = _stream()
    return [await stream.__anext__(), await stream.__anext__()]


@BOTH
@pytest.mark.parametrize("read", [_awaited, _iterated, _entered, _stepped])
def test_stream_can_be_awaited_or_read(
    g4f_lite_registry: Registry, read: Callable[[], Awaitable[list[str]]], *, native: bool
) -> None:
    """An asynchronous stream gives the same pieces awaited first, read at once, entered, or stepped."""
    g4f_lite_registry.register(ScriptedProvider(["Hel", "lo"], native_async=native), name="scripted")
    assert asyncio.run(read()) == ["Hel", "lo"]


@BOTH
def test_answer_is_awaited(g4f_lite_registry: Registry, *, native: bool) -> None:
    """Without `stream`, awaiting gives the same answer as the synchronous call, from the right function."""
    provider = ScriptedProvider(["Hel", "lo"], native_async=native)
    g4f_lite_registry.register(provider, name="scripted")
    answer = asyncio.run(ChatCompletion.acreate(provider="scripted", messages=HELLO))
    assert answer == "Hello"
    assert answer.provenance.attempts[0].outcome == "ok"
    assert provider.calls[0].asynchronous is native


def test_provider_in_a_thread_does_not_block_the_loop(g4f_lite_registry: Registry) -> None:
    """While a synchronous provider waits, the event loop goes on."""
    gate = Gate()
    provider = ScriptedProvider(["Hel", gate, "lo"])
    g4f_lite_registry.register(provider, name="scripted")

    async def main() -> tuple[str, int]:
        task = asyncio.create_task(ChatCompletion.acreate(provider="scripted", messages=HELLO))
        turns = 0
        while not gate.is_reached:
            turns += 1
            await asyncio.sleep(0)
        gate.open()
        return await task, turns

    answer, turns = asyncio.run(main())
    assert answer == "Hello"
    assert turns > 0
    assert provider.calls[0].thread != threading.current_thread().name


@BOTH
def test_cancelling_the_task_closes_the_provider(g4f_lite_registry: Registry, *, native: bool) -> None:
    """A cancelled task ends the provider's generator, even while that waits."""
    gate = Gate()
    provider = ScriptedProvider(["Hel", gate, "lo"], native_async=native)
    g4f_lite_registry.register(provider, name="scripted")

    async def main() -> g4f_lite.AsyncCompletionStream:
        stream = _stream()
        task = asyncio.create_task(_read(stream))
        await asyncio.to_thread(gate.wait_reached)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return stream

    stream = asyncio.run(main())
    assert provider.calls[0].wait_ended() in ("closed", "cancelled")
    assert stream.completion.text == "Hel"
    assert stream.completion.finish_reason == "cancelled"


@BOTH
def test_aclose_from_another_task_ends_a_waiting_reader(g4f_lite_registry: Registry, *, native: bool) -> None:
    """`aclose()` while another task reads ends that reader's loop, quietly where the provider can be woken."""
    gate = Gate()
    provider = ScriptedProvider(["Hel", gate, "lo"], native_async=native)
    g4f_lite_registry.register(provider, name="scripted")

    async def main() -> list[str]:
        stream = _stream()
        task = asyncio.create_task(_read(stream))
        await asyncio.to_thread(gate.wait_reached)
        await stream.aclose()
        return await asyncio.wait_for(task, 10)

    assert asyncio.run(main()) == ["Hel"]
    assert provider.calls[0].wait_ended() in ("closed", "cancelled")


@BOTH
def test_leaving_the_with_closes_the_provider(g4f_lite_registry: Registry, *, native: bool) -> None:
    """Leaving `async with` early closes the provider's generator and leaves no thread."""
    provider = ScriptedProvider(["Hel", "lo"] * 100, native_async=native)
    g4f_lite_registry.register(provider, name="scripted")

    async def main() -> None:
        async with _stream() as stream:
            assert await stream.__anext__() == "Hel"
        assert stream.completion.text == "Hel"

    asyncio.run(main())
    assert provider.calls[0].wait_ended() == "closed"
    assert not [thread for thread in threading.enumerate() if thread.name == "g4f_lite-provider"]


@BOTH
def test_dropped_stream_is_closed(g4f_lite_registry: Registry, *, native: bool) -> None:
    """A stream that is dropped half read has its provider closed by the loop."""
    provider = ScriptedProvider(["Hel", "lo"] * 100, native_async=native)
    g4f_lite_registry.register(provider, name="scripted")

    async def main() -> None:
        stream = _stream()
        assert await stream.__anext__() == "Hel"
        del stream
        gc.collect()
        await asyncio.to_thread(provider.calls[0].wait_ended)

    asyncio.run(main())
    assert provider.calls[0].ended == "closed"


def test_thread_reads_ahead_by_a_bound(g4f_lite_registry: Registry) -> None:
    """A slow reader slows the provider down: it is never asked for much more than was read."""
    yielded = []

    def endless(call: object):
        for number in range(1_000_000):
            yielded.append(number)
            yield "x"

    provider = ScriptedProvider(endless)
    g4f_lite_registry.register(provider, name="scripted")

    async def main() -> None:
        async with _stream() as stream:
            for _ in range(10):
                await stream.__anext__()
            await asyncio.sleep(0.05)
        read_ahead = len(yielded)
        await asyncio.sleep(0.05)
        assert read_ahead <= 10 + 40
        assert len(yielded) == read_ahead

    asyncio.run(main())


def test_provider_that_cannot_be_woken_does_not_hold_the_loop(g4f_lite_registry: Registry) -> None:
    """A task that is cancelled while its provider sleeps deaf ends within a bounded time."""
    release = threading.Event()
    asked = threading.Event()

    def deaf(call: object):
        yield "Hel"
        asked.set()
        release.wait(20)
        yield "lo"

    provider = ScriptedProvider(deaf)
    g4f_lite_registry.register(provider, name="scripted")

    async def main() -> float:
        task = asyncio.create_task(_read(_stream()))
        await asyncio.to_thread(asked.wait)
        started = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return time.monotonic() - started

    try:
        assert asyncio.run(main()) < 5
    finally:
        release.set()
    assert provider.calls[0].wait_ended() == "closed"


def test_wrong_messages_raise_at_the_call() -> None:
    """Messages are checked when `acreate` is called, before anything is awaited."""
    with pytest.raises(g4f_lite.InvalidMessageError):
        ChatCompletion.acreate(messages=[])


def test_unknown_provider_raises_when_awaited(g4f_lite_registry: Registry) -> None:
    """What finding the provider raises comes when the stream is awaited, or first read."""

    async def main() -> None:
        with pytest.raises(g4f_lite.ProviderNotFoundError):
            await ChatCompletion.acreate(provider="nobody", messages=HELLO, stream=True)
        with pytest.raises(g4f_lite.ProviderNotFoundError):
            await _read(ChatCompletion.acreate(provider="nobody", messages=HELLO, stream=True))
        stream = ChatCompletion.acreate(provider="nobody", messages=HELLO, stream=True)
        with pytest.raises(g4f_lite.StreamStateError):
            _ = stream.provenance
        await stream.aclose()

    asyncio.run(main())


def test_many_at_once(g4f_lite_registry: Registry) -> None:
    """A hundred concurrent calls each get their own answer."""
    provider = ScriptedProvider(lambda call: [call.messages[0]["content"], "!"])
    g4f_lite_registry.register(provider, name="scripted")

    async def main() -> list[str]:
        return await asyncio.gather(
            *(
                ChatCompletion.acreate(
                    provider="scripted", messages=[{"role": "user", "content": str(number)}]
                )
                for number in range(100)
            )
        )

    assert asyncio.run(main()) == [f"{number}!" for number in range(100)]
