"""Recorded answers of an Ollama server, in the shapes of its API reference and of its server's source."""

import json

from provider_case import Case, ErrorCase

from g4f_lite.errors import (
    AuthenticationError,
    ContextLengthError,
    InvalidRequestError,
    NotFoundError,
    ProviderResponseError,
    RateLimitError,
    ServiceUnavailableError,
)

MODEL = "llama3.2"
LAST = {
    "total_duration": 4883583458,
    "load_duration": 1334875,
    "prompt_eval_count": 26,
    "prompt_eval_duration": 342546000,
    "eval_count": 282,
    "eval_duration": 4535599000,
}


def dumps(value) -> str:
    """Return JSON as Go writes it: no white space, and only five characters are escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def piece(place: int, done: bool = False, **message) -> dict:
    """Return one value of a stream; `created_at` increases with each, to the nanosecond."""
    return {
        "model": MODEL,
        "created_at": f"2025-07-07T20:22:19.{184789 + place:06d}123Z",
        "message": {"role": "assistant", "content": "", **message},
        "done": done,
    }


def stream(*values) -> bytes:
    return "".join(f"{dumps(value)}\n" for value in values).encode()


def pieces(*texts, **last) -> list[dict]:
    said = [piece(place, content=text) for place, text in enumerate(texts)]
    return [*said, piece(len(texts), done=True) | {"done_reason": "stop", **LAST, **last}]


def whole(**more) -> bytes:
    return dumps(
        piece(0, done=True, **more.pop("message", {})) | {"done_reason": "stop", **LAST, **more}
    ).encode()


def call(name, arguments, identifier=None, position=0):
    shown = {"id": identifier} if identifier else {}
    return shown | {"function": {"index": position, "name": name, "arguments": arguments}}


UNICODE = (
    "The",
    " sky is ",
    "bläu",
    "lich",
    " \N{SMILING FACE WITH OPEN MOUTH}",
    "<b>&\u2028\U0001f469\u200d\U0001f4bb",
    '\n"\\',
)
PARIS = call("get_weather", {"city": "Paris", "unit": "°C"}, "call_8f3x1a2b")
TOKYO = call("get_weather", {"city": "東京"}, "call_c0ffee00", 1)
CALLED = (
    ("get_weather", '{"city": "Paris", "unit": "°C"}'),
    ("get_weather", '{"city": "東京"}'),
)
LOGPROBS = [
    {
        "token": "The",
        "logprob": -0.25,
        "bytes": [84, 104, 101],
        "top_logprobs": [{"token": "The", "logprob": -0.25}, {"token": "A", "logprob": -1.5}],
    }
]
NDJSON = "application/x-ndjson"


def chat(**fields) -> Case:
    is_stream = fields.get("stream", True)
    counted = {"usage": (26, 282), "finish_reason": "stop"} if "error" not in fields else {}
    kind = NDJSON if is_stream else "application/json; charset=utf-8"
    return Case(**{"provider": "ollama", "content_type": kind, **counted, **fields})


TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "Get the weather",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
            },
        },
    }
]

CASES = [
    chat(id="text", body=stream(*pieces(*UNICODE)), text="".join(UNICODE)),
    chat(
        id="thinking",
        body=stream(
            piece(0, thinking="Okay, the "),
            piece(1, thinking="user says hé."),
            *pieces("Hello", "!"),
        ),
        reasoning="Okay, the user says hé.",
        text="Hello!",
        options={"think": True},
    ),
    chat(
        id="tools",
        body=stream(
            piece(0, thinking="Both cities."),
            piece(1, tool_calls=[PARIS]),
            piece(2, tool_calls=[TOKYO]),
            *pieces(),
        ),
        reasoning="Both cities.",
        tool_calls=CALLED,
        finish_reason="tool_calls",
        options={"tools": TOOLS},
    ),
    chat(
        id="tools-without-ids-behind-text",
        body=stream(
            piece(0, content="Let me look."),
            piece(1, tool_calls=[call("get_weather", {"city": "Paris", "unit": "°C"}), call("now", {})]),
            *pieces(),
        ),
        text="Let me look.",
        tool_calls=(CALLED[0], ("now", "{}")),
        finish_reason="tool_calls",
        options={"tools": TOOLS},
    ),
    chat(
        id="length",
        body=stream(*pieces("Once upon", " a", done_reason="length")),
        text="Once upon a",
        finish_reason="length",
        options={"max_tokens": 3},
    ),
    chat(
        id="old-server",  # A server of 2023: no reason, and no message in the last value.
        body=stream(
            piece(0, content="Hi", images=None),
            {"model": MODEL, "created_at": "2023-08-04T19:22:45.499127-07:00", "done": True, **LAST},
        ),
        text="Hi",
    ),
    chat(
        id="cached-prompt",  # Older servers leave out its count.
        body=stream(*pieces("Hi"), {}).replace(b'"prompt_eval_count":26,', b""),
        text="Hi",
        usage=(0, 282),
    ),
    chat(
        id="logprobs",
        body=stream(piece(0, content="The") | {"logprobs": LOGPROBS}, *pieces()),
        text="The",
        options={"logprobs": True, "top_logprobs": 2},
    ),
    chat(
        id="cloud-model",
        body=stream(
            *(
                value | {"remote_model": "gpt-oss:120b", "remote_host": "https://ollama.com:443"}
                for value in pieces("Hello", " there")
            )
        ),
        text="Hello there",
    ),
    chat(
        id="json",
        body=stream(*pieces('{"age"', ": 22, ", '"available": false}')),
        text='{"age": 22, "available": false}',
        options={"response_format": {"type": "json_object"}},
    ),
    chat(
        id="blank-lines-and-unknown-fields",
        body=b"\r\n"
        + stream(piece(0, content="a", aura="red") | {"new": [1, {"x": None}]}).replace(b"\n", b"\r\n")
        + b"\n  \n"
        + stream({"model": MODEL, "progress": 0.5}, *pieces("b", "c")).replace(b'"c"', '"\u2028"'.encode()),
        text="ab\u2028",
    ),
    chat(
        id="no-newline-at-the-end",
        body=stream(*pieces("Hello")).rstrip(),
        text="Hello",
    ),
    chat(
        id="error-in-the-stream",
        body=stream(
            *pieces(" Yes", ".", "I")[:-1], {"error": "an error was encountered while running the model"}
        ),
        text=" Yes.I",
        error=ServiceUnavailableError,
        error_attributes={"status": 500, "body": "an error was encountered while running the model"},
    ),
    chat(
        id="error-with-a-status-in-the-stream",
        body=stream(piece(0, content="a"), {"error": "too many requests", "status": 429}),
        text="a",
        error=RateLimitError,
        error_attributes={"status": 429},
    ),
    chat(id="cut-short", body=stream(*pieces("Hel", "lo")[:-1]), text="Hello", error=ProviderResponseError),
    chat(
        id="cut-in-a-line",
        body=stream(piece(0, content="Hel")) + b'{"model":"llama3.2","message":{"content":"lo',
        text="Hel",
        error=ProviderResponseError,
    ),
    chat(id="nothing", body=b"", error=ProviderResponseError),
    chat(id="page", body=b"<html>no</html>\n", error=ProviderResponseError),
    chat(
        id="not-utf-8",
        body=stream(piece(0, content="ab")) + b'{"message":{"content":"\xff"}}\n' + stream(*pieces()),
        text="ab",
        error=ProviderResponseError,
    ),
    chat(
        id="whole-text",
        stream=False,
        body=whole(message={"content": "".join(UNICODE)}),
        text="".join(UNICODE),
    ),
    chat(
        id="whole-tools",
        stream=False,
        body=whole(message={"thinking": "Hm.", "tool_calls": [PARIS, TOKYO]}, done_reason="stop"),
        reasoning="Hm.",
        tool_calls=CALLED,
        finish_reason="tool_calls",
        options={"tools": TOOLS},
    ),
    chat(
        id="whole-length",
        stream=False,
        body=whole(message={"content": "Once"}, done_reason="length", logprobs=LOGPROBS),
        text="Once",
        finish_reason="length",
        options={"logprobs": True},
    ),
    chat(
        id="whole-error", stream=False, body=b'{"error":"unexpected response"}', error=ServiceUnavailableError
    ),
    chat(
        id="whole-not-done",
        stream=False,
        body=dumps(piece(0, content="x")).encode(),
        error=ProviderResponseError,
    ),
    chat(
        id="embedding",
        function="embedding",
        stream=False,
        body=dumps(
            {
                "model": "all-minilm",
                "embeddings": [[0.010071029, -0.0017594862, 0.05007221], [-0.0098027075, 0.06042469, 1e-7]],
                "total_duration": 14143917,
                "load_duration": 1019500,
                "prompt_eval_count": 8,
            }
        ).encode(),
        vectors=((0.010071029, -0.0017594862, 0.05007221), (-0.0098027075, 0.06042469, 1e-7)),
    ),
    chat(
        id="models",
        function="models",
        stream=False,
        body=dumps(
            {
                "models": [
                    {
                        "name": "deepseek-r1:latest",
                        "model": "deepseek-r1:latest",
                        "modified_at": "2025-05-10T08:06:48.639712648-07:00",
                        "size": 4683075271,
                        "digest": "0a8c266910232fd3291e71e5ba1e058cc5af9d411192cf88b6d30e92b6e73163",
                        "details": {"format": "gguf", "family": "qwen2", "families": ["qwen2"]},
                    },
                    {"name": "llama3.2:latest", "size": 2019393189},
                ]
            }
        ).encode(),
        names=("deepseek-r1:latest", "llama3.2:latest"),
    ),
]


def failure(id_, status, said, error, **fields) -> ErrorCase:
    body = dumps({"error": said}).encode() if isinstance(said, str) else dumps(said).encode()
    return ErrorCase(id=id_, provider="ollama", status=status, body=body, error=error, **fields)


ERRORS = [
    failure(
        "no-such-model",
        404,
        "model 'test-model' not found",
        NotFoundError,
        check=lambda error: "ollama pull test-model" in error.hint,
    ),
    failure(
        "no-such-path",
        404,
        "404 page not found",
        NotFoundError,
        check=lambda error: "base URL" in error.hint,
    ),
    failure(
        "signed-out",
        401,
        {"error": "unauthorized", "signin_url": "https://ollama.com/connect?name=here"},
        AuthenticationError,
        check=lambda error: "ollama signin" in error.hint,
    ),
    failure("no-thinking", 400, '"llama3.2" does not support thinking', InvalidRequestError),
    failure(
        "no-tools", 400, "registry.ollama.ai/library/gemma:2b does not support tools", InvalidRequestError
    ),
    failure("too-long", 400, "the input length exceeds the context length", ContextLengthError),
    failure(
        "too-long-for-the-runner",
        500,
        "input exceeds maximum context length and cannot be truncated further",
        ContextLengthError,
    ),
    failure(
        "busy",
        503,
        "server busy, please try again.  maximum pending requests exceeded",
        ServiceUnavailableError,
    ),
    failure(
        "cloud-limit",
        429,
        {
            "StatusCode": 429,
            "Status": "429 Too Many Requests",
            "error": "you've reached your hourly usage limit",
        },
        RateLimitError,
        headers={"retry-after": "120"},
        retry_after=120.0,
    ),
]
