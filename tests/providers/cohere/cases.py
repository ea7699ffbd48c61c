"""Recorded answers of Cohere, in the shapes of its API reference and its guides to streaming and tool use."""

import json

from provider_case import Case, ErrorCase

from g4f_lite.errors import (
    AuthenticationError,
    ContentFilterError,
    ContextLengthError,
    InvalidRequestError,
    NotFoundError,
    ProviderResponseError,
    QuotaExceededError,
    RateLimitError,
    ServiceUnavailableError,
)

ID = "29f14a5a-11de-4cae-9800-25e4747408ea"
USAGE = {
    "billed_units": {"input_tokens": 5.0, "output_tokens": 26.0},
    "tokens": {"input_tokens": 71.0, "output_tokens": 26.0},
    "cached_tokens": 64.0,
}


def dumps(value) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def sse(*events, end="\n") -> bytes:
    return "".join(f"event: {event['type']}{end}data: {dumps(event)}{end}{end}" for event in events).encode()


def event(kind, message=None, index=None, **more):
    shown = {"type": kind}
    if index is not None:
        shown["index"] = index
    if message is not None:
        shown["delta"] = {"message": message}
    return shown | more


START = event(
    "message-start",
    {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []},
    id=ID,
)


def content(*texts, index=0, kind="text"):
    return [
        event("content-start", {"content": {"type": kind, kind: ""}}, index),
        *(event("content-delta", {"content": {kind: text}}, index) for text in texts),
        event("content-end", index=index),
    ]


def call(index, identifier, name, *arguments):
    function = {"name": name, "arguments": ""}
    return [
        event(
            "tool-call-start",
            {"tool_calls": {"id": identifier, "type": "function", "function": function}},
            index,
        ),
        *(
            event("tool-call-delta", {"tool_calls": {"function": {"arguments": piece}}}, index)
            for piece in arguments
        ),
        event("tool-call-end", index=index),
    ]


def last(reason="COMPLETE", **more):
    return {"type": "message-end", "delta": {"finish_reason": reason, "usage": USAGE, **more}}


def citation(index, start, end, text, sources, **more):
    return [
        event(
            "citation-start",
            {
                "citations": {
                    "start": start,
                    "end": end,
                    "text": text,
                    "sources": sources,
                    "type": "TEXT_CONTENT",
                }
                | more
            },
            index,
        ),
        event("citation-end", index=index),
    ]


DOCUMENT = {
    "type": "document",
    "id": "doc:0",
    "document": {"id": "doc:0", "title": "Tall penguins", "snippet": "Emperor penguins are the tallest."},
}
TOOL = {
    "type": "tool",
    "id": "get_weather_m3kdvxncg1p8:0",
    "tool_output": {"temperature": '{"madrid":"24°C"}'},
}
UNICODE = (
    "LL",
    "Ms",
    " stand für",
    " große \N{SMILING FACE WITH OPEN MOUTH}",
    "\u2028模型\n\n",
    '"\\',
    "data: x",
)
CALLED = (
    ("get_weather", '{\n    "location": "Madrid"\n}'),
    ("get_weather", '{\n    "location": "Brasília"\n}'),
)
LOGPROBS = {"text": "Hé", "token_ids": [43, 907], "logprobs": [-0.5, -0.25]}
PLAN = ("I", " will", " search", " for the weather.")
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "gets the weather of a given location",
            "parameters": {
                "type": "object",
                "properties": {"location": {"type": "string"}},
                "required": ["location"],
            },
        },
    }
]


def whole(content=None, reason="COMPLETE", message=None, **more) -> bytes:
    said = {"role": "assistant"} | ({} if content is None else {"content": content}) | (message or {})
    return dumps({"id": ID, "finish_reason": reason, "message": said, "usage": USAGE} | more).encode()


def text_block(text):
    return {"type": "text", "text": text}


def chat(**fields) -> Case:
    counted = {} if "error" in fields else {"usage": (71, 26), "finish_reason": "stop"}
    return Case(**{"provider": "cohere", **counted, **fields})


def tool_calls(pairs):
    return [
        {"id": f"get_weather_{place}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for place, (name, arguments) in enumerate(pairs)
    ]


CASES = [
    chat(id="text", body=sse(START, *content(*UNICODE), last()), text="".join(UNICODE)),
    chat(id="crlf", body=sse(START, *content(*UNICODE), last(), end="\r\n"), text="".join(UNICODE)),
    chat(
        id="thinking",
        body=sse(
            START,
            *content("First, ", "I consider…", kind="thinking"),
            *content("The answer", " is 42.", index=1),
            last(),
        ),
        reasoning="First, I consider…",
        text="The answer is 42.",
        options={"reasoning_effort": "high"},
    ),
    chat(
        id="tools",
        body=sse(
            START,
            *(event("tool-plan-delta", {"tool_plan": piece}) for piece in PLAN),
            *call(
                0,
                "get_weather_p1t92w7gfgq7",
                "get_weather",
                '{\n    "',
                "location",
                '":',
                ' "',
                "Madrid",
                '"\n}',
            ),
            *call(1, "get_weather_ay6nmvjgp9vn", "get_weather", '{\n    "location": "Bras', 'ília"\n}'),
            last("TOOL_CALL"),
        ),
        reasoning="".join(PLAN),
        tool_calls=CALLED,
        finish_reason="tool_calls",
        options={"tools": TOOLS},
    ),
    chat(
        id="tools-of-one-index",  # Each tool call has the index of the one before.
        body=sse(
            START,
            *call(0, "a", "get_weather", CALLED[0][1]),
            *call(0, "b", "get_weather", CALLED[1][1]),
            *call(0, "c", "now", "{", "}"),
            last("TOOL_CALL"),
        ),
        tool_calls=(*CALLED, ("now", "{}")),
        finish_reason="tool_calls",
        options={"tools": TOOLS},
    ),
    chat(
        id="citations",
        body=sse(
            START,
            *content("Emperor penguins", " are tall; ", "24°C.")[:-1],
            *citation(0, 0, 16, "Emperor penguins", [DOCUMENT, DOCUMENT | {"id": "doc:1"}]),
            *citation(1, 27, 31, "24°C", [TOOL]),
            *citation(2, 0, 4, "plan", [DOCUMENT], type="PLAN"),
            event("content-end", index=0),
            last(),
        ),
        text="Emperor penguins are tall; 24°C.",
        citations=4,
        options={"documents": ["Emperor penguins are the tallest."]},
    ),
    chat(
        id="length",
        body=sse(START, *content("Once upon"), last("MAX_TOKENS")),
        text="Once upon",
        finish_reason="length",
    ),
    chat(
        id="stop-sequence",
        body=sse(START, *content("1, 2"), last("STOP_SEQUENCE")) + b"data: [DONE]\n\n",
        text="1, 2",
        options={"stop": ["3"]},
    ),
    chat(
        id="toxic",
        body=sse(START, *content("I"), last("ERROR_TOXIC")),
        text="I",
        finish_reason="content_filter",
    ),
    chat(
        id="logprobs",
        body=sse(
            START,
            event("content-start", {"content": {"type": "text", "text": ""}}, 0),
            event("content-delta", {"content": {"text": "Hé"}}, 0, logprobs=LOGPROBS),
            event("content-end", index=0),
            last(),
        ),
        text="Hé",
        options={"logprobs": True},
    ),
    chat(
        id="comments-and-unknown-events",
        body=b"\xef\xbb\xbf: ping\n\n"
        + sse(START, event("debug", prompt="<|START|>"), event("new-thing", {"content": {"text": "no"}}))
        + b":\n\nretry: 3000\nid: 7\n\n"
        + sse(*content("Hi"), last(new={"x": [None]})),
        text="Hi",
    ),
    chat(
        id="data-only",  # Without the lines that name the events.
        body=b"".join(f"data: {dumps(item)}\n\n".encode() for item in (START, *content("Hi", "!"), last())),
        text="Hi!",
    ),
    chat(
        id="billed-only",
        body=sse(
            START,
            *content("Hi"),
            {
                "type": "message-end",
                "delta": {"finish_reason": "COMPLETE", "usage": {"billed_units": USAGE["billed_units"]}},
            },
        ),
        text="Hi",
        usage=(5, 26),
    ),
    chat(
        id="error-at-the-end",
        body=sse(START, *content("Half"), last("ERROR", error="internal generation failure")),
        text="Half",
        error=ServiceUnavailableError,
        error_attributes={"status": 500, "body": "internal generation failure"},
    ),
    chat(
        id="timeout-at-the-end",
        body=sse(START, *content("Half"), last("TIMEOUT")),
        text="Half",
        error=ServiceUnavailableError,
        error_attributes={"status": 504},
    ),
    chat(
        id="error-in-the-stream",
        body=sse(START, *content("Half")) + b'data: {"message":"too many requests, slow down"}\n\n',
        text="Half",
        error=ServiceUnavailableError,
        error_attributes={"body": "too many requests, slow down"},
    ),
    chat(id="cut-short", body=sse(START, *content("Hel", "lo")), text="Hello", error=ProviderResponseError),
    chat(id="nothing", body=b"", error=ProviderResponseError),
    chat(id="page", body=b"<html>busy</html>", error=ProviderResponseError),
    chat(
        id="no-json",
        body=sse(START, *content("a")) + b"data: {oops\n\n",
        text="a",
        error=ProviderResponseError,
    ),
    chat(
        id="stream-that-came-whole",
        body=whole([text_block("Hello")]),
        content_type="application/json",
        text="Hello",
    ),
    chat(
        id="stream-that-came-as-an-error",
        body=b'{"id":"x","message":"invalid request: all elements in history must have a message."}',
        content_type="application/json",
        error=ServiceUnavailableError,
    ),
    chat(id="whole-text", stream=False, body=whole([text_block("".join(UNICODE))]), text="".join(UNICODE)),
    chat(
        id="whole-thinking",
        stream=False,
        body=whole([{"type": "thinking", "thinking": "Hm…"}, text_block("Yes"), text_block(".")]),
        reasoning="Hm…",
        text="Yes.",
    ),
    chat(
        id="whole-tools",
        stream=False,
        body=whole(reason="TOOL_CALL", message={"tool_plan": "I will.", "tool_calls": tool_calls(CALLED)}),
        reasoning="I will.",
        tool_calls=CALLED,
        finish_reason="tool_calls",
        options={"tools": TOOLS},
    ),
    chat(
        id="whole-citations",
        stream=False,
        body=whole(
            [{"type": "thinking", "thinking": "…"}, text_block("Tall.")],
            message={
                "citations": [
                    {
                        "start": 0,
                        "end": 4,
                        "text": "Tall",
                        "sources": [DOCUMENT],
                        "content_index": 1,
                        "type": "TEXT_CONTENT",
                    },
                    {"start": 0, "end": 1, "text": "T"},
                ]
            },
            logprobs=[LOGPROBS, {"token_ids": [13], "logprobs": None}],
        ),
        reasoning="…",
        text="Tall.",
        citations=2,
    ),
    chat(
        id="whole-length",
        stream=False,
        body=whole([text_block("Once")], "MAX_TOKENS"),
        text="Once",
        finish_reason="length",
    ),
    chat(
        id="whole-failure",
        stream=False,
        body=whole([text_block("x")], "ERROR"),
        error=ServiceUnavailableError,
    ),
    chat(id="whole-nothing", stream=False, body=b'{"id":"x"}', error=ProviderResponseError),
    chat(
        id="embedding",
        function="embedding",
        stream=False,
        body=dumps(
            {
                "id": "da6e531f-54c6-4a73-bf92-f60566d8d753",
                "embeddings": {"float": [[0.016296387, -0.008354187], [-0.04699707, -1e-7]]},
                "texts": ["a", "b"],
                "response_type": "embeddings_by_type",
                "meta": {"api_version": {"version": "2"}, "billed_units": {"input_tokens": 2}},
            }
        ).encode(),
        vectors=((0.016296387, -0.008354187), (-0.04699707, -1e-7)),
    ),
    chat(
        id="models",
        function="models",
        stream=False,
        body=dumps(
            {
                "models": [
                    {
                        "name": "command-a-03-2025",
                        "is_deprecated": False,
                        "endpoints": ["chat"],
                        "finetuned": False,
                        "context_length": 288000.0,
                        "default_endpoints": [],
                    },
                    {"name": "command-r7b-12-2024", "endpoints": ["generate", "chat"]},
                ],
                "next_page_token": "",
            }
        ).encode(),
        names=("command-a-03-2025", "command-r7b-12-2024"),
    ),
]


def failure(id_, status, said, error, **fields) -> ErrorCase:
    body = dumps({"id": ID, "message": said}).encode()
    return ErrorCase(id=id_, provider="cohere", status=status, body=body, error=error, **fields)


# The messages of 401 and 400 as users report them: cohere-ai/cohere-toolkit issue 857, cohere-ai/sandbox-topically
# issue 4; the statuses are those of the errors page (cohere-ai/cohere-developer-experience pull request 189).
ERRORS = [
    failure("wrong-key", 401, "invalid api token", AuthenticationError),
    failure(
        "too-long",
        400,
        "too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 6354. Try using a "
        "shorter prompt.",
        ContextLengthError,
    ),
    failure("invalid", 400, "invalid request: message must be at least 1 token long", InvalidRequestError),
    failure("unprocessable", 422, "invalid type for parameter seed", InvalidRequestError),
    failure("no-money", 402, "Please add or update your payment method to continue", QuotaExceededError),
    failure(
        "no-such-model",
        404,
        "model 'test-model' not found, make sure the correct model ID was used and that you have access to the model.",
        NotFoundError,
    ),
    failure(
        "too-often",
        429,
        "You are using a Trial key, which is limited to 20 API calls / minute.",
        RateLimitError,
        headers={"retry-after": "3"},
        retry_after=3.0,
    ),
    failure("unsafe", 498, "blocked: please adjust your prompt", ContentFilterError),
    failure("busy", 503, "service unavailable", ServiceUnavailableError),
]
