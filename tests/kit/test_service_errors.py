"""Errors of services, with the texts that services send.

The texts are those that users have reported: the comment of each row names the issue, or the reference of the
service.
"""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4f_lite.errors import (
    AuthenticationError,
    ContentFilterError,
    ContextLengthError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    ProviderStatusError,
    QuotaExceededError,
    RateLimitError,
    ServiceUnavailableError,
)
from g4f_lite.kit.service_errors import Facts, from_response, from_value, read

KEY = "planted-key-0b5e81d3"


def openai(message, code=None, kind=None, param=None, **more):
    return {"error": {"message": message, "type": kind, "param": param, "code": code, **more}}


def anthropic(kind, message):
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_011CUB2XUH"}


def google(code, message, status, **more):
    return {"error": {"code": code, "message": message, "status": status, **more}}


TOO_LONG = (
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 8227 tokens."
)
NO_QUOTA = (
    "You exceeded your current quota, please check your plan and billing details. For more information on this "
    "error, head to: https://ai.google.dev/gemini-api/docs/rate-limits."
)
RETRY = [
    {
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [{"quotaId": "RequestsPerMinute"}],
    },
    {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "20.5s"},
]
AZURE = (
    "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please "
    "modify your prompt and retry."
)
# status, body, class
WORDS = [
    # crewAIInc/crewAI-examples issue 121
    (400, openai(TOO_LONG, "context_length_exceeded", "invalid_request_error", "messages"), ContextLengthError),
    # OpenRouterTeam/openrouter-examples issue 10: without a code
    (400, openai("This model's maximum context length is 8192 tokens, however you requested 8977"), ContextLengthError),
    # docker/docker-agent issue 569
    (
        400,
        anthropic(
            "invalid_request_error",
            "input length and `max_tokens` exceed context limit: 178959 + 64000 > 200000, decrease input length or "
            "`max_tokens` and try again",
        ),
        ContextLengthError,
    ),
    (400, anthropic("invalid_request_error", "prompt is too long: 213423 tokens > 200000 maximum"), ContextLengthError),
    # google-gemini/gemini-cli issue 12098: in a list
    (
        400,
        [
            google(
                400, "The input token count (314175) exceeds the maximum number of tokens allowed (131072).",
                "INVALID_ARGUMENT",
            )
        ],
        ContextLengthError,
    ),
    # cohere-ai/sandbox-topically issue 4
    (
        400,
        {
            "message": "too many tokens: total number of tokens (prompt and prediction) cannot exceed 2048 - received "
            "6354. Try using a shorter prompt or a smaller max_tokens value."
        },
        ContextLengthError,
    ),
    # ollama/ollama, server/routes.go
    (400, {"error": "the input length exceeds the context length"}, ContextLengthError),
    # vllm-project/vllm issue 12165, unslothai/unsloth issue 2666
    (400, openai("The prompt (total length 25938) is too long to fit into the model (context length 4096)."), ContextLengthError),
    (
        400,
        {"object": "error", "message": "The decoder prompt (length 322) is longer than the maximum model length of 256."},
        ContextLengthError,
    ),
    # llama.cpp, tools/server
    (
        400,
        google(400, "the request exceeds the available context size, try increasing it", "x", type="exceed_context_size_error"),
        ContextLengthError,
    ),
    # langroid/langroid pull request 659
    (
        400,
        openai(AZURE, "content_filter", None, "prompt", status=400, innererror={"code": "ResponsibleAIPolicyViolation"}),
        ContentFilterError,
    ),
    (400, openai("No.", None, None, None, innererror={"code": "ResponsibleAIPolicyViolation"}), ContentFilterError),
    # anthropics/claude-code issue 6195
    (400, anthropic("invalid_request_error", "Output blocked by content filtering policy"), ContentFilterError),
    # UKGovernmentBEIS/inspect_ai pull request 2267
    (
        403,
        {
            "code": "The caller does not have permission to execute the specified operation",
            "error": "Content violates usage guidelines. Team: x, Failed check: SAFETY_CHECK_TYPE_BIO",
        },
        ContentFilterError,
    ),
    # camel-ai/owl issue 432, QwenLM/qwen-code issue 3145
    (
        400,
        openai("Input data may contain inappropriate content.", "data_inspection_failed", "data_inspection_failed"),
        ContentFilterError,
    ),
    (400, openai("<400> InternalError.Algo.DataInspectionFailed: Input text data may contain inappropriate content."), ContentFilterError),
    # google-gemini/gemini-cli issue 8437, continuedev/continue issue 10062
    (429, google(429, NO_QUOTA, "RESOURCE_EXHAUSTED"), QuotaExceededError),
    (429, google(429, NO_QUOTA, "RESOURCE_EXHAUSTED", details=RETRY), RateLimitError),
    # googleapis/python-genai issue 2065
    (429, google(429, "Resource has been exhausted (e.g. check quota).", "RESOURCE_EXHAUSTED"), RateLimitError),
    # continuedev/continue issue 9853
    (402, openai("Insufficient Balance", "invalid_request_error", "unknown_error"), QuotaExceededError),
    (429, openai("You exceeded your current quota", "insufficient_quota", "insufficient_quota"), QuotaExceededError),
    (400, anthropic("invalid_request_error", "Your credit balance is too low to access the Anthropic API."), QuotaExceededError),
    (429, openai("Rate limit reached for requests", "rate_limit_exceeded", "requests"), RateLimitError),
    (404, openai("The model `x` does not exist", "model_not_found", "invalid_request_error"), NotFoundError),
    (400, openai("x is not a valid model ID", "model_not_supported"), NotFoundError),
    (404, {"error": "model 'x' not found"}, NotFoundError),
    (401, openai("Incorrect API key provided", "invalid_api_key", "invalid_request_error"), AuthenticationError),
    # cohere-ai/cohere-toolkit issue 857
    (401, {"message": "invalid api token"}, AuthenticationError),
    (403, anthropic("permission_error", "Your key may not use this resource"), PermissionDeniedError),
    (403, openai("Your account has been flagged for review"), PermissionDeniedError),
    (422, {"detail": [{"loc": ["body", "messages"], "msg": "field required"}]}, InvalidRequestError),
    (529, anthropic("overloaded_error", "Overloaded"), ServiceUnavailableError),
    (503, google(503, "The model is overloaded.", "UNAVAILABLE"), ServiceUnavailableError),
    (500, openai("The server had an error", None, "server_error"), ServiceUnavailableError),
    # OpenRouter's errors page: the text of the service behind it
    (400, openai("Provider returned error", 400, metadata={"raw": TOO_LONG, "provider_name": "x"}), ContextLengthError),
    # the same page: moderation
    (403, openai("No.", 403, metadata={"reasons": ["violence"], "flagged_input": "x"}), ContentFilterError),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "wanted"), WORDS)
def test_real_responses_become_the_right_class(status, body, wanted):
    """A real error response becomes the most specific class of error."""
    error = from_response(status, {}, json.dumps(body).encode())
    assert type(error) is wanted
    assert error.status == status
    assert error.body


VALUES = [
    (anthropic("overloaded_error", "Overloaded"), 529, ServiceUnavailableError),
    (anthropic("rate_limit_error", "Slow down"), 429, RateLimitError),
    (anthropic("authentication_error", "invalid x-api-key"), 401, AuthenticationError),
    (anthropic("not_found_error", "model: x"), 404, NotFoundError),
    (anthropic("request_too_large", "big"), 413, InvalidRequestError),
    (anthropic("invalid_request_error", "prompt is too long: 5 tokens > 4 maximum"), 400, ContextLengthError),
    (google(429, "Resource exhausted.", "RESOURCE_EXHAUSTED", details=RETRY), 429, RateLimitError),
    (google(None, "Deadline", "DEADLINE_EXCEEDED"), 504, ServiceUnavailableError),
    (openai("Upstream", 502), 502, ServiceUnavailableError),
    (openai("Upstream", "502"), 502, ServiceUnavailableError),
    (openai("The server had an error", None, "server_error"), 500, ServiceUnavailableError),
    (
        openai("exceeds the available context size", None, "exceed_context_size_error"),
        500,
        ContextLengthError,
    ),
    ({"error": "an error was encountered while running the model"}, 500, ServiceUnavailableError),
    ({"message": "oops"}, 500, ServiceUnavailableError),
]


@pytest.mark.parametrize(("value", "status", "wanted"), VALUES)
def test_an_error_inside_a_stream(value, status, wanted):
    """An error object in a stream becomes the same error as a response with its status."""
    error = from_value(value)
    assert (type(error), error.status) == (wanted, status)
    assert "broke off" in str(error)


def test_the_status_of_the_object_has_precedence():
    """The status of the object counts, else the one of the caller."""
    assert from_value({"error": "x"}, status=429).status == 429
    assert from_value(google(503, "x", "UNAVAILABLE"), status=429).status == 503


@pytest.mark.parametrize(
    ("value", "facts"),
    [
        (openai("m", "c", "k", "p"), Facts("m", "c", "k", "p")),
        (google(400, "m", "INVALID_ARGUMENT"), Facts("m", None, "INVALID_ARGUMENT", None, 400)),
        ([google(400, "m", "INVALID_ARGUMENT")], Facts("m", None, "INVALID_ARGUMENT", None, 400)),
        ({"error": "m", "code": "c", "type": "k"}, Facts("m", "c", "k")),
        ({"message": "m"}, Facts("m")),
        ({"detail": ["é"]}, Facts('["é"]')),
        (openai("m", 7, True), Facts("m", "7")),
        (openai("m", details=RETRY), Facts("m", wait=20.5)),
        (openai("m", metadata={"raw": "r"}), Facts("m: r")),
        ({"choices": []}, None),
        ({"error": None}, None),
        ({"error": ""}, None),
        ({"message": 1}, None),
        ([], None),
        ("m", None),
    ],
)
def test_the_facts(value, facts):
    """The facts are read from each shape of error object; other values have none."""
    assert read(value) == facts


@pytest.mark.parametrize("delay", ["x", "", "1", "-1s", "1e9s", "9" * 30 + "s", 5, None, "٣s"])
def test_an_invalid_wait_is_ignored(delay):
    """An invalid time to wait is ignored."""
    assert read(openai("m", details=[None, {"retryDelay": delay}])).wait is None


def test_the_header_goes_before_the_body():
    """If the header and the body both contain a time to wait, the header counts."""
    body = json.dumps(google(429, "x", "RESOURCE_EXHAUSTED", details=RETRY)).encode()
    assert from_response(429, {"retry-after": "3"}, body).retry_after == 3
    assert from_response(429, {}, body).retry_after == 20.5


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.integers(390, 610).map(str),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["error", "message", "detail", "type", "code", "status", "param", "innererror", "metadata", "raw",
                 "details", "retryDelay"]
            ),
            inner,
        )
    ),
    max_leaves=15,
)  # fmt: skip


@given(JSON, st.integers(100, 999))
def test_no_value_is_too_strange(value, status):
    """Any JSON value becomes an error of g4f_lite with a status, and never another exception."""
    for error in (
        from_response(status, {}, json.dumps(value).encode()),
        from_value(value),
        from_value(value, status=status),
    ):
        assert isinstance(error, ProviderStatusError)
        assert isinstance(error.status, int)
        assert len(str(error)) < 1000
    assert from_response(status, {}, json.dumps(value).encode()).status == status


@given(st.binary(), st.integers(100, 999))
def test_no_body_is_too_strange(body, status):
    """Any body becomes an error of g4f_lite with the status."""
    assert from_response(status, {}, body).status == status


@pytest.mark.parametrize("depth", [500, 900, 980, 100_000])
def test_deep_nesting_is_no_failure(depth):
    """An error object of any depth becomes an error of g4f_lite."""
    body = b'{"detail":' + b"[" * depth + b"]" * depth + b"}"
    assert from_response(422, {}, body).status == 422
    value = []
    for _ in range(depth):
        value = [value]
    assert from_value({"message": value}).status == 500
    assert from_value([value]).status == 500
    assert from_value(value).status == 500


@given(st.integers(0, 700), st.sampled_from(["message", "type", "code", "param"]))
def test_keys_are_not_shown(before, where):
    """An error shows no part of a key, wherever the service repeats it."""
    value = openai("m")
    value["error"][where] = f"{'x ' * before}{KEY} and more"
    for error in (
        from_value(value, secrets=(KEY,)),
        from_response(401, {}, json.dumps(value).encode(), secrets=(KEY,)),
        from_value([value["error"][where]], secrets=(KEY,)),
    ):
        shown = f"{error} {error.body} {error.code} {error.kind} {error.param} {vars(error)}"
        assert KEY[:8] not in shown
