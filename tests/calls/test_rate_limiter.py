"""The program's own limits: requests and tokens in any minute, and requests at once."""

import asyncio
import gc
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from g4f_lite import ChatCompletion, Registry, Usage
from g4f_lite._core.resilience.rate_limiter import Lease, LimitReached, RateLimiter, limiter
from g4f_lite._utils import clock as _clock
from g4f_lite.errors import ServiceUnavailableError
from g4f_lite.routes import Limits, Step
from g4f_lite.testing import Gate, ScriptedProvider

HELLO = [{"role": "user", "content": "Hello"}]
WHO = ("(program):scripted", "")
ONE = Limits(concurrency=1)


def ask(**options: Any) -> Any:
    """The synchronous call."""
    return ChatCompletion.create(**{"provider": "scripted", "messages": HELLO, **options})


def aask(**options: Any) -> Any:
    """The asynchronous one."""
    return asyncio.run(ChatCompletion.acreate(**{"provider": "scripted", "messages": HELLO, **options}))


WAYS = pytest.mark.parametrize("way", [ask, aask])


def running() -> int:
    """The number of requests that run now, as the limiter counts them."""
    return sum(len(bucket.running) for bucket in limiter._buckets.values())


@WAYS
def test_requests_wait_for_their_minute(
    g4f_lite_registry: Registry, clock: Any, way: Callable[..., Any]
) -> None:
    """A request beyond the limit waits until the first one is a minute old, and provenance has the wait."""
    g4f_lite_registry.register(ScriptedProvider(["ok"]), name="scripted")
    limits = Limits(requests_per_minute=2)
    way(limits=limits)
    clock.advance(10)
    way(limits=limits)
    answer = way(limits=limits)
    assert clock.slept == [50.0]
    assert answer.provenance.attempts[0].waited == 50.0


def test_tokens_are_estimated_and_corrected(g4f_lite_registry: Registry, clock: Any) -> None:
    """The tokens of a request are estimated from its length, and then replaced by the service's count."""
    g4f_lite_registry.register(ScriptedProvider(["ok", Usage(60, 30)]), name="scripted")
    limits = Limits(tokens_per_minute=100)
    ask(limits=limits, messages=[{"role": "user", "content": "x" * 40}])  # estimated 10, counted 90
    ask(limits=limits, messages=[{"role": "user", "content": "x" * 40}])
    assert clock.slept == []
    ask(limits=limits, messages=[{"role": "user", "content": [{"type": "text", "text": "x" * 40}]}])
    assert clock.slept == [60.0]
    clock.advance(60)
    ask(limits=limits, max_tokens=5000)  # more than the limit itself: runs alone
    assert clock.slept == [60.0]


@WAYS
def test_a_provider_at_its_limit_is_skipped(
    g4f_lite_registry: Registry, clock: Any, way: Callable[..., Any]
) -> None:
    """A route calls at once a provider that has not reached its limit, and waits only if all have."""
    first, second = ScriptedProvider(["first"]), ScriptedProvider(["second"])
    g4f_lite_registry.register(first, name="first")
    g4f_lite_registry.register(second, name="second")
    route = [
        Step("first", limits=Limits(requests_per_minute=1)),
        Step("second", limits=Limits(requests_per_minute=2)),
    ]
    answers = [way(provider=route)]
    clock.advance(20)
    answers += [way(provider=route) for _ in range(3)]
    assert answers == ["first", "second", "second", "first"]
    assert clock.slept == [40.0]
    skipped = answers[1].provenance.attempts[0]
    assert (skipped.outcome, "Its limit of 1 request a minute" in skipped.error) == ("skipped", True)


def test_a_waiter_is_woken_by_a_released_lease(g4f_lite_registry: Registry) -> None:
    """With one request at a time, the next begins when the first ends, in a thread and on a loop."""
    gate = Gate()
    provider = ScriptedProvider([gate, "first"], ["second"], ["third"])
    g4f_lite_registry.register(provider, name="scripted")
    waiting = threading.Semaphore(0)

    class Telling(_clock.Clock):
        def sleep(self, seconds: float | None, wake: threading.Event) -> None:
            waiting.release()
            super().sleep(seconds, wake)

        async def sleep_async(self, seconds: float | None, wake: asyncio.Event) -> None:
            waiting.release()
            await super().sleep_async(seconds, wake)

    got: list[str] = []
    with _clock.override_clock(Telling()):
        threads = [
            threading.Thread(target=lambda way=way: got.append(way(limits=ONE))) for way in (ask, ask, aask)
        ]
        threads[0].start()
        gate.wait_reached()
        for thread in threads[1:]:
            thread.start()
            assert waiting.acquire(timeout=10)
        assert len(provider.calls) == 1
        gate.open()
        for thread in threads:
            thread.join(10)
    assert sorted(got) == ["first", "second", "third"]
    assert running() == 0


@pytest.mark.parametrize("native", [False, True])
@pytest.mark.parametrize(
    "end", ["exhausted", "error", "close", "drop", "never read", "async close", "async cancel"]
)
def test_the_lease_is_released_on_every_path(
    g4f_lite_registry: Registry, clock: Any, end: str, *, native: bool
) -> None:
    """However a call ends, its lease is released."""
    script: list[Any] = ["a", Gate() if end == "async cancel" else "b"]
    provider = ScriptedProvider(
        [*script, *([ServiceUnavailableError(500)] if end == "error" else [])], native_async=native
    )
    g4f_lite_registry.register(provider, name="scripted")

    async def asynchronously() -> None:
        stream = ChatCompletion.acreate(provider="scripted", messages=HELLO, stream=True, limits=ONE)
        assert await stream.__anext__() == "a"
        if end == "async close":
            await stream.aclose()
            return
        task = asyncio.ensure_future(stream.__anext__())
        await asyncio.to_thread(script[1].wait_reached)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    if end.startswith("async"):
        asyncio.run(asynchronously())
    else:
        stream = ask(stream=True, limits=ONE)
        if end == "never read":
            assert running() == 0
        else:
            assert next(stream) == "a"
            assert running() == 1
        if end == "exhausted":
            list(stream)
        elif end == "error":
            with pytest.raises(ServiceUnavailableError):
                list(stream)
        elif end == "close":
            stream.close()
        gc.disable()
        try:
            del stream
        finally:
            gc.enable()
    assert running() == 0


def test_each_key_has_limits_of_its_own(g4f_lite_registry: Registry, clock: Any) -> None:
    """Each of two keys has the full number of requests."""
    provider = ScriptedProvider(["ok"])
    g4f_lite_registry.register(provider, name="scripted")
    for _ in range(2):
        ask(auth=["key-aaaa", "key-bbbb"], limits=Limits(requests_per_minute=1))
    assert clock.slept == []
    ask(auth=["key-aaaa", "key-bbbb"], limits=Limits(requests_per_minute=1))
    assert clock.slept == [60.0]


def test_each_address_has_limits_of_its_own(g4f_lite_registry: Registry, clock: Any) -> None:
    """Each of two servers has its own limits; one server written in two ways has one limit."""
    g4f_lite_registry.register(ScriptedProvider(["ok"]), name="scripted")
    for address in ("http://127.0.0.1:9001/v1", "http://127.0.0.1:9002/v1"):
        ask(base_url=address, limits=Limits(requests_per_minute=1))
    assert clock.slept == []
    ask(base_url="http://127.0.0.1:9002/v1/", limits=Limits(requests_per_minute=1))
    assert clock.slept == [60.0]


def test_a_dropped_lease_is_released(clock: Any) -> None:
    """Garbage collection releases a lease that was dropped, and wakes the next waiter."""
    own, woken = RateLimiter(), threading.Event()
    slot = own.try_acquire(WHO, ONE, 1)
    assert own.try_acquire(WHO, ONE, 1) == LimitReached(None, "its limit of 1 request at once is reached")
    leave = own.add_waiter(WHO, woken.set)
    assert not woken.is_set()
    del slot
    assert woken.is_set()
    leave()


def test_a_waiter_on_a_closed_loop_is_passed_over(clock: Any) -> None:
    """If the first waiter's event loop is closed, the second waiter is woken."""
    own, woken = RateLimiter(), threading.Event()
    slot = own.try_acquire(WHO, ONE, 1)

    def dead() -> None:
        raise RuntimeError("Event loop is closed")

    own.add_waiter(WHO, dead)
    own.add_waiter(WHO, woken.set)
    assert isinstance(slot, Lease)
    slot.release()
    assert woken.is_set()


def test_idle_buckets_are_removed(clock: Any) -> None:
    """Buckets of keys without a request in the last minute are removed."""
    own = RateLimiter()
    for number in range(3000):
        slot = own.try_acquire(("p", str(number)), ONE, 1)
        assert isinstance(slot, Lease)
        slot.release()
        clock.advance(0.1)
    assert len(own._buckets) <= 1025


class _ManualClock(_clock.Clock):
    now = 0.0

    def monotonic(self) -> float:
        return self.now


class RateLimiterMachine(RuleBasedStateMachine):
    """In any order of requests, no minute exceeds its limits, and every refusal is necessary."""

    limits = Limits(requests_per_minute=5, tokens_per_minute=100, concurrency=3)

    def __init__(self) -> None:
        super().__init__()
        self.clock = _ManualClock()
        self.own = RateLimiter()
        self.log: list[list[float]] = []
        self.open: list[tuple[Lease, list[float]]] = []

    @rule(seconds=st.sampled_from([0, 1, 5, 30, 59, 60]))
    def time_passes(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule(tokens=st.integers(0, 130))
    def somebody_asks(self, tokens: int) -> None:
        now = self.clock.now
        with _clock.override_clock(self.clock):
            found = self.own.try_acquire(WHO, self.limits, tokens)
        recent = [entry for entry in self.log if entry[0] > now - 60]
        used = sum(entry[1] for entry in recent)
        fits = len(self.open) < 3 and len(recent) < 5 and (used + tokens <= 100 or not used)
        assert isinstance(found, Lease) is fits
        if isinstance(found, Lease):
            entry = [now, tokens]
            self.log.append(entry)
            self.open.append((found, entry))
        elif found.seconds is not None:  # the request is permitted after exactly these seconds
            later = now + found.seconds
            recent = [entry for entry in self.log if entry[0] > later - 60]
            used = sum(entry[1] for entry in recent)
            assert len(recent) < 5
            assert used + tokens <= 100 or not used

    @rule(tokens=st.none() | st.integers(0, 60), which=st.integers(0, 2))
    def one_ends(self, tokens: int | None, which: int) -> None:
        if which < len(self.open):
            slot, entry = self.open.pop(which)
            slot.release(tokens)
            slot.release(999)  # a second release does nothing
            if tokens is not None:
                entry[1] = tokens

    @invariant()
    def no_minute_has_more(self) -> None:
        for when, _ in self.log:
            minute = [entry for entry in self.log if when <= entry[0] < when + 60]
            assert len(minute) <= 5


TestLimitsMachine = RateLimiterMachine.TestCase
TestLimitsMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
