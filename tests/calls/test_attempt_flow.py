"""The decisions between attempts, without threads, event loops or waits: the test carries out each instruction."""

import asyncio
from collections.abc import Generator
from typing import Any

import pytest

from g4f_lite import Registry
from g4f_lite._core.calls.attempt_planner import WaitFor
from g4f_lite._core.calls.call import Call
from g4f_lite._core.calls.operation import CHAT
from g4f_lite._core.calls.preparation import CallSettings, prepare_call
from g4f_lite._core.streams.attempt_flow import CLOSE, close_source, drive, drive_async, settle
from g4f_lite._core.streams.attempt_runner import PLAN, open_next
from g4f_lite.errors import (
    AllProvidersFailedError,
    DeadlineError,
    EmptyAnswerError,
    ServiceUnavailableError,
)
from g4f_lite.testing import ScriptedProvider

HELLO = [{"role": "user", "content": "Hello"}]


def prepare(registry: Registry, *names: str, **settings: Any) -> Call:
    """Return a call to the scripted providers called `names`."""
    for name in names:
        registry.register(ScriptedProvider([f"by {name}"]), name=name)
    provider = names[0] if len(names) == 1 else list(names)
    return prepare_call(CHAT, HELLO, CallSettings(None, provider, stream=True, **settings), {})


def unavailable() -> ServiceUnavailableError:
    """Return a failure that a retry may repair."""
    return ServiceUnavailableError(503)


def result_of(steps: Generator[Any, Any, Any], sent: Any = None) -> Any:
    """Send `sent` to `steps`, which must end with that, and return its result."""
    with pytest.raises(StopIteration) as end:
        steps.send(sent)
    return end.value.value


# --- the end of an attempt ----------------------------------------------------------------------------


def test_complete_answer_ends_the_call_and_closes_nothing(g4f_lite_registry: Registry) -> None:
    """After a complete answer, `settle` yields no instruction and returns what was held back."""
    call = prepare(g4f_lite_registry, "one")
    call.accumulator.parts.append("text")
    assert result_of(settle(call, None)) == []
    assert call.completion.text == "text"


def test_failure_closes_the_source_before_it_is_handled(g4f_lite_registry: Registry) -> None:
    """The source of a failed attempt is closed before the failure ends the call."""
    call = prepare(g4f_lite_registry, "one")
    steps = settle(call, unavailable())
    assert next(steps) == CLOSE
    assert not call.has_failed
    with pytest.raises(ServiceUnavailableError):
        steps.send(None)
    assert call.has_failed


def test_answer_is_validated_before_the_call_is_complete(g4f_lite_registry: Registry) -> None:
    """An attempt that ended well, but with an empty answer, is a failure."""
    steps = settle(prepare(g4f_lite_registry, "one"), None)
    assert next(steps) == CLOSE
    with pytest.raises(EmptyAnswerError):
        steps.send(None)


def test_none_means_that_another_attempt_follows(g4f_lite_registry: Registry) -> None:
    """`settle` returns None after a failure that a retry may repair."""
    call = prepare(g4f_lite_registry, "one", retries=1)
    steps = settle(call, unavailable())
    assert next(steps) == CLOSE
    assert result_of(steps) is None
    assert not call.has_failed


@pytest.mark.parametrize("failed", [False, True])
def test_cancelled_comes_before_failed_and_complete(g4f_lite_registry: Registry, *, failed: bool) -> None:
    """A cancelled call is cancelled, whatever its source did when the cancel woke it."""
    call = prepare(g4f_lite_registry, "one", retries=1)
    call.accumulator.parts.append("text")
    call.scope.cancel()
    steps = settle(call, unavailable() if failed else None)
    assert next(steps) == CLOSE
    assert result_of(steps, ValueError("no")) == []
    attempt = call.completion.provenance.attempts[-1]
    assert (call.completion.text, attempt.outcome, attempt.error) == (
        "text",
        "cancelled",
        "while closing: ValueError: no",
    )


def test_deadline_comes_before_cancelled(g4f_lite_registry: Registry) -> None:
    """A call that its deadline has cancelled raises that error, after its source is closed."""
    call = prepare(g4f_lite_registry, "one", deadline=5)
    call.scope.expire()
    steps = settle(call, unavailable())
    assert next(steps) == CLOSE
    with pytest.raises(DeadlineError):
        steps.send(None)


def test_a_cancel_by_the_caller_comes_before_a_later_deadline(g4f_lite_registry: Registry) -> None:
    """A call that its caller has cancelled stays cancelled when its deadline passes."""
    call = prepare(g4f_lite_registry, "one", deadline=5)
    call.scope.cancel()
    call.scope.expire()
    steps = settle(call, None)
    assert next(steps) == CLOSE
    assert result_of(steps) == []


# --- the next attempt ---------------------------------------------------------------------------------


def test_plan_then_open(g4f_lite_registry: Registry) -> None:
    """The candidate that the planner names is opened, and its source is the result."""
    call = prepare(g4f_lite_registry, "one", "two")
    steps = open_next(call, Call.open)
    assert next(steps) == PLAN
    assert call.planner is not None
    source = result_of(steps, call.planner.next_action())
    assert list(source) == ["by one"]
    assert call.provenance.provider == "one"


def test_a_wait_is_carried_out_and_then_planned_anew(g4f_lite_registry: Registry) -> None:
    """The planner's wait is passed on, and the planner is asked again after it."""
    steps = open_next(prepare(g4f_lite_registry, "one", "two"), Call.open)
    wait = WaitFor(1.0)
    assert next(steps) == PLAN
    assert steps.send(wait) is wait
    assert steps.send(None) == PLAN


@pytest.mark.parametrize("action", [None, WaitFor(1.0), "candidate"])
def test_cancelled_comes_before_any_action(g4f_lite_registry: Registry, action: Any) -> None:
    """A call that was cancelled while it planned opens nothing, waits for nothing and raises nothing."""
    call = prepare(g4f_lite_registry, "one", "two")
    steps = open_next(call, lambda _: pytest.fail("opened"))
    assert next(steps) == PLAN
    assert call.planner is not None
    action = call.planner.next_action() if action == "candidate" else action
    call.scope.cancel()
    assert result_of(steps, action) is None


def test_no_candidate_left_is_an_error(g4f_lite_registry: Registry) -> None:
    """Without a candidate, the error of the whole call is raised."""
    steps = open_next(prepare(g4f_lite_registry, "one", "two"), Call.open)
    assert next(steps) == PLAN
    with pytest.raises(AllProvidersFailedError):
        steps.send(None)


def test_failure_to_open_leads_to_the_next_candidate(g4f_lite_registry: Registry) -> None:
    """A provider that fails when it is called is recorded, and the planner is asked again."""
    call = prepare(g4f_lite_registry, "one", "two")

    def fail(_: Call) -> Any:
        raise unavailable()

    steps = open_next(call, fail)
    assert next(steps) == PLAN
    assert call.planner is not None
    assert steps.send(call.planner.next_action()) == PLAN
    assert [(item.provider, item.outcome) for item in call.provenance.attempts] == [
        ("(program):one", "error")
    ]


def test_cancelled_comes_before_a_failure_to_open(g4f_lite_registry: Registry) -> None:
    """A provider that fails because the call is cancelled meanwhile has not failed."""
    call = prepare(g4f_lite_registry, "one", "two")

    def fail(call: Call) -> Any:
        call.scope.cancel()
        raise unavailable()

    steps = open_next(call, fail)
    assert next(steps) == PLAN
    assert call.planner is not None
    assert result_of(steps, call.planner.next_action()) is None
    assert not call.has_failed


def test_an_interrupt_is_not_a_failure(g4f_lite_registry: Registry) -> None:
    """Ctrl-C while a provider is called ends the call, and is not followed by another attempt."""
    call = prepare(g4f_lite_registry, "one", "two")

    def interrupt(_: Call) -> Any:
        raise KeyboardInterrupt

    steps = open_next(call, interrupt)
    assert next(steps) == PLAN
    assert call.planner is not None
    with pytest.raises(KeyboardInterrupt):
        steps.send(call.planner.next_action())


# --- the drivers --------------------------------------------------------------------------------------


def _steps() -> Generator[Any, Any, list[Any]]:
    return [(yield "first"), (yield "second")]


def test_both_drivers_send_each_result_back() -> None:
    """A driver carries out the instructions in order, sends each result back, and returns the last value."""

    async def shout(instruction: str) -> str:
        return instruction.upper()

    assert drive(_steps(), str.upper) == ["FIRST", "SECOND"]
    assert asyncio.run(drive_async(_steps(), shout)) == ["FIRST", "SECOND"]


def test_closing_returns_what_it_raised() -> None:
    """`close_source` returns the exception of a clean-up; a source that cannot be closed is left alone."""

    def failing() -> Generator[str, None, None]:
        try:
            yield "a"
        finally:
            raise ValueError("no")

    source = failing()
    next(source)
    assert isinstance(close_source(source), ValueError)
    assert close_source(iter([])) is None
    assert close_source(None) is None
