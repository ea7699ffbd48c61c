"""Requests of the `cohere` provider that `test_official_client.py` does not compare, and refused values."""

import pytest

from g4f_lite.errors import InvalidArgumentError, InvalidMessageError
from g4f_lite_providers import cohere

USER = [{"role": "user", "content": "Hi"}]


def tool(name, **more):
    return {"type": "function", "function": {"name": name, "parameters": {"type": "object"}, **more}}


TOOLS = [tool("first"), tool("second", strict=True)]


def request(messages=USER, stream=False, **options):
    return cohere._create_completion("m", messages, stream, auth="some-key", **options).request


@pytest.mark.parametrize(
    "message",
    [
        {"role": "assistant", "content": None, "refusal": "No."},
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
    ],
)
def test_a_refusal_is_sent_as_text(message):
    """The refusal of an earlier turn is sent back as text."""
    assert request([message]).json["messages"] == [{"role": "assistant", "content": "No."}]


def test_the_minimal_body():
    """Without options, the body has the model, the messages and `stream`."""
    assert request().json == {"model": "m", "messages": USER, "stream": False}


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        (
            {"role": "developer", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
            {"role": "system", "content": "a\nb"},
        ),
        ({"role": "assistant", "content": None}, {"role": "assistant", "content": ""}),
        (
            {"role": "assistant", "content": "x", "reasoning": [{"text": "a", "signature": "s"}]},
            {
                "role": "assistant",
                "content": [{"type": "thinking", "thinking": "a"}, {"type": "text", "text": "x"}],
            },
        ),
        (
            {
                "role": "assistant",
                "content": "x",
                "tool_calls": [
                    {
                        "id": "c",
                        "type": "function",
                        "function": {"name": "f", "arguments": "{}"},
                        "signature": "s",
                    }
                ],
            },
            {
                "role": "assistant",
                "content": "x",
                "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
            },
        ),
        (
            {"role": "tool", "content": "plain", "tool_call_id": "c"},
            {"role": "tool", "content": "plain", "tool_call_id": "c"},
        ),
        (
            {"role": "tool", "content": [{"type": "text", "text": "[1]"}], "tool_call_id": "c"},
            {
                "role": "tool",
                "tool_call_id": "c",
                "content": [{"type": "document", "document": {"data": {"text": "[1]"}}}],
            },
        ),
    ],
)
def test_messages(message, wanted):
    """Each kind of message is sent in Cohere's shape, without signatures of other services."""
    assert request([message]).json["messages"] == [wanted]


@pytest.mark.parametrize(
    ("role", "part"),
    [
        ("user", {"type": "input_audio", "input_audio": {"data": "", "format": "wav"}}),
        ("user", {"type": "file", "file": {"file_id": "f"}}),
        ("system", {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}),
        ("tool", {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}),
    ],
)
def test_parts_that_cannot_be_sent(role, part):
    """A part that Cohere does not take raises an error that names the message and the part."""
    message = {"role": role, "content": [{"type": "text", "text": "a"}, part], "tool_call_id": "c"}
    with pytest.raises(InvalidMessageError, match=r"messages\[1\]\['content'\]\[1\]") as caught:
        request([*USER, message])
    assert caught.value.index == 1


@pytest.mark.parametrize(
    ("options", "body"),
    [
        ({"tools": TOOLS}, {"tools": [tool("first"), tool("second")], "strict_tools": True}),
        ({"tools": TOOLS[:1], "tool_choice": "auto"}, {"tools": TOOLS[:1]}),
        (
            {"tools": TOOLS, "strict_tools": False},
            {"tools": [tool("first"), tool("second")], "strict_tools": False},
        ),
        ({"tools": TOOLS[:1], "tool_choice": "none"}, {"tools": TOOLS[:1], "tool_choice": "NONE"}),
        (
            {"tools": TOOLS, "tool_choice": {"type": "function", "function": {"name": "first"}}},
            {"tools": [tool("first")], "tool_choice": "REQUIRED"},
        ),
        ({"tools": []}, {}),
        ({"response_format": {"type": "json_object"}}, {"response_format": {"type": "json_object"}}),
        ({"response_format": {"type": "text"}}, {"response_format": {"type": "text"}}),
        ({"reasoning_effort": "high"}, {"thinking": {"type": "enabled"}}),
        (
            {"thinking": {"type": "enabled", "token_budget": 9}},
            {"thinking": {"type": "enabled", "token_budget": 9}},
        ),
        ({"extra_body": {"stream": True, "x": 1}}, {"stream": True, "x": 1}),
    ],
)
def test_options(options, body):
    """Each option is sent in its field of the body."""
    assert request(**options).json == {"model": "m", "messages": USER, "stream": False} | body


@pytest.mark.parametrize(
    ("argument", "options"),
    [
        ("tool_choice", {"tools": TOOLS, "tool_choice": "any"}),
        ("tool_choice", {"tools": TOOLS, "tool_choice": {"type": "function"}}),
        ("tool_choice", {"tools": TOOLS, "tool_choice": {"type": "function", "function": {"name": "third"}}}),
        ("response_format", {"response_format": {}}),
        ("response_format", {"response_format": {"type": "json_schema", "json_schema": {"name": "n"}}}),
        ("reasoning_effort", {"reasoning_effort": "low"}),
        ("reasoning_effort", {"reasoning_effort": "high", "thinking": {"type": "disabled"}}),
        ("safety_mode", {"safety_mode": "strict"}),
        ("base_url", {"base_url": "ftp://h"}),
        ("timeout", {"timeout": -1}),
    ],
)
def test_wrong_options(argument, options):
    """A value that Cohere would misunderstand or ignore raises an error that names the option."""
    with pytest.raises(InvalidArgumentError) as caught:
        request(**options)
    assert caught.value.argument == argument


def test_address_and_key(monkeypatch):
    """The address is `base_url`, that of the environment, or Cohere's; the key is in one header and not shown."""
    monkeypatch.delenv("CO_API_URL", raising=False)
    assert request().url == "https://api.cohere.com/v2/chat"
    monkeypatch.setenv("CO_API_URL", "https://private.example.org/cohere/")
    assert request().url == "https://private.example.org/cohere/v2/chat"
    sent = request(base_url="http://h:1", extra_headers={"x-a": "b"})
    assert sent.url == "http://h:1/v2/chat"
    assert sent.headers == {"authorization": "Bearer some-key", "x-a": "b"}
    assert sent.secrets == ("some-key",)
    assert "some-key" not in repr(sent)


def test_embedding_options():
    """Vectors are requested as floats, and for documents by default."""
    body = cohere._create_embedding("m", ["a"], input_type="search_query", extra_body={"x": 1}).request.json
    assert body == {
        "model": "m",
        "texts": ["a"],
        "input_type": "search_query",
        "embedding_types": ["float"],
        "x": 1,
    }
    with pytest.raises(InvalidArgumentError, match="NONE, START, END"):
        cohere._create_embedding("m", ["a"], truncate="end")
