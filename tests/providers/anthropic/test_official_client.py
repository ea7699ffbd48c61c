"""The service's own Python client reads the same bytes as the provider does, and sends the same requests."""

import importlib.util
import json
from pathlib import Path

import pytest

from g4f_lite import ChatCompletion
from g4f_lite.errors import ProviderStatusError
from g4f_lite.events import Finish, Reasoning, Refusal, ToolCallDelta, Usage
from g4f_lite.testing import Reply, Upstream
from g4f_lite_providers import anthropic as provider

anthropic = pytest.importorskip("anthropic", reason="the official client `anthropic` is not installed")

KEY = "planted-key-7f3a9c51e2"
HI = [{"role": "user", "content": "Hi"}]
SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "integer"}},
    "required": ["a"],
    "additionalProperties": False,
}


def recorded():
    spec = importlib.util.spec_from_file_location("anthropic_cases", Path(__file__).with_name("cases.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return [item for item in module.CASES if item.content_type == ""]


CASES = recorded()
CHATS = [case for case in CASES if case.function == "completion" and case.error is None]


def official(upstream):
    return anthropic.Anthropic(api_key=KEY, base_url=upstream.url, max_retries=0)


def reply(case):
    return Reply(case.body, headers={"content-type": case.media_type, **case.headers})


def their_message(case, upstream):
    with official(upstream) as client:
        asked = {"model": "claude-opus-5-5", "max_tokens": 100, "messages": HI}
        if not case.stream:
            return client.messages.create(**asked)
        with client.messages.stream(**asked) as stream:
            return stream.get_final_message()


def our_items(case, upstream):
    return list(
        provider._create_completion("claude-opus-5-5", HI, case.stream, auth=KEY, base_url=upstream.url)
    )


def of_kind(items, kind):
    return [item for item in items if isinstance(item, kind)]


@pytest.mark.parametrize("case", CHATS, ids=lambda case: case.id)
def test_the_official_client_reads_the_same(case):
    """Text, thinking, tool calls, usage and finish reason are those of the official client."""
    with Upstream(reply(case)) as upstream:
        theirs, ours = their_message(case, upstream), our_items(case, upstream)
    blocks = theirs.content
    assert "".join(of_kind(ours, str)) == "".join(block.text for block in blocks if block.type == "text")
    thoughts = [block for block in blocks if block.type == "thinking"]
    reasoning = of_kind(ours, Reasoning)
    assert "".join(item.text for item in reasoning) == "".join(block.thinking for block in thoughts)
    hidden = [f"redacted_thinking:{block.data}" for block in blocks if block.type == "redacted_thinking"]
    signed = [item.signature for item in reasoning if item.signature]
    assert [signature for signature in signed if not signature.startswith("anthropic:order:")] == [
        *(block.signature for block in thoughts),
        *hidden,
    ]
    calls = {}
    for item in of_kind(ours, ToolCallDelta):
        call = calls.setdefault(item.position, [item.id, item.name, ""])
        call[2] += item.arguments
    assert [(ident, name, json.loads(text)) for ident, name, text in calls.values()] == [
        (block.id, block.name, block.input) for block in blocks if block.type == "tool_use"
    ]
    assert [item.raw for item in of_kind(ours, Finish)] == [theirs.stop_reason]
    usage, count = of_kind(ours, Usage)[-1], theirs.usage
    assert usage.prompt_tokens == sum(
        (count.input_tokens, count.cache_read_input_tokens or 0, count.cache_creation_input_tokens or 0)
    )
    assert usage.completion_tokens == count.output_tokens
    assert usage.cached_tokens == count.cache_read_input_tokens
    details = count.output_tokens_details
    assert usage.reasoning_tokens == (details.thinking_tokens if details else None)
    said = theirs.stop_details.explanation if theirs.stop_details else None
    assert [item.text for item in of_kind(ours, Refusal)] == ([said] if said else [])


@pytest.mark.parametrize("case", CHATS, ids=lambda case: case.id)
def test_the_official_client_sends_an_answer_back_alike(case, provided):
    """An answer is sent back in the next turn as the official client sends its own message back."""
    provided("anthropic")
    with Upstream([reply(case)] * 4) as upstream:
        theirs = their_message(case, upstream)
        asked = {"model": "claude-opus-5-5", "stream": case.stream, "auth": KEY, "base_url": upstream.url}
        answer = ChatCompletion.create(provider="anthropic", messages=HI, **asked)
        "".join(answer)
        with official(upstream) as client:
            echoed = [*HI, {"role": "assistant", "content": theirs.content}, *HI]
            again = client.messages.create(
                model="claude-opus-5-5", max_tokens=100, messages=echoed, stream=case.stream
            )
            list(again)
        "".join(
            ChatCompletion.create(
                provider="anthropic", messages=[*HI, answer.completion.message, *HI], **asked
            )
        )
        official_request, request = upstream.requests[2].json(), upstream.requests[3].json()
    sent = [blocks_of(message) for message in request["messages"]]
    assert sent == [blocks_of(message) for message in official_request["messages"]]


def blocks_of(message):
    """Return a message's blocks without null and empty fields; a text is one block."""
    content = message["content"]
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    plain = [{name: value for name, value in block.items() if value not in (None, [])} for block in blocks]
    return message["role"], plain


def test_the_official_client_raises_for_the_same_error():
    """The official client raises for an error event too, for the same reason."""
    case = next(case for case in CASES if case.id == "overloaded-inside")
    with Upstream(reply(case)) as upstream:
        with pytest.raises(anthropic.APIStatusError) as theirs:
            their_message(case, upstream)
        with pytest.raises(ProviderStatusError) as ours:
            our_items(case, upstream)
    assert theirs.value.body["error"]["type"] == ours.value.kind == "overloaded_error"


def test_the_official_client_reads_the_same_models():
    """The official client reads the same models."""
    case = next(case for case in CASES if case.function == "models")
    with Upstream(reply(case)) as upstream:
        with official(upstream) as client:
            theirs = [item.id for item in client.models.list(limit=1000)]
        ours = list(provider._list_models(auth=KEY, base_url=upstream.url))
        asked = [request.target for request in upstream.requests]
    assert ours == theirs
    assert asked[0] == asked[1]


TOOL = {"name": "get_weather", "description": "Weather.", "input_schema": SCHEMA}
OURS_AND_THEIRS = {
    "plain": ({}, {}),
    "sampling": (
        {"stop": "END", "max_tokens": 5, "temperature": 0.5},
        {"stop_sequences": ["END"], "max_tokens": 5, "extra_body": {"temperature": 0.5}},
    ),
    "tools": (
        {
            "tools": [{"type": "function", "function": {**TOOL, "parameters": SCHEMA}}],
            "tool_choice": "required",
            "parallel_tool_calls": False,
            "user": "u1",
        },
        {
            "tools": [TOOL],
            "tool_choice": {"type": "any", "disable_parallel_tool_use": True},
            "metadata": {"user_id": "u1"},
        },
    ),
    "structured": (
        {
            "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA}},
            "reasoning_effort": "high",
        },
        {
            "output_config": {"format": {"type": "json_schema", "schema": SCHEMA}, "effort": "high"},
            "thinking": {"type": "adaptive"},
        },
    ),
    "messages": (
        {
            "messages": [
                {"role": "system", "content": "Be brief."},
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "What?"},
                        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
                    ],
                },
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [
                        {"id": "t1", "type": "function", "function": {"name": "w", "arguments": '{"a": 1}'}}
                    ],
                },
                {"role": "tool", "tool_call_id": "t1", "content": "sunny"},
            ]
        },
        {
            "system": "Be brief.",
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "What?"},
                        {
                            "type": "image",
                            "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="},
                        },
                    ],
                },
                {
                    "role": "assistant",
                    "content": [{"type": "tool_use", "id": "t1", "name": "w", "input": {"a": 1}}],
                },
                {
                    "role": "user",
                    "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "sunny"}],
                },
            ],
        },
    ),
}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", OURS_AND_THEIRS)
def test_the_official_client_sends_the_same(name, stream):
    """The official client makes the same request: address, body and the important headers."""
    ours, theirs = OURS_AND_THEIRS[name]
    case = next(case for case in CHATS if case.stream is stream)
    asked = {"model": "claude-opus-5-5", "max_tokens": 16384, "messages": HI}
    with Upstream(reply(case)) as upstream:
        with official(upstream) as client:
            made = client.messages.create(**{**asked, **theirs}, **({"stream": True} if stream else {}))
            if stream:
                list(made)
        arguments = {"model": "claude-opus-5-5", "messages": HI, "stream": stream, **ours}
        list(provider._create_completion(**arguments, auth=KEY, base_url=upstream.url))
        first, second = upstream.requests
    assert first.target == second.target == "/v1/messages"
    sent = {key: value for key, value in first.json().items() if value is not False}  # `stream`
    assert second.json() == sent
    # Since its version 2 the official client sends the key as a bearer token, and the newest version; both are accepted.
    assert first.header("authorization") == f"Bearer {KEY}" or first.header("x-api-key") == KEY
    assert second.header("x-api-key") == KEY
    assert second.header("anthropic-version") == "2023-06-01"
