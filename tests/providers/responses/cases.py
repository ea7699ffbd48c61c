"""Recorded bodies of OpenAI's Responses API: whole responses, and streams of events.

The shapes are those of OpenAI's reference and of its Python client's types; those of llama.cpp are what its
server sent. Texts, numbers and identifiers of the others are made up: the service was not called.
"""

import json

from provider_case import Case, ErrorCase

from g4f_lite.errors import (
    ContentFilterError,
    ContextLengthError,
    InvalidRequestError,
    ProviderResponseError,
    QuotaExceededError,
    RateLimitError,
    ServiceUnavailableError,
)

TEXT = 'Grüße, 世界! \U0001f469\u200d\U0001f680 e\u0301\n\n- <b> & "quotes" \\ \u2028.'
RESPONSES = {"api": "responses"}
USAGE = {
    "input_tokens": 36,
    "input_tokens_details": {"cached_tokens": 16, "cache_write_tokens": 4},
    "output_tokens": 87,
    "output_tokens_details": {"reasoning_tokens": 64},
    "total_tokens": 123,
}


def dump(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def response(*output, status="completed", usage=USAGE, **more):
    """Return the response object."""
    return {
        "id": "resp_67ccd2bed1ec8190b14f964abc0542670bb6a6b452d3795b",
        "object": "response",
        "created_at": 1741476542,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "model": "gpt-5.4-mini-2026-03-17",
        "output": list(output),
        "parallel_tool_calls": True,
        "service_tier": "default",
        "store": False,
        "tool_choice": "auto",
        "tools": [],
        "usage": usage,
        **more,
    }


# --- items ----------------------------------------------------------------------------------------


def text_part(text, *annotations, **more):
    return {"type": "output_text", "text": text, "annotations": list(annotations), "logprobs": [], **more}


def message(*parts, ident="msg_67ccd2bf17f0", **more):
    return {
        "id": ident,
        "type": "message",
        "status": "completed",
        "role": "assistant",
        "content": list(parts),
        **more,
    }


def call(name, arguments, ident="fc_67ccd2bf", call_id="call_unLAR8Mvh4"):
    return {
        "id": ident,
        "type": "function_call",
        "status": "completed",
        "call_id": call_id,
        "name": name,
        "arguments": arguments,
    }


def reasoning(*summary, ident="rs_6820f383d7c0", encrypted="gAAAAABoISQ24OyVRYbkYfukdJoqdzWT", raw=()):
    item = {
        "id": ident,
        "type": "reasoning",
        "summary": [{"type": "summary_text", "text": text} for text in summary],
    }
    if raw:
        item["content"] = [{"type": "reasoning_text", "text": text} for text in raw]
    return {**item, "encrypted_content": encrypted} if encrypted else item


URL = {
    "type": "url_citation",
    "start_index": 0,
    "end_index": 9,
    "title": "Weather",
    "url": "https://example.org/weather",
}
FILE = {"type": "file_citation", "index": 9, "file_id": "file-2dtbBZdjtDKS8eqWxqbgDi", "filename": "rain.pdf"}
SEARCH = {
    "id": "ws_67c9fa0502748190b7dd390736892e100be649c1a5ff9609",
    "type": "web_search_call",
    "status": "completed",
    "action": {"type": "search", "query": "rain"},
}
PICTURE = {
    "id": "ig_6893d5e6",
    "type": "image_generation_call",
    "status": "completed",
    "output_format": "webp",
    "result": "UklGRiQAAABXRUJQ",
}
TOOL_CALLS = (("get_weather", '{"city": "Zürich"}'), ("get_time", '{"zone": "Europe/Zurich"}'))
CALLS = [
    call(name, arguments, f"fc_{place}", f"call_{place}")
    for place, (name, arguments) in enumerate(TOOL_CALLS)
]


# --- events ---------------------------------------------------------------------------------------


def events(*found, names=True):
    """Return a stream of events, numbered as by the service."""
    lines = []
    for number, event in enumerate(found):
        if names:
            lines.append(f"event: {event['type']}\n")
        lines.append(f"data: {dump({**event, 'sequence_number': number})}\n\n")
    return "".join(lines).encode()


def event(kind, **fields):
    return {"type": f"response.{kind}", **fields}


def begin():
    return [event("created", response=response(status="in_progress", usage=None))]


def pieces(text):
    middle = len(text) // 2
    return [text[:3], text[3:middle], text[middle:]] if middle > 3 else [text]


def item_events(number, item):
    """Return all events that OpenAI's service sends for an item."""
    where = {"output_index": number, "item_id": item["id"]}
    started = {**item, "status": "in_progress"}
    inner = []
    if item["type"] == "message":
        started["content"] = []
        for place, part in enumerate(item["content"]):
            inner += part_events({**where, "content_index": place}, part)
    elif item["type"] == "reasoning":
        started |= {"summary": [], "encrypted_content": "partial"}
        started.pop("content", None)
        for place, part in enumerate(item["summary"]):
            inner += thought_events({**where, "summary_index": place}, part)
        for place, part in enumerate(item.get("content", ())):
            there = {**where, "content_index": place}
            inner += [event("reasoning_text.delta", **there, delta=piece) for piece in pieces(part["text"])]
            inner.append(event("reasoning_text.done", **there, text=part["text"]))
    elif item["type"] == "function_call":
        started["arguments"] = ""
        name = "function_call_arguments"
        inner += [event(f"{name}.delta", **where, delta=piece) for piece in pieces(item["arguments"])]
        inner.append(event(f"{name}.done", **where, arguments=item["arguments"], name=item["name"]))
    elif item["type"] == "custom_tool_call":
        started["input"] = ""
        inner += [
            event("custom_tool_call_input.delta", **where, delta=piece) for piece in pieces(item["input"])
        ]
        inner.append(event("custom_tool_call_input.done", **where, input=item["input"]))
    else:
        started.pop("result", None)
        inner.append(event(f"{item['type']}.in_progress", **where))
        if item["type"] == "image_generation_call":
            early = {"partial_image_index": 0, "partial_image_b64": "UklGRg=="}
            inner.append(event("image_generation_call.partial_image", **where, **early))
        inner.append(event(f"{item['type']}.completed", **where))
    return [
        event("output_item.added", output_index=number, item=started),
        *inner,
        event("output_item.done", output_index=number, item=item),
    ]


def part_events(where, part):
    if part["type"] == "refusal":
        empty = {"type": "refusal", "refusal": ""}
        inner = [event("refusal.delta", **where, delta=piece) for piece in pieces(part["refusal"])]
        inner.append(event("refusal.done", **where, refusal=part["refusal"]))
    else:
        empty = text_part("")
        inner = []
        chances = list(part["logprobs"])
        for piece in pieces(part["text"]):
            inner.append(
                event("output_text.delta", **where, delta=piece, logprobs=chances[:1], obfuscation="x9")
            )
            del chances[:1]
        for place, source in enumerate(part["annotations"]):
            inner.append(
                event("output_text.annotation.added", **where, annotation_index=place, annotation=source)
            )
        inner.append(event("output_text.done", **where, text=part["text"], logprobs=part["logprobs"]))
    return [
        event("content_part.added", **where, part=empty),
        *inner,
        event("content_part.done", **where, part=part),
    ]


def thought_events(where, part):
    return [
        event("reasoning_summary_part.added", **where, part={"type": "summary_text", "text": ""}),
        *(event("reasoning_summary_text.delta", **where, delta=piece) for piece in pieces(part["text"])),
        event("reasoning_summary_text.done", **where, text=part["text"]),
        event("reasoning_summary_part.done", **where, part=part),
    ]


def answer(*items, status="completed", **more):
    """Return the events of an answer with these items."""
    inner = [one for number, item in enumerate(items) for one in item_events(number, item)]
    return [*begin(), *inner, event(status, response=response(*items, status=status, **more))]


def failed(code, words):
    error = {"code": code, "message": words}
    return event("failed", response=response(status="failed", usage=None, error=error))


HALF = [*begin(), *item_events(0, message(text_part("So f")))[:-3]]
"""The events of an answer up to its last delta."""

# llama.cpp leaves out the index of an item, and the `id` of a tool call.
LLAMA = {"id": "resp_CuJhfGPj8tf71j2BcDilyz6V4exzQFH1", "object": "response"}
LLAMA_TEXT = message(text_part("I'm here."), ident="msg_CaR8nheef")
LLAMA_CALL = {
    "type": "function_call",
    "status": "completed",
    "call_id": "fc_zxvbnm",
    "name": "get_weather",
    "arguments": '{"city": "Rome"}',
}
LLAMA_THOUGHT = {**reasoning(raw=["Hm. ", "Rome."], ident="rs_qwe", encrypted=""), "status": "completed"}
LLAMA_END = {
    **LLAMA,
    "created_at": 1795437426,
    "status": "completed",
    "model": "smollm2-135m-instruct",
    "usage": {
        "input_tokens": 36,
        "output_tokens": 87,
        "total_tokens": 123,
        "input_tokens_details": {"cached_tokens": 0},
    },
}


def llama(item, *deltas):
    started = {
        **item,
        "status": "in_progress",
        **({"arguments": ""} if "arguments" in item else {"content": []}),
    }
    ident = item.get("id") or item["call_id"]
    return [
        event("output_item.added", item=started),
        *(event(kind, item_id=ident, delta=piece) for kind, piece in deltas),
        event("output_item.done", item=item),
    ]


LLAMA_STREAM = [
    event("created", response={**LLAMA, "status": "in_progress"}),
    *llama(LLAMA_THOUGHT, ("reasoning_text.delta", "Hm. ")),
    *llama(
        LLAMA_TEXT, ("output_text.delta", "I'm"), ("output_text.delta", " here"), ("output_text.delta", ".")
    ),
    *llama(
        LLAMA_CALL,
        ("function_call_arguments.delta", '{"city": '),
        ("function_call_arguments.delta", '"Rome"}'),
    ),
    {
        **event("completed", response={**LLAMA_END, "output": [LLAMA_THOUGHT, LLAMA_TEXT, LLAMA_CALL]}),
        "timings": {"predicted_n": 12},
    },
]


def case(ident, body, **expected):
    return Case(
        id=f"responses-{ident}",
        provider="openai",
        body=body,
        options={**RESPONSES, **expected.pop("options", {})},
        **{"finish_reason": "stop", "usage": (36, 87), **expected},
    )


def broken(ident, body, error, **expected):
    return case(ident, body, error=error, finish_reason=None, usage=None, **expected)


def whole(*items, **more):
    return json.dumps(response(*items, **more), ensure_ascii=False, indent=2).encode()


# The items of an answer, and the expected result, in a stream and as a whole.
MIXED = [
    (
        "text",
        [message(text_part(TEXT))],
        {},
        {"text": TEXT},
    ),
    (
        "two-texts",
        [message(text_part("One. "), text_part("Two. ")), message(text_part("Three."), ident="msg_2")],
        {},
        {"text": "One. Two. Three."},
    ),
    ("tools", CALLS, {}, {"tool_calls": TOOL_CALLS, "finish_reason": "tool_calls"}),
    (
        "reasoning",
        [
            reasoning("**Weather**\n\nThe user asks…", "**Time**\n\nAnd the time."),
            message(text_part("I look."), phase="commentary"),
            CALLS[0],
            reasoning("Once more.", ident="rs_2"),
            CALLS[1],
        ],
        {},
        {
            "text": "I look.",
            "reasoning": "**Weather**\n\nThe user asks…\n\n**Time**\n\nAnd the time.\n\nOnce more.",
            "tool_calls": TOOL_CALLS,
            "finish_reason": "tool_calls",
        },
    ),
    (
        "raw-reasoning",
        [reasoning(raw=["Hm, let me see."], encrypted=None), message(text_part("Yes."))],
        {},
        {"text": "Yes.", "reasoning": "Hm, let me see."},
    ),
    (
        "custom-tool",
        [
            {
                "id": "ctc_1",
                "type": "custom_tool_call",
                "status": "completed",
                "call_id": "call_c",
                "name": "code_exec",
                "input": 'print("hello")',
            }
        ],
        {},
        {"tool_calls": (("code_exec", 'print("hello")'),), "finish_reason": "tool_calls"},
    ),
    (
        "refusal",
        [message({"type": "refusal", "refusal": "I'm sorry, I cannot help with that."})],
        {},
        {"refusal": "I'm sorry, I cannot help with that."},
    ),
    (
        "sources",
        [SEARCH, message(text_part("Rain. "), text_part("It rained.", URL, FILE))],
        {},
        {"text": "Rain. It rained.", "citations": 2},
    ),
    ("picture", [PICTURE, message(text_part("Here."))], {}, {"text": "Here.", "media": 1}),
    (
        "logprobs",
        [
            message(
                text_part(
                    "Hello you",
                    logprobs=[
                        {"token": "Hello", "bytes": [72], "logprob": -0.1, "top_logprobs": []},
                        {"token": " you", "bytes": [32], "logprob": -0.5, "top_logprobs": []},
                    ],
                )
            )
        ],
        {},
        {"text": "Hello you"},
    ),
    (
        "length",
        [message(text_part("Once upon"), status="incomplete")],
        {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}},
        {"text": "Once upon", "finish_reason": "length"},
    ),
    (
        "filtered",
        [message(text_part("Half an ans"), status="incomplete")],
        {"status": "incomplete", "incomplete_details": {"reason": "content_filter"}},
        {"text": "Half an ans", "finish_reason": "content_filter"},
    ),
]
STREAMED = {
    ident: case(ident, events(*answer(*items, **more)), **wanted) for ident, items, more, wanted in MIXED
}
CASES = [
    *STREAMED.values(),
    *(
        case(f"whole-{ident}", whole(*items, **more), stream=False, **wanted)
        for ident, items, more, wanted in MIXED
    ),
    # The same answers, from services that send fewer events.
    *(
        case(
            f"ends-only-{ident}",
            events(*(one for one in answer(*items, **more) if one["type"].endswith((".done", "ed")))),
            **wanted,
        )
        for ident, items, more, wanted in MIXED[1:3]
    ),
    *(
        case(f"completed-only-{ident}", events(answer(*items, **more)[-1], names=False), **wanted)
        for ident, items, more, wanted in MIXED[3:9:2]
    ),
    case(
        "deltas-only",
        events(
            *begin(),
            *item_events(0, message(text_part(TEXT)))[2:-3],
            event("completed", response=response()),
        ),
        text=TEXT,
    ),
    case(
        "llama.cpp",
        events(*LLAMA_STREAM) + b"data: [DONE]\n\n",
        text="I'm here.",
        reasoning="Hm. \n\nRome.",
        tool_calls=(("get_weather", '{"city": "Rome"}'),),
        finish_reason="tool_calls",
    ),
    case(
        "keep-alives",
        b': ping\r\n\r\nevent: keepalive\ndata: {"type": "keepalive", "sequence_number": 3}\n\n'
        + events(event("queued", response=response(status="queued")))
        + events(event("in_progress", response=response(status="in_progress")))
        + STREAMED["text"].body.replace(b"\n", b"\r\n"),
        text=TEXT,
    ),
    case("whole-in-place-of-a-stream", whole(message(text_part(TEXT))), text=TEXT, content_type="application/json"),
    broken("cut-short", events(*HALF), ProviderResponseError, text="So f"),
    broken("done-without-end", events(*HALF) + b"data: [DONE]\n\n", ProviderResponseError, text="So f"),
    broken("empty", b"", ProviderResponseError),
    broken(
        "failed",
        events(*HALF, failed("server_error", "The model failed to generate a response.")),
        ServiceUnavailableError,
        text="So f",
        error_attributes={"code": "server_error"},
    ),
    broken(
        "failed-prompt",
        events(*begin(), failed("invalid_prompt", "Invalid prompt: limited access.")),
        InvalidRequestError,
        error_attributes={"code": "invalid_prompt", "status": 400},
    ),
    broken(
        "failed-policy",
        events(*begin(), failed("image_content_policy_violation", "The picture is not allowed.")),
        ContentFilterError,
        error_attributes={"code": "image_content_policy_violation"},
    ),
    broken(
        "failed-limit",
        events(*begin(), failed("rate_limit_exceeded", "Rate limit reached for gpt-5.4.")),
        RateLimitError,
        error_attributes={"code": "rate_limit_exceeded"},
    ),
    broken(
        "error-event",
        events(
            *HALF,
            {"type": "error", "code": "server_error", "message": "The server had an error.", "param": None},
        ),
        ServiceUnavailableError,
        text="So f",
        error_attributes={"code": "server_error", "kind": None},
    ),
    broken(
        "nested-error-event",
        events(
            *begin(),
            {
                "type": "error",
                "error": {
                    "type": "invalid_request_error",
                    "code": "context_length_exceeded",
                    "message": "Your input exceeds the context window of this model.",
                    "param": "input",
                },
            },
        ),
        ContextLengthError,
        error_attributes={"code": "context_length_exceeded", "param": "input"},
    ),
    broken(
        "error-without-a-type",
        b'data: {"error": {"message": "Spent.", "code": "insufficient_quota"}}\n\n',
        QuotaExceededError,
    ),
    broken(
        "no-json", events(*HALF) + b"data: {oops}\n\n", ProviderResponseError, text="So f"
    ),
    broken("whole-failed", whole(status="failed", error={"code": "server_error", "message": "No."}), ServiceUnavailableError, stream=False),
    broken("whole-cancelled", whole(status="cancelled"), ServiceUnavailableError, stream=False),
    broken("whole-queued", whole(status="queued"), ProviderResponseError, stream=False),
    broken("whole-of-the-chat-api", b'{"id": "x", "choices": []}', ProviderResponseError, stream=False),
    broken(
        "whole-error",
        b'{"error": {"message": "Too many.", "type": "requests", "code": "rate_limit_exceeded"}}',
        RateLimitError,
        stream=False,
    ),
]  # fmt: skip


ERRORS = [
    ErrorCase(
        id="responses-wrong-value",
        provider="openai",
        status=400,
        options=RESPONSES,
        body=dump(
            {
                "error": {
                    "message": "Encrypted content is not supported with this model.",
                    "type": "invalid_request_error",
                    "param": "include",
                    "code": None,
                }
            }
        ).encode(),
        error=InvalidRequestError,
        check=lambda error: error.param == "include",
    ),
]
