"""Requests to the Messages API."""

import base64
import json

import pytest

from g4f_lite import messages as boundary
from g4f_lite.errors import InvalidArgumentError, InvalidMessageError
from g4f_lite_providers import anthropic

HI = [{"role": "user", "content": "Hi"}]
PIXEL = "iVBORw0KGgo="
PDF = base64.b64encode(b"%PDF-1.7").decode()
SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "integer"}},
    "required": ["a"],
    "additionalProperties": False,
}
WEATHER = {
    "type": "function",
    "function": {"name": "get_weather", "description": "Weather.", "parameters": SCHEMA},
}
ANTHROPIC_WEATHER = {"name": "get_weather", "description": "Weather.", "input_schema": SCHEMA}
SEARCH = {"type": "web_search_20250305", "name": "web_search", "max_uses": 3}


def request(messages=HI, *, model="claude-opus-5-5", stream=False, **options):
    return anthropic._create_completion(model=model, messages=messages, stream=stream, **options).request


def body(messages=HI, **options):
    return request(messages, **options).json


def turns(messages, **options):
    return body(messages, **options)["messages"]


def user(*parts):
    return [{"role": "user", "content": list(parts)}]


def test_a_plain_question():
    """One user message makes the smallest body that the service takes."""
    assert body() == {"model": "claude-opus-5-5", "max_tokens": 16384, "messages": HI}
    assert body(stream=True) == {**body(), "stream": True}


def test_address_and_headers(monkeypatch):
    """A key and a login's token have different headers; the address is from the option or the environment."""
    sent = request(auth="sk-ant-api03-x", betas=["a-1", "b-2"], extra_headers={"x-more": "1"})
    assert sent.url == "https://api.anthropic.com/v1/messages"
    assert dict(sent.headers) == {
        "anthropic-version": "2023-06-01",
        "anthropic-beta": "a-1,b-2",
        "x-api-key": "sk-ant-api03-x",
        "x-more": "1",
    }
    assert dict(request(auth="sk-ant-oat01-x", betas="a", api_version="2026-10-21").headers) == {
        "anthropic-version": "2026-10-21",
        "anthropic-beta": "a",
        "authorization": "Bearer sk-ant-oat01-x",
    }
    assert dict(request().headers) == {"anthropic-version": "2023-06-01"}
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "https://gateway.example/claude/")
    assert request().url == "https://gateway.example/claude/v1/messages"
    assert request(base_url="http://127.0.0.1:8080").url == "http://127.0.0.1:8080/v1/messages"
    models = anthropic._list_models(auth="k", base_url="http://127.0.0.1:8080").request
    assert (models.method, models.url) == ("GET", "http://127.0.0.1:8080/v1/models?limit=1000")
    assert models.headers["x-api-key"] == "k"
    assert "sk-ant" not in repr(request(auth="sk-ant-api03-x"))


@pytest.mark.parametrize(
    ("model", "limit"),
    [
        ("claude-opus-5-5", 16384),
        ("anthropic/claude-sonnet-4.5", 16384),
        ("claude-3-7-sonnet-20250219", 16384),
        ("claude-3-5-haiku-20241022", 8192),
        ("claude-3-haiku-20240307", 4096),
        ("qwen3-8b", 4096),
    ],
)
def test_default_of_max_tokens(model, limit):
    """Without `max_tokens`, a number that the model can write is sent; otherwise the given one."""
    assert body(model=model)["max_tokens"] == limit
    assert body(model=model, max_tokens=7)["max_tokens"] == 7


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({"temperature": 0.0, "top_p": 0.5, "top_k": 3}, {"temperature": 0.0, "top_p": 0.5, "top_k": 3}),
        ({"stop": "END"}, {"stop_sequences": ["END"]}),
        ({"stop": ["a", "b"]}, {"stop_sequences": ["a", "b"]}),
        ({"stop": []}, {}),
        ({"user": "u1"}, {"metadata": {"user_id": "u1"}}),
        ({"metadata": {"user_id": "u2"}}, {"metadata": {"user_id": "u2"}}),
        ({"service_tier": "standard_only"}, {"service_tier": "standard_only"}),
        ({"tools": [WEATHER]}, {"tools": [ANTHROPIC_WEATHER]}),
        ({"tools": [SEARCH]}, {"tools": [SEARCH]}),
        ({"tools": []}, {}),
        (
            {
                "tools": [
                    {
                        "type": "function",
                        "function": {"name": "now", "strict": True},
                        "cache_control": {"type": "ephemeral"},
                    }
                ]
            },
            {
                "tools": [
                    {
                        "name": "now",
                        "input_schema": {"type": "object", "properties": {}},
                        "strict": True,
                        "cache_control": {"type": "ephemeral"},
                    }
                ]
            },
        ),
        ({"tool_choice": "auto"}, {"tool_choice": {"type": "auto"}}),
        ({"tool_choice": "none", "parallel_tool_calls": False}, {"tool_choice": {"type": "none"}}),
        ({"tool_choice": "required"}, {"tool_choice": {"type": "any"}}),
        (
            {"tool_choice": {"type": "function", "function": {"name": "f"}}, "parallel_tool_calls": False},
            {"tool_choice": {"type": "tool", "name": "f", "disable_parallel_tool_use": True}},
        ),
        (
            {"tools": [WEATHER], "parallel_tool_calls": False},
            {
                "tools": [ANTHROPIC_WEATHER],
                "tool_choice": {"type": "auto", "disable_parallel_tool_use": True},
            },
        ),
        ({"parallel_tool_calls": False}, {}),
        ({"tools": [WEATHER], "parallel_tool_calls": True}, {"tools": [ANTHROPIC_WEATHER]}),
        ({"response_format": {"type": "text"}}, {}),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA}}},
            {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}},
        ),
        (
            {
                "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA}},
                "reasoning_effort": "xhigh",
            },
            {
                "thinking": {"type": "adaptive"},
                "output_config": {"effort": "xhigh", "format": {"type": "json_schema", "schema": SCHEMA}},
            },
        ),
        ({"reasoning_effort": "none"}, {"thinking": {"type": "disabled"}}),
        (
            {"reasoning_effort": "minimal"},
            {"thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}},
        ),
        ({"thinking": {"type": "between_tools"}}, {"thinking": {"type": "between_tools"}}),
        (
            {"thinking": {"type": "adaptive", "display": "summarized"}, "reasoning_effort": "max"},
            {"thinking": {"type": "adaptive", "display": "summarized"}, "output_config": {"effort": "max"}},
        ),
        (
            {"thinking": {"type": "enabled", "budget_tokens": 2000}, "reasoning_effort": "high"},
            {"thinking": {"type": "enabled", "budget_tokens": 2000}},
        ),
        ({"extra_body": {"speed": "fast", "max_tokens": 9}}, {"speed": "fast", "max_tokens": 9}),
    ],
)
def test_options(options, wanted):
    """An option with OpenAI's name becomes the service's own, and nothing else is added."""
    assert body(**options) == {**body(), **wanted}


@pytest.mark.parametrize(
    ("model", "budget"),
    [
        ("claude-3-7-sonnet-20250219", True),
        ("claude-opus-4-20250514", True),
        ("claude-opus-4-1-20250805", True),
        ("claude-sonnet-4-5", True),
        ("anthropic/claude-haiku-4.5", True),
        ("claude-opus-4-6", False),
        ("claude-opus-4.8", False),
        ("claude-sonnet-4-6-20260101", False),
        ("claude-sonnet-5", False),
        ("claude-fable-5-2", False),
    ],
)
def test_which_models_think_by_a_budget(model, budget):
    """Models before Claude 4.6 get a budget in addition to the answer's tokens, later ones an effort."""
    sent = body(model=model, reasoning_effort="medium")
    if budget:
        assert sent["thinking"] == {"type": "enabled", "budget_tokens": 6144}
        assert sent["max_tokens"] == 16384 + 6144
        assert "output_config" not in sent
    else:
        assert sent["thinking"] == {"type": "adaptive"}
        assert sent["output_config"] == {"effort": "medium"}


def test_a_budget_stays_below_max_tokens():
    """A given `max_tokens` is kept, and the budget is made smaller; one that is too small is refused."""
    sent = body(model="claude-opus-4-5", reasoning_effort="max", max_tokens=4000)
    assert (sent["max_tokens"], sent["thinking"]["budget_tokens"]) == (4000, 3999)
    with pytest.raises(InvalidArgumentError, match="above 1024"):
        body(model="claude-opus-4-5", reasoning_effort="low", max_tokens=1024)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("stop", 3),
        ("stop", [""]),
        ("tools", [{"type": "function"}]),
        ("tools", ["get_weather"]),
        ("tool_choice", "any"),
        ("tool_choice", {"type": "function"}),
        ("response_format", {"type": "json_object"}),
        ("response_format", {"type": "xml"}),
        ("response_format", {"type": "json_schema", "json_schema": {}}),
        ("response_format", "json"),
        ("reasoning_effort", "huge"),
        ("betas", [1]),
        ("base_url", "api.anthropic.com"),
        ("timeout", -1),
    ],
)
def test_wrong_values_are_refused_by_name(name, value):
    """A value that the service would refuse or ignore raises an error with the option's name and a hint."""
    with pytest.raises(InvalidArgumentError) as caught:
        body(**{name: value})
    assert caught.value.argument == name
    assert caught.value.hint


# --- messages -----------------------------------------------------------------------------------


def test_system_messages():
    """System and developer messages become the system prompt, or stay in place if the caller wants that."""
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi"},
        {"role": "developer", "content": "Now in French."},
        {"role": "user", "content": "Bye"},
    ]
    sent = body(messages)
    assert sent["system"] == [
        {"type": "text", "text": "Be brief."},
        {"type": "text", "text": "Now in French."},
    ]
    assert sent["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "Hi"}, {"type": "text", "text": "Bye"}]}
    ]
    sent = body(messages, system_in_place=True)
    assert sent["system"] == "Be brief."
    assert sent["messages"] == [
        {"role": "user", "content": "Hi"},
        {"role": "system", "content": "Now in French."},
        {"role": "user", "content": "Bye"},
    ]
    with pytest.raises(InvalidMessageError, match="system messages only"):
        body(messages[:1])


def test_a_conversation_with_tools():
    """Tool calls, their results and thinking are sent back in the service's own blocks."""
    messages = [
        {"role": "user", "content": "Weather?"},
        {
            "role": "assistant",
            "content": "",
            "reasoning": [
                {"text": "Hm.", "signature": "sig1"},
                {"text": "", "signature": "redacted_thinking:EmwK"},
                {"text": "of another service", "signature": None},
            ],
            "tool_calls": [
                {"id": "t1", "type": "function", "function": {"name": "w", "arguments": '{"city": "Bern"}'}},
                {"id": "t2", "type": "function", "function": {"name": "w", "arguments": ""}},
                {"id": "t3", "type": "function", "function": {"name": "w", "arguments": '{"city": '}},
                {"id": "t4", "type": "function", "function": {"name": "w", "arguments": "[1]"}},
            ],
        },
        {"role": "tool", "tool_call_id": "t1", "content": "sunny"},
        {
            "role": "tool",
            "tool_call_id": "t2",
            "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}],
        },
        {"role": "tool", "tool_call_id": "t3", "content": "no such city", "is_error": True},
        {"role": "tool", "tool_call_id": "t4", "content": ""},
        {"role": "user", "content": "And?"},
        {"role": "assistant", "content": "Sunny."},
    ]
    assert turns(messages) == [
        {"role": "user", "content": "Weather?"},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "Hm.", "signature": "sig1"},
                {"type": "redacted_thinking", "data": "EmwK"},
                {"type": "tool_use", "id": "t1", "name": "w", "input": {"city": "Bern"}},
                {"type": "tool_use", "id": "t2", "name": "w", "input": {}},
                {"type": "tool_use", "id": "t3", "name": "w", "input": {"INVALID_JSON": '{"city": '}},
                {"type": "tool_use", "id": "t4", "name": "w", "input": {"INVALID_JSON": "[1]"}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "t1", "content": "sunny"},
                {
                    "type": "tool_result",
                    "tool_use_id": "t2",
                    "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}],
                },
                {"type": "tool_result", "tool_use_id": "t3", "content": "no such city", "is_error": True},
                {"type": "tool_result", "tool_use_id": "t4"},
                {"type": "text", "text": "And?"},
            ],
        },
        {"role": "assistant", "content": "Sunny."},
    ]


def test_a_refusal_comes_back_as_text():
    """An assistant's refusal is sent as text; an answer with text and a tool call has both."""
    messages = [
        *HI,
        {"role": "assistant", "content": None, "refusal": "No."},
        {"role": "user", "content": "Please"},
        {
            "role": "assistant",
            "content": [{"type": "text", "text": "Well"}, {"type": "text", "text": ""}],
            "tool_calls": [{"id": "t", "type": "function", "function": {"name": "w", "arguments": "{}"}}],
        },
        {"role": "tool", "tool_call_id": "t", "content": "x"},
    ]
    assert turns(messages)[1] == {"role": "assistant", "content": "No."}
    assert turns(messages)[3]["content"] == [
        {"type": "text", "text": "Well"},
        {"type": "tool_use", "id": "t", "name": "w", "input": {}},
    ]


@pytest.mark.parametrize(
    ("part", "block"),
    [
        ({"type": "text", "text": "a"}, "a"),
        ({"type": "refusal", "refusal": "No."}, "No."),
        (
            {"type": "text", "text": "a", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
            [{"type": "text", "text": "a", "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
        ),
        (
            {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
            [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}],
        ),
        (
            {"type": "image_url", "image_url": {"url": "https://example.org/a.png", "detail": "low"}},
            [{"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}}],
        ),
        (
            {
                "type": "file",
                "file": {"file_data": f"data:application/pdf;base64,{PDF}", "filename": "a.pdf"},
            },
            [
                {
                    "type": "document",
                    "source": {"type": "base64", "media_type": "application/pdf", "data": PDF},
                    "title": "a.pdf",
                }
            ],
        ),
        (
            {"type": "file", "file": {"file_data": "data:text/markdown;charset=utf-8;base64,IyDDvA=="}},
            [{"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "# ü"}}],
        ),
        (
            {"type": "file", "file": {"file_data": "data:,a%20b"}},
            [{"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "a b"}}],
        ),
        (
            {"type": "file", "file": {"file_data": f"data:image/png;base64,{PIXEL}"}},
            [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}],
        ),
        (
            {"type": "file", "file": {"file_id": "file_1"}, "cache_control": {"type": "ephemeral"}},
            [
                {
                    "type": "document",
                    "source": {"type": "file", "file_id": "file_1"},
                    "cache_control": {"type": "ephemeral"},
                }
            ],
        ),
        (
            {"type": "file", "file": {"file_url": "https://example.org/a.pdf"}},
            [{"type": "document", "source": {"type": "url", "url": "https://example.org/a.pdf"}}],
        ),
    ],
)
def test_parts(part, block):
    """Each part of a message becomes the service's own block."""
    assert turns(user(part)) == [{"role": "user", "content": block}]


@pytest.mark.parametrize(
    "part",
    [
        {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
        {"type": "file", "file": {"file_data": "data:application/zip;base64,UEsDBA=="}},
        {"type": "file", "file": {"file_data": "data:text/plain;base64,/w=="}},
        {"type": "file", "file": {"file_data": "JVBERi0xLjc="}},
    ],
)
def test_parts_that_the_service_does_not_take(part):
    """A part that cannot be sent raises an error with its position."""
    with pytest.raises(InvalidMessageError, match=r"messages\[1\]\['content'\]\[1\]") as caught:
        body([*HI, *user({"type": "text", "text": "a"}, part)])
    assert caught.value.index == 1
    assert caught.value.hint


def test_the_body_is_json_and_the_messages_are_not_changed():
    """The body can be written as JSON, and the caller's messages are not changed."""
    messages = boundary.check_messages([{"role": "user", "content": "a"}, {"role": "user", "content": "b"}])
    before = json.dumps(messages)
    assert json.loads(json.dumps(body(messages))) == body(messages)
    assert json.dumps(messages) == before
