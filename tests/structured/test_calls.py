"""`response_format` and typed tools in `ChatCompletion`: from the call to the object, whoever answers."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from g4f_lite import ChatCompletion, Finish, InvalidArgumentError, Registry, UnsupportedOptionError
from g4f_lite.errors import StructuredOutputError
from g4f_lite.events import Event, Refusal, ToolCallDelta
from g4f_lite.testing import ScriptedProvider, isolated_registry

QUESTION = [{"role": "user", "content": "Which city?"}]
GOOD = ['{"name": ', '"Bonn"', "}"]
BAD = ['{"name": ', "1}"]


@dataclass
class City:
    name: str
    people: int = 0


class Native(ScriptedProvider):
    """A provider that takes `response_format` and nothing else."""

    def _create_completion(
        self, model: str, messages: list, stream: bool, response_format: dict[str, Any] | None = None
    ) -> Iterator[str | Event]:
        options = {} if response_format is None else {"response_format": response_format}
        return super()._create_completion(model, messages, stream, **options)


@pytest.fixture
def registry() -> Iterator[Registry]:
    """The process's registry, empty."""
    with isolated_registry() as empty:
        yield empty


def _create(**arguments: Any) -> Any:
    return ChatCompletion.create(messages=QUESTION, **arguments)


def _acreate(**arguments: Any) -> Any:
    async def main() -> Any:
        return await ChatCompletion.acreate(messages=QUESTION, **arguments)

    return asyncio.run(main())


Ask = Callable[..., Any]


@pytest.fixture(params=[_create, _acreate], ids=["sync", "async"])
def ask(request: pytest.FixtureRequest) -> Ask:
    """Both ways to ask."""
    return request.param


def test_a_provider_that_takes_it_gets_openais_form(ask: Ask, registry: Registry) -> None:
    """Natively, the option is passed and the messages stay; the object and the way are on the result."""
    provider = Native(GOOD)
    registry.register(provider, name="p")
    answer = ask(provider="p", response_format=City)
    assert answer == '{"name": "Bonn"}'
    assert answer.completion.parsed == City("Bonn")
    assert answer.provenance.structured == "native"
    (call,) = provider.calls
    assert call.messages == QUESTION
    assert call.options["response_format"]["json_schema"]["name"] == "City"


def test_any_other_provider_is_told(ask: Ask, registry: Registry) -> None:
    """By instruction, the option stays here and a message has the schema."""
    provider = ScriptedProvider(["It is ", *GOOD, "."])
    registry.register(provider, name="p")
    answer = ask(provider="p", response_format=City, temperature=0)
    assert answer.completion.parsed == City("Bonn")
    assert answer.provenance.structured == "instructed"
    (call,) = provider.calls
    assert call.options == {"temperature": 0}
    system, question = call.messages
    assert (system["role"], question) == ("system", QUESTION[0])
    assert '"people"' in system["content"]


@pytest.mark.parametrize("response_format", [None, {"type": "text"}])
def test_plain_text_is_not_parsed(ask: Ask, registry: Registry, response_format: Any) -> None:
    """Where nothing is asked for, nothing is on the result."""
    registry.register(ScriptedProvider(["Bonn"]), name="p")
    answer = ask(provider="p", response_format=response_format)
    assert answer.completion.parsed is None
    assert answer.provenance.structured is None


def test_an_answer_that_does_not_fit_is_the_calls_error(ask: Ask, registry: Registry) -> None:
    """The error names the provider, has the text, and is on record as the attempt's."""
    registry.register(Native(BAD), name="p")
    with pytest.raises(StructuredOutputError) as caught:
        ask(provider="p", response_format=City)
    error = caught.value
    assert error.problems == ("name: expected a string, not a number",)
    assert (error.provider, error.text, error.partial_text) == ("p", '{"name": 1}', '{"name": 1}')
    assert error.provenance is not None
    assert [attempt.outcome for attempt in error.provenance.attempts] == ["error"]
    assert error.provenance.structured == "native"


def test_the_next_provider_of_a_route_is_asked_in_its_own_way(ask: Ask, registry: Registry) -> None:
    """An answer that does not fit is a failed attempt; the next provider gets it the way it takes it."""
    first, second = Native(BAD), ScriptedProvider(GOOD)
    registry.register(first, name="first")
    registry.register(second, name="second")
    answer = ask(provider=["first", "second"], response_format=City)
    assert answer.completion.parsed == City("Bonn")
    assert answer.provenance.structured == "instructed"
    assert [attempt.outcome for attempt in answer.provenance.attempts] == ["error", "ok"]
    assert "response_format" in first.calls[0].options
    assert second.calls[0].messages[0]["role"] == "system"


def test_what_cannot_be_asked_for_asks_nobody(ask: Ask, registry: Registry) -> None:
    """A wrong `response_format` is an error before anything is sent."""
    provider = ScriptedProvider(GOOD)
    registry.register(provider, name="p")
    with pytest.raises(InvalidArgumentError, match="`response_format`"):
        ask(provider="p", response_format=bytes)
    assert provider.calls == []


@pytest.mark.parametrize(
    "script", [[Refusal("No.")], [ToolCallDelta(0, "1", "f", "{}"), Finish("tool_calls")]]
)
def test_what_is_no_such_answer_is_no_error(ask: Ask, registry: Registry, script: list[Any]) -> None:
    """A refusal and a call of a tool have no object."""
    registry.register(Native(script), name="p")
    completion = ask(provider="p", response_format=City).completion
    assert completion.parsed is None
    assert completion.refusal or completion.tool_calls


def test_a_stream_gives_all_text_before_it_is_validated(registry: Registry) -> None:
    """The text comes as it is made; the object, or the error, is at the end."""
    registry.register(Native(GOOD), name="good")
    registry.register(Native(BAD), name="bad")
    with ChatCompletion.create(
        provider="good", messages=QUESTION, stream=True, response_format=City
    ) as stream:
        assert list(stream) == GOOD
    assert stream.completion.parsed == City("Bonn")
    pieces = []
    with pytest.raises(StructuredOutputError) as caught:
        pieces.extend(
            ChatCompletion.create(provider="bad", messages=QUESTION, stream=True, response_format=City)
        )
    assert caught.value.partial_text == "".join(BAD)
    read = []

    def note() -> None:
        for piece in ChatCompletion.create(
            provider=["bad", "good"],
            messages=QUESTION,
            stream=True,
            response_format=City,
            continue_from_partial=True,
        ):
            read.append(piece)  # noqa: PERF402 - what came before the error counts

    with pytest.raises(StructuredOutputError):
        note()
    assert read == BAD  # the text was whole: there is nothing to go on from


def test_an_asynchronous_stream_does_the_same(registry: Registry) -> None:
    """The object is on the completion at the end of an asynchronous stream too."""
    registry.register(Native(GOOD, BAD), name="p")

    async def read() -> tuple[list[str], Any]:
        arguments: dict[str, Any] = {"provider": "p", "messages": QUESTION, "response_format": City}
        async with ChatCompletion.acreate(**arguments, stream=True) as stream:
            return [piece async for piece in stream], stream.completion.parsed

    assert asyncio.run(read()) == (GOOD, City("Bonn"))
    with pytest.raises(StructuredOutputError):
        asyncio.run(read())


def test_a_closed_stream_has_no_object(registry: Registry) -> None:
    """What was cut by the caller is not validated."""
    registry.register(Native(GOOD), name="p")
    with ChatCompletion.create(provider="p", messages=QUESTION, stream=True, response_format=City) as stream:
        next(stream)
    assert stream.completion.finish_reason == "cancelled"
    assert stream.completion.parsed is None


def test_functions_are_tools_without_a_loop(ask: Ask, registry: Registry) -> None:
    """`tools` takes functions and dictionaries; the provider gets dictionaries, and nothing is called."""

    def look_up(name: str) -> None:
        raise AssertionError("not called")

    provider = ScriptedProvider([ToolCallDelta(0, "1", "look_up", '{"name": "Bonn"}'), Finish("tool_calls")])
    registry.register(provider, name="p")
    answer = ask(provider="p", tools=[look_up, {"type": "web_search"}])
    assert [call.name for call in answer.completion.tool_calls] == ["look_up"]
    first, second = provider.calls[0].options["tools"]
    assert first["function"]["parameters"]["required"] == ["name"]
    assert second == {"type": "web_search"}
    with pytest.raises(InvalidArgumentError, match="Two of the tools"):
        ask(provider="p", tools=[look_up, look_up])


def test_a_provider_without_tools_says_so(ask: Ask, registry: Registry) -> None:
    """Tools are never left out in silence."""
    registry.register(Native(["5"]), name="p")
    with pytest.raises(UnsupportedOptionError, match="'tools'"):
        ask(provider="p", tools=[{"type": "web_search"}])
