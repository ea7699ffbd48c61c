"""Closing at awkward moments, by awkward hands: what a review of the calls found, and keeps finding fixed."""

import asyncio
import enum
import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

import g4f_lite
from g4f_lite import ChatCompletion, Registry, current_scope
from g4f_lite.testing import Gate, Reply, ScriptedProvider, Upstream

HELLO = [{"role": "user", "content": "Hello"}]
BOTH = pytest.mark.parametrize("native", [False, True], ids=["thread", "native"])


def _stream(**options: object) -> g4f_lite.CompletionStream:
    return ChatCompletion.create(**{"provider": "scripted", "messages": HELLO, "stream": True, **options})


def test_close_ends_a_provider_that_waits_for_nothing(g4f_lite_registry: Registry) -> None:
    """A provider that computes and never waits is ended by `close()` from another thread at its next piece."""
    asked = threading.Event()

    def busy(_: object) -> Iterator[str]:
        while True:
            asked.set()
            yield "x"

    provider = ScriptedProvider(busy)
    g4f_lite_registry.register(provider, name="scripted")
    stream = _stream()
    reader = threading.Thread(target=lambda: list(stream))
    reader.start()
    asked.wait()
    stream.close()
    reader.join(10)
    assert not reader.is_alive()
    assert provider.calls[0].wait_ended() == "closed"


def test_reading_while_another_thread_closes_ends_quietly(g4f_lite_registry: Registry) -> None:
    """A reader that comes while another thread is inside a slow clean-up finds the end, not an error."""
    closing, release = threading.Event(), threading.Event()

    def slow(model: str, messages: list, stream: bool, **kwargs: object):
        try:
            yield "a"
        finally:
            closing.set()
            release.wait(10)

    provider = ScriptedProvider()
    provider._create_completion = slow
    g4f_lite_registry.register(provider, name="scripted")
    stream = _stream()
    assert next(stream) == "a"
    closer = threading.Thread(target=stream.close)
    closer.start()
    closing.wait(10)
    assert list(stream) == []
    release.set()
    closer.join(10)


@BOTH
def test_aclose_wakes_who_reads_and_nobody_else(g4f_lite_registry: Registry, *, native: bool) -> None:
    """`aclose()` ends the task that reads now, not one that read before and went on to something else."""
    gate = Gate()
    provider = ScriptedProvider(["a", gate, "b"], native_async=native)
    g4f_lite_registry.register(provider, name="scripted")

    async def main() -> tuple[str, list[str]]:
        stream = ChatCompletion.acreate(provider="scripted", messages=HELLO, stream=True)
        done = asyncio.Event()

        async def first(began: asyncio.Event) -> str:
            text = await stream.__anext__()
            began.set()
            await done.wait()
            return text

        async def rest() -> list[str]:
            return [text async for text in stream]

        began = asyncio.Event()
        one = asyncio.create_task(first(began))
        await began.wait()
        other = asyncio.create_task(rest())
        await asyncio.to_thread(gate.wait_reached)
        await stream.aclose()
        read = await asyncio.wait_for(other, 10)
        done.set()
        return await asyncio.wait_for(one, 10), read

    assert asyncio.run(main()) == ("a", [])


def test_error_of_closing_a_provider_in_a_thread_is_recorded(g4f_lite_registry: Registry) -> None:
    """An asynchronous stream records what closing a provider in a thread raised, and raises nothing itself."""

    def failing(model: str, messages: list, stream: bool, **kwargs: object):
        try:
            while True:
                yield "a"
        finally:
            raise ValueError("no")

    provider = ScriptedProvider()
    provider._create_completion = failing
    g4f_lite_registry.register(provider, name="scripted")

    async def main() -> g4f_lite.AsyncCompletionStream:
        stream = ChatCompletion.acreate(provider="scripted", messages=HELLO, stream=True)
        assert await stream.__anext__() == "a"
        await stream.aclose()
        return stream

    attempt = asyncio.run(main()).provenance.attempts[0]
    assert attempt.outcome == "cancelled"
    assert attempt.error == "while closing: ValueError: no"


def test_closed_loop_does_not_keep_the_provider(g4f_lite_registry: Registry) -> None:
    """When an event loop is closed with an unfinished stream, the provider in its thread is closed too."""
    provider = ScriptedProvider(["x"] * 1000)
    g4f_lite_registry.register(provider, name="scripted")
    loop = asyncio.new_event_loop()
    stream = ChatCompletion.acreate(provider="scripted", messages=HELLO, stream=True)
    assert loop.run_until_complete(stream.__anext__()) == "x"
    loop.close()
    assert provider.calls[0].wait_ended() == "closed"


@pytest.mark.parametrize("raised", [StopIteration, StopAsyncIteration, GeneratorExit])
@pytest.mark.parametrize("asynchronous", [False, True])
def test_control_flow_exceptions_of_a_provider_are_failures(
    g4f_lite_registry: Registry, raised: type[BaseException], *, asynchronous: bool
) -> None:
    """An exception by which Python ends loops and generators is, raised by a provider, a failure like others."""

    class Raising:
        def __init__(self) -> None:
            self.items = iter(["a"])

        def __iter__(self) -> "Raising":
            return self

        def __next__(self) -> str:
            for item in self.items:
                return item
            if raised is StopIteration:
                raise ValueError
            raise raised

    provider = ScriptedProvider()
    provider._create_completion = lambda model, messages, stream: Raising()
    provider._create_completion.__annotations__ = {
        "model": str,
        "messages": list,
        "stream": bool,
        "return": Iterator[str],
    }
    g4f_lite_registry.register(provider, name="scripted")
    with pytest.raises(g4f_lite.ProviderCrashError) as caught:
        if asynchronous:
            asyncio.run(ChatCompletion.acreate(provider="scripted", messages=HELLO))
        else:
            ChatCompletion.create(provider="scripted", messages=HELLO)
    assert caught.value.partial_text == "a"


def test_clean_up_that_dies_does_not_hang_the_caller(g4f_lite_registry: Registry) -> None:
    """A provider in a thread whose clean-up raises what nobody catches still ends its call."""

    class Dying:
        def __iter__(self) -> Iterator[str]:
            return self

        def __next__(self) -> str:
            raise StopIteration

        def close(self) -> None:
            raise asyncio.CancelledError

    provider = ScriptedProvider()
    provider._create_completion = lambda **_: Dying()
    loaded = g4f_lite_registry.judge(provider, "dying")
    assert not loaded.usable  # its lambda has no parameters; call it through one that has
    provider._create_completion = _returns(Dying)
    g4f_lite_registry.register(provider, name="scripted")

    async def main() -> None:
        with pytest.raises(g4f_lite.EmptyAnswerError):
            await asyncio.wait_for(ChatCompletion.acreate(provider="scripted", messages=HELLO), 10)

    asyncio.run(main())


def _returns(kind: type):
    def _create_completion(model: str, messages: list, stream: bool, **kwargs: object) -> Iterator[str]:
        return kind()

    return _create_completion


@BOTH
def test_scope_is_current_wherever_the_provider_runs(g4f_lite_registry: Registry, *, native: bool) -> None:
    """A provider finds its call's scope while it runs, and the caller finds none of it afterwards."""
    seen: list[object] = []

    def look(_: object) -> Iterator[str]:
        seen.append(current_scope())
        yield "a"
        seen.append(current_scope())

    g4f_lite_registry.register(ScriptedProvider(look, native_async=native), name="scripted")

    async def main() -> object:
        await ChatCompletion.acreate(provider="scripted", messages=HELLO)
        return current_scope()

    assert asyncio.run(main()) is None
    ChatCompletion.create(provider="scripted", messages=HELLO)
    assert current_scope() is None
    assert len(seen) == 4
    assert None not in seen


def test_cancel_reaches_a_provider_behind_a_provider(g4f_lite_registry: Registry) -> None:
    """When a provider asks another one, closing the outer stream closes the inner one, while that waits."""
    gate = Gate()
    inner = ScriptedProvider(["a", gate, "b"])
    outer = ScriptedProvider(lambda _: ChatCompletion.create(provider="inner", messages=HELLO, stream=True))
    g4f_lite_registry.register(inner, name="inner")
    g4f_lite_registry.register(outer, name="scripted")
    stream = _stream()
    reader = threading.Thread(target=lambda: list(stream))
    reader.start()
    gate.wait_reached()
    stream.close()
    reader.join(10)
    assert not reader.is_alive()
    assert inner.calls[0].wait_ended() == "closed"


def test_text_of_a_subclass_is_its_text(g4f_lite_registry: Registry) -> None:
    """What a provider yields of a subclass of `str` arrives as the text that it is."""

    class Word(str, enum.Enum):
        HI = "hello"

    g4f_lite_registry.register(ScriptedProvider([Word.HI]), name="scripted")
    answer = ChatCompletion.create(provider="scripted", messages=HELLO)
    assert str(answer) == "hello"


def test_a_busy_stream_lets_others_run(g4f_lite_registry: Registry) -> None:
    """A native provider that is always ready does not keep other tasks from the event loop."""

    def ready(_: object) -> Iterator[str]:
        for _ in range(200):
            time.sleep(0.001)
            yield "x"

    g4f_lite_registry.register(ScriptedProvider(ready, native_async=True), name="scripted")

    async def main() -> int:
        task = asyncio.create_task(ChatCompletion.acreate(provider="scripted", messages=HELLO))
        turns = 0
        while not task.done():
            turns += 1
            await asyncio.sleep(0)
        return turns

    assert asyncio.run(main()) > 5


def test_same_error_object_twice_keeps_its_text(g4f_lite_registry: Registry) -> None:
    """A provider that raises one error object again does not change what an earlier caller holds."""
    error = g4f_lite.ProviderResponseError("odd")
    g4f_lite_registry.register(ScriptedProvider(["one", error], ["two", error]), name="scripted")
    caught = []
    for _ in range(2):
        with pytest.raises(g4f_lite.ProviderResponseError) as info:
            ChatCompletion.create(provider="scripted", messages=HELLO)
        caught.append(info.value)
    assert [item.partial_text for item in caught] == ["one", "two"]


def test_stream_read_on_another_loop_says_so(g4f_lite_registry: Registry) -> None:
    """A stream that was begun on one event loop and is read on another is a misuse that is named."""
    g4f_lite_registry.register(ScriptedProvider(["a", "b"]), name="scripted")
    stream = ChatCompletion.acreate(provider="scripted", messages=HELLO, stream=True)
    first, second = asyncio.new_event_loop(), asyncio.new_event_loop()
    try:
        assert first.run_until_complete(stream.__anext__()) == "a"
        with pytest.raises(g4f_lite.StreamStateError, match="another event loop"):
            second.run_until_complete(stream.__anext__())
    finally:
        first.close()
        second.close()


# --- on real sockets --------------------------------------------------------------------------


def _yqcloud(upstream: Upstream) -> g4f_lite.CompletionStream:
    return ChatCompletion.create(provider="yqcloud", messages=HELLO, base_url=upstream.url, stream=True)


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_close_spares_a_connection_that_others_use_now(framing: str) -> None:
    """Closing a stream whose body is all there does not break the next call on the same connection."""
    gate = Gate()
    with Upstream([Reply("one", framing=framing), Reply(["t", gate, "wo"])]) as upstream:
        first = _yqcloud(upstream)
        assert next(first) == "one"
        second = _yqcloud(upstream)
        assert next(second) == "t"
        first.close()
        gate.open()
        assert "".join(second) == "wo"


def test_signal_handler_may_close_the_stream_it_interrupts() -> None:
    """A signal handler that closes the very stream that is being read neither hangs nor breaks it."""
    with Upstream(lambda _: Reply(["x"] * 50)) as upstream:
        current: list[g4f_lite.CompletionStream] = []
        before = signal.signal(signal.SIGALRM, lambda *_: current and current[-1].close())
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.0007)
        try:
            for _ in range(100):
                current.append(_yqcloud(upstream))
                assert set("".join(current[-1])) <= {"x"}
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_forked_child_does_not_close_its_parents_stream() -> None:
    """A child that closes its copy of a stream leaves its parent's connection alone."""
    gate = Gate()
    with Upstream(Reply(["t", gate, "wo"])) as upstream:
        stream = _yqcloud(upstream)
        assert next(stream) == "t"
        pid = os.fork()
        if pid == 0:
            stream._call.scope.cancel()
            os._exit(0)
        assert os.waitpid(pid, 0)[1] == 0
        gate.open()
        assert "".join(stream) == "wo"
