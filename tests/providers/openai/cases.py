"""Recorded bodies of the OpenAI chat API: in OpenAI's own shape, and in those of compatible services.

The shapes are those of the services' references. Texts, numbers and identifiers are made up; nothing was
recorded at a service, because none was called.
"""

import base64
import json
import struct

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

TEXT = 'Grüße, 世界! \U0001f469\u200d\U0001f680 e\u0301\n\n- <b> & "quotes" \\ \u2028.'


def sse(*chunks, end="data: [DONE]\n\n"):
    """Return a stream of chunks, framed as by the services."""
    return ("".join(f"data: {dump(chunk)}\n\n" for chunk in chunks) + end).encode()


def dump(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def chunk(delta=None, *, index=0, finish=None, model="gpt-4.1-mini-2025-04-14", **more):
    """Return a chunk of OpenAI's stream."""
    choice = {
        "index": index,
        "delta": {} if delta is None else delta,
        "logprobs": None,
        "finish_reason": finish,
    }
    return {
        "id": "chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG",
        "object": "chat.completion.chunk",
        "created": 1741570283,
        "model": model,
        "service_tier": "default",
        "system_fingerprint": "fp_50cad350e4",
        "choices": [choice],
        "usage": None,
        **more,
    }


USAGE = {
    "prompt_tokens": 19,
    "completion_tokens": 10,
    "total_tokens": 29,
    "prompt_tokens_details": {"cached_tokens": 8, "audio_tokens": 0},
    "completion_tokens_details": {
        "reasoning_tokens": 4,
        "audio_tokens": 0,
        "accepted_prediction_tokens": 0,
        "rejected_prediction_tokens": 0,
    },
}


def last(**more):
    return {**chunk(), "choices": [], "usage": USAGE, **more}


def words(text, size=4):
    return [text[place : place + size] for place in range(0, len(text), size)]


def tool(index, arguments, identifier=None, name=None):
    """Return a delta of a tool call in OpenAI's stream."""
    piece = {"index": index, "function": {"arguments": arguments}}
    if identifier:
        piece = {
            "index": index,
            "id": identifier,
            "type": "function",
            "function": {"name": name, "arguments": arguments},
        }
    return chunk({"tool_calls": [piece]})


def completion(*messages, finish="stop", usage=USAGE, **more):
    """Return a whole completion."""
    value = {
        "id": "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT",
        "object": "chat.completion",
        "created": 1741569952,
        "model": "gpt-4.1-mini-2025-04-14",
        "choices": [
            {
                "index": index,
                "message": {"role": "assistant", "refusal": None, "annotations": [], **message},
                "logprobs": None,
                "finish_reason": finish,
            }
            for index, message in enumerate(messages)
        ],
        "usage": usage,
        "service_tier": "default",
        "system_fingerprint": "fp_50cad350e4",
        **more,
    }
    return json.dumps(value, ensure_ascii=False, indent=2).encode()


def floats(*numbers):
    return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()


TEXT_STREAM = sse(
    chunk({"role": "assistant", "content": "", "refusal": None}),
    *(chunk({"content": word}, obfuscation="x9Qe") for word in words(TEXT)),
    chunk(finish="stop"),
    last(),
)
TOOLS_STREAM = sse(
    chunk({"role": "assistant", "content": None}),
    tool(0, "", "call_7Yd2", "get_weather"),
    tool(0, '{"ci'),
    tool(0, 'ty": "Zürich"}'),
    tool(1, "", "call_9Kp4", "get_time"),
    tool(1, '{"zone":'),
    tool(1, ' "Europe/Zurich"}'),
    chunk(finish="tool_calls"),
    last(),
)
TOOL_CALLS = (("get_weather", '{"city": "Zürich"}'), ("get_time", '{"zone": "Europe/Zurich"}'))
REFUSAL_STREAM = sse(
    chunk({"role": "assistant", "content": "", "refusal": None}),
    chunk({"refusal": "I'm sorry, "}),
    chunk({"refusal": "I cannot help with that."}),
    chunk(finish="stop"),
    last(),
)
TWO_STREAM = sse(
    chunk({"role": "assistant", "content": ""}),
    chunk({"content": "He"}),
    chunk({"role": "assistant", "content": ""}, index=1),
    chunk({"content": "Good "}, index=1),
    chunk({"content": "llo"}),
    chunk(finish="stop"),
    chunk({"content": "day"}, index=1),
    chunk(finish="length", index=1),
    last(),
)
AZURE_STREAM = sse(
    {
        "choices": [],
        "created": 0,
        "id": "",
        "model": "",
        "object": "",
        "prompt_filter_results": [
            {"prompt_index": 0, "content_filter_results": {"hate": {"filtered": False, "severity": "safe"}}}
        ],
    },
    chunk({"role": "assistant", "content": ""}),
    chunk({"content": "Half an ans"}),
    chunk(finish="content_filter"),
)
AUDIO_STREAM = sse(
    chunk({"role": "assistant", "content": None}),
    chunk({"audio": {"id": "audio_6781", "transcript": "Hel"}}),
    chunk({"audio": {"data": "UklGRg=="}}),
    chunk({"audio": {"transcript": "lo"}}),
    chunk({"audio": {"expires_at": 1741573552}}),
    chunk(finish="stop"),
    last(),
)
LOGPROBS_STREAM = sse(
    {
        **chunk(),
        "choices": [
            {
                "index": 0,
                "delta": {"role": "assistant", "content": "Hi"},
                "logprobs": {
                    "content": [{"token": "Hi", "logprob": -0.1, "bytes": [72, 105], "top_logprobs": []}]
                },
                "finish_reason": None,
            }
        ],
    },
    chunk(finish="stop"),
)
FUNCTION_STREAM = sse(
    chunk({"role": "assistant", "content": None, "function_call": {"name": "get_time", "arguments": ""}}),
    chunk({"function_call": {"arguments": '{"zone": '}}),
    chunk({"function_call": {"arguments": '"UTC"}'}}),
    chunk(finish="function_call"),
)

OPENAI = [
    Case(id="text", provider="openai", body=TEXT_STREAM, text=TEXT, finish_reason="stop", usage=(19, 10)),
    Case(
        id="keep-alives",
        provider="openai",
        body=b': OPENROUTER PROCESSING\n\n: ping\r\n\r\nevent: ping\ndata: {"type": "ping"}\n\n'
        + TEXT_STREAM.replace(b"\n\n", b"\r\n\r\n"),
        text=TEXT,
        finish_reason="stop",
        usage=(19, 10),
    ),
    Case(
        id="tools",
        provider="openai",
        body=TOOLS_STREAM,
        tool_calls=TOOL_CALLS,
        finish_reason="tool_calls",
        usage=(19, 10),
    ),
    Case(
        id="refusal",
        provider="openai",
        body=REFUSAL_STREAM,
        refusal="I'm sorry, I cannot help with that.",
        finish_reason="stop",
        usage=(19, 10),
    ),
    Case(
        id="length",
        provider="openai",
        body=sse(chunk({"role": "assistant", "content": "Once upon"}), chunk(finish="length"), last()),
        text="Once upon",
        finish_reason="length",
        usage=(19, 10),
    ),
    Case(
        id="two-choices",
        provider="openai",
        body=TWO_STREAM,
        options={"n": 2},
        text="Hello",
        finish_reason="stop",
        usage=(19, 10),
        choices=("Hello", "Good day"),
    ),
    Case(
        id="content-filter",
        provider="openai",
        body=AZURE_STREAM,
        text="Half an ans",
        finish_reason="content_filter",
    ),
    Case(
        id="audio",
        provider="openai",
        body=AUDIO_STREAM,
        options={"modalities": ["text", "audio"], "audio": {"voice": "ash", "format": "wav"}},
        finish_reason="stop",
        usage=(19, 10),
        media=3,
    ),
    Case(id="logprobs", provider="openai", body=LOGPROBS_STREAM, text="Hi", finish_reason="stop"),
    Case(
        id="function-call",
        provider="openai",
        body=FUNCTION_STREAM,
        tool_calls=(("get_time", '{"zone": "UTC"}'),),
        finish_reason="tool_calls",
    ),
    Case(
        id="no-done",
        provider="openai",
        body=sse(chunk({"role": "assistant", "content": "Fine"}), chunk(finish="stop"), end=""),
        text="Fine",
        finish_reason="stop",
    ),
    Case(
        id="cut-short",
        provider="openai",
        body=sse(chunk({"role": "assistant", "content": "Not fi"}), end=""),
        text="Not fi",
        error=ProviderResponseError,
    ),
    Case(id="empty", provider="openai", body=b"", error=ProviderResponseError),
    Case(
        id="error-inside",
        provider="openai",
        body=sse(
            chunk({"role": "assistant", "content": "So f"}),
            {
                "error": {
                    "message": "The server had an error.",
                    "type": "server_error",
                    "param": None,
                    "code": None,
                }
            },
        ),
        text="So f",
        error=ServiceUnavailableError,
        error_attributes={"kind": "server_error"},
    ),
    Case(
        id="no-json",
        provider="openai",
        body=sse(chunk({"role": "assistant", "content": "So f"}), end="data: {oops}\n\ndata: [DONE]\n\n"),
        text="So f",
        error=ProviderResponseError,
    ),
    Case(
        id="whole-in-place-of-a-stream",
        provider="openai",
        body=completion({"content": TEXT}),
        content_type="application/json",
        text=TEXT,
        finish_reason="stop",
        usage=(19, 10),
    ),
    Case(
        id="error-in-place-of-a-stream",
        provider="openai",
        body=b'{"error": {"message": "Too many.", "type": "requests", "code": "rate_limit_exceeded"}}',
        content_type="application/json",
        error=RateLimitError,
        error_attributes={"code": "rate_limit_exceeded"},
    ),
    Case(
        id="whole-text",
        provider="openai",
        stream=False,
        body=completion({"content": TEXT}),
        text=TEXT,
        finish_reason="stop",
        usage=(19, 10),
    ),
    Case(
        id="whole-tools",
        provider="openai",
        stream=False,
        body=completion(
            {
                "content": None,
                "tool_calls": [
                    {"id": f"call_{name}", "type": "function", "function": {"name": name, "arguments": text}}
                    for name, text in TOOL_CALLS
                ],
            },
            finish="tool_calls",
        ),
        tool_calls=TOOL_CALLS,
        finish_reason="tool_calls",
        usage=(19, 10),
    ),
    Case(
        id="whole-refusal",
        provider="openai",
        stream=False,
        body=completion({"content": None, "refusal": "No."}),
        refusal="No.",
        finish_reason="stop",
        usage=(19, 10),
    ),
    Case(
        id="whole-citations",
        provider="openai",
        stream=False,
        body=completion(
            {
                "content": "It rained.",
                "annotations": [
                    {
                        "type": "url_citation",
                        "url_citation": {
                            "start_index": 0,
                            "end_index": 10,
                            "title": "Weather",
                            "url": "https://example.org/weather",
                        },
                    }
                ],
            }
        ),
        text="It rained.",
        finish_reason="stop",
        usage=(19, 10),
        citations=1,
    ),
    Case(
        id="whole-audio",
        provider="openai",
        stream=False,
        options={"modalities": ["text", "audio"], "audio": {"voice": "ash", "format": "mp3"}},
        body=completion(
            {
                "content": None,
                "audio": {"id": "audio_1", "data": "SUQz", "expires_at": 1741573552, "transcript": "Hello"},
            }
        ),
        finish_reason="stop",
        usage=(19, 10),
        media=1,
    ),
    Case(
        id="whole-two-choices",
        provider="openai",
        stream=False,
        options={"n": 2},
        body=completion({"content": "One"}, {"content": "Two"}),
        text="One",
        finish_reason="stop",
        usage=(19, 10),
        choices=("One", "Two"),
    ),
    Case(
        id="whole-without-choices",
        provider="openai",
        stream=False,
        body=b'{"id": "x", "object": "chat.completion", "choices": []}',
        error=ProviderResponseError,
    ),
    Case(
        id="embeddings-base64",
        provider="openai",
        function="embedding",
        stream=False,
        body=dump(
            {
                "object": "list",
                "data": [
                    {"object": "embedding", "index": 1, "embedding": floats(-1.0, 0.125, 3.0)},
                    {"object": "embedding", "index": 0, "embedding": floats(0.5, 0.25, 2.0)},
                ],
                "model": "text-embedding-3-small",
                "usage": {"prompt_tokens": 5, "total_tokens": 5},
            }
        ).encode(),
        vectors=((0.5, 0.25, 2.0), (-1.0, 0.125, 3.0)),
    ),
    Case(
        id="embeddings-lists",
        provider="openai",
        function="embedding",
        stream=False,
        body=b'{"data": [{"index": 0, "embedding": [0.5, 1]}, {"index": 1, "embedding": [2, -0.25]}], "model": "m"}',
        vectors=((0.5, 1.0), (2.0, -0.25)),
    ),
    Case(
        id="models",
        provider="openai",
        function="models",
        stream=False,
        body=dump(
            {
                "object": "list",
                "data": [
                    {"id": name, "object": "model", "created": 1687882411, "owned_by": "openai"}
                    for name in ("gpt-5.5", "gpt-4.1-mini")
                ],
            }
        ).encode(),
        names=("gpt-5.5", "gpt-4.1-mini"),
    ),
]


def refused(identifier, status, error, body, **more):
    return ErrorCase(
        id=identifier, provider="openai", status=status, body=dump(body).encode(), error=error, **more
    )


ERRORS = [
    refused(
        "wrong-key",
        401,
        AuthenticationError,
        {
            "error": {
                "message": "Incorrect API key provided: planted-*****1e2.",
                "type": "invalid_request_error",
                "param": None,
                "code": "invalid_api_key",
            }
        },
        code="invalid_api_key",
    ),
    refused(
        "rate-limit",
        429,
        RateLimitError,
        {
            "error": {
                "message": "Rate limit reached for gpt-4.1 on tokens per min (TPM).",
                "type": "tokens",
                "param": None,
                "code": "rate_limit_exceeded",
            }
        },
        headers={"retry-after": "7"},
        retry_after=7.0,
        code="rate_limit_exceeded",
        kind="tokens",
    ),
    refused(
        "quota",
        429,
        QuotaExceededError,
        {
            "error": {
                "message": "You exceeded your current quota, please check your plan and billing details.",
                "type": "insufficient_quota",
                "param": None,
                "code": "insufficient_quota",
            }
        },
        code="insufficient_quota",
    ),
    refused(
        "too-long",
        400,
        ContextLengthError,
        {
            "error": {
                "message": "This model's maximum context length is 128000 tokens.",
                "type": "invalid_request_error",
                "param": "messages",
                "code": "context_length_exceeded",
            }
        },
        code="context_length_exceeded",
        check=lambda error: error.param == "messages",
    ),
    refused(
        "no-such-model",
        404,
        NotFoundError,
        {
            "error": {
                "message": "The model `gpt-0` does not exist or you do not have access to it.",
                "type": "invalid_request_error",
                "param": None,
                "code": "model_not_found",
            }
        },
        code="model_not_found",
    ),
    refused(
        "wrong-value",
        400,
        InvalidRequestError,
        {
            "error": {
                "message": "Unsupported value: 'temperature' does not support 0.2 with this model.",
                "type": "invalid_request_error",
                "param": "temperature",
                "code": "unsupported_value",
            }
        },
        check=lambda error: error.param == "temperature",
    ),
    refused(
        "azure-filter",
        400,
        ContentFilterError,
        {
            "error": {
                "message": "The response was filtered due to the prompt triggering Azure OpenAI's content "
                "management policy.",
                "type": None,
                "param": "prompt",
                "code": "content_filter",
                "status": 400,
                "innererror": {"code": "ResponsibleAIPolicyViolation"},
            }
        },
        code="content_filter",
    ),
    ErrorCase(
        id="page",
        provider="openai",
        status=502,
        body=b"<html>Bad Gateway</html>",
        error=ServiceUnavailableError,
    ),
]
CASES = OPENAI
