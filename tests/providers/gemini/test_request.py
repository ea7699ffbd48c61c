"""Requests to the Gemini API."""

import json

import pytest

from g4f_lite.errors import InvalidArgumentError, InvalidMessageError
from g4f_lite_providers import gemini

HI = [{"role": "user", "content": "Hi"}]
CONTENTS = [{"role": "user", "parts": [{"text": "Hi"}]}]
PIXEL = "iVBORw0KGgo="
SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "integer"}},
    "required": ["a"],
    "additionalProperties": False,
}
WEATHER = {
    "type": "function",
    "function": {"name": "get_weather", "description": "Weather.", "parameters": SCHEMA, "strict": True},
}
DECLARED = {"name": "get_weather", "description": "Weather.", "parametersJsonSchema": SCHEMA}


def request(messages=HI, *, model="gemini-3.8-flash", stream=False, **options):
    return gemini._create_completion(model=model, messages=messages, stream=stream, **options).request


def body(messages=HI, **options):
    return request(messages, **options).json


def contents(messages, **options):
    return body(messages, **options)["contents"]


def call(ident, name="w", arguments="{}", **others):
    return {"id": ident, "type": "function", "function": {"name": name, "arguments": arguments}, **others}


def test_a_plain_question():
    """One user message makes the smallest body that the service takes, streamed or not."""
    assert body() == body(stream=True) == {"contents": CONTENTS}


def test_address_and_headers(monkeypatch):
    """The key is in its header, never in the address; a model's name cannot lead to another path."""
    base = "https://generativelanguage.googleapis.com/v1beta"
    sent = request(auth="AIza-x", extra_headers={"x-more": "1"})
    assert sent.url == f"{base}/models/gemini-3.8-flash:generateContent"
    assert dict(sent.headers) == {"x-goog-api-key": "AIza-x", "x-more": "1"}
    assert "AIza" not in repr(sent)
    assert request(stream=True).url == f"{base}/models/gemini-3.8-flash:streamGenerateContent?alt=sse"
    assert request(api_version="v1").url == f"{base[:-4]}/models/gemini-3.8-flash:generateContent"
    assert request(model="tunedModels/my-1").url == f"{base}/tunedModels/my-1:generateContent"
    assert request(model="../a?b#c").url == f"{base}/%2E%2E/a%3Fb%23c:generateContent"
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", "https://gateway.example/google/")
    assert request().url == "https://gateway.example/google/v1beta/models/gemini-3.8-flash:generateContent"
    assert request(base_url="http://127.0.0.1:8080").url.startswith("http://127.0.0.1:8080/v1beta/")
    models = gemini._list_models(auth="k", base_url="http://127.0.0.1:8080").request
    assert (models.method, models.url) == ("GET", "http://127.0.0.1:8080/v1beta/models?pageSize=1000")
    assert dict(models.headers) == {"x-goog-api-key": "k"}


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (
            {"max_tokens": 5, "temperature": 0.0, "top_p": 0.5, "top_k": 3, "seed": 7, "n": 2},
            {
                "maxOutputTokens": 5,
                "temperature": 0.0,
                "topP": 0.5,
                "topK": 3,
                "seed": 7,
                "candidateCount": 2,
            },
        ),
        (
            {"stop": "END", "presence_penalty": 0.1, "frequency_penalty": 0.2},
            {"stopSequences": ["END"], "presencePenalty": 0.1, "frequencyPenalty": 0.2},
        ),
        ({"logprobs": True, "top_logprobs": 3}, {"responseLogprobs": True, "logprobs": 3}),
        ({"modalities": ["text", "image"]}, {"responseModalities": ["TEXT", "IMAGE"]}),
        ({"response_format": {"type": "json_object"}}, {"responseMimeType": "application/json"}),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA}}},
            {"responseMimeType": "application/json", "responseJsonSchema": SCHEMA},
        ),
        (
            {"reasoning_effort": "high"},
            {"thinkingConfig": {"thinkingLevel": "HIGH", "includeThoughts": True}},
        ),
        ({"reasoning_effort": "none"}, {"thinkingConfig": {"thinkingLevel": "MINIMAL"}}),
        (
            {"reasoning_effort": "low", "model": "gemini-2.5-flash"},
            {"thinkingConfig": {"thinkingBudget": 1024, "includeThoughts": True}},
        ),
        (
            {"reasoning_effort": "none", "model": "gemini-2.5-flash"},
            {"thinkingConfig": {"thinkingBudget": 0}},
        ),
        (
            {"reasoning_effort": "low", "thinking_config": {"thinkingBudget": -1}},
            {"thinkingConfig": {"thinkingBudget": -1}},
        ),
        (
            {
                "temperature": 1,
                "extra_body": {"generationConfig": {"mediaResolution": "X", "temperature": 2}},
            },
            {"temperature": 2, "mediaResolution": "X"},
        ),
    ],
)
def test_generation_options(options, wanted):
    """An option with OpenAI's name becomes a field of `generationConfig`, and nothing else is added."""
    assert body(**options) == {"contents": CONTENTS, "generationConfig": wanted}


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({"response_format": {"type": "text"}, "logprobs": False, "stop": []}, {}),
        ({"tools": [WEATHER]}, {"tools": [{"functionDeclarations": [DECLARED]}]}),
        (
            {"tools": [{"googleSearch": {}}, WEATHER, {"type": "function", "function": {"name": "now"}}]},
            {"tools": [{"googleSearch": {}}, {"functionDeclarations": [DECLARED, {"name": "now"}]}]},
        ),
        ({"tool_choice": "auto"}, {"toolConfig": {"functionCallingConfig": {"mode": "AUTO"}}}),
        ({"tool_choice": "none"}, {"toolConfig": {"functionCallingConfig": {"mode": "NONE"}}}),
        ({"tool_choice": "required"}, {"toolConfig": {"functionCallingConfig": {"mode": "ANY"}}}),
        (
            {"tool_choice": {"type": "function", "function": {"name": "f"}}},
            {"toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f"]}}},
        ),
        (
            {
                "safety_settings": [{"category": "C", "threshold": "OFF"}],
                "cached_content": "cachedContents/1",
            },
            {"safetySettings": [{"category": "C", "threshold": "OFF"}], "cachedContent": "cachedContents/1"},
        ),
        ({"service_tier": "flex"}, {"serviceTier": "flex"}),
        ({"extra_body": {"store": False}}, {"store": False}),
    ],
)
def test_other_options(options, wanted):
    """Tools, safety and other options are sent in their fields outside of `generationConfig`."""
    assert body(**options) == {"contents": CONTENTS, **wanted}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("stop", 3),
        ("tools", [{"type": "function"}]),
        ("tools", ["google_search"]),
        ("tool_choice", "any"),
        ("response_format", {"type": "xml"}),
        ("reasoning_effort", "huge"),
        ("modalities", "text"),
        ("base_url", "ai.google.dev"),
        ("api_version", "v1/../x"),
        ("timeout", 0),
    ],
)
def test_wrong_values_are_refused_by_name(name, value):
    """A value that the service would refuse or ignore raises an error with the option's name and a hint."""
    with pytest.raises(InvalidArgumentError) as caught:
        body(**{name: value})
    assert caught.value.argument == name
    assert caught.value.hint


def test_embeddings():
    """Each text is a request in one body, with the options."""
    sent = gemini._create_embedding(
        "gemini-embedding-001", ["a", "b"], dimensions=256, task_type="RETRIEVAL_QUERY", auth="k"
    ).request
    assert sent.url.endswith("/v1beta/models/gemini-embedding-001:batchEmbedContents")
    wanted = {"outputDimensionality": 256, "taskType": "RETRIEVAL_QUERY"}
    assert sent.json == {
        "requests": [
            {"model": "models/gemini-embedding-001", "content": {"parts": [{"text": text}]}, **wanted}
            for text in ("a", "b")
        ]
    }
    with pytest.raises(InvalidArgumentError, match="list of texts"):
        gemini._create_embedding("gemini-embedding-001", [[1, 2]])


# --- messages -----------------------------------------------------------------------------------


def test_system_messages():
    """System and developer messages become the system instruction, wherever they are."""
    sent = body(
        [
            {"role": "system", "content": "Be brief."},
            *HI,
            {"role": "developer", "content": [{"type": "text", "text": "Now in French."}]},
        ]
    )
    assert sent == {
        "systemInstruction": {"parts": [{"text": "Be brief."}, {"text": "Now in French."}]},
        "contents": CONTENTS,
    }
    with pytest.raises(InvalidMessageError, match="system messages only"):
        body([{"role": "system", "content": "Be brief."}])


ORDER = """[
    ["thought", {}, 0], ["text", {}, 4], ["text", {"thoughtSignature": "dHh0"}, 6],
    ["call", {}, 0], ["call", {}, 0], ["call", {}, 0]
]"""


def test_a_conversation_with_tools():
    """Calls are sent back with their signatures, and results with the names of their calls, in separate turns."""
    messages = [
        *HI,
        {
            "role": "assistant",
            "content": "I'll look.",
            "reasoning": [
                {"text": "A thought.", "signature": "gemini:thought:dGg="},
                {"text": "Without one.", "signature": None},
                {"text": "Of another service.", "signature": "EqQBCg=="},
                {"text": "", "signature": f"gemini:order:{ORDER}"},
            ],
            "tool_calls": [
                call("t1", "w", '{"city": "Bern"}', signature="QUJD"),
                call("t2", "x", ""),
                call("t3", "w", '{"city": '),
            ],
        },
        {"role": "tool", "tool_call_id": "t1", "content": "sunny"},
        {"role": "tool", "tool_call_id": "t2", "content": [{"type": "text", "text": '{"a": 1}'}]},
        {"role": "tool", "tool_call_id": "t3", "content": "no such city", "is_error": True},
        {"role": "user", "content": "And?"},
    ]
    assert contents(messages)[1:] == [
        {
            "role": "model",
            "parts": [
                {"text": "A thought.", "thought": True, "thoughtSignature": "dGg="},
                {"text": "I'll"},
                {"text": " look.", "thoughtSignature": "dHh0"},
                {
                    "functionCall": {"id": "t1", "name": "w", "args": {"city": "Bern"}},
                    "thoughtSignature": "QUJD",
                },
                {"functionCall": {"id": "t2", "name": "x", "args": {}}},
                {"functionCall": {"id": "t3", "name": "w", "args": {"INVALID_JSON": '{"city": '}}},
            ],
        },
        {
            "role": "user",
            "parts": [
                {"functionResponse": {"id": "t1", "name": "w", "response": {"output": "sunny"}}},
                {"functionResponse": {"id": "t2", "name": "x", "response": {"a": 1}}},
                {"functionResponse": {"id": "t3", "name": "w", "response": {"error": "no such city"}}},
            ],
        },
        {"role": "user", "parts": [{"text": "And?"}]},
    ]


def test_calls_that_another_model_made():
    """For models that need a signature, a call without one gets a replacement; for earlier ones it does not."""
    messages = [
        *HI,
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [call("t1", signature='{"responses":{}}'), call("t2")],
        },
        {"role": "tool", "tool_call_id": "t1", "content": "a"},
        {"role": "tool", "tool_call_id": "t2", "content": "b"},
    ]
    first, second = contents(messages)[1]["parts"]
    assert first["thoughtSignature"] == "skip_thought_signature_validator"
    assert "thoughtSignature" not in second
    parts = contents(messages, model="gemini-2.5-pro")[1]["parts"]
    assert not any("thoughtSignature" in part for part in parts)


def test_a_result_whose_call_is_not_there():
    """A result needs an earlier call, or the name of the tool."""
    result = {"role": "tool", "tool_call_id": "t9", "content": "a"}
    with pytest.raises(InvalidMessageError, match="'t9'") as caught:
        body([*HI, result])
    assert caught.value.index == 1
    assert contents([*HI, {**result, "name": "w"}])[1]["parts"][0]["functionResponse"]["name"] == "w"


def test_turns_without_text():
    """A refusal is sent as text; an empty answer stays a turn; a signature without text has an empty text."""
    alone = '[["text", {"thoughtSignature": "dHh0"}, 0]]'
    messages = [
        *HI,
        {"role": "assistant", "content": None, "refusal": "No."},
        {"role": "assistant", "content": ""},
        {
            "role": "assistant",
            "content": "",
            "reasoning": [{"text": "", "signature": f"gemini:order:{alone}"}],
        },
    ]
    assert [turn["parts"] for turn in contents(messages)[1:]] == [
        [{"text": "No."}],
        [{"text": ""}],
        [{"text": "", "thoughtSignature": "dHh0"}],
    ]


@pytest.mark.parametrize(
    ("part", "wanted"),
    [
        ({"type": "text", "text": "a"}, {"text": "a"}),
        ({"type": "refusal", "refusal": "No."}, {"text": "No."}),
        (
            {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "m4a"}},
            {"inlineData": {"mimeType": "audio/mp4", "data": "AAAA"}},
        ),
        (
            {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
            {"inlineData": {"mimeType": "image/png", "data": PIXEL}},
        ),
        (
            {"type": "image_url", "image_url": {"url": "https://example.org/a.PNG?x=1", "detail": "low"}},
            {"fileData": {"fileUri": "https://example.org/a.PNG?x=1", "mimeType": "image/png"}},
        ),
        (
            {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
            {"inlineData": {"mimeType": "audio/wav", "data": "AAAA"}},
        ),
        (
            {
                "type": "file",
                "file": {"file_data": "data:application/pdf;base64,JVBERi0=", "filename": "a.pdf"},
            },
            {"inlineData": {"mimeType": "application/pdf", "data": "JVBERi0="}},
        ),
        (
            {"type": "file", "file": {"file_url": "https://example.org/a.pdf"}},
            {"fileData": {"fileUri": "https://example.org/a.pdf", "mimeType": "application/pdf"}},
        ),
        (
            {
                "type": "file",
                "file": {"file_id": "https://generativelanguage.googleapis.com/v1beta/files/abc"},
            },
            {"fileData": {"fileUri": "https://generativelanguage.googleapis.com/v1beta/files/abc"}},
        ),
    ],
)
def test_parts(part, wanted):
    """Each part of a message becomes the service's own part."""
    assert contents([{"role": "user", "content": [part]}]) == [{"role": "user", "parts": [wanted]}]


def test_a_part_that_the_service_does_not_take():
    """A part that cannot be sent raises an error with its position."""
    part = {"type": "video_url", "video_url": {"url": "x"}}
    with pytest.raises(InvalidMessageError, match=r"messages\[1\]\['content'\]\[0\]") as caught:
        body([*HI, {"role": "user", "content": [part]}])
    assert caught.value.index == 1


def test_the_body_is_json():
    """The body can be written as JSON."""
    sent = body(tools=[WEATHER], temperature=1)
    assert json.loads(json.dumps(sent)) == sent
