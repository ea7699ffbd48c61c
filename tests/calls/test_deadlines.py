"""`deadline=`: the whole call has an end, whatever it is doing then."""

import asyncio
import gc
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from g4f_lite import ChatCompletion, Registry
from g4f_lite._utils.timer import Timer
from g4f_lite.errors import AllProvidersFailedError, DeadlineError, ServiceUnavailableError
from g4f_lite.routes import Limits, Retry
from g4f_lite.testing import Gate, Reply, ScriptedProvider, Upstream

HELLO = [{"role": "user", "content": "Hello"}]
BOTH = pytest.mark.parametrize("native", [False, True], ids=["thread", "native"])


def ask(**options: Any) -> Any:
    """The synchronous call."""
    return ChatCompletion.create(**{"provider": "scripted", "messages": HELLO, "deadline": 5.0, **options})


def aask(**options: Any) -> Any:
    """The asynchronous one."""
    arguments = {"provider": "scripted", "messages": HELLO, "deadline": 5.0, **options}
    return asyncio.run(ChatCompletion.acreate(**arguments))


WAYS = pytest.mark.parametrize("way", [ask, aask])


@pytest.mark.parametrize("stream", [False, True])
def test_a_provider_that_waits_is_woken(g4f_lite_registry: Registry, clock: Any, *, stream: bool) -> None:
    """A provider that waits for its service is ended when the time is over, with the text so far."""
    gate = Gate()
    provider = ScriptedProvider(["Hel", gate, "lo"])
    g4f_lite_registry.register(provider, name="scripted")
    caught: list[BaseException] = []

    def read() -> None:
        try:
            list(ask(stream=stream))
        except DeadlineError as error:
            caught.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    gate.wait_reached()
    clock.advance(4.9)
    assert not caught
    clock.advance(0.2)
    reader.join(10)
    (error,) = caught
    assert (error.phase, error.seconds, error.partial_text) == ("total", 5.0, "Hel")
    assert error.provenance.attempts[-1].outcome == "error"
    assert provider.calls[0].wait_ended() == "closed"
    assert clock.timers == []


@BOTH
@pytest.mark.parametrize("retries", [0, 2])
def test_a_provider_that_waits_is_woken_on_the_loop(
    g4f_lite_registry: Registry, clock: Any, retries: int, *, native: bool
) -> None:
    """The same holds for the asynchronous call, and the task is not left cancelled."""
    gate = Gate()
    provider = ScriptedProvider(["Hel", gate, "lo"], native_async=native)
    g4f_lite_registry.register(provider, name="scripted")

    async def main() -> DeadlineError:
        async def read() -> DeadlineError:
            with pytest.raises(DeadlineError) as caught:
                await ChatCompletion.acreate(
                    provider="scripted", messages=HELLO, deadline=5.0, retries=retries
                )
            await asyncio.sleep(0)  # a cancel that was left behind would come here
            return caught.value

        task = asyncio.create_task(read())
        await asyncio.to_thread(gate.wait_reached)
        clock.advance(6)
        return await asyncio.wait_for(task, 10)

    error = asyncio.run(main())
    assert error.partial_text == "Hel"
    assert provider.calls[0].wait_ended() in ("closed", "cancelled")
    assert clock.timers == []


@WAYS
def test_a_deaf_provider_is_left_at_its_next_piece(g4f_lite_registry: Registry, clock: Any, way: Any) -> None:
    """A provider that listens to nobody is closed as soon as it comes back, and nobody else is asked."""

    def deaf(_: object) -> Iterator[str]:
        yield "a"
        clock.advance(6)
        yield "b"

    provider, other = ScriptedProvider(deaf), ScriptedProvider(["other"])
    g4f_lite_registry.register(provider, name="scripted")
    g4f_lite_registry.register(other, name="other")
    if way is aask:
        provider._acreate_completion = provider._create_completion_async
        g4f_lite_registry.unregister("scripted")
        g4f_lite_registry.register(provider, name="scripted")
    with pytest.raises(DeadlineError):
        way(provider=["scripted", "other"], retries=3)
    assert (len(provider.calls), other.calls) == (1, [])


def test_a_deaf_thread_does_not_hold_the_loop(g4f_lite_registry: Registry, clock: Any) -> None:
    """An asynchronous caller of a synchronous provider that sleeps deaf has its error nevertheless."""
    asked, release = threading.Event(), threading.Event()

    def deaf(_: object) -> Iterator[str]:
        asked.set()
        release.wait(20)
        yield "late"

    g4f_lite_registry.register(ScriptedProvider(deaf), name="scripted")

    async def main() -> None:
        task = asyncio.ensure_future(
            ChatCompletion.acreate(provider="scripted", messages=HELLO, deadline=5.0)
        )
        await asyncio.to_thread(asked.wait, 10)
        clock.advance(6)
        with pytest.raises(DeadlineError):
            await asyncio.wait_for(task, 10)

    try:
        asyncio.run(main())
    finally:
        release.set()


@WAYS
def test_the_deadline_passes_during_a_wait(g4f_lite_registry: Registry, clock: Any, way: Any) -> None:
    """A wait for room that outlasts the deadline ends with it."""
    provider = ScriptedProvider(["ok"])
    g4f_lite_registry.register(provider, name="scripted")
    limits = Limits(requests_per_minute=1)
    assert way(limits=limits) == "ok"
    began = clock.now
    with pytest.raises(DeadlineError) as caught:
        way(limits=limits)
    assert clock.now == began + 5.0
    assert caught.value.provenance.attempts == ()  # nobody was asked
    assert len(provider.calls) == 1
    assert caught.value.limit == "'scripted': its limit of 1 request a minute is reached"
    assert f"passed while a limit was waited for: {caught.value.limit}. Pass a larger" in str(caught.value)


@WAYS
def test_the_deadline_is_for_all_attempts_together(g4f_lite_registry: Registry, clock: Any, way: Any) -> None:
    """Each attempt and each wait uses the time up; a wait that would outlast it is not begun."""

    def slow(_: object) -> Iterator[str]:
        clock.advance(1.8)
        raise ServiceUnavailableError(503)
        yield

    provider = ScriptedProvider(slow, native_async=True)
    g4f_lite_registry.register(provider, name="scripted")
    with pytest.raises(ServiceUnavailableError):
        way(retries=Retry(9, base=2.0, cap=2.0))  # 1.8 s asked, 1 s waited, 1.8 s asked: no second is left
    assert len(provider.calls) == 2
    assert clock.timers == []


def test_closing_is_no_deadline(g4f_lite_registry: Registry, clock: Any) -> None:
    """A stream that its caller closes in time ends quietly, and its timer is gone."""
    g4f_lite_registry.register(ScriptedProvider(["a", "b"]), name="scripted")
    with ask(stream=True) as stream:
        assert next(stream) == "a"
    assert clock.timers == []
    assert stream.completion.finish_reason == "cancelled"


def test_a_dropped_stream_leaves_nothing(g4f_lite_registry: Registry, clock: Any) -> None:
    """A stream that is dropped, read or not, keeps neither its provider open nor itself alive."""
    provider = ScriptedProvider(["a", "b"])
    g4f_lite_registry.register(provider, name="scripted")
    stream = ask(stream=True)
    next(stream)
    gc.disable()
    try:
        del stream
    finally:
        gc.enable()
    assert provider.calls[0].ended == "closed"
    assert clock.timers == []
    ask(stream=True)  # never read
    clock.advance(6)
    assert clock.timers == []


@BOTH
def test_a_slow_reader_finds_the_deadline(g4f_lite_registry: Registry, clock: Any, *, native: bool) -> None:
    """A reader that takes too long between two pieces gets the error with the next one."""
    g4f_lite_registry.register(ScriptedProvider(["a", "b", "c"], native_async=native), name="scripted")

    async def main() -> None:
        stream = ChatCompletion.acreate(provider="scripted", messages=HELLO, stream=True, deadline=5.0)
        assert await stream.__anext__() == "a"
        clock.advance(6)
        with pytest.raises(DeadlineError) as caught:
            await stream.__anext__()
        assert caught.value.partial_text == "a"

    asyncio.run(main())
    stream = ask(stream=True)
    assert next(stream) == "a"
    clock.advance(6)
    with pytest.raises(DeadlineError):
        next(stream)


def test_an_answer_in_time_is_an_answer(g4f_lite_registry: Registry, clock: Any) -> None:
    """A call that ends before its deadline knows nothing of it, synchronously and on the loop."""
    g4f_lite_registry.register(ScriptedProvider(["ok"]), name="scripted")
    assert (ask(), aask()) == ("ok", "ok")
    assert clock.timers == []


def test_a_route_that_failed_in_time_says_so(g4f_lite_registry: Registry, clock: Any) -> None:
    """When all fail before the deadline, the error is theirs."""
    g4f_lite_registry.register(ScriptedProvider([ServiceUnavailableError(503)]), name="scripted")
    with pytest.raises(AllProvidersFailedError):
        ask(provider=["scripted", "nobody"])


@pytest.mark.parametrize("asynchronous", [False, True])
def test_the_deadline_reaches_the_socket(clock: Any, *, asynchronous: bool) -> None:
    """The service sees its connection closed when the deadline passes, and the caller has the text so far."""
    gate = Gate()
    with Upstream(Reply(["t", gate, "wo"])) as upstream:
        arguments = {
            "provider": "yqcloud",
            "messages": HELLO,
            "base_url": upstream.url,
            "always_english": False,
            "deadline": 5.0,
        }

        async def main() -> None:
            stream = ChatCompletion.acreate(stream=True, **arguments)
            assert await stream.__anext__() == "t"
            task = asyncio.ensure_future(stream.__anext__())
            await asyncio.to_thread(gate.wait_reached)
            clock.advance(6)
            await asyncio.wait_for(task, 10)

        with pytest.raises(DeadlineError) as caught:
            if asynchronous:
                asyncio.run(main())
            else:
                stream = ChatCompletion.create(stream=True, **arguments)
                assert next(stream) == "t"
                threading.Thread(target=lambda: (gate.wait_reached(), clock.advance(6))).start()
                next(stream)
        assert caught.value.partial_text == "t"
        upstream.wait_closed()


def test_the_deadline_of_an_outer_call_is_the_outer_ones_error(
    g4f_lite_registry: Registry, clock: Any
) -> None:
    """Where a provider asks another one, the outer deadline ends both, and the error names the outer."""
    gate = Gate()
    inner = ScriptedProvider(["a", gate, "b"])
    outer = ScriptedProvider(
        lambda _: ChatCompletion.create(provider="inner", messages=HELLO, stream=True, retries=2)
    )
    g4f_lite_registry.register(inner, name="inner")
    g4f_lite_registry.register(outer, name="scripted")
    caught: list[DeadlineError] = []

    def read() -> None:
        try:
            list(ask(stream=True))
        except DeadlineError as error:
            caught.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    gate.wait_reached()
    clock.advance(6)
    reader.join(10)
    assert [error.provider for error in caught] == ["scripted"]
    assert inner.calls[0].wait_ended() == "closed"


# --- the real timer -----------------------------------------------------------------------------


def test_the_timer_calls_back_in_order_and_not_what_was_taken_back() -> None:
    """Callbacks come in the order of their times, from one thread; one that was taken back does not come."""
    timer, came, over = Timer(), [], threading.Event()
    start = _soon(0.05)  # one start for all: a pause of this thread in between must not change the order
    for when in (0.03, 0.01, 0.02):
        timer.call_at(start + when, lambda when=when: came.append((when, threading.current_thread().name)))
    timer.call_at(start + 0.015, lambda: came.append(("taken back", "")))()
    timer.call_at(start + 0.04, over.set)
    assert over.wait(10)
    assert came == [(when, "g4f_lite-timer") for when in (0.01, 0.02, 0.03)]


def test_the_timer_survives_a_callback_that_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one callback raises is reported, and the others still come."""
    reported, over, timer = [], threading.Event(), Timer()
    monkeypatch.setattr(threading, "excepthook", lambda args: reported.append(args.exc_type))
    timer.call_at(_soon(0), lambda: 1 / 0)
    timer.call_at(_soon(0.01), over.set)
    assert over.wait(10)
    assert reported == [ZeroDivisionError]


def test_the_timer_forgets_what_was_taken_back() -> None:
    """Ten thousand calls that end before their deadlines leave next to nothing in the timer."""
    timer = Timer()
    keep = timer.call_at(_soon(1000), lambda: None)
    for _ in range(10_000):
        timer.call_at(_soon(500), lambda: None)()
    assert len(timer) < 200
    keep()


def _soon(seconds: float) -> float:
    import time

    return time.monotonic() + seconds
