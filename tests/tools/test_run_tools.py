"""`run_tools` and `arun_tools`: ask, call, tell, until there is an answer."""

import asyncio
import contextlib
import contextvars
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4f_lite import Finish, InvalidArgumentError, Usage
from g4f_lite.errors import ToolError, ToolRoundsError
from g4f_lite.events import ToolCallDelta
from g4f_lite.testing import ScriptedProvider, isolated_registry
from g4f_lite.tools._api import ToolRun, arun_tools, run_tools, tool

QUESTION = [{"role": "user", "content": "What is 2 + 3?"}]


@dataclass
class Sum:
    total: int


def add(a: int, b: int = 3) -> Sum:
    """Add two numbers."""
    return Sum(a + b)


async def add_later(a: int, b: int = 3) -> Sum:
    """Add two numbers."""
    await asyncio.sleep(0)
    return Sum(a + b)


def fail(message: str) -> None:
    """Fail."""
    raise LookupError(message)


def asks(*calls: tuple[str, str], usage: Usage | None = None) -> list[Any]:
    """A script in which the model asks for these tools, name and arguments."""
    script: list[Any] = [
        ToolCallDelta(place, f"id-{place}", name, arguments) for place, (name, arguments) in enumerate(calls)
    ]
    return [*script, *([usage] if usage else []), Finish("tool_calls")]


Runner = Callable[..., ToolRun]


def _run_async(**arguments: Any) -> ToolRun:
    return asyncio.run(arun_tools(**arguments))


@pytest.fixture(params=[run_tools, _run_async], ids=["sync", "async"])
def run(request: pytest.FixtureRequest) -> Runner:
    """Both ways to run tools."""
    return request.param


@contextlib.contextmanager
def scripted(*scripts: Any) -> Iterator[ScriptedProvider]:
    """A provider that answers so."""
    provider = ScriptedProvider(*scripts)
    with isolated_registry() as registry:
        registry.register(provider, name="scripted")
        yield provider


def ask(run: Runner, tools: list[Any], **options: Any) -> ToolRun:
    """Run these tools for the question."""
    return run(messages=QUESTION, tools=tools, provider="scripted", **options)


def told(result: ToolRun) -> list[str]:
    """What the model was told of its calls."""
    return [message["content"] for message in result.messages if message["role"] == "tool"]


# --- the loop --------------------------------------------------------------------------------------------


def test_calls_are_made_and_answered(run: Runner) -> None:
    """The function is called with what the model wrote, the model is told, and its answer is the result."""
    with scripted(asks(("add", '{"a": 2}'), usage=Usage(10, 5)), ["5", Usage(20, 1, 4)]) as provider:
        result = ask(run, [add], temperature=0)
    assert result.text == "5"
    assert result.completion.text == "5"
    assert result.provenance.provider == "scripted"
    assert result.parsed is None
    assert result.rounds == 2
    assert result.usage == Usage(30, 6, 4)
    (call,) = result.calls
    assert (call.name, call.arguments, call.result, call.error) == ("add", {"a": 2}, Sum(5), None)
    assert call.seconds >= 0
    assert result.messages == [
        *QUESTION,
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "id-0", "type": "function", "function": {"name": "add", "arguments": '{"a": 2}'}}
            ],
        },
        {"role": "tool", "tool_call_id": "id-0", "content": '{"total": 5}'},
        {"role": "assistant", "content": "5"},
    ]
    first, second = provider.calls
    assert first.options["temperature"] == 0
    assert first.options["tools"] == second.options["tools"]
    assert first.options["tools"][0]["function"]["name"] == "add"
    assert second.messages == result.messages[:-1]


def test_the_callers_messages_stay_as_they_are(run: Runner) -> None:
    """The conversation that goes on is another list."""
    messages = [dict(QUESTION[0])]
    with scripted(asks(("add", '{"a": 2}')), ["5"]):
        result = run(messages=messages, tools=[add], provider="scripted")
    assert messages == QUESTION
    assert len(result.messages) == 4


def test_without_a_call_there_is_one_round(run: Runner) -> None:
    """A model that answers at once is asked once."""
    with scripted(["5"]) as provider:
        result = ask(run, [add])
    assert (result.text, result.rounds, result.calls, result.usage) == ("5", 1, (), None)
    assert len(provider.calls) == 1


CALLS = st.lists(st.tuples(st.integers(-99, 99), st.integers(-99, 99)), min_size=1, max_size=3)


@given(CALLS, st.data())
def test_calls_may_come_in_any_pieces(numbers: list[tuple[int, int]], data: st.DataObject) -> None:
    """However the arguments of the calls are cut and mixed, the functions are called with the whole."""
    pieces: list[list[ToolCallDelta]] = []
    for place, (a, b) in enumerate(numbers):
        text = json.dumps({"a": a, "b": b})
        cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
        parts = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
        first = ToolCallDelta(place, f"id-{place}", "add", parts[0])
        pieces.append([first, *(ToolCallDelta(place, arguments=part) for part in parts[1:])])
    script: list[Any] = []
    while any(pieces):
        script.append(data.draw(st.sampled_from([queue for queue in pieces if queue])).pop(0))
    with scripted([*script, Finish("tool_calls")], ["done"]):
        result = ask(run_tools, [add])
    assert [call.result for call in result.calls] == [Sum(a + b) for a, b in numbers]
    assert [call.call.id for call in result.calls] == [f"id-{place}" for place in range(len(numbers))]


def test_a_call_without_an_identifier_gets_one(run: Runner) -> None:
    """Some services give none; the result still belongs to its call."""
    script = [ToolCallDelta(0, None, "add", '{"a": 1}'), ToolCallDelta(1, None, "add", '{"a": 2}')]
    with scripted([*script, Finish("tool_calls")], ["done"]):
        result = ask(run, [add])
    asked = [call["id"] for call in result.messages[1]["tool_calls"]]
    assert asked == [message["tool_call_id"] for message in result.messages[2:4]] == ["call_1_0", "call_1_1"]


# --- what goes wrong -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (("fail", '{"message": "no such thing"}'), "LookupError: no such thing"),
        (
            ("add", '{"a": "2", "c": 1}'),
            "The arguments are wrong: a: expected an integer, not a string; c: is not a known key",
        ),
        (
            ("add", '{"a": 2'),
            "The arguments are wrong: it is not JSON: Expecting ',' delimiter at line 1, column 8",
        ),
        (("subtract", "{}"), "There is no tool 'subtract'. The tools: add, fail."),
    ],
)
def test_a_failed_call_is_the_models_to_correct(run: Runner, call: tuple[str, str], error: str) -> None:
    """What a function raises, wrong arguments and unknown names go to the model, and the next round runs."""
    with scripted(asks(call), asks(("add", '{"a": 2}')), ["5"]):
        result = ask(run, [add, fail])
    assert result.text == "5"
    assert [item.error for item in result.calls] == [error, None]
    assert json.loads(told(result)[0]) == {"error": error}
    assert result.calls[0].result is None


def test_an_error_has_no_traceback_and_no_key(run: Runner) -> None:
    """The model is told the type and the message on one line; what looks like a key is left out."""

    def leak() -> None:
        raise RuntimeError("line\nkey=sk-abcdefghijklmnop1234567890")

    with scripted(asks(("leak", "{}")), ["sorry"]):
        (text,) = told(ask(run, [leak]))
    assert "Traceback" not in text
    assert "sk-abc" not in text
    assert json.loads(text)["error"].startswith("RuntimeError: line key=")


def test_stop_iteration_is_an_error_as_any_other(run: Runner) -> None:
    """No future can hold a `StopIteration`; the call ends all the same."""

    def stop() -> None:
        raise StopIteration("over")

    with scripted(asks(("stop", "{}")), ["done"]):
        assert ask(run, [stop]).calls[0].error == "StopIteration: over"


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_is_no_result(run: Runner, interrupt: type[BaseException]) -> None:
    """What is meant for the program reaches the program."""

    def leave() -> None:
        raise interrupt

    with scripted(asks(("leave", "{}"))), pytest.raises(interrupt):
        ask(run, [leave])


def test_a_result_that_cannot_be_written_is_an_error(run: Runner) -> None:
    """An object that cannot even say what it is does not end the run."""

    class Hostile:
        def __str__(self) -> str:
            raise RuntimeError("no")

    def give() -> Any:
        return Hostile()

    with scripted(asks(("give", "{}")), ["done"]):
        (call,) = ask(run, [give]).calls
    assert call.error == "The result cannot be written as JSON: RuntimeError: no"


@pytest.mark.parametrize(
    ("result", "text"), [("plain", "plain"), (None, "null"), ([1], "[1]"), ("\udcff", "?")]
)
def test_text_is_told_as_it_is(run: Runner, result: Any, text: str) -> None:
    """A string is not quoted; anything else is JSON."""

    def give() -> Any:
        return result

    with scripted(asks(("give", "{}")), ["done"]):
        assert told(ask(run, [give])) == [text]


def test_rounds_are_bounded(run: Runner) -> None:
    """A model that never stops asking is stopped, and the error has the conversation with every result."""
    with scripted(asks(("add", '{"a": 2}'))) as provider, pytest.raises(ToolRoundsError) as caught:
        ask(run, [add], max_rounds=3)
    assert len(provider.calls) == 3
    assert caught.value.rounds == 3
    assert [message["role"] for message in caught.value.messages] == ["user", *["assistant", "tool"] * 2]


@pytest.mark.parametrize(
    ("options", "argument"),
    [({"max_rounds": 0}, "max_rounds"), ({"max_rounds": True}, "max_rounds"), ({"parallel": 0}, "parallel")],
)
def test_wrong_arguments_ask_nobody(run: Runner, options: dict[str, Any], argument: str) -> None:
    """What cannot be done is said before anything is sent."""
    with scripted(["5"]) as provider, pytest.raises(InvalidArgumentError) as caught:
        ask(run, [add], **options)
    assert caught.value.argument == argument
    assert provider.calls == []


def test_a_tool_needs_a_function(run: Runner) -> None:
    """A dictionary of a function cannot be called; one that the service runs itself is passed on."""
    given = {"type": "function", "function": {"name": "given"}}
    with scripted(["5"]) as provider:
        with pytest.raises(InvalidArgumentError, match=r"no function for given.*tool\(function, parameters="):
            ask(run, [add, given])
        assert provider.calls == []
        ask(run, [{"type": "web_search"}])
        assert provider.calls[0].options["tools"] == [{"type": "web_search"}]


# --- being asked before a call ---------------------------------------------------------------------------


def test_each_call_can_be_refused(run: Runner) -> None:
    """`on_call` sees the checked arguments of every call that can be made, and False keeps it from being made."""
    seen = []

    def on_call(name: str, arguments: dict[str, Any]) -> bool:
        seen.append((name, arguments))
        return arguments["a"] == 1

    calls = asks(("add", '{"a": 1}'), ("add", '{"a": 2}'), ("unknown", "{}"))
    with scripted(calls, ["done"]):
        result = ask(run, [add], on_call=on_call)
    assert seen == [("add", {"a": 1}), ("add", {"a": 2})]
    assert [call.result for call in result.calls] == [Sum(4), None, None]
    assert result.calls[1].error == "The user refused this call."


def test_what_on_call_raises_ends_the_run(run: Runner) -> None:
    """It is the program's own code, so its error is the program's."""

    def on_call(name: str, arguments: dict[str, Any]) -> None:
        raise PermissionError(name)

    with scripted(asks(("add", '{"a": 1}'))), pytest.raises(PermissionError, match="add"):
        ask(run, [add], on_call=on_call)


# --- asynchronous and parallel ---------------------------------------------------------------------------


def test_asynchronous_functions_need_an_asynchronous_run() -> None:
    """`run_tools` refuses them at once; `arun_tools` awaits them, and what a plain function returns to be awaited."""

    @tool(name="plain")
    def plain(a: int) -> Any:
        return add_later(a)

    with scripted(["5"]) as provider:
        with pytest.raises(InvalidArgumentError, match=r"asynchronous: add_later\. Use `arun_tools`"):
            ask(run_tools, [add_later])
        assert provider.calls == []
    calls = asks(("add_later", '{"a": 1}'), ("plain", '{"a": 2}'))
    with scripted(calls, ["done"]):
        assert [call.result for call in ask(_run_async, [add_later, plain]).calls] == [Sum(4), Sum(5)]
    with scripted(calls), pytest.raises(ToolError, match="'plain' returned something that has to be awaited"):
        ask(run_tools, [tool(add, name="add_later"), plain])


def test_on_call_may_be_asynchronous() -> None:
    """`arun_tools` awaits what it returns."""

    async def on_call(name: str, arguments: dict[str, Any]) -> bool:
        return False

    with scripted(asks(("add", '{"a": 1}')), ["done"]):
        assert ask(_run_async, [add], on_call=on_call).calls[0].error == "The user refused this call."


def test_an_asynchronous_function_that_raises_is_told_too() -> None:
    """Awaited or not, an error is the model's."""

    async def fail_later() -> None:
        raise LookupError("later")

    with scripted(asks(("fail_later", "{}")), ["done"]):
        assert ask(_run_async, [fail_later]).calls[0].error == "LookupError: later"


@pytest.mark.parametrize("run", [run_tools, _run_async], ids=["sync", "async"])
def test_calls_of_a_round_run_at_once_and_answer_in_order(run: Runner) -> None:
    """With `parallel` of two, two functions wait for each other; the results stay in the order of the calls."""
    barrier = threading.Barrier(2, timeout=10)
    which: contextvars.ContextVar[str] = contextvars.ContextVar("which")
    which.set("mine")

    def meet(number: int) -> str:
        barrier.wait()
        return f"{number} {which.get()}"

    with scripted(asks(*(("meet", f'{{"number": {number}}}') for number in range(4))), ["done"]):
        result = ask(run, [meet], parallel=2)
    assert [call.text for call in result.calls] == [f"{number} mine" for number in range(4)]


def test_by_default_plain_functions_run_in_the_callers_thread() -> None:
    """`run_tools` calls one after the other, where it was called itself."""

    def where() -> int:
        return threading.get_ident()

    with scripted(asks(*[("where", "{}")] * 4), ["done"]):
        assert {call.result for call in ask(run_tools, [where]).calls} == {threading.get_ident()}


@pytest.mark.parametrize("parallel", [1, 2, 4])
def test_no_more_than_parallel_run_at_once(parallel: int) -> None:
    """Of four functions that could all run together, only as many do as are allowed."""
    running: list[int] = []
    peak = 0

    async def count(number: int) -> None:
        nonlocal peak
        running.append(number)
        peak = max(peak, len(running))
        for _ in range(9):
            await asyncio.sleep(0)
        running.remove(number)

    calls = asks(*(("count", f'{{"number": {number}}}') for number in range(4)))
    with scripted(calls, ["done"]):
        result = ask(_run_async, [count], parallel=parallel)
    assert [call.error for call in result.calls] == [None] * 4
    assert peak == parallel


def test_cancelling_the_run_cancels_its_functions() -> None:
    """Whoever cancels `arun_tools` leaves no asynchronous function running."""
    ended = []

    async def main() -> None:
        started = asyncio.Event()

        async def hang() -> None:
            started.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                ended.append("cancelled")
                raise

        with scripted(asks(("hang", "{}"), ("hang", "{}"))):
            task = asyncio.create_task(arun_tools(messages=QUESTION, tools=[hang], provider="scripted"))
            await started.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())
    assert ended == ["cancelled", "cancelled"]
