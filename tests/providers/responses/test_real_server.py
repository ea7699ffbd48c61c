"""The provider and OpenAI's own client with a real service of the Responses API, llama.cpp's server."""

import json

import pytest

from g4f_lite import ChatCompletion
from g4f_lite.errors import AuthenticationError, ContextLengthError, InvalidRequestError

pytestmark = pytest.mark.model

openai_client = pytest.importorskip("openai", reason="OpenAI's client is not installed")

QUESTION = [{"role": "user", "content": "What is the capital of France?"}]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "The weather in a city.",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
            },
        },
    }
]
EXAMPLE = [
    {"role": "user", "content": "What is the weather in Rome?"},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": "call_1",
                "type": "function",
                "function": {"name": "get_weather", "arguments": '{"city": "Rome"}'},
            }
        ],
    },
    {"role": "tool", "tool_call_id": "call_1", "content": "Sunny"},
    {"role": "user", "content": "What is the weather in Paris?"},
]


@pytest.fixture
def ours(llama_server, provided):
    """Return a function that asks with the provider and returns the completion and its deltas."""
    provided("openai")

    def ask(messages=QUESTION, *, stream=False, **options):
        arguments = {"model": "smollm2-135m-instruct", "messages": messages, "api": "responses"}
        where = {"base_url": llama_server.base_url, "auth": llama_server.key, "temperature": 0, **options}
        answer = ChatCompletion.create(provider="openai", **arguments, stream=stream, **where)
        pieces = list(answer) if stream else [str(answer)]
        return answer.completion, pieces

    return ask


@pytest.fixture
def theirs(llama_server):
    """Return a function that asks with OpenAI's client and returns its result."""
    with openai_client.OpenAI(
        api_key=llama_server.key, base_url=llama_server.base_url, max_retries=0
    ) as client:
        yield lambda question=QUESTION, **options: client.responses.create(
            model="smollm2-135m-instruct", input=question, temperature=0, **options
        )


@pytest.mark.parametrize("stream", [False, True])
def test_the_text_is_the_clients(ours, theirs, stream):
    """At temperature 0, text, usage and model are those of OpenAI's client."""
    mine, _ = ours(stream=stream, max_tokens=20)
    other = theirs(max_output_tokens=20)
    assert "Paris" in mine.text
    assert mine.text == other.output_text
    assert mine.finish_reason == "stop"
    assert mine.usage[:2] == (other.usage.input_tokens, other.usage.output_tokens)
    assert mine.model == other.model
    assert mine.id.startswith("resp_")


def test_the_pieces_are_the_clients(ours, theirs):
    """The deltas of a stream are those of OpenAI's client, one by one."""
    _, pieces = ours(stream=True, max_tokens=12)
    events = theirs(stream=True, max_output_tokens=12)
    assert pieces == [event.delta for event in events if event.type == "response.output_text.delta"]
    assert len(pieces) > 1


def test_a_conversation_of_every_role_is_understood(ours):
    """Instructions, and earlier questions and answers, are accepted as text and as parts."""
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "Say yes."}]},
        {"role": "assistant", "content": "Yes."},
        *QUESTION,
    ]
    assert ours(messages, max_tokens=12)[0].text


def test_every_option_is_taken(exchange, llama_server):
    """The server refuses no field; llama.cpp ignores those that it does not know."""
    options = {
        "response_format": {"type": "json_schema", "json_schema": {"name": "city", "schema": {}}},
        "verbosity": "low",
        "reasoning_effort": "low",
        "reasoning_summary": "auto",
        "metadata": {"a": "b"},
        "service_tier": "default",
        "truncation": "auto",
        "parallel_tool_calls": True,
        "tools": [*TOOLS, {"type": "web_search"}],
        "tool_choice": "auto",
        "user": "u1",
        "top_p": 0.5,
        "max_tokens": 8,
    }
    where = {"base_url": llama_server.base_url, "auth": llama_server.key}
    items = list(exchange(QUESTION, model="smollm2-135m-instruct", **where, **options))
    assert any(isinstance(item, str) and item for item in items)


@pytest.mark.parametrize("stream", [False, True])
def test_a_tool_is_called(ours, stream):
    """The model calls the tool, with its name and arguments, and the result makes the next turn."""
    first, _ = ours(EXAMPLE, stream=stream, tools=TOOLS, max_tokens=60)
    (call,) = first.tool_calls
    assert call.id
    assert call.name == "get_weather"
    assert json.loads(call.arguments) == {"city": "Paris"}
    assert first.finish_reason == "tool_calls"
    result = {"role": "tool", "tool_call_id": call.id, "content": "Rain"}
    second, _ = ours([*EXAMPLE, first.message, result], tools=TOOLS, max_tokens=20)
    assert second.text or second.tool_calls


@pytest.mark.parametrize("stream", [False, True])
def test_a_wrong_key_is_refused(ours, stream):
    """The server's 401 raises an error that does not show the key."""
    with pytest.raises(AuthenticationError) as caught:
        ours(stream=stream, auth="wrong-key-0123456789")
    assert "wrong-key" not in str(caught.value)


def test_a_wrong_request_is_refused(ours):
    """The server's 400 raises an error with its message."""
    with pytest.raises(InvalidRequestError) as caught:
        ours(previous_response_id="resp_1")
    assert "previous_response_id" in caught.value.body


@pytest.mark.parametrize("stream", [False, True])
def test_a_conversation_that_is_too_long_is_recognized(ours, stream):
    """The server's body for a conversation that is too long is recognized."""
    with pytest.raises(ContextLengthError):
        ours([{"role": "user", "content": "word " * 4000}], stream=stream)
