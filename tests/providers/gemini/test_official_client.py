"""The service's own Python client reads the same bytes as the provider does, and sends the same requests."""

import base64
import importlib.util
import json
import re
from pathlib import Path

import pytest

from g4f_lite.errors import ProviderStatusError
from g4f_lite.events import Finish, Media, Reasoning, Served, Text, ToolCallDelta, Usage, Vector
from g4f_lite.testing import Reply, Upstream
from g4f_lite_providers import gemini as provider

genai = pytest.importorskip("google.genai", reason="the official client `google-genai` is not installed")
from google.genai import errors, types  # noqa: E402 - only where it is there

KEY = "planted-key-7f3a9c51e2"
MODEL = "gemini-3.8-flash"
HI = [{"role": "user", "content": "Hi"}]
CONTENTS = [{"role": "user", "parts": [{"text": "Hi"}]}]
SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "integer"}},
    "required": ["a"],
    "additionalProperties": False,
}


def recorded():
    spec = importlib.util.spec_from_file_location("gemini_cases", Path(__file__).with_name("cases.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return [item for item in module.CASES if item.content_type == ""]


CASES = recorded()
CHATS = [case for case in CASES if case.function == "completion" and case.error is None]


def official(upstream):
    return genai.Client(api_key=KEY, http_options={"base_url": upstream.url, "api_version": "v1beta"})


def reply(case):
    return Reply(case.body, headers={"content-type": case.media_type, **case.headers})


def their_pieces(case, upstream):
    with official(upstream) as client:
        if case.stream:
            return list(client.models.generate_content_stream(model=MODEL, contents="Hi"))
        return [client.models.generate_content(model=MODEL, contents="Hi")]


def our_items(case, upstream):
    return list(provider._create_completion(MODEL, HI, case.stream, auth=KEY, base_url=upstream.url))


def of_kind(items, kind):
    return [item for item in items if isinstance(item, kind)]


def in_base64(data):
    return base64.b64encode(data).decode()


@pytest.mark.parametrize("case", CHATS, ids=lambda case: case.id)
def test_the_official_client_reads_the_same(case):
    """Text, thoughts, calls, images, usage and finish reasons are those of the official client."""
    with Upstream(reply(case)) as upstream:
        theirs, ours = their_pieces(case, upstream), our_items(case, upstream)
    found = [item for piece in theirs for item in piece.candidates or ()]
    parts = [
        (item.index or 0, part)
        for item in found
        for part in (item.content.parts if item.content and item.content.parts else ())
    ]
    texts = {0: "".join(of_kind(ours, str))}
    for item in of_kind(ours, Text):
        texts[item.choice] = texts.get(item.choice, "") + item.text
    for index, text in texts.items():
        assert text == "".join(
            part.text for place, part in parts if place == index and part.text and not part.thought
        )
    reasoning = of_kind(ours, Reasoning)
    assert "".join(item.text for item in reasoning) == "".join(
        part.text for _, part in parts if part.thought and part.text
    )
    signatures = [item.signature for item in reasoning if item.signature]
    assert [item.removeprefix("gemini:thought:") for item in signatures if "gemini:order:" not in item] == [
        in_base64(part.thought_signature) for _, part in parts if part.thought_signature and part.thought
    ]
    order = "".join(item for item in signatures if "gemini:order:" in item)
    assert all(
        in_base64(part.thought_signature) in order
        for _, part in parts
        if part.thought_signature and not part.thought and not part.function_call
    )
    calls = of_kind(ours, ToolCallDelta)
    assert [(call.name, json.loads(call.arguments), call.signature) for call in calls] == [
        (
            part.function_call.name,
            part.function_call.args or {},
            in_base64(part.thought_signature) if part.thought_signature else None,
        )
        for _, part in parts
        if part.function_call
    ]
    assert len({call.id for call in calls}) == len(calls)
    assert [(item.mime_type, item.data) for item in of_kind(ours, Media)] == [
        (part.inline_data.mime_type, in_base64(part.inline_data.data))
        for _, part in parts
        if part.inline_data and not part.thought
    ]
    assert [(item.choice, item.raw) for item in of_kind(ours, Finish)] == [
        (item.index or 0, item.finish_reason.value) for item in found if item.finish_reason
    ]
    usage, count = of_kind(ours, Usage)[-1], theirs[-1].usage_metadata
    assert usage.prompt_tokens == count.prompt_token_count + (count.tool_use_prompt_token_count or 0)
    assert usage.completion_tokens == count.candidates_token_count + (count.thoughts_token_count or 0)
    assert usage.total_tokens == count.total_token_count + (count.tool_use_prompt_token_count or 0)
    assert usage.cached_tokens == count.cached_content_token_count
    served = of_kind(ours, Served)[0]
    assert (served.model, served.id) == (theirs[0].model_version, theirs[0].response_id)


@pytest.mark.parametrize("name", ["blocked", "whole-blocked"])
def test_the_official_client_reads_the_same_refusal(name):
    """The official client reads the same reason for a refused prompt."""
    case = next(case for case in CASES if case.id == name)
    with Upstream(reply(case)) as upstream:
        theirs = their_pieces(case, upstream)[0]
        with pytest.raises(case.error) as ours:
            our_items(case, upstream)
    assert ours.value.kind == theirs.prompt_feedback.block_reason.value


def test_the_official_client_raises_for_the_same_error():
    """The official client raises for an error in a stream too, with the same code and status."""
    case = next(case for case in CASES if case.id == "overloaded-inside")
    with Upstream(reply(case)) as upstream:
        with pytest.raises(errors.APIError) as theirs:
            their_pieces(case, upstream)
        with pytest.raises(ProviderStatusError) as ours:
            our_items(case, upstream)
    assert (theirs.value.code, theirs.value.status) == (ours.value.status, ours.value.kind)


def test_the_official_client_reads_the_same_vectors_and_models():
    """The official client reads the same vectors and the same models."""
    case = next(case for case in CASES if case.function == "embedding")
    with Upstream(reply(case)) as upstream:
        with official(upstream) as client:
            theirs = client.models.embed_content(
                model=case.model,
                contents=["a", "b"],
                config={"output_dimensionality": 3, "task_type": "CLUSTERING"},
            )
        ours = list(
            provider._create_embedding(
                case.model, ["a", "b"], dimensions=3, task_type="CLUSTERING", auth=KEY, base_url=upstream.url
            )
        )
        first, second = upstream.requests
    assert [item.values for item in of_kind(ours, Vector)] == [item.values for item in theirs.embeddings]
    assert second.target == first.target
    assert plain(second.json()) == plain(first.json())
    case = next(case for case in CASES if case.function == "models")
    with Upstream(reply(case)) as upstream:
        with official(upstream) as client:
            theirs = [
                item.name for item in client.models.list() if "generateContent" in item.supported_actions
            ]
        ours = list(provider._list_models(auth=KEY, base_url=upstream.url))
        assert upstream.requests[0].target.partition("?")[0] == "/v1beta/models"
    assert [f"models/{name}" for name in ours] == theirs


def plain(value):
    """Return a body without the role, which contents to embed do not need."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items() if name != "role"}
    return [plain(item) for item in value] if isinstance(value, list) else value


def spelled(value):
    """Return a body with the reference's spelling: the service reads both, and the client writes both."""
    if isinstance(value, dict):
        return {
            re.sub(r"_([a-z])", lambda found: found[1].upper(), name): spelled(item)
            for name, item in value.items()
        }
    return [spelled(item) for item in value] if isinstance(value, list) else value


DECLARED = {"name": "get_weather", "description": "Weather.", "parameters_json_schema": SCHEMA}
OURS_AND_THEIRS = {
    "plain": ({}, {}, None),
    "sampling": (
        {
            "max_tokens": 5,
            "temperature": 0.5,
            "top_p": 0.5,
            "top_k": 3,
            "stop": ["END"],
            "seed": 7,
            "n": 2,
            "presence_penalty": 0.1,
            "frequency_penalty": 0.2,
            "logprobs": True,
            "top_logprobs": 2,
            "modalities": ["text"],
        },
        {
            "max_output_tokens": 5,
            "temperature": 0.5,
            "top_p": 0.5,
            "top_k": 3,
            "stop_sequences": ["END"],
            "seed": 7,
            "candidate_count": 2,
            "presence_penalty": 0.1,
            "frequency_penalty": 0.2,
            "response_logprobs": True,
            "logprobs": 2,
            "response_modalities": ["TEXT"],
        },
        None,
    ),
    "tools": (
        {
            "tools": [
                {"googleSearch": {}},
                {
                    "type": "function",
                    "function": {"name": "get_weather", "description": "Weather.", "parameters": SCHEMA},
                },
            ],
            "tool_choice": {"type": "function", "function": {"name": "get_weather"}},
        },
        {
            "tools": [{"google_search": {}}, {"function_declarations": [DECLARED]}],
            "tool_config": {
                "function_calling_config": {"mode": "ANY", "allowed_function_names": ["get_weather"]}
            },
            "automatic_function_calling": {"disable": True},
        },
        None,
    ),
    "structured": (
        {
            "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA}},
            "reasoning_effort": "high",
            "safety_settings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "OFF"}],
        },
        {
            "response_mime_type": "application/json",
            "response_json_schema": SCHEMA,
            "thinking_config": {"thinking_level": "HIGH", "include_thoughts": True},
            "safety_settings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "OFF"}],
        },
        None,
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
                        {
                            "id": "t1",
                            "type": "function",
                            "function": {"name": "w", "arguments": '{"a": 1}'},
                            "signature": "QUJD",
                        }
                    ],
                },
                {"role": "tool", "tool_call_id": "t1", "content": "sunny"},
            ]
        },
        {"system_instruction": {"parts": [{"text": "Be brief."}]}},
        [
            {
                "role": "user",
                "parts": [
                    {"text": "What?"},
                    {"inline_data": {"mime_type": "image/png", "data": base64.b64decode("iVBORw0KGgo=")}},
                ],
            },
            {
                "role": "model",
                "parts": [
                    {
                        "function_call": {"id": "t1", "name": "w", "args": {"a": 1}},
                        "thought_signature": b"ABC",
                    }
                ],
            },
            {
                "role": "user",
                "parts": [{"function_response": {"id": "t1", "name": "w", "response": {"output": "sunny"}}}],
            },
        ],
    ),
}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", OURS_AND_THEIRS)
def test_the_official_client_sends_the_same(name, stream):
    """The official client makes the same request: address, key and body."""
    ours, config, asked = OURS_AND_THEIRS[name]
    case = next(case for case in CHATS if case.stream is stream)
    with Upstream(reply(case)) as upstream:
        with official(upstream) as client:
            ask = client.models.generate_content_stream if stream else client.models.generate_content
            made = ask(model=MODEL, contents=asked or CONTENTS, config=types.GenerateContentConfig(**config))
            if stream:
                list(made)
        arguments = {"model": MODEL, "messages": HI, "stream": stream, **ours}
        list(provider._create_completion(**arguments, auth=KEY, base_url=upstream.url))
        first, second = upstream.requests
    assert second.target == first.target
    assert second.header("x-goog-api-key") == first.header("x-goog-api-key") == KEY
    sent = spelled(first.json())
    sent.get("systemInstruction", {}).pop("role", None)  # It has no meaning there.
    assert second.json() == {key: value for key, value in sent.items() if value != {}}
