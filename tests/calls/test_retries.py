"""Retries with the same provider: which errors, after which wait, and how often."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import g4f_lite
from g4f_lite import ChatCompletion, Registry
from g4f_lite._core.resilience.retry import backoff_seconds
from g4f_lite._utils import clock as _clock
from g4f_lite.errors import (
    AllProvidersFailedError,
    AuthenticationError,
    EmptyAnswerError,
    ProviderConnectionError,
    ProviderResponseError,
    ProviderStatusError,
    ProviderTimeoutError,
    QuotaExceededError,
    RateLimitError,
    ServiceUnavailableError,
)
from g4f_lite.routes import Retry
from g4f_lite.testing import ScriptedProvider

HELLO = [{"role": "user", "content": "Hello"}]
BOTH = pytest.mark.parametrize("native", [False, True], ids=["thread", "native"])


def ask(**options: Any) -> Any:
    """The synchronous call."""
    return ChatCompletion.create(**{"provider": "scripted", "messages": HELLO, **options})


def aask(**options: Any) -> Any:
    """The asynchronous one."""
    return asyncio.run(ChatCompletion.acreate(**{"provider": "scripted", "messages": HELLO, **options}))


WAYS = pytest.mark.parametrize("way", [ask, aask])


def _safe(error: g4f_lite.ProviderError) -> g4f_lite.ProviderError:
    error.retry_safe = True
    return error


@pytest.mark.parametrize(
    ("error", "repeats"),
    [
        *((lambda status=status: ProviderStatusError.of(status), True) for status in (408, 409, 425, 429)),
        *(
            (lambda status=status: ProviderStatusError.of(status), True)
            for status in (500, 502, 503, 504, 529)
        ),
        *(
            (lambda status=status: ProviderStatusError.of(status), False)
            for status in (400, 401, 403, 404, 422)
        ),
        *((lambda status=status: ProviderStatusError.of(status), False) for status in (402, 501, 505)),
        (lambda: RateLimitError(429), True),
        (lambda: QuotaExceededError(429), False),
        (lambda: ProviderConnectionError("gone"), True),
        (lambda: ConnectionResetError("gone"), True),
        (lambda: ProviderTimeoutError("slow", phase="read", seconds=1), False),
        (lambda: _safe(ProviderTimeoutError("slow", phase="connect", seconds=1)), True),
        (lambda: ProviderResponseError("odd"), False),
        (lambda: ValueError("crash"), False),
    ],
)
@WAYS
def test_only_safe_and_transient_errors_are_retried(
    g4f_lite_registry: Registry,
    clock: Any,
    way: Callable[..., str],
    error: Callable[[], BaseException],
    *,
    repeats: bool,
) -> None:
    """Transient errors are retried as often as allowed, and all others not at all."""
    provider = ScriptedProvider([error()], [error()], ["ok"])
    g4f_lite_registry.register(provider, name="scripted")
    if repeats:
        answer = way(retries=2)
        assert answer == "ok"
        assert [item.outcome for item in answer.provenance.attempts] == ["error", "error", "ok"]
    else:
        with pytest.raises(g4f_lite.ProviderError):
            way(retries=2)
    assert len(provider.calls) == (3 if repeats else 1)


@WAYS
@BOTH
def test_the_bound_holds_and_the_error_is_its_own(
    g4f_lite_registry: Registry, clock: Any, way: Callable[..., str], *, native: bool
) -> None:
    """After the last retry, the provider's own error is raised, with every attempt in its provenance."""
    provider = ScriptedProvider([ServiceUnavailableError(503)], native_async=native)
    g4f_lite_registry.register(provider, name="scripted")
    for retries in (0, 1, 3):
        with pytest.raises(ServiceUnavailableError) as caught:
            way(retries=retries)
        assert len(caught.value.provenance.attempts) == retries + 1
    assert len(provider.calls) == 1 + 2 + 4


@WAYS
def test_waits_grow_and_are_random(g4f_lite_registry: Registry, clock: Any, way: Callable[..., str]) -> None:
    """Before each retry the call waits a random part of a growing and capped time, which provenance has."""
    g4f_lite_registry.register(
        ScriptedProvider(*[[ServiceUnavailableError(500)]] * 5, ["ok"]), name="scripted"
    )
    clock.drawn = [1.0, 0.5, 0.0, 1.0, 0.25]
    answer = way(retries=Retry(5, base=1.0, cap=4.0))
    assert clock.slept == [1.0, 1.0, 0.0, 4.0, 1.0]
    assert [item.waited for item in answer.provenance.attempts] == [0.0, 1.0, 1.0, 0.0, 4.0, 1.0]


@given(
    repetition=st.integers(1, 10_000),
    base=st.floats(0, 10),
    cap=st.floats(0, 100),
    drawn=st.floats(0, 1, exclude_max=True),
    after=st.none() | st.floats(0, 1000),
)
def test_a_wait_is_within_its_bounds(
    repetition: int, base: float, cap: float, drawn: float, after: float | None
) -> None:
    """A wait is not longer than the cap, unless the service asks for more, and never shorter than it asks."""
    retry = Retry(1, base, cap, max_wait=500.0)
    wait = backoff_seconds(repetition, retry, RateLimitError(429, retry_after=after), drawn)
    if wait is None:
        assert after is not None
        assert after > 500
    else:
        assert (after or 0.0) <= wait <= max(cap, after or 0.0)


@WAYS
def test_retry_after_is_honoured(g4f_lite_registry: Registry, clock: Any, way: Callable[..., str]) -> None:
    """The call waits as long as `retry_after` says, if that is longer than the backoff."""
    provider = ScriptedProvider([RateLimitError(429, retry_after=7.5)], ["ok"])
    g4f_lite_registry.register(provider, name="scripted")
    assert way(retries=1) == "ok"
    assert clock.slept == [7.5]


@WAYS
def test_a_wait_that_is_too_long_is_not_waited(
    g4f_lite_registry: Registry, clock: Any, way: Callable[..., str]
) -> None:
    """If the wait is longer than `max_wait` or the deadline, the next provider is called, or the error is raised."""
    first = ScriptedProvider([RateLimitError(429, retry_after=61.0)])
    g4f_lite_registry.register(first, name="scripted")
    g4f_lite_registry.register(ScriptedProvider(["ok"]), name="second")
    with pytest.raises(RateLimitError):
        way(retries=2)
    with pytest.raises(RateLimitError):
        way(retries=Retry(2, max_wait=100.0), deadline=61.0)
    assert way(provider=["scripted", "second"], retries=2) == "ok"
    assert clock.slept == []
    assert len(first.calls) == 2  # the circuit was open at the third call


@WAYS
def test_retries_come_before_the_next_provider(
    g4f_lite_registry: Registry, clock: Any, way: Callable[..., str]
) -> None:
    """Each step of a route is retried before the next one is called, without any further request."""
    one = ScriptedProvider([ServiceUnavailableError(503)])
    two = ScriptedProvider([ConnectionResetError()])
    g4f_lite_registry.register(one, name="one")
    g4f_lite_registry.register(two, name="two")
    with pytest.raises(AllProvidersFailedError) as caught:
        way(provider=["one", "two"], retries=1)
    assert (len(one.calls), len(two.calls)) == (2, 2)
    assert [item.provider for item in caught.value.attempts] == ["(program):one"] * 2 + ["(program):two"] * 2


@BOTH
def test_nothing_is_retried_after_the_first_text(
    g4f_lite_registry: Registry, clock: Any, *, native: bool
) -> None:
    """Once a stream's caller has got text, a failure is an error with that text."""
    provider = ScriptedProvider(["Hel", ServiceUnavailableError(503)], native_async=native)
    g4f_lite_registry.register(provider, name="scripted")

    async def read() -> None:
        async for _ in ChatCompletion.acreate(provider="scripted", messages=HELLO, stream=True, retries=5):
            pass

    for number, way in enumerate((lambda: list(ask(stream=True, retries=5)), lambda: asyncio.run(read())), 1):
        with pytest.raises(ServiceUnavailableError) as caught:
            way()
        assert caught.value.partial_text == "Hel"
        assert len(provider.calls) == number


@WAYS
def test_a_whole_answer_may_be_retried(
    g4f_lite_registry: Registry, clock: Any, way: Callable[..., str]
) -> None:
    """Without a stream the caller has got nothing: a connection that breaks midway may be retried."""
    provider = ScriptedProvider(["WRONG", ConnectionResetError()], ["right"])
    g4f_lite_registry.register(provider, name="scripted")
    assert way(retries=1) == "right"


def test_a_retry_may_continue_the_text(g4f_lite_registry: Registry, clock: Any) -> None:
    """With `continue_from_partial`, a retry continues the text of the attempt before."""
    provider = ScriptedProvider(["1 ", ConnectionResetError()], ["2"])
    g4f_lite_registry.register(provider, name="scripted")
    stream = ask(stream=True, retries=1, continue_from_partial=True)
    assert list(stream) == ["1 ", "2"]
    assert provider.calls[1].messages[1] == {"role": "assistant", "content": "1 "}


def test_a_stream_that_fails_at_once_raises_at_the_call(g4f_lite_registry: Registry, clock: Any) -> None:
    """An error that the provider raises when it is called, before it is read, is raised by the call."""

    def refusing(model: str, messages: list, stream: bool, **kwargs: Any) -> Any:
        raise g4f_lite.InvalidArgumentError("temperature", "`temperature` has to be above zero.")

    provider = ScriptedProvider()
    provider._create_completion = refusing
    g4f_lite_registry.register(provider, name="scripted")
    with pytest.raises(g4f_lite.InvalidArgumentError):
        ask(stream=True, retries=2)


@WAYS
def test_attempts_with_one_error_object_have_their_own_errors(
    g4f_lite_registry: Registry, clock: Any, way: Callable[..., str]
) -> None:
    """A provider that raises one object each time gives attempts that each have their own error."""
    error = ServiceUnavailableError(503)
    g4f_lite_registry.register(ScriptedProvider(["a", error], ["b", error]), name="scripted")
    with pytest.raises(AllProvidersFailedError) as caught:
        way(provider=["scripted", "scripted"])
    assert [item.partial_text for item in caught.value.errors] == ["a", "b"]
    assert caught.value.partial_text == "b"


# --- waiting is interrupted at once: on the real clock, by gates -------------------------------


class _ObservedClock(_clock.Clock):
    """The system's clock, which sets an event when something waits."""

    def __init__(self) -> None:
        self.waits = threading.Event()

    def random(self) -> float:
        return 0.999

    def sleep(self, seconds: float | None, wake: threading.Event) -> None:
        self.waits.set()
        super().sleep(seconds, wake)

    async def sleep_async(self, seconds: float | None, wake: asyncio.Event) -> None:
        self.waits.set()
        await super().sleep_async(seconds, wake)


LONG = Retry(3, base=1000.0, cap=1000.0)


def test_closing_ends_a_wait(g4f_lite_registry: Registry) -> None:
    """`close()` from another thread wakes a reader that waits before a retry, and the reader ends."""
    g4f_lite_registry.register(ScriptedProvider([ServiceUnavailableError(503)]), name="scripted")
    telling = _ObservedClock()
    with _clock.override_clock(telling):
        stream = ask(stream=True, retries=LONG)
        got: list[str] = []
        reader = threading.Thread(target=lambda: got.extend(stream))
        reader.start()
        assert telling.waits.wait(10)
        stream.close()
        reader.join(10)
    assert not reader.is_alive()
    assert stream.completion.finish_reason == "cancelled"
    assert [item.outcome for item in stream.provenance.attempts] == ["error"]


@BOTH
@pytest.mark.parametrize("how", ["cancel", "aclose"])
def test_cancelling_ends_a_wait_on_the_loop(g4f_lite_registry: Registry, how: str, *, native: bool) -> None:
    """A task that waits before a retry ends at once when it or its stream is cancelled."""
    g4f_lite_registry.register(
        ScriptedProvider([ServiceUnavailableError(503)], native_async=native), name="scripted"
    )
    telling = _ObservedClock()

    async def main() -> g4f_lite.AsyncCompletionStream:
        stream = ChatCompletion.acreate(provider="scripted", messages=HELLO, stream=True, retries=LONG)

        async def read() -> list[str]:
            return [text async for text in stream]

        task = asyncio.create_task(read())
        assert await asyncio.to_thread(telling.waits.wait, 10)
        if how == "cancel":
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asyncio.wait_for(task, 10)
        else:
            await stream.aclose()
            assert await asyncio.wait_for(task, 10) == []
        return stream

    with _clock.override_clock(telling):
        stream = asyncio.run(main())
    assert stream.completion.finish_reason == "cancelled"


@WAYS
def test_auth_errors_and_empty_answers_are_not_retried(
    g4f_lite_registry: Registry, clock: Any, way: Callable[..., str]
) -> None:
    """A wrong key stays wrong, and an empty answer is the service's answer: neither is retried."""
    for script, error in (([AuthenticationError(401)], AuthenticationError), ([], EmptyAnswerError)):
        provider = ScriptedProvider(script)
        g4f_lite_registry.register(provider, name="scripted")
        with pytest.raises(error):
            way(retries=3)
        assert len(provider.calls) == 1
        g4f_lite_registry.unregister("scripted")


def test_a_provider_found_by_its_model_may_be_retried(
    g4f_lite_registry: Registry, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Retries need no route: the one provider that is found is retried, and no other is called."""
    monkeypatch.setenv("G4F_LITE_PROVIDER", "scripted")
    scripted = ScriptedProvider([ServiceUnavailableError(503)], ["ok"], ["ok"])
    g4f_lite_registry.register(scripted, name="scripted")
    g4f_lite_registry.register(ScriptedProvider(["other"]), name="other")
    for arguments in ({"provider": None, "model": "scripted-1"}, {"provider": None}):
        assert ask(retries=1, **arguments) == "ok"
    assert len(scripted.calls) == 3


@pytest.mark.parametrize("wait", [float("nan"), float("inf"), 1e300, -5.0])
def test_a_strange_retry_after_is_harmless(g4f_lite_registry: Registry, clock: Any, wait: float) -> None:
    """With any `retry_after`, the call ends with an answer or with the service's error."""
    g4f_lite_registry.register(
        ScriptedProvider([RateLimitError(429, retry_after=wait)], ["ok"]), name="scripted"
    )
    if wait < 0:
        assert ask(retries=1) == "ok"
    else:
        with pytest.raises(RateLimitError):
            ask(retries=1)


@WAYS
def test_a_provider_cannot_change_its_own_retry(
    g4f_lite_registry: Registry, clock: Any, way: Callable[..., str]
) -> None:
    """Changes that a provider makes to its messages and options do not reach the next attempt."""
    seen: list[Any] = []

    class Vandal(ScriptedProvider):
        def _create_completion(self, model: str, messages: list, stream: bool, **kwargs: Any):
            seen.append(([dict(message) for message in messages], list(kwargs["stop"])))
            messages[0]["content"] = "SPOILT"
            messages.append("SPOILT")
            kwargs["stop"].append("SPOILT")
            if len(seen) < 4:
                raise ProviderStatusError.of(503)
            yield "ok"

    g4f_lite_registry.register(Vandal(), name="scripted")
    stop = ["a"]
    assert way(retries=3, stop=stop) == "ok"
    assert seen == [(HELLO, ["a"])] * 4
    assert stop == ["a"]


def test_a_retried_continuation_has_the_text_once(g4f_lite_registry: Registry, clock: Any) -> None:
    """If a continuation breaks off too, the next attempt gets the text so far, once."""
    second = ScriptedProvider(["2 ", ProviderConnectionError("gone")], ["3"])
    g4f_lite_registry.register(ScriptedProvider(["1 ", ProviderConnectionError("gone")]), name="first")
    g4f_lite_registry.register(second, name="second")
    answer = ask(provider=["first", "second"], retries=Retry(1), stream=True, continue_from_partial=True)
    text = "".join(answer)
    assert [len(call.messages) for call in second.calls] == [3] * len(second.calls)
    assert second.calls[-1].messages[1] == {
        "role": "assistant",
        "content": text.removesuffix("3"),
    }
