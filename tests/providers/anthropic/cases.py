"""Recorded answers of the Messages API, in the shapes of its reference.

The pages are "Messages", "Streaming Messages" and "Errors".
"""

import json
from functools import partial

from provider_case import Case, ErrorCase

from g4f_lite.errors import (
    AuthenticationError,
    ContextLengthError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    ProviderResponseError,
    QuotaExceededError,
    RateLimitError,
    ServiceUnavailableError,
)

PROVIDER = "anthropic"
IDENT = "msg_01XFDUDYJgAACzvnptvVoYEL"
USAGE = {
    "input_tokens": 12,
    "cache_creation_input_tokens": 5,
    "cache_read_input_tokens": 30,
    "cache_creation": {"ephemeral_5m_input_tokens": 5, "ephemeral_1h_input_tokens": 0},
    "output_tokens": 1,
    "service_tier": "standard",
}


def sse(*events, pings=()):
    """Return the events of a stream, framed as by the service."""
    framed = [
        f"event: {event['type']}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n" for event in events
    ]
    for place in pings:
        framed.insert(place, 'event: ping\ndata: {"type": "ping"}\n\n')
    return "".join(framed).encode()


def start(**message):
    whole = {
        "id": IDENT,
        "type": "message",
        "role": "assistant",
        "model": "claude-opus-5-5",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": USAGE,
    }
    return {"type": "message_start", "message": {**whole, **message}}


def block(index, content, *deltas):
    """Return the events of a content block: its start, its deltas, its stop."""
    return (
        {"type": "content_block_start", "index": index, "content_block": content},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    )


def text(index, *pieces):
    deltas = ({"type": "text_delta", "text": piece} for piece in pieces)
    return block(index, {"type": "text", "text": ""}, *deltas)


def call(index, ident, name, *pieces):
    deltas = ({"type": "input_json_delta", "partial_json": piece} for piece in pieces)
    return block(index, {"type": "tool_use", "id": ident, "name": name, "input": {}}, *deltas)


def thinking(index, signature, *pieces):
    deltas = [{"type": "thinking_delta", "thinking": piece} for piece in pieces]
    sealed = {"type": "signature_delta", "signature": signature}
    return block(index, {"type": "thinking", "thinking": "", "signature": ""}, *deltas, sealed)


def streamed(index, whole):
    """Return the events of a content block as a stream sends it, with its growing field in deltas."""
    if whole["type"] == "thinking":
        return thinking(
            index, whole["signature"], *filter(None, (whole["thinking"][:9], whole["thinking"][9:]))
        )
    if whole["type"] == "text":
        deltas = [{"type": "text_delta", "text": piece} for piece in (whole["text"][:6], whole["text"][6:])]
        deltas += ({"type": "citations_delta", "citation": item} for item in whole.get("citations", ()))
        return block(index, {"type": "text", "text": ""}, *deltas)
    if whole.get("input"):
        return block(
            index,
            {**whole, "input": {}},
            {"type": "input_json_delta", "partial_json": json.dumps(whole["input"], ensure_ascii=False)},
        )
    return block(index, whole)


def stop(reason, output_tokens=15, **delta):
    return (
        {
            "type": "message_delta",
            "delta": {"stop_reason": reason, "stop_sequence": None, **delta},
            "usage": {"output_tokens": output_tokens},
        },
        {"type": "message_stop"},
    )


def message(content, reason, **others):
    whole = start(content=content, stop_reason=reason, usage={**USAGE, "output_tokens": 15}, **others)[
        "message"
    ]
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


THINKING = "Let me see… 27 · 3 is 81."
SIGNATURE = "EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pk="
SEARCH = {"type": "server_tool_use", "id": "srvtoolu_01", "name": "web_search", "input": {}}
FOUND = {
    "type": "web_search_tool_result",
    "tool_use_id": "srvtoolu_01",
    "content": [
        {
            "type": "web_search_result",
            "title": "Claude Shannon",
            "url": "https://example.org/shannon",
            "encrypted_content": "EqgfCioIARgB",
            "page_age": "April 30, 2025",
        }
    ],
}
CITED = {
    "type": "web_search_result_location",
    "url": "https://example.org/shannon",
    "title": "Claude Shannon",
    "encrypted_index": "Eo8BCioIAhgB",
    "cited_text": "Claude Elwood Shannon (April 30, 1916 — February 24, 2001)",
}
PAGE = {
    "type": "page_location",
    "cited_text": "Water is wet.",
    "document_index": 0,
    "document_title": "Facts",
    "start_page_number": 1,
    "end_page_number": 2,
    "file_id": None,
}
INTERLEAVED = [
    {"type": "thinking", "thinking": THINKING, "signature": SIGNATURE},
    {"type": "text", "text": "First Zürich: "},
    {"type": "tool_use", "id": "toolu_01A", "name": "get_weather", "input": {"city": "Zürich"}},
    {"type": "thinking", "thinking": "", "signature": "EqQBother=="},
    {"type": "redacted_thinking", "data": "EmwKAhgBEgy3va3pzix/LafPsn4a"},
    {"type": "text", "text": "then 💧 the place."},
    {
        "type": "tool_use",
        "id": "toolu_01B",
        "name": "get_position",
        "input": {},
        "caller": {"type": "code_execution_20260120", "tool_id": "srvtoolu_01"},
    },
]
"""Thinking between texts and tool calls, as some models send it."""
MEANT = {
    "text": "First Zürich: then 💧 the place.",
    "reasoning": THINKING,
    "tool_calls": (("get_weather", '{"city": "Zürich"}'), ("get_position", "{}")),
    "finish_reason": "tool_calls",
    "usage": (47, 15),
}
OVERLOADED = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}

case = partial(Case, provider=PROVIDER, model="claude-opus-5-5")

CASES = [
    case(
        id="text",
        body=sse(
            start(), *text(0, "Hel", "lo, ", "wörld ", "👩‍👩‍👧 ", "日本語"), *stop("end_turn"), pings=(1, 3)
        ),
        headers={"request-id": "req_018EeWyXxfu5pfWkrYcMdjWG"},
        text="Hello, wörld 👩‍👩‍👧 日本語",
        finish_reason="stop",
        usage=(47, 15),
    ),
    case(
        id="tools",
        body=sse(
            start(),
            *text(0, "I'll look."),
            *call(1, "toolu_01A", "get_weather", "", '{"city', '": "Zür', 'ich"}'),
            *call(2, "toolu_01B", "get_time", '{"zone": "CET"}'),
            *call(3, "toolu_01C", "get_position", ""),
            *stop("tool_use", 89),
        ),
        text="I'll look.",
        tool_calls=(
            ("get_weather", '{"city": "Zürich"}'),
            ("get_time", '{"zone": "CET"}'),
            ("get_position", "{}"),
        ),
        finish_reason="tool_calls",
        usage=(47, 89),
    ),
    case(
        id="thinking",
        body=sse(
            start(),
            *thinking(0, SIGNATURE, THINKING[:11], THINKING[11:]),
            *block(1, {"type": "redacted_thinking", "data": "EmwKAhgBEgy3va3pzix/LafPsn4a"}),
            *text(2, "81"),
            {
                "type": "message_delta",
                "delta": {"stop_reason": "end_turn", "stop_sequence": None},
                "usage": {
                    "input_tokens": 13,
                    "cache_read_input_tokens": None,
                    "output_tokens": 40,
                    "output_tokens_details": {"thinking_tokens": 31},
                },
            },
            {"type": "message_stop"},
        ),
        text="81",
        reasoning=THINKING,
        finish_reason="stop",
        usage=(48, 40),
    ),
    case(
        id="interleaved",
        body=sse(
            start(),
            *(event for place in enumerate(INTERLEAVED) for event in streamed(*place)),
            *stop("tool_use"),
        ),
        **MEANT,
    ),
    case(id="whole-interleaved", stream=False, body=message(INTERLEAVED, "tool_use"), **MEANT),
    case(
        id="length",
        body=sse(start(), *text(0, "Once upon"), *stop("max_tokens", 2)),
        text="Once upon",
        finish_reason="length",
        usage=(47, 2),
    ),
    case(
        id="window",
        body=sse(start(), *text(0, "Once"), *stop("model_context_window_exceeded", 2)),
        text="Once",
        finish_reason="length",
        usage=(47, 2),
    ),
    case(
        id="stop-sequence",
        body=sse(start(), *text(0, "1, 2, "), *stop("stop_sequence", 4, stop_sequence="3")),
        text="1, 2, ",
        finish_reason="stop",
        usage=(47, 4),
    ),
    case(
        id="refusal",
        body=sse(
            start(),
            *text(0, "First, "),
            *stop(
                "refusal",
                3,
                stop_details={"type": "refusal", "category": "bio", "explanation": "This could do harm."},
            ),
        ),
        text="First, ",
        refusal="This could do harm.",
        finish_reason="content_filter",
        usage=(47, 3),
    ),
    case(
        id="search",
        body=sse(
            start(),
            *text(0, "I'll search. "),
            *block(
                1,
                SEARCH,
                {"type": "input_json_delta", "partial_json": ""},
                {"type": "input_json_delta", "partial_json": '{"query": "when was '},
                {"type": "input_json_delta", "partial_json": 'Shannon born"}'},
            ),
            *block(2, FOUND),
            *block(
                3,
                {"type": "text", "text": "", "citations": []},
                {"type": "citations_delta", "citation": CITED},
                {"type": "text_delta", "text": "On April 30, "},
                {"type": "text_delta", "text": "1916."},
            ),
            *block(
                4,
                {"type": "text", "text": ""},
                {"type": "text_delta", "text": " And water is wet."},
                {"type": "citations_delta", "citation": PAGE},
            ),
            *stop("end_turn", 510),
        ),
        text="I'll search. On April 30, 1916. And water is wet.",
        citations=2,
        finish_reason="stop",
        usage=(47, 510),
    ),
    case(
        id="paused",
        body=sse(start(), *text(0, "Wait"), *stop("pause_turn", 2)),
        text="Wait",
        finish_reason="stop",
        usage=(47, 2),
    ),
    case(
        id="unknown-events",
        body=b": a comment\n\n"
        + sse(
            {"type": "brand_new", "x": [1]},
            start(),
            *block(0, {"type": "text", "text": "A"}, {"type": "new_delta", "x": 1}),
            *block(1, {"type": "hologram", "data": "0101"}),
            *stop("a_new_reason"),
        ),
        text="A",
        finish_reason="stop",
        usage=(47, 15),
    ),
    case(
        id="overloaded-inside",
        body=sse(start(), *text(0, "Hello")[:-1], OVERLOADED),
        text="Hello",
        error=ServiceUnavailableError,
        error_attributes={"status": 529, "kind": "overloaded_error"},
    ),
    case(
        id="cut-short",
        body=sse(start(), *text(0, "Hello")),
        text="Hello",
        error=ProviderResponseError,
    ),
    case(id="nothing", body=b"", error=ProviderResponseError),
    case(
        id="no-json",
        body=sse(start(), *text(0, "Hello")) + b'event: message_delta\ndata: {"type": "mess\n\n',
        text="Hello",
        error=ProviderResponseError,
    ),
    case(
        id="whole-instead",
        body=message([{"type": "text", "text": "Hi."}], "end_turn"),
        content_type="application/json",
        text="Hi.",
        finish_reason="stop",
        usage=(47, 15),
    ),
    case(
        id="error-instead",
        body=json.dumps(OVERLOADED).encode(),
        content_type="application/json",
        error=ServiceUnavailableError,
        error_attributes={"status": 529},
    ),
    case(
        id="whole",
        stream=False,
        body=message(
            [
                {"type": "thinking", "thinking": THINKING, "signature": SIGNATURE},
                {"type": "redacted_thinking", "data": "EmwKAhgB"},
                {"type": "text", "text": "Grüße. ", "citations": None},
                {"type": "text", "text": "Wet 💧.", "citations": [PAGE]},
                {"type": "tool_use", "id": "toolu_01A", "name": "get_weather", "input": {"city": "Zürich"}},
                {"type": "tool_use", "id": "toolu_01B", "name": "get_position", "input": {}},
            ],
            "tool_use",
        ),
        headers={"request-id": "req_018EeWyXxfu5pfWkrYcMdjWG"},
        text="Grüße. Wet 💧.",
        reasoning=THINKING,
        tool_calls=(("get_weather", '{"city": "Zürich"}'), ("get_position", "{}")),
        citations=1,
        finish_reason="tool_calls",
        usage=(47, 15),
    ),
    case(
        id="whole-refusal",
        stream=False,
        body=message([], "refusal", stop_details={"type": "refusal", "category": None, "explanation": None}),
        finish_reason="content_filter",
        usage=(47, 15),
    ),
    case(
        id="whole-search",
        stream=False,
        body=message(
            [
                SEARCH | {"input": {"query": "x"}},
                FOUND,
                {"type": "text", "text": "1916.", "citations": [CITED]},
            ],
            "end_turn",
        ),
        text="1916.",
        citations=1,
        finish_reason="stop",
        usage=(47, 15),
    ),
    case(
        id="whole-page",
        stream=False,
        body=b"<html><body>Hi</body></html>",
        error=ProviderResponseError,
    ),
    case(id="whole-other", stream=False, body=b'{"ok": true}', error=ProviderResponseError),
    case(
        id="models",
        stream=False,
        function="models",
        body=json.dumps(
            {
                "data": [
                    {
                        "type": "model",
                        "id": "claude-opus-5-5",
                        "display_name": "Claude Opus 5.5",
                        "created_at": "2026-09-22T00:00:00Z",
                        "lifecycle": "active",
                    },
                    {
                        "type": "model",
                        "id": "claude-haiku-4-5-20251001",
                        "display_name": "Claude Haiku 4.5",
                        "created_at": "2025-10-01T00:00:00Z",
                        "lifecycle": "active",
                    },
                ],
                "has_more": False,
                "first_id": "claude-opus-5-5",
                "last_id": "claude-haiku-4-5-20251001",
            }
        ).encode(),
        names=("claude-opus-5-5", "claude-haiku-4-5-20251001"),
    ),
]


def failure(status, kind, words, error, **others):
    body = {
        "type": "error",
        "error": {"type": kind, "message": words},
        "request_id": "req_011CSHoEeqs5C35K2UUqR7Fy",
    }
    others.setdefault("id", kind)
    return ErrorCase(
        provider=PROVIDER, status=status, body=json.dumps(body).encode(), error=error, kind=kind, **others
    )


ERRORS = [
    failure(400, "invalid_request_error", "max_tokens: Field required", InvalidRequestError),
    failure(
        400,
        "invalid_request_error",
        "prompt is too long: 214315 tokens > 200000 maximum",
        ContextLengthError,
        id="too-long",
    ),
    failure(
        400,
        "invalid_request_error",
        "Your credit balance is too low to access the Anthropic API.",
        QuotaExceededError,
        id="no-credit",
    ),
    failure(401, "authentication_error", "invalid x-api-key", AuthenticationError),
    failure(402, "billing_error", "There is an issue with your billing.", QuotaExceededError),
    failure(403, "permission_error", "Your key may not use this.", PermissionDeniedError),
    failure(404, "not_found_error", "model: claude-none", NotFoundError),
    failure(413, "request_too_large", "Request exceeds the maximum size", InvalidRequestError),
    failure(
        429,
        "rate_limit_error",
        "This request would exceed your rate limit.",
        RateLimitError,
        headers={"retry-after": "17"},
        retry_after=17.0,
    ),
    failure(500, "api_error", "Internal server error", ServiceUnavailableError),
    failure(504, "timeout_error", "The request timed out.", ServiceUnavailableError),
    failure(529, "overloaded_error", "Overloaded", ServiceUnavailableError),
]
