"""Whatever fails when: one whole answer, a story that is true, and no request too many."""

import asyncio
from typing import Any, NamedTuple

import pytest
from held_clock import FakeClock, forget_everything
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from g4f_lite import ChatCompletion
from g4f_lite._utils import clock as _clock
from g4f_lite.errors import (
    AllProvidersFailedError,
    G4FLiteError,
    InvalidRequestError,
    ProviderConnectionError,
    ProviderResponseError,
    ProviderTimeoutError,
    RateLimitError,
    ServiceUnavailableError,
)
from g4f_lite.events import Reasoning
from g4f_lite.testing import ScriptedProvider, isolated_registry

HELLO = [{"role": "user", "content": "Hello"}]

FAILURES = {
    "503": (lambda: ServiceUnavailableError(503), True),
    "429": (lambda: RateLimitError(429, retry_after=1.0), True),
    "reset": (lambda: ProviderConnectionError("gone"), True),
    "slow": (lambda: ProviderTimeoutError("slow", phase="read", seconds=1), False),
    "400": (lambda: InvalidRequestError(400), False),
    "odd": (lambda: ProviderResponseError("odd"), False),
    "crash": (lambda: ValueError("crash"), False),
}


class Try(NamedTuple):
    """One attempt of one provider: how many pieces it gives, whether it thinks first, how it ends."""

    pieces: int
    thinks: bool
    end: str  # a failure, or "" for a whole answer


TRIES = st.builds(Try, st.integers(0, 2), st.booleans(), st.sampled_from(["", *FAILURES]))
PLANS = st.lists(st.lists(TRIES, min_size=1, max_size=4), min_size=1, max_size=3)


def expected(
    plan: list[list[Try]], retries: int, *, streams: bool, carries_on: bool
) -> tuple[list[Any], str, bool]:
    """Return who is asked and how it ends, the text handed out, and whether it is whole; in plain words."""
    asked: list[Any] = []
    text = ""
    for name, tries in zip("abc", plan, strict=False):
        for number in range(retries + 1):
            one = tries[min(number, len(tries) - 1)]
            told = "".join(f"{name}{number}{piece} " for piece in range(one.pieces))
            fails = one.end or (not one.pieces and not one.thinks)
            asked.append((name, "error" if fails else "ok", bool(text)))
            if not fails:
                return asked, text + told, True
            if streams:
                text += told
                if text and not carries_on:
                    return asked, text, False
            if not one.end or not FAILURES[one.end][1]:
                break
    return asked, text, False


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    plan=PLANS,
    retries=st.integers(0, 2),
    way=st.sampled_from(["create", "acreate", "stream", "astream"]),
    native=st.booleans(),
    carries_on=st.booleans(),
)
def test_any_schedule_of_failures(
    plan: list[list[Try]], retries: int, way: str, *, native: bool, carries_on: bool
) -> None:
    """The text is one provider's, or the declared continuation; attempts and requests are as the plan has it."""
    forget_everything()
    with _clock.override_clock(FakeClock()), isolated_registry() as registry:
        providers = {}
        for name, tries in zip("abc", plan, strict=False):
            scripts = [_script(name, number, tries) for number in range(retries + 1)]
            providers[name] = ScriptedProvider(*scripts, native_async=native)
            registry.register(providers[name], name=name)
        streams = "stream" in way
        asked, text, whole = expected(plan, retries, streams=streams, carries_on=carries_on)
        got, provenance, error = _run(way, list(providers), retries, carries_on)
        assert got == (text if whole or streams else "")
        assert (error is None) is whole
        story = [(item.provider[-1], item.outcome, item.continued) for item in provenance.attempts]
        assert [entry for entry in story if entry[1] != "skipped"] == asked
        requests = [(name, len(provider.calls)) for name, provider in providers.items()]
        assert requests == [(name, sum(entry[0] == name for entry in asked)) for name in providers]
        ends = [call.wait_ended() for provider in providers.values() for call in provider.calls]
        assert "not yet" not in ends
        if error is not None and streams:
            assert error.partial_text == text
        if error is not None and len(plan) > 1 and not text:
            assert isinstance(error, AllProvidersFailedError)


def _script(name: str, number: int, tries: list[Try]) -> list[Any]:
    one = tries[min(number, len(tries) - 1)]
    thoughts = [Reasoning("hm")] if one.thinks else []
    pieces = [f"{name}{number}{piece} " for piece in range(one.pieces)]
    return [*thoughts, *pieces, *([FAILURES[one.end][0]()] if one.end else [])]


def _run(way: str, route: list[str], retries: int, carries_on: bool) -> tuple[str, Any, Any]:
    """Return what was handed out, the provenance, and the error."""
    arguments: dict[str, Any] = {
        "provider": route,
        "messages": HELLO,
        "retries": retries,
        "continue_from_partial": carries_on,
    }
    got: list[str] = []
    try:
        if way == "create":
            answer = ChatCompletion.create(**arguments)
        elif way == "acreate":
            answer = asyncio.run(ChatCompletion.acreate(**arguments))
        elif way == "stream":
            with ChatCompletion.create(stream=True, **arguments) as answer:
                got.extend(answer)
        else:
            answer = asyncio.run(_astream(arguments, got))
    except G4FLiteError as error:
        return "".join(got), error.provenance, error
    if not got and "stream" not in way:
        got.append(str(answer))
    assert answer.completion.text == "".join(got)
    return "".join(got), answer.provenance, None


async def _astream(arguments: dict[str, Any], got: list[str]) -> Any:
    stream = ChatCompletion.acreate(stream=True, **arguments)
    async for text in stream:
        got.append(text)  # noqa: PERF401 - what came before a failure counts
    return stream


@pytest.mark.parametrize("native", [False, True])
def test_each_source_is_closed_once(g4f_lite_registry: Any, clock: Any, *, native: bool) -> None:
    """Of every attempt the source is closed exactly once, and before the next one is asked."""
    log: list[str] = []

    class Counting(ScriptedProvider):
        def _create_completion(self, model: str, messages: list, stream: bool, **kwargs: Any):
            number = sum(entry.startswith("open") for entry in log)
            log.append(f"open {number}")
            try:
                yield "x"
                raise ServiceUnavailableError(503)
            finally:
                log.append(f"close {number}")

        if native:

            async def _acreate_completion(self, model: str, messages: list, stream: bool, **kwargs: Any):
                for item in Counting._create_completion(self, model, messages, stream):
                    yield item

    g4f_lite_registry.register(Counting(), name="a")
    g4f_lite_registry.register(Counting(), name="b")
    with pytest.raises(AllProvidersFailedError):
        asyncio.run(ChatCompletion.acreate(provider=["a", "b"], messages=HELLO, retries=1))
    assert log == [f"{what} {number}" for number in range(4) for what in ("open", "close")]
