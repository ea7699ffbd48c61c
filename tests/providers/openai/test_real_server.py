"""The provider and OpenAI's own client with a real service of the OpenAI chat API, llama.cpp's server."""

import json
import urllib.request

import pytest

from g4f_lite import ChatCompletion
from g4f_lite.errors import AuthenticationError, ContextLengthError, InvalidRequestError

pytestmark = pytest.mark.model

openai_client = pytest.importorskip("openai", reason="OpenAI's client is not installed")

QUESTION = [{"role": "user", "content": "What is the capital of France?"}]
STILL = {"temperature": 0, "seed": 1}
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


def at(server):
    """Return the options for the server. It closes idle connections after some seconds, even if a request is coming."""
    return {"base_url": server.base_url, "auth": server.key, "extra_headers": {"Connection": "close"}}


@pytest.fixture
def ours(llama_server, provided):
    """Return a function that asks with the provider and returns the completion."""
    provided("openai")

    def ask(messages=QUESTION, *, stream=False, **options):
        arguments = {"provider": "openai", "model": "smollm2-135m-instruct", "messages": messages}
        answer = ChatCompletion.create(**arguments, stream=stream, **{**at(llama_server), **options})
        if stream:
            for _ in answer:
                pass
        return answer.completion

    return ask


@pytest.fixture
def theirs(llama_server):
    """Return a function that asks with OpenAI's client and returns its result."""
    with openai_client.OpenAI(
        api_key=llama_server.key, base_url=llama_server.base_url, max_retries=0
    ) as client:
        yield lambda messages=QUESTION, **options: client.chat.completions.create(
            model="smollm2-135m-instruct", messages=messages, **options
        )


@pytest.mark.parametrize("stream", [False, True])
def test_the_text_is_the_clients(ours, theirs, stream):
    """At temperature 0, text, finish reason and usage are those of OpenAI's client."""
    mine, other = ours(stream=stream, max_tokens=20, **STILL), theirs(max_tokens=20, **STILL)
    assert "Paris" in mine.text
    assert mine.text == other.choices[0].message.content
    assert mine.finish_reason == other.choices[0].finish_reason == "stop"
    assert mine.usage[:2] == (other.usage.prompt_tokens, other.usage.completion_tokens)
    assert mine.model == other.model


def test_the_pieces_are_the_clients(llama_server, provided, theirs):
    """The deltas of a stream are those of OpenAI's client, one by one."""
    provided("openai")
    mine = ChatCompletion.create(
        provider="openai",
        model="smollm2-135m-instruct",
        messages=QUESTION,
        stream=True,
        max_tokens=12,
        **at(llama_server),
        **STILL,
    )
    chunks = [chunk.choices for chunk in theirs(stream=True, max_tokens=12, **STILL)]
    assert list(mine) == [
        choices[0].delta.content for choices in chunks if choices and choices[0].delta.content
    ]


def test_length_and_stop_end_an_answer(ours, theirs):
    """A token limit and a stop text end the answer at the same place as with OpenAI's client."""
    short = ours(stream=True, max_tokens=3, **STILL)
    assert (short.finish_reason, short.usage.completion_tokens) == ("length", 3)
    mine, other = ours(stop=["capital"], **STILL), theirs(stop=["capital"], **STILL)
    assert mine.text == other.choices[0].message.content
    assert "capital" not in mine.text


def test_several_choices(ours):
    """Two answers are two choices, streamed and whole."""
    for stream in (False, True):
        found = ours(stream=stream, n=2, max_tokens=6, **STILL)
        assert len(found.choices) == 2
        assert all(choice.text and choice.finish_reason == "length" for choice in found.choices)


@pytest.mark.parametrize("stream", [False, True])
def test_logprobs_are_the_clients(ours, theirs, stream):
    """Each token has the log probability and the alternatives of OpenAI's client."""
    options = {"logprobs": True, "top_logprobs": 2, "max_tokens": 4, **STILL}
    mine, other = ours(stream=stream, **options), theirs(**options)
    found = mine.choices[0].logprobs
    assert [item["token"] for item in found] == [item.token for item in other.choices[0].logprobs.content]
    assert all(len(item["top_logprobs"]) == 2 for item in found)


def test_a_schema_is_kept_to(ours):
    """With a JSON schema, the answer is JSON that fits the schema."""
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string", "maxLength": 12}, "big": {"type": "boolean"}},
        "required": ["city", "big"],
        "additionalProperties": False,
    }
    wanted = {"type": "json_schema", "json_schema": {"name": "city", "schema": schema, "strict": True}}
    value = json.loads(ours(response_format=wanted, max_tokens=60, **STILL).text)
    assert sorted(value) == ["big", "city"]
    assert isinstance(value["city"], str)
    assert isinstance(value["big"], bool)


@pytest.mark.parametrize("stream", [False, True])
def test_a_tool_is_called(ours, theirs, stream):
    """The model calls the tool, with the name and arguments that OpenAI's client reads."""
    options = {"tools": TOOLS, "max_tokens": 60, **STILL}
    mine = ours(EXAMPLE, stream=stream, **options)
    other = theirs(EXAMPLE, **options).choices[0]
    (call,) = mine.tool_calls
    assert call.id
    assert call.name == other.message.tool_calls[0].function.name == "get_weather"
    assert json.loads(call.arguments) == json.loads(other.message.tool_calls[0].function.arguments)
    assert json.loads(call.arguments) == {"city": "Paris"}
    assert mine.finish_reason == other.finish_reason == "tool_calls"


def test_an_answer_can_be_sent_back(ours):
    """The message of an answer with a tool call, and the result, make the next turn."""
    first = ours(EXAMPLE, tools=TOOLS, max_tokens=60, **STILL)
    result = {"role": "tool", "tool_call_id": first.tool_calls[0].id, "content": "Rain"}
    second = ours([*EXAMPLE, first.message, result], tools=TOOLS, max_tokens=20, **STILL)
    assert second.text or second.tool_calls


def test_embeddings_are_the_clients(embedding_server, openai):
    """The vectors are those of OpenAI's client, requested as base64 and as lists."""
    where = at(embedding_server)
    with openai_client.OpenAI(api_key=where["auth"], base_url=where["base_url"], max_retries=0) as client:
        theirs = client.embeddings.create(model="smollm2-embedding", input=["a cat", "a dog"])
    for options in ({}, {"encoding_format": "float"}):
        items = list(
            openai.embed.call(model="smollm2-embedding", input=["a cat", "a dog"], **where, **options)
        )
        vectors = {item.position: item.values for item in items if type(item).__name__ == "Vector"}
        assert {position: len(values) for position, values in vectors.items()} == {0: 576, 1: 576}
        for row in theirs.data:
            assert vectors[row.index] == pytest.approx(row.embedding, abs=1e-5)
        usage = next(item for item in items if type(item).__name__ == "Usage")
        assert usage.prompt_tokens == theirs.usage.prompt_tokens


def test_models_are_listed(llama_server, openai):
    """The list of models has the loaded one."""
    assert list(openai.list_models.call(**at(llama_server))) == ["smollm2-135m-instruct"]


@pytest.mark.parametrize("stream", [False, True])
def test_a_wrong_key_is_refused(ours, stream):
    """The server's 401 raises an error that does not show the key."""
    with pytest.raises(AuthenticationError) as caught:
        ours(stream=stream, auth="wrong-key-0123456789")
    assert caught.value.status == 401
    assert "wrong-key" not in str(caught.value)


def test_a_wrong_request_is_refused(ours):
    """The server's 400 raises an error with its message."""
    with pytest.raises(InvalidRequestError) as caught:
        ours(extra_body={"messages": "no list"})
    assert caught.value.status == 400
    assert caught.value.body


@pytest.mark.parametrize("stream", [False, True])
def test_a_conversation_that_is_too_long_is_recognized(ours, stream):
    """The server's body for a conversation that is too long is recognized."""
    with pytest.raises(ContextLengthError) as caught:
        ours([{"role": "user", "content": "word " * 4000}], stream=stream)
    assert caught.value.status == 400


def test_closing_a_stream_frees_the_server(llama_server, provided):
    """Closing a stream frees the server's slot at once."""
    provided("openai")
    stream = ChatCompletion.create(
        provider="openai",
        model="smollm2-135m-instruct",
        messages=[{"role": "user", "content": "Count from 1 to 1000."}],
        stream=True,
        max_tokens=1500,
        extra_body={"ignore_eos": True},
        **at(llama_server),
    )
    next(stream)
    assert busy(llama_server) == 1
    stream.close()
    for _ in range(200):  # the server answers these between two tokens; it would go on for 1500
        if not busy(llama_server):
            return
    pytest.fail("the server goes on with an answer that nobody reads")


def busy(server):
    """Return the number of answers that the server works on."""
    headers = {"Authorization": f"Bearer {server.key}"}
    request = urllib.request.Request(f"{server.url}/slots", headers=headers)
    with urllib.request.urlopen(request, timeout=10) as response:
        return sum(slot["is_processing"] for slot in json.load(response))
