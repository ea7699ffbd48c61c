"""`response_format` and typed tools in `ChatCompletion`: from the call to the object, with any provider."""

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
    """A provider with the option `response_format` only."""

    def _create_completion(
        self, model: str, messages: list, stream: bool, response_format: dict[str, Any] | None = None
    ) -> Iterator[str | Event]:
        options = {} if response_format is None else {"response_format": response_format}
        return super()._create_completion(model, messages, stream, **options)


@pytest.fixture
def registry() -> Iterator[Registry]:
    """Yield an empty registry."""
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
    """Return each function that makes a call: synchronous, asynchronous."""
    return request.param


def test_native_output_uses_openais_option(ask: Ask, registry: Registry) -> None:
    """With the native option, the messages are unchanged; the result has the object and the way."""
    provider = Native(GOOD)
    registry.register(provider, name="p")
    answer = ask(provider="p", response_format=City)
    assert answer == '{"name": "Bonn"}'
    assert answer.completion.parsed == City("Bonn")
    assert answer.provenance.structured == "native"
    (call,) = provider.calls
    assert call.messages == QUESTION
    assert call.options["response_format"]["json_schema"]["name"] == "City"


def test_other_providers_get_an_instruction(ask: Ask, registry: Registry) -> None:
    """Without the option, a message has the schema as an instruction, and the option is not passed."""
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
    """Without a requested format, the result has no object."""
    registry.register(ScriptedProvider(["Bonn"]), name="p")
    answer = ask(provider="p", response_format=response_format)
    assert answer.completion.parsed is None
    assert answer.provenance.structured is None


def test_an_invalid_answer_is_the_error_of_the_call(ask: Ask, registry: Registry) -> None:
    """The error names the provider, has the text, and is recorded as the error of the attempt."""
    registry.register(Native(BAD), name="p")
    with pytest.raises(StructuredOutputError) as caught:
        ask(provider="p", response_format=City)
    error = caught.value
    assert error.problems == ("name: expected a string, not a number",)
    assert (error.provider, error.text, error.partial_text) == ("p", '{"name": 1}', '{"name": 1}')
    assert error.provenance is not None
    assert [attempt.outcome for attempt in error.provenance.attempts] == ["error"]
    assert error.provenance.structured == "native"


def test_the_next_provider_of_a_route_is_called_in_its_own_way(ask: Ask, registry: Registry) -> None:
    """An invalid answer is a failed attempt, and the next provider gets the request in the way it supports."""
    first, second = Native(BAD), ScriptedProvider(GOOD)
    registry.register(first, name="first")
    registry.register(second, name="second")
    answer = ask(provider=["first", "second"], response_format=City)
    assert answer.completion.parsed == City("Bonn")
    assert answer.provenance.structured == "instructed"
    assert [attempt.outcome for attempt in answer.provenance.attempts] == ["error", "ok"]
    assert "response_format" in first.calls[0].options
    assert second.calls[0].messages[0]["role"] == "system"


def test_an_invalid_format_is_refused_before_the_call(ask: Ask, registry: Registry) -> None:
    """An invalid `response_format` is an error before the provider is called."""
    provider = ScriptedProvider(GOOD)
    registry.register(provider, name="p")
    with pytest.raises(InvalidArgumentError, match="`response_format`"):
        ask(provider="p", response_format=bytes)
    assert provider.calls == []


@pytest.mark.parametrize(
    "script", [[Refusal("No.")], [ToolCallDelta(0, "1", "f", "{}"), Finish("tool_calls")]]
)
def test_refusals_and_tool_calls_have_no_object(ask: Ask, registry: Registry, script: list[Any]) -> None:
    """A refusal and a tool call have no object, and are not errors."""
    registry.register(Native(script), name="p")
    completion = ask(provider="p", response_format=City).completion
    assert completion.parsed is None
    assert completion.refusal or completion.tool_calls


def test_a_stream_gives_all_text_before_it_is_validated(registry: Registry) -> None:
    """The text is streamed as it arrives; the object, or the error, is available at the end."""
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
            read.append(piece)  # noqa: PERF402 - the pieces before the error count

    with pytest.raises(StructuredOutputError):
        note()
    assert read == BAD  # the text was complete, so it is not continued


def test_an_asynchronous_stream_has_the_object(registry: Registry) -> None:
    """The completion of an asynchronous stream has the object at the end."""
    registry.register(Native(GOOD, BAD), name="p")

    async def read() -> tuple[list[str], Any]:
        arguments: dict[str, Any] = {"provider": "p", "messages": QUESTION, "response_format": City}
        async with ChatCompletion.acreate(**arguments, stream=True) as stream:
            return [piece async for piece in stream], stream.completion.parsed

    assert asyncio.run(read()) == (GOOD, City("Bonn"))
    with pytest.raises(StructuredOutputError):
        asyncio.run(read())


def test_a_closed_stream_has_no_object(registry: Registry) -> None:
    """An answer that the caller closed early is not validated."""
    registry.register(Native(GOOD), name="p")
    with ChatCompletion.create(provider="p", messages=QUESTION, stream=True, response_format=City) as stream:
        next(stream)
    assert stream.completion.finish_reason == "cancelled"
    assert stream.completion.parsed is None


def test_functions_are_accepted_as_tools(ask: Ask, registry: Registry) -> None:
    """`tools` accepts functions and dictionaries; the provider gets dictionaries, and no function is called."""

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


def test_tools_are_an_error_without_support(ask: Ask, registry: Registry) -> None:
    """A provider without `tools` raises an error, and the tools are never dropped silently."""
    registry.register(Native(["5"]), name="p")
    with pytest.raises(UnsupportedOptionError, match="'tools'"):
        ask(provider="p", tools=[{"type": "web_search"}])
