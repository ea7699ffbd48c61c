"""Cohere's own Python client reads the recorded bodies as the provider does, and sends the same requests."""

import importlib.util
from contextlib import contextmanager
from pathlib import Path

import pytest

from g4f_lite.events import Citation, Finish, Reasoning, Served, ToolCallDelta, Usage, Vector
from g4f_lite.testing import Reply, Upstream
from g4f_lite_providers import cohere

official = pytest.importorskip("cohere", reason="the official client is not installed")
httpx = pytest.importorskip("httpx")

SPEC = importlib.util.spec_from_file_location("cohere_cases", Path(__file__).with_name("cases.py"))
recorded = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(recorded)

CHATS = [case for case in recorded.CASES if case.function == "completion"]
STREAMS = [
    case
    for case in CHATS
    if case.stream and case.error is None and case.id not in {"stream-that-came-whole", "billed-only"}
]
WHOLE = [case for case in CHATS if not case.stream and case.error is None]
MESSAGES = [{"role": "user", "content": "Hi"}]
KEY = "some-test-key"


def upstream_of(case):
    return Upstream(Reply(case.body, headers={"content-type": case.media_type}))


@contextmanager
def client_of(upstream):
    """Open the official client, and close its connections, which it does not do."""
    with httpx.Client() as connections:
        yield official.ClientV2(KEY, base_url=upstream.url, max_retries=0, httpx_client=connections)


def ask(case, url):
    return list(
        cohere._create_completion(case.model, MESSAGES, case.stream, base_url=url, auth=KEY, **case.options)
    )


def texts(items, kind):
    return "".join(item if kind is str else item.text for item in items if isinstance(item, kind))


def calls_of(items):
    found = {}
    for item in items:
        if isinstance(item, ToolCallDelta):
            found.setdefault(item.position, [item.id, item.name, ""])[2] += item.arguments
    return list(found.values())


def content_of(items):
    """Return the content of an answer of either client, in one shape."""
    usage = next(item for item in items if isinstance(item, Usage))
    return {
        "text": texts(items, str),
        "reasoning": texts(items, Reasoning),
        "calls": calls_of(items),
        "usage": (usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens),
        "finish": next(item for item in items if isinstance(item, Finish)).raw,
        "id": next(item for item in items if isinstance(item, Served)).id,
        "sources": [item.title for item in items if isinstance(item, Citation)],
    }


def told_by_parts(parts):
    text, reasoning, calls, sources, said = "", "", [], [], {}
    for part in parts:
        message = getattr(getattr(part, "delta", None), "message", None)
        if part.type in ("content-start", "content-delta"):
            text += message.content.text or ""
            reasoning += message.content.thinking or ""
        elif part.type == "tool-plan-delta":
            reasoning += message.tool_plan
        elif part.type == "tool-call-start":
            calls.append([message.tool_calls.id, message.tool_calls.function.name, ""])
        elif part.type == "tool-call-delta":
            calls[-1][2] += message.tool_calls.function.arguments
        elif part.type == "citation-start":
            sources += [source_name(source) for source in message.citations.sources or ()]
        elif part.type == "message-start":
            said["id"] = part.id
        elif part.type == "message-end":
            said |= ending(part.delta)
    return said | {"text": text, "reasoning": reasoning, "calls": calls, "sources": sources}


def source_name(source):
    return (getattr(source, "document", None) or {}).get("title") or source.id


def ending(said):
    tokens = said.usage.tokens
    return {
        "finish": said.finish_reason,
        "usage": (tokens.input_tokens, tokens.output_tokens, said.usage.cached_tokens),
    }


@pytest.mark.parametrize("case", STREAMS, ids=lambda case: case.id)
def test_both_read_the_same_stream(case):
    """Text, reasoning, tool calls, sources, usage and finish reason are those of the official client."""
    with upstream_of(case) as upstream, client_of(upstream) as client:
        items = ask(case, upstream.url)
        parts = list(client.chat_stream(model=case.model, messages=MESSAGES))
    assert content_of(items) == told_by_parts(parts)


@pytest.mark.parametrize("case", WHOLE, ids=lambda case: case.id)
def test_both_read_the_same_answer(case):
    """The same holds for a whole response."""
    with upstream_of(case) as upstream, client_of(upstream) as client:
        items = ask(case, upstream.url)
        answer = client.chat(model=case.model, messages=MESSAGES)
    message = answer.message
    blocks = message.content or []
    assert content_of(items) == ending(answer) | {
        "id": answer.id,
        "text": "".join(getattr(block, "text", None) or "" for block in blocks),
        "reasoning": (message.tool_plan or "")
        + "".join(getattr(block, "thinking", None) or "" for block in blocks),
        "calls": [
            [call.id, call.function.name, call.function.arguments] for call in message.tool_calls or ()
        ],
        "sources": [
            source_name(source) if source else None
            for found in message.citations or ()
            for source in found.sources or [None]
        ],
    }


@pytest.mark.parametrize("case", recorded.ERRORS, ids=lambda case: case.id)
def test_both_see_the_status(case):
    """The status and the message of an error are the same for both."""
    with Upstream(
        Reply(case.body, status=case.status, headers={"content-type": "application/json"})
    ) as upstream:
        with pytest.raises(case.error) as ours:
            list(cohere._create_completion("m", MESSAGES, False, base_url=upstream.url, auth=KEY))
        with client_of(upstream) as client, pytest.raises(official.core.ApiError) as theirs:
            client.chat(model="m", messages=MESSAGES)
    body = theirs.value.body
    assert ours.value.status == theirs.value.status_code
    assert ours.value.body == (body if isinstance(body, dict) else body.dict())["message"]


def test_both_read_the_same_vectors_and_models():
    """The vectors and the names of the models are those of the official client, for the same requests."""
    vectors = next(case for case in recorded.CASES if case.function == "embedding")
    models = next(case for case in recorded.CASES if case.function == "models")
    with upstream_of(vectors) as upstream, client_of(upstream) as client:
        items = list(
            cohere._create_embedding(
                "m", ["a", "b"], base_url=upstream.url, auth=KEY, dimensions=256, truncate="END"
            )
        )
        answer = client.v2.embed(
            model="m",
            texts=["a", "b"],
            input_type="search_document",
            embedding_types=["float"],
            output_dimension=256,
            truncate="END",
        )
        ours, theirs = (request.json() for request in upstream.requests)
    assert [item.values for item in items if isinstance(item, Vector)] == answer.embeddings.float_
    assert ours == theirs
    with upstream_of(models) as upstream, client_of(upstream) as client:
        names = list(cohere._list_models(base_url=upstream.url, auth=KEY))
        listed = client.models.list(endpoint="chat", page_size=1000)
        ours, theirs = upstream.requests
    assert names == [item.name for item in listed.models]
    assert ours.method == theirs.method
    assert set(ours.target.split("?")[1].split("&")) == set(
        theirs.target.split("?")[1].replace("1000.0", "1000").split("&")
    )


CALLS = [
    {"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'}}
]
HISTORY = [
    {"role": "system", "content": "Be brief."},
    {
        "role": "user",
        "content": [
            {"type": "text", "text": "What is this?"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low"}},
        ],
    },
    {"role": "assistant", "tool_calls": CALLS, "tool_plan": "I look it up."},
    {
        "role": "tool",
        "tool_call_id": "c1",
        "content": [
            {"type": "document", "document": {"data": {"temperature": 20}}},
            {"type": "document", "document": {"data": {"text": "and sunny"}}},
        ],
    },
    {"role": "assistant", "content": "20 °C."},
    {"role": "user", "content": "Thanks"},
]
OURS = [
    HISTORY[0],
    HISTORY[1],
    {
        "role": "assistant",
        "content": None,
        "tool_calls": CALLS,
        "reasoning": [{"text": "I look ", "signature": None}, {"text": "it up.", "signature": None}],
    },
    {
        "role": "tool",
        "tool_call_id": "c1",
        "content": [{"type": "text", "text": '{"temperature": 20}'}, {"type": "text", "text": "and sunny"}],
    },
    HISTORY[4],
    HISTORY[5],
]
SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
REQUESTS = {
    "plain": ({}, {}),
    "options": (
        {
            "temperature": 0.5,
            "top_p": 0.9,
            "top_k": 40,
            "max_tokens": 7,
            "stop": "x",
            "seed": 1,
            "presence_penalty": 0.1,
            "frequency_penalty": 0.2,
            "safety_mode": "STRICT",
            "logprobs": True,
            "priority": 1,
        },
        {
            "temperature": 0.5,
            "p": 0.9,
            "k": 40,
            "max_tokens": 7,
            "stop_sequences": ["x"],
            "seed": 1,
            "presence_penalty": 0.1,
            "frequency_penalty": 0.2,
            "safety_mode": "STRICT",
            "logprobs": True,
            "priority": 1,
        },
    ),
    "tools": (
        {"tools": recorded.TOOLS, "tool_choice": "required", "strict_tools": True},
        {"tools": recorded.TOOLS, "tool_choice": "REQUIRED", "strict_tools": True},
    ),
    "schema": (
        {"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA}}},
        {"response_format": {"type": "json_object", "json_schema": SCHEMA}},
    ),
    "documents": (
        {"documents": ["a", {"id": "b", "data": {"text": "c"}}], "citation_options": {"mode": "FAST"}},
        {"documents": ["a", {"id": "b", "data": {"text": "c"}}], "citation_options": {"mode": "FAST"}},
    ),
    "no-thinking": ({"reasoning_effort": "none"}, {"thinking": {"type": "disabled"}}),
}


@pytest.mark.parametrize("name", REQUESTS)
@pytest.mark.parametrize("stream", [True, False])
def test_both_ask_the_same(name, stream):
    """The bodies are equal, field by field, and the key is in the same header."""
    ours, theirs = REQUESTS[name]
    case = (STREAMS if stream else WHOLE)[0]
    with upstream_of(case) as upstream, client_of(upstream) as client:
        list(cohere._create_completion("m", OURS, stream, base_url=upstream.url, auth=KEY, **ours))
        if stream:
            list(client.chat_stream(model="m", messages=HISTORY, **theirs))
        else:
            client.chat(model="m", messages=HISTORY, **theirs)
        sent, wanted = upstream.requests
    assert sent.json() == wanted.json()
    assert (sent.method, sent.target, sent.header("authorization")) == (
        wanted.method,
        wanted.target,
        wanted.header("authorization"),
    )
