"""Recorded answers of the Gemini API, in the shapes of its reference.

The pages are "Generating content", "Embeddings" and "Models".
"""

import json
from functools import partial

from provider_case import Case, ErrorCase

from g4f_lite.errors import (
    AuthenticationError,
    ContentFilterError,
    ContextLengthError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    ProviderResponseError,
    QuotaExceededError,
    RateLimitError,
    ServiceUnavailableError,
)

PROVIDER = "gemini"
MODEL = "gemini-3.8-flash"
IDENT = "mW4TaZqSNfSqvr0P4b2h0Qs"
RATINGS = [{"category": "HARM_CATEGORY_HARASSMENT", "probability": "NEGLIGIBLE"}]


def usage(prompt=8, candidates=15, **others):
    counts = {
        "promptTokenCount": prompt,
        "candidatesTokenCount": candidates,
        "totalTokenCount": prompt + candidates + others.get("thoughtsTokenCount", 0),
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": prompt}],
    }
    return {**counts, **others}


def candidate(*parts, finish=None, index=0, **others):
    whole = {"content": {"parts": list(parts), "role": "model"}, "index": index, **others}
    return {**whole, "finishReason": finish} if finish else whole


def piece(*candidates, **others):
    """Return one response of a stream, or a whole one."""
    whole = {
        "candidates": list(candidates),
        "usageMetadata": usage(),
        "modelVersion": MODEL,
        "responseId": IDENT,
    }
    return {**whole, **others}


def sse(*pieces, end="\r\n"):
    """Return the responses of a stream, framed as by the service."""
    return "".join(f"data: {json.dumps(item, ensure_ascii=False)}{end}{end}" for item in pieces).encode()


def whole(value):
    return json.dumps(value, ensure_ascii=False, indent=2).encode()


def text(words, **others):
    return {"text": words, **others}


def call(name, args=None, signature=None, **others):
    part = {"functionCall": {"name": name, **({} if args is None else {"args": args}), **others}}
    return {**part, "thoughtSignature": signature} if signature else part


THOUGHT = "**Thinking it over**\n\nParis is the capital of France… 🤔"
GROUNDING = {
    "webSearchQueries": ["UEFA Euro 2024 winner"],
    "searchEntryPoint": {"renderedContent": "<div></div>"},
    "groundingChunks": [
        {"web": {"uri": "https://example.org/a", "title": "example.org"}},
        {"retrievedContext": {"uri": "https://example.org/b", "title": "b", "text": "Words."}},
    ],
    "groundingSupports": [
        {"segment": {"endIndex": 8, "text": "España "}, "groundingChunkIndices": [0]},
        {"segment": {"startIndex": 8, "endIndex": 13, "text": "won 🏆"}, "groundingChunkIndices": [0, 1, 7]},
    ],
}
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
UNAVAILABLE = {
    "error": {
        "code": 503,
        "message": "The model is overloaded. Please try again later.",
        "status": "UNAVAILABLE",
    }
}
LOGPROBS = {
    "chosenCandidates": [{"token": "Hi", "tokenId": 2151, "logProbability": -0.25}],
    "topCandidates": [
        {
            "candidates": [
                {"token": "Hi", "tokenId": 2151, "logProbability": -0.25},
                {"token": "Hé", "tokenId": 7, "logProbability": -2.5},
            ]
        }
    ],
}

case = partial(Case, provider=PROVIDER, model=MODEL)

CASES = [
    case(
        id="text",
        body=sse(
            piece(candidate(text("Hel"))),
            piece(candidate(text("lo, wörld "), safetyRatings=RATINGS)),
            piece(
                candidate(text("👩‍👩‍👧 日本語"), finish="STOP"),
                usageMetadata=usage(8, 12, cachedContentTokenCount=4),
            ),
        ),
        text="Hello, wörld 👩‍👩‍👧 日本語",
        finish_reason="stop",
        usage=(8, 12),
    ),
    case(
        id="empty-last",
        body=sse(
            piece(candidate(text("Hi"))),
            piece(candidate(text("", thoughtSignature="c2lnbg=="), finish="STOP")),
            end="\n",
        ),
        text="Hi",
        finish_reason="stop",
        usage=(8, 15),
    ),
    case(
        id="thinking",
        body=sse(
            piece(candidate(text(THOUGHT[:30], thought=True))),
            piece(candidate(text(THOUGHT[30:], thought=True))),
            piece(candidate(text("Paris."))),
            piece(
                candidate(text("", thoughtSignature="c2lnbmF0dXJl"), finish="STOP"),
                usageMetadata=usage(9, 3, thoughtsTokenCount=120),
            ),
        ),
        text="Paris.",
        reasoning=THOUGHT,
        finish_reason="stop",
        usage=(9, 123),
    ),
    case(
        id="tools",
        body=sse(
            piece(candidate(text("I'll look."))),
            piece(
                candidate(call("get_weather", {"city": "Zürich"}, "QUJD"), call("get_time", {"zone": "CET"}))
            ),
            piece(candidate(call("get_position", id="fc-1"), finish="STOP")),
        ),
        text="I'll look.",
        tool_calls=(
            ("get_weather", '{"city": "Zürich"}'),
            ("get_time", '{"zone": "CET"}'),
            ("get_position", "{}"),
        ),
        finish_reason="tool_calls",
        usage=(8, 15),
    ),
    case(
        id="length",
        body=sse(piece(candidate(text("Once upon"), finish="MAX_TOKENS"))),
        text="Once upon",
        finish_reason="length",
        usage=(8, 15),
    ),
    case(
        id="safety",
        body=sse(
            piece(candidate(text("First, "))),
            piece(
                {"finishReason": "SAFETY", "index": 0, "safetyRatings": RATINGS, "finishMessage": "Unsafe."}
            ),
        ),
        text="First, ",
        finish_reason="content_filter",
        usage=(8, 15),
    ),
    case(
        id="two-answers",
        body=sse(
            piece(candidate(text("Heads")), candidate(text("Ta"), index=1)),
            piece(candidate(text("ils"), index=1, finish="STOP")),
            piece(candidate(text("!"), finish="STOP")),
        ),
        options={"n": 2},
        text="Heads!",
        choices=("Heads!", "Tails"),
        finish_reason="stop",
        usage=(8, 15),
    ),
    case(
        id="grounded",
        body=sse(
            piece(candidate(text("España "))),
            piece(candidate(text("won 🏆"), finish="STOP", groundingMetadata=GROUNDING)),
        ),
        text="España won 🏆",
        citations=3,
        finish_reason="stop",
        usage=(8, 15),
    ),
    case(
        id="recited",
        body=sse(
            piece(
                candidate(
                    text("To be, or not to be"),
                    finish="STOP",
                    citationMetadata={
                        "citationSources": [{"startIndex": 0, "endIndex": 5, "uri": "https://example.org"}]
                    },
                )
            )
        ),
        text="To be, or not to be",
        citations=1,
        finish_reason="stop",
        usage=(8, 15),
    ),
    case(
        id="picture",
        body=sse(
            piece(candidate({"inlineData": {"mimeType": "image/png", "data": "ZHJhZnQ="}, "thought": True})),
            piece(candidate(text("Here: "))),
            piece(candidate({"inlineData": {"mimeType": "image/png", "data": PIXEL}}, finish="STOP")),
        ),
        options={"modalities": ["text", "image"]},
        text="Here: ",
        media=1,
        finish_reason="stop",
        usage=(8, 15),
    ),
    case(
        id="code",
        body=sse(
            piece(candidate({"executableCode": {"language": "PYTHON", "code": "print(81)"}})),
            piece(candidate({"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "81\n"}})),
            piece(candidate(text("81"), finish="STOP")),
        ),
        text="81",
        finish_reason="stop",
        usage=(8, 15),
    ),
    case(
        id="unknown-reason",
        body=sse(piece(candidate(text("Hi"), finish="OTHER", newField={"a": 1}), anotherField=[])),
        text="Hi",
        finish_reason="stop",
        usage=(8, 15),
    ),
    case(
        id="blocked",
        body=sse({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": usage(8, 0)}),
        error=ContentFilterError,
        error_attributes={"status": 200, "kind": "PROHIBITED_CONTENT"},
    ),
    case(
        id="malformed-call",
        body=sse(
            piece(candidate(text("Well, "))),
            piece(
                {"index": 0, "finishReason": "MALFORMED_FUNCTION_CALL", "finishMessage": "Malformed: get_"}
            ),
        ),
        text="Well, ",
        error=ProviderResponseError,
    ),
    case(
        id="overloaded-inside",
        body=sse(piece(candidate(text("Hello"))), UNAVAILABLE),
        text="Hello",
        error=ServiceUnavailableError,
        error_attributes={"status": 503, "kind": "UNAVAILABLE"},
    ),
    case(
        id="limited-inside",
        body=sse(
            {
                "error": {
                    "code": 429,
                    "message": "You exceeded your current quota, please check your plan and billing details.",
                    "status": "RESOURCE_EXHAUSTED",
                    "details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "7s"}],
                }
            }
        ),
        error=RateLimitError,
        error_attributes={"status": 429, "retry_after": 7.0},
    ),
    case(
        id="cut-short", body=sse(piece(candidate(text("Hello")))), text="Hello", error=ProviderResponseError
    ),
    case(id="nothing", body=b"", error=ProviderResponseError),
    case(id="no-object", body=b'data: "Hello"\n\n', error=ProviderResponseError),
    case(
        id="list-instead",
        body=whole([piece(candidate(text("Hi "))), piece(candidate(text("you."), finish="STOP"))]),
        content_type="application/json",
        text="Hi you.",
        finish_reason="stop",
        usage=(8, 15),
    ),
    case(
        id="error-instead",
        body=whole([UNAVAILABLE]),
        content_type="application/json",
        error=ServiceUnavailableError,
        error_attributes={"status": 503},
    ),
    case(
        id="whole",
        stream=False,
        body=whole(
            piece(
                candidate(
                    text(THOUGHT, thought=True),
                    text("Grüße 💧."),
                    call("get_weather", {"city": "Zürich"}, "QUJD"),
                    finish="STOP",
                    avgLogprobs=-0.2,
                    logprobsResult=LOGPROBS,
                ),
                usageMetadata=usage(20, 6, thoughtsTokenCount=30, toolUsePromptTokenCount=5),
            )
        ),
        text="Grüße 💧.",
        reasoning=THOUGHT,
        tool_calls=(("get_weather", '{"city": "Zürich"}'),),
        finish_reason="tool_calls",
        usage=(25, 36),
    ),
    case(
        id="whole-two",
        stream=False,
        body=whole(
            piece(candidate(text("A"), finish="STOP"), candidate(text("B"), finish="MAX_TOKENS", index=1))
        ),
        options={"n": 2},
        text="A",
        choices=("A", "B"),
        finish_reason="stop",
        usage=(8, 15),
    ),
    case(
        id="whole-sound",
        stream=False,
        body=whole(
            piece(
                candidate(
                    {"inlineData": {"mimeType": "audio/L16;codec=pcm;rate=24000", "data": "AAAA"}},
                    finish="STOP",
                )
            )
        ),
        options={"modalities": ["audio"]},
        media=1,
        finish_reason="stop",
        usage=(8, 15),
    ),
    case(
        id="whole-blocked",
        stream=False,
        body=whole(
            {
                "promptFeedback": {"blockReason": "SAFETY", "safetyRatings": RATINGS},
                "usageMetadata": usage(8, 0),
            }
        ),
        error=ContentFilterError,
        error_attributes={"status": 200, "kind": "SAFETY"},
    ),
    case(id="whole-page", stream=False, body=b"<html><body>Hi</body></html>", error=ProviderResponseError),
    case(id="whole-other", stream=False, body=b'{"ok": true}', error=ProviderResponseError),
    case(
        id="embeddings",
        stream=False,
        function="embedding",
        model="gemini-embedding-001",
        body=whole(
            {
                "embeddings": [{"values": [0.25, -0.5, 1]}, {"values": [0, 0.125, -1e-7]}],
                "usageMetadata": {"promptTokenCount": 4},
            }
        ),
        vectors=((0.25, -0.5, 1.0), (0.0, 0.125, -1e-7)),
    ),
    case(
        id="models",
        stream=False,
        function="models",
        body=whole(
            {
                "models": [
                    {
                        "name": "models/gemini-3.8-flash",
                        "version": "001",
                        "displayName": "Gemini 3.8 Flash",
                        "inputTokenLimit": 1048576,
                        "outputTokenLimit": 65536,
                        "supportedGenerationMethods": ["generateContent", "countTokens"],
                    },
                    {
                        "name": "models/gemini-embedding-001",
                        "version": "001",
                        "displayName": "Gemini Embedding 001",
                        "supportedGenerationMethods": ["embedContent"],
                    },
                ]
            }
        ),
        names=("gemini-3.8-flash",),
    ),
]


def failure(code, status, words, error, *details, **others):
    body = {"error": {"code": code, "message": words, "status": status}}
    if details:
        body["error"]["details"] = list(details)
    others.setdefault("id", status)
    return ErrorCase(
        provider=PROVIDER, status=code, body=json.dumps(body).encode(), error=error, kind=status, **others
    )


BAD_KEY = {
    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
    "reason": "API_KEY_INVALID",
    "domain": "googleapis.com",
    "metadata": {"service": "generativelanguage.googleapis.com"},
}
QUOTA = "You exceeded your current quota, please check your plan and billing details."


def spent(identifier, value):
    return {
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [
            {"quotaMetric": "generate_content_requests", "quotaId": identifier, "quotaValue": value}
        ],
    }


def wait(delay):
    return {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}


ERRORS = [
    failure(400, "INVALID_ARGUMENT", "Invalid JSON payload received.", InvalidRequestError),
    failure(400, "INVALID_ARGUMENT", "API key not valid.", AuthenticationError, BAD_KEY, id="bad-key"),
    failure(
        400,
        "INVALID_ARGUMENT",
        "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
        ContextLengthError,
        id="too-long",
    ),
    failure(
        400, "FAILED_PRECONDITION", "User location is not supported for the API use.", InvalidRequestError
    ),
    failure(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.", AuthenticationError),
    failure(403, "PERMISSION_DENIED", "Your project has been denied access.", PermissionDeniedError),
    failure(404, "NOT_FOUND", "models/gemini-0 is not found for API version v1beta.", NotFoundError),
    failure(
        429,
        "RESOURCE_EXHAUSTED",
        QUOTA,
        RateLimitError,
        spent("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "10"),
        wait("37.5s"),
        id="minute",
        retry_after=37.5,
    ),
    failure(
        429,
        "RESOURCE_EXHAUSTED",
        QUOTA,
        QuotaExceededError,
        spent("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "250"),
        wait("12s"),
        id="day",
        retry_after=12.0,
    ),
    failure(
        429,
        "RESOURCE_EXHAUSTED",
        "Resource has been exhausted (e.g. check quota).",
        RateLimitError,
        id="header",
        headers={"retry-after": "3"},
        retry_after=3.0,
    ),
    failure(500, "INTERNAL", "An internal error has occurred.", ServiceUnavailableError),
    failure(503, "UNAVAILABLE", "The model is overloaded.", ServiceUnavailableError),
    failure(504, "DEADLINE_EXCEEDED", "Deadline expired.", ServiceUnavailableError),
    ErrorCase(
        id="list",
        provider=PROVIDER,
        status=429,
        body=json.dumps(
            [
                {
                    "error": {
                        "code": 429,
                        "message": QUOTA,
                        "status": "RESOURCE_EXHAUSTED",
                        "details": [wait("2s")],
                    }
                }
            ]
        ).encode(),
        error=RateLimitError,
        retry_after=2.0,
        kind="RESOURCE_EXHAUSTED",
    ),
]
