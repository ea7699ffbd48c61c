"""OpenAI's own Python client reads the same bytes as the provider does, and sends the same requests."""

import importlib.util
import json
from pathlib import Path

import pytest

from g4f_lite.errors import ProviderStatusError
from g4f_lite.events import Citation, Finish, Reasoning, Refusal, Served, ToolCallDelta, Usage
from g4f_lite.testing import Reply, Upstream

openai = pytest.importorskip("openai", reason="the official client `openai` is not installed")

KEY = "planted-key-7f3a9c51e2"
HI = [{"role": "user", "content": "Hi"}]


def recorded():
    spec = importlib.util.spec_from_file_location(
        "responses_client_cases", Path(__file__).with_name("cases.py")
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


RECORDED = recorded()
OPENAIS = [
    case
    for case in RECORDED.CASES
    if case.error is None
    and case.content_type == ""
    and not any(word in case.id for word in ("llama.cpp", "only", "keep-alives"))
]
"""What the client reads too: it wants every event of a stream, and knows no other service's."""


def official(upstream):
    return openai.OpenAI(api_key=KEY, base_url=upstream.url, max_retries=0)


def reply(case):
    return Reply(case.body, headers={"content-type": case.media_type, **case.headers})


def their_response(case, upstream):
    with official(upstream) as client:
        if not case.stream:
            return client.responses.create(model="gpt-5.4-mini", input=HI)
        with client.responses.stream(model="gpt-5.4-mini", input=HI) as stream:
            events = list(stream)
        return events[-1].response


def of_kind(items, kind):
    return [item for item in items if isinstance(item, kind)]


@pytest.fixture
def our_items(exchange):
    return lambda case, upstream: list(exchange(stream=case.stream, base_url=upstream.url, auth=KEY))


@pytest.mark.parametrize("case", OPENAIS, ids=lambda case: case.id)
def test_the_official_client_reads_the_same(case, our_items):
    """Text, reasoning, tool calls, sources, usage and finish reason are those of the official client."""
    with Upstream(reply(case)) as upstream:
        theirs, ours = their_response(case, upstream), our_items(case, upstream)
    assert "".join(of_kind(ours, str)) == theirs.output_text
    messages = [item for item in theirs.output if item.type == "message"]
    parts = [part for item in messages for part in item.content]
    assert "".join(item.text for item in of_kind(ours, Refusal)) == "".join(
        part.refusal for part in parts if part.type == "refusal"
    )
    thoughts = [item for item in theirs.output if item.type == "reasoning"]
    assert "".join(item.text for item in of_kind(ours, Reasoning)) == "\n\n".join(
        part.text for item in thoughts for part in [*item.summary, *(item.content or ())]
    )
    found = {}
    for item in of_kind(ours, ToolCallDelta):
        call = found.setdefault(item.position, [item.id, item.name, ""])
        call[2] += item.arguments
    assert list(found.values()) == [
        [item.call_id, item.name, item.arguments if item.type == "function_call" else item.input]
        for item in theirs.output
        if item.type in ("function_call", "custom_tool_call")
    ]
    assert [item.url for item in of_kind(ours, Citation) if item.url] == [
        source.url
        for part in parts
        if part.type == "output_text"
        for source in part.annotations
        if source.type == "url_citation"
    ]
    (served,) = of_kind(ours, Served)
    assert served == Served(theirs.model, theirs.id, int(theirs.created_at))
    (usage,) = of_kind(ours, Usage)
    assert usage == Usage(
        theirs.usage.input_tokens,
        theirs.usage.output_tokens,
        theirs.usage.input_tokens_details.cached_tokens,
        theirs.usage.output_tokens_details.reasoning_tokens,
        theirs.usage.input_tokens_details.cache_write_tokens,
    )
    (finish,) = of_kind(ours, Finish)
    reason = theirs.incomplete_details.reason if theirs.incomplete_details else None
    assert (finish.raw or finish.reason if theirs.status == "incomplete" else None) == reason


@pytest.mark.parametrize("ident", ["text", "tools", "reasoning"])
def test_the_pieces_are_the_official_clients(ident, our_items):
    """The deltas of a stream are those of the official client, one by one."""
    case = RECORDED.STREAMED[ident]
    with Upstream(reply(case)) as upstream:
        with official(upstream) as client, client.responses.stream(model="o3", input=HI) as stream:
            theirs = [event for event in stream if event.type.endswith(".delta")]
        ours = our_items(case, upstream)
    assert of_kind(ours, str) == [
        event.delta for event in theirs if event.type == "response.output_text.delta"
    ]
    assert [item.arguments for item in of_kind(ours, ToolCallDelta) if item.arguments] == [
        event.delta for event in theirs if event.type == "response.function_call_arguments.delta"
    ]


def case_of(ident):
    return next(case for case in RECORDED.CASES if case.id == f"responses-{ident}")


def test_the_official_client_raises_for_the_same_error(our_items):
    """The official client raises for an error object in a stream too, for the same reason."""
    with Upstream(reply(case_of("nested-error-event"))) as upstream:
        with pytest.raises(openai.APIError) as theirs:
            their_response(case_of("nested-error-event"), upstream)
        with pytest.raises(ProviderStatusError) as ours:
            our_items(case_of("nested-error-event"), upstream)
    assert theirs.value.code == ours.value.code == "context_length_exceeded"


def test_an_error_event_says_the_same_to_both(our_items):
    """The official client returns the flat error event unchanged; the error has its content."""
    with Upstream(reply(case_of("error-event"))) as upstream:
        with official(upstream) as client:
            theirs = list(client.responses.create(model="o3", input=HI, stream=True))[-1]
        with pytest.raises(ProviderStatusError) as ours:
            our_items(case_of("error-event"), upstream)
    assert theirs.type == "error"
    assert (theirs.code, theirs.message) == (ours.value.code, ours.value.body)


SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
OURS_AND_THEIRS = {
    "plain": ({}, {"input": HI}),
    "sampling": (
        {"max_tokens": 5, "temperature": 0.5, "top_p": 0.9, "logprobs": True, "top_logprobs": 2},
        {
            "input": HI,
            "max_output_tokens": 5,
            "temperature": 0.5,
            "top_p": 0.9,
            "top_logprobs": 2,
            "include": ["message.output_text.logprobs"],
        },
    ),
    "tools": (
        {
            "tools": [
                {"type": "function", "function": {"name": "w", "parameters": SCHEMA, "strict": True}},
                {"type": "web_search"},
            ],
            "tool_choice": {"type": "function", "function": {"name": "w"}},
            "parallel_tool_calls": False,
            "truncation": "auto",
            "service_tier": "flex",
        },
        {
            "input": HI,
            "tools": [
                {"type": "function", "name": "w", "parameters": SCHEMA, "strict": True},
                {"type": "web_search"},
            ],
            "tool_choice": {"type": "function", "name": "w"},
            "parallel_tool_calls": False,
            "truncation": "auto",
            "service_tier": "flex",
        },
    ),
    "structured": (
        {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "place", "schema": SCHEMA, "strict": True},
            },
            "verbosity": "low",
            "reasoning_effort": "low",
            "reasoning_summary": "auto",
            "metadata": {"a": "b"},
        },
        {
            "input": HI,
            "text": {
                "format": {"type": "json_schema", "name": "place", "schema": SCHEMA, "strict": True},
                "verbosity": "low",
            },
            "reasoning": {"effort": "low", "summary": "auto"},
            "include": ["reasoning.encrypted_content"],
            "metadata": {"a": "b"},
        },
    ),
    "messages": (
        {
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": [{"type": "text", "text": "What?"}]},
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [
                        {"id": "c1", "type": "function", "function": {"name": "w", "arguments": "{}"}}
                    ],
                },
                {"role": "tool", "tool_call_id": "c1", "content": "Sun"},
            ]
        },
        {
            "input": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": [{"type": "input_text", "text": "What?"}]},
                {"type": "function_call", "call_id": "c1", "name": "w", "arguments": "{}"},
                {"type": "function_call_output", "call_id": "c1", "output": "Sun"},
            ]
        },
    ),
}


def without_type(items):
    """Return items without the type of messages, which may be left out."""
    return [
        {key: value for key, value in item.items() if (key, value) != ("type", "message")} for item in items
    ]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", OURS_AND_THEIRS)
def test_the_official_client_sends_the_same(name, stream, exchange):
    """The official client makes the same request: address, body and key."""
    ours, theirs = OURS_AND_THEIRS[name]
    case = next(case for case in OPENAIS if case.stream is stream)
    with Upstream(reply(case)) as upstream:
        with official(upstream) as client:
            made = client.responses.create(
                model="gpt-4.1-mini", store=False, **theirs, **({"stream": True} if stream else {})
            )
            if stream:
                list(made)
        list(exchange(stream=stream, base_url=upstream.url, auth=KEY, **ours))
        first, second = upstream.requests
    assert first.target == second.target == "/responses"
    wanted, sent = first.json(), second.json()
    assert without_type(sent.pop("input")) == wanted.pop("input")
    assert sent == wanted
    assert first.header("authorization") == second.header("authorization") == f"Bearer {KEY}"


def test_items_sent_back_fit_the_official_types(exchange):
    """The items of an answer with reasoning and tool calls that are sent back fit the client's types."""
    pydantic = pytest.importorskip("pydantic")
    from openai.types.responses import ResponseInputItemParam

    output = next(row[1] for row in RECORDED.MIXED if row[0] == "reasoning")
    decoder = exchange(stream=False).decoder
    decoder.feed(RECORDED.whole(*output))
    signatures = [
        item.signature for item in decoder.close() if isinstance(item, Reasoning) and item.signature
    ]
    message = {
        "role": "assistant",
        "content": "I look.",
        "reasoning": [{"text": "Hm.", "signature": signature} for signature in signatures],
    }
    sent = exchange([*HI, message]).request.json["input"]
    adapter = pydantic.TypeAdapter(ResponseInputItemParam)
    for item in sent:
        adapter.validate_python(json.loads(json.dumps(item)))
    assert [item["type"] for item in sent] == ["message", "reasoning", "message", "reasoning"]
