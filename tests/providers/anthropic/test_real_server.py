"""The provider and Anthropic's own client with a real service of the Messages API, llama.cpp's server."""

import asyncio
import json

import pytest

from g4f_lite import ChatCompletion
from g4f_lite.errors import AuthenticationError, ContextLengthError, InvalidRequestError

pytestmark = pytest.mark.model

anthropic = pytest.importorskip("anthropic", reason="the official client `anthropic` is not installed")

MODEL = "smollm2-135m-instruct"
QUESTION = [{"role": "user", "content": "What is the capital of France?"}]
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = {"name": "get_weather", "description": "The weather in a city."}
TOOLS = [{"type": "function", "function": {**WEATHER, "parameters": SCHEMA}}]


def example():
    """Return a conversation with a tool call, which the small model imitates."""
    call = {
        "id": "toolu_1",
        "type": "function",
        "function": {"name": "get_weather", "arguments": '{"city": "Rome"}'},
    }
    return [
        {"role": "user", "content": "What is the weather in Rome?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "toolu_1", "content": "Sunny"},
        {"role": "user", "content": "What is the weather in Paris?"},
    ]


@pytest.fixture
def ask(llama_server, provided):
    """Return a function that asks with the provider and returns the completion."""
    provided("anthropic")

    def ask(messages=QUESTION, *, stream=False, **options):
        where = {"base_url": llama_server.url, "auth": llama_server.key, "temperature": 0, **options}
        # The server closes idle connections at any time, even during the next request.
        where["extra_headers"] = {"connection": "close"}
        answer = ChatCompletion.create(
            provider="anthropic", model=MODEL, messages=messages, stream=stream, **where
        )
        if stream:
            for _ in answer:
                pass
        return answer.completion

    return ask


@pytest.fixture
def client(llama_server):
    """Return Anthropic's own client for the same server."""
    with anthropic.Anthropic(api_key=llama_server.key, base_url=llama_server.url, max_retries=0) as client:
        yield client


@pytest.mark.parametrize("stream", [False, True])
def test_the_text_is_the_clients(ask, client, stream):
    """At temperature 0, text, finish reason and usage are those of Anthropic's client."""
    asked = {"model": MODEL, "max_tokens": 20, "messages": QUESTION, "extra_body": {"temperature": 0}}
    if stream:
        with client.messages.stream(**asked) as events:
            theirs = events.get_final_message()
    else:
        theirs = client.messages.create(**asked)
    mine = ask(stream=stream, max_tokens=20)
    assert "Paris" in mine.text
    assert mine.text == "".join(block.text for block in theirs.content)
    assert mine.finish_reason == "stop"
    assert theirs.stop_reason == "end_turn"
    usage = theirs.usage
    assert mine.usage[:2] == (
        usage.input_tokens + (usage.cache_read_input_tokens or 0) + (usage.cache_creation_input_tokens or 0),
        usage.output_tokens,
    )
    assert mine.id


def test_the_asynchronous_call_says_the_same(ask, llama_server):
    """`acreate` gives the same text as `create`."""

    async def whole():
        answer = await ChatCompletion.acreate(
            provider="anthropic",
            model=MODEL,
            messages=QUESTION,
            base_url=llama_server.url,
            auth=llama_server.key,
            temperature=0,
            max_tokens=20,
            extra_headers={"connection": "close"},
        )
        return answer.completion

    assert asyncio.run(whole()).text == ask(max_tokens=20).text


@pytest.mark.parametrize("stream", [False, True])
def test_limit_and_stop_text_end_the_answer(ask, stream):
    """A token limit and a stop text end the answer, with different finish reasons."""
    assert ask(stream=stream, max_tokens=2).finish_reason == "length"
    stopped = ask(stream=stream, max_tokens=20, stop="France")
    assert stopped.finish_reason == "stop"
    assert "France" not in stopped.text


@pytest.mark.parametrize("stream", [False, True])
def test_a_tool_is_called(ask, stream):
    """A conversation with a tool call and its result is understood, and the next tool call is complete."""
    done = ask(example(), stream=stream, tools=TOOLS, tool_choice="required", max_tokens=60)
    assert done.finish_reason == "tool_calls"
    (call,) = done.tool_calls
    assert call.id
    assert call.name == "get_weather"
    assert set(json.loads(call.arguments)) == {"city"}


@pytest.mark.parametrize(
    ("error", "wrong"),
    [
        (AuthenticationError, {"auth": "wrong-key"}),
        (ContextLengthError, {"messages": [{"role": "user", "content": "word " * 5000}]}),
        (InvalidRequestError, {"extra_body": {"messages": [{"role": "user"}]}}),
    ],
)
def test_the_servers_own_errors(ask, error, wrong):
    """A wrong key, a conversation that is too long and a wrong body raise different errors."""
    with pytest.raises(error):
        ask(**wrong)
