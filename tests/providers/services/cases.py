"""Recorded bodies of services that follow the OpenAI chat API, each with its own differences.

The shapes are those of the services' references and of the issues that their users wrote. Texts, numbers and
identifiers are made up; nothing was recorded at a service, because none was called.
"""

import json

from provider_case import Case, ErrorCase

from g4f_lite.errors import (
    AuthenticationError,
    ContextLengthError,
    InvalidRequestError,
    QuotaExceededError,
    RateLimitError,
    ServiceUnavailableError,
)

TEXT = "Il pleut à Zürich. \U0001f327\ufe0f"


def dump(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def sse(*chunks, end="data: [DONE]\n\n"):
    return ("".join(f"data: {dump(chunk)}\n\n" for chunk in chunks) + end).encode()


def chunk(delta=None, *, finish=None, model="some-model", choice=(), **more):
    """Return a chunk with the fields that all services have."""
    one = {"index": 0, "delta": {} if delta is None else delta, "finish_reason": finish, **dict(choice)}
    return {
        "id": "gen-1756",
        "object": "chat.completion.chunk",
        "created": 1756000000,
        "model": model,
        "choices": [one],
        **more,
    }


def usage(sent, made, **more):
    return {"prompt_tokens": sent, "completion_tokens": made, "total_tokens": sent + made, **more}


def words(text, size=5):
    return [text[place : place + size] for place in range(0, len(text), size)]


# --- OpenRouter ---------------------------------------------------------------------------------------


def thought(text, **more):
    """Return a delta of Claude's reasoning in OpenRouter's shape."""
    detail = {"type": "reasoning.text", "text": text, "format": "anthropic-claude-v1", "index": 0, **more}
    delta = {"role": "assistant", "content": "", "reasoning": text or None, "reasoning_details": [detail]}
    return chunk(delta, provider="Anthropic")


OPENROUTER_REASONING = b": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n" + sse(
    thought("The user "),
    thought("asks about rain."),
    thought("", signature="EqQBCgIYAhIM"),
    *(
        chunk(
            {"role": "assistant", "content": word, "reasoning": None, "reasoning_details": []},
            provider="Anthropic",
        )
        for word in words(TEXT)
    ),
    chunk(
        {"role": "assistant", "content": ""},
        finish="stop",
        choice={"native_finish_reason": "end_turn"},
        provider="Anthropic",
    ),
    chunk(
        {"role": "assistant", "content": ""},
        provider="Anthropic",
        usage=usage(12, 34, cost=0.0012, completion_tokens_details={"reasoning_tokens": 20}),
    ),
)
OPENROUTER_ERROR = sse(
    chunk({"role": "assistant", "content": "Il "}, provider="X"),
    {
        **chunk({"content": ""}, finish="error", provider="X"),
        "error": {"code": 502, "message": "Provider disconnected", "metadata": {"provider_name": "X"}},
    },
)
OPENROUTER_IMAGE = {
    **chunk(),
    "object": "chat.completion",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {
                "role": "assistant",
                "content": "Here.",
                "images": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}],
            },
        }
    ],
    "usage": usage(3, 4),
}

# --- Groq ------------------------------------------------------------------------------------------------

GROQ_THINKING = sse(
    chunk({"role": "assistant", "content": ""}, x_groq={"id": "req_01j"}),
    *(
        chunk({"content": word}, choice={"logprobs": None})
        for word in words("<think>\nRain?\n</think>\n\n" + TEXT, 7)
    ),
    chunk(finish="stop", x_groq={"id": "req_01j", "usage": usage(9, 21, queue_time=0.01)}),
)

# --- DeepSeek ----------------------------------------------------------------------------------------------

DEEPSEEK_REASONING = sse(
    chunk({"role": "assistant", "content": None, "reasoning_content": ""}, usage=None),
    chunk({"content": None, "reasoning_content": "Rain "}, usage=None),
    chunk({"content": None, "reasoning_content": "it is."}, usage=None),
    *(chunk({"content": word, "reasoning_content": None}, usage=None) for word in words(TEXT)),
    chunk(
        {"content": "", "reasoning_content": None},
        finish="stop",
        usage=usage(
            10,
            20,
            prompt_cache_hit_tokens=8,
            prompt_cache_miss_tokens=2,
            completion_tokens_details={"reasoning_tokens": 5},
        ),
    ),
)
DEEPSEEK_GAVE_UP = sse(
    chunk({"role": "assistant", "content": "Il pl"}),
    chunk({"content": ""}, finish="insufficient_system_resource"),
)

# --- Mistral -----------------------------------------------------------------------------------------------

MISTRAL_THINKING = sse(
    chunk({"role": "assistant", "content": ""}),
    chunk({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Rain "}]}]}),
    chunk({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "it is."}]}]}),
    chunk(
        {"content": [{"type": "thinking", "thinking": [], "closed": True}, {"type": "text", "text": "Il "}]}
    ),
    chunk({"content": "pleut."}),
    chunk({"content": ""}, finish="stop", usage=usage(7, 8)),
)
MISTRAL_TOOLS = sse(
    chunk({"role": "assistant", "content": ""}),
    chunk(
        {
            "content": "",
            "tool_calls": [
                {
                    "id": "D681PevKs",
                    "function": {"name": "get_weather", "arguments": '{"city": "Zürich"}'},
                    "index": 0,
                },
                {"id": "aX29sfKdj", "function": {"name": "get_time", "arguments": "{}"}, "index": 1},
            ],
        },
        finish="tool_calls",
        usage=usage(7, 8),
    ),
)

# --- Perplexity --------------------------------------------------------------------------------------------

SOURCES = {
    "citations": ["https://example.org/a", "https://example.org/b"],
    "search_results": [
        {"title": "A", "url": "https://example.org/a", "date": "2026-01-02", "snippet": "Rain."},
        {"title": "B", "url": "https://example.org/b", "date": None},
    ],
}


def sonar(text, whole, *, finish=None, made=1):
    """Return a chunk of Perplexity, which repeats the earlier text and the sources each time."""
    message = {"role": "assistant", "content": whole}
    return chunk(
        {"role": "assistant", "content": text},
        finish=finish,
        choice={"message": message},
        usage=usage(4, made, search_context_size="low", cost={"total_cost": 0.005}),
        **SOURCES,
    )


PERPLEXITY = sse(
    sonar("<thi", "<thi"),
    sonar("nk>Rain?</th", "<think>Rain?</th", made=2),
    sonar("ink>Il ", "<think>Rain?</think>Il ", made=3),
    sonar("pleut.", "<think>Rain?</think>Il pleut.", finish="stop", made=4),
    end="",
)

# --- Azure, Bedrock ----------------------------------------------------------------------------------------

SAFE = {"hate": {"filtered": False, "severity": "safe"}}
AZURE = sse(
    {
        "id": "",
        "object": "",
        "created": 0,
        "model": "",
        "choices": [],
        "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": SAFE}],
    },
    chunk(
        {"role": "assistant", "content": "", "refusal": None},
        choice={"content_filter_results": {}},
        usage=None,
    ),
    *(chunk({"content": word}, choice={"content_filter_results": SAFE}, usage=None) for word in words(TEXT)),
    chunk(finish="stop", choice={"content_filter_results": {}}, usage=None),
    {**chunk(), "choices": [], "usage": usage(3, 4)},
)
BEDROCK = sse(
    chunk({"role": "assistant", "content": ""}, service_tier="default"),
    *(chunk({"content": word}) for word in words("<reasoning>Rain?</reasoning>" + TEXT, 6)),
    chunk(finish="stop"),
    {**chunk(), "choices": [], "usage": usage(3, 4)},
)

CASES = [
    Case(
        id="reasoning",
        provider="openrouter",
        body=OPENROUTER_REASONING,
        text=TEXT,
        reasoning="The user asks about rain.",
        finish_reason="stop",
        usage=(12, 34),
    ),
    Case(
        id="error-inside",
        provider="openrouter",
        body=OPENROUTER_ERROR,
        text="Il ",
        error=ServiceUnavailableError,
        error_attributes={"status": 502},
    ),
    Case(
        id="image",
        provider="openrouter",
        stream=False,
        body=dump(OPENROUTER_IMAGE).encode(),
        text="Here.",
        finish_reason="stop",
        usage=(3, 4),
        media=1,
    ),
    Case(
        id="thinking",
        provider="groq",
        body=GROQ_THINKING,
        text="\n\n" + TEXT,
        reasoning="\nRain?\n",
        finish_reason="stop",
        usage=(9, 21),
    ),
    Case(
        id="reasoning",
        provider="deepseek",
        body=DEEPSEEK_REASONING,
        text=TEXT,
        reasoning="Rain it is.",
        finish_reason="stop",
        usage=(10, 20),
    ),
    Case(
        id="gave-up",
        provider="deepseek",
        body=DEEPSEEK_GAVE_UP,
        text="Il pl",
        error=ServiceUnavailableError,
        error_attributes={"code": "insufficient_system_resource"},
    ),
    Case(
        id="thinking",
        provider="mistral",
        body=MISTRAL_THINKING,
        text="Il pleut.",
        reasoning="Rain it is.",
        finish_reason="stop",
        usage=(7, 8),
    ),
    Case(
        id="tools",
        provider="mistral",
        body=MISTRAL_TOOLS,
        tool_calls=(("get_weather", '{"city": "Zürich"}'), ("get_time", "{}")),
        finish_reason="tool_calls",
        usage=(7, 8),
    ),
    Case(
        id="sources",
        provider="perplexity",
        body=PERPLEXITY,
        text="Il pleut.",
        reasoning="Rain?",
        finish_reason="stop",
        usage=(4, 4),
        citations=2,
    ),
    Case(id="filters", provider="azure", body=AZURE, text=TEXT, finish_reason="stop", usage=(3, 4)),
    Case(
        id="tags",
        provider="bedrock",
        body=BEDROCK,
        text=TEXT,
        reasoning="Rain?",
        finish_reason="stop",
        usage=(3, 4),
    ),
    Case(
        id="bare-list",
        provider="together",
        function="models",
        stream=False,
        body=b'[{"id": "deepseek-ai/DeepSeek-V4-Pro", "type": "chat"}, {"id": "b/c", "type": "image"}]',
        names=("deepseek-ai/DeepSeek-V4-Pro", "b/c"),
    ),
    Case(
        id="catalogue",
        provider="github",
        function="models",
        stream=False,
        body=b'[{"id": "openai/gpt-4.1", "name": "OpenAI GPT-4.1", "publisher": "OpenAI"}]',
        names=("openai/gpt-4.1",),
    ),
]


def refused(identifier, provider, status, error, body, **more):
    return ErrorCase(
        id=identifier, provider=provider, status=status, body=dump(body).encode(), error=error, **more
    )


ERRORS = [
    refused(
        "no-credits",
        "openrouter",
        402,
        QuotaExceededError,
        {"error": {"code": 402, "message": "Insufficient credits. Add more using the link."}},
    ),
    refused(
        "wrong-key",
        "deepseek",
        401,
        AuthenticationError,
        {
            "error": {
                "message": "Authentication Fails (no such user)",
                "type": "authentication_error",
                "param": None,
                "code": "invalid_request_error",
            }
        },
        kind="authentication_error",
    ),
    refused(
        "no-balance", "deepseek", 402, QuotaExceededError, {"error": {"message": "Insufficient Balance"}}
    ),
    refused(
        "extra-field",
        "mistral",
        422,
        InvalidRequestError,
        {
            "object": "error",
            "message": {
                "detail": [{"type": "extra_forbidden", "loc": ["body", "user"], "msg": "not permitted"}]
            },
            "type": "invalid_request_error",
            "param": None,
            "code": None,
        },
    ),
    refused(
        "too-many",
        "groq",
        429,
        RateLimitError,
        {
            "error": {
                "message": "Rate limit reached for model",
                "type": "tokens",
                "code": "rate_limit_exceeded",
            }
        },
        headers={"retry-after": "2"},
        retry_after=2.0,
        code="rate_limit_exceeded",
    ),
    refused(
        "too-long",
        "groq",
        400,
        ContextLengthError,
        {
            "error": {
                "message": "Please reduce the length of the messages or completion.",
                "type": "invalid_request_error",
                "code": "context_length_exceeded",
            }
        },
        code="context_length_exceeded",
    ),
]
