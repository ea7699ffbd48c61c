"""Ollama's own Python client reads the recorded bodies as the provider does, and sends the same requests."""

import importlib.util
import json
from pathlib import Path

import pytest

from g4f_lite.events import Finish, Logprobs, Reasoning, ToolCallDelta, Usage, Vector
from g4f_lite.testing import Reply, Upstream
from g4f_lite_providers import ollama

official = pytest.importorskip("ollama", reason="the official client is not installed")

SPEC = importlib.util.spec_from_file_location("ollama_cases", Path(__file__).with_name("cases.py"))
recorded = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(recorded)

# The official client takes neither blank lines nor values without a message.
ODD = {"blank-lines-and-unknown-fields", "old-server", "cached-prompt"}
CHATS = [case for case in recorded.CASES if case.function == "completion"]
GOOD = [case for case in CHATS if case.error is None and case.id not in ODD]
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="


def upstream_of(case):
    return Upstream(Reply(case.body, headers={"content-type": case.media_type}))


def ask(case, url):
    return list(
        ollama._create_completion(case.model, case.messages, case.stream, base_url=url, **case.options)
    )


def ask_official(case, url):
    with official.Client(host=url) as client:
        answer = client.chat(model=case.model, messages=case.messages, stream=case.stream)
        return list(answer) if case.stream else [answer]


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case.id)
def test_both_read_the_same(case):
    """Text, reasoning, tool calls, usage, log probabilities and finish reason are those of the official client."""
    with upstream_of(case) as upstream:
        items, parts = ask(case, upstream.url), ask_official(case, upstream.url)
    assert "".join(item for item in items if isinstance(item, str)) == "".join(
        part.message.content or "" for part in parts
    )
    assert "".join(item.text for item in items if isinstance(item, Reasoning)) == "".join(
        part.message.thinking or "" for part in parts
    )
    calls = [item for item in items if isinstance(item, ToolCallDelta)]
    wanted = [call.function for part in parts for call in part.message.tool_calls or ()]
    assert [(call.name, json.loads(call.arguments)) for call in calls] == [
        (function.name, function.arguments) for function in wanted
    ]
    usage = next(item for item in items if isinstance(item, Usage))
    assert usage[:2] == (parts[-1].prompt_eval_count, parts[-1].eval_count)
    assert next(item for item in items if isinstance(item, Finish)).raw == parts[-1].done_reason
    tokens = [token for item in items if isinstance(item, Logprobs) for token in item.content]
    wanted = [token for part in parts for token in part.logprobs or ()]
    assert [(token["token"], token["logprob"]) for token in tokens] == [
        (token.token, token.logprob) for token in wanted
    ]


def test_both_end_in_the_error_of_the_stream():
    """An error in a stream comes after the same text, with the same message."""
    case = next(case for case in CHATS if case.id == "error-in-the-stream")
    with upstream_of(case) as upstream:
        got, said = [], []
        with pytest.raises(case.error) as ours:
            got.extend(ollama._create_completion("m", case.messages, True, base_url=upstream.url))
        with official.Client(host=upstream.url) as client, pytest.raises(official.ResponseError) as theirs:
            said.extend(client.chat(model="m", messages=case.messages, stream=True))
    assert "".join(item for item in got if isinstance(item, str)) == case.text
    assert "".join(part.message.content for part in said) == case.text
    assert ours.value.body == theirs.value.error


@pytest.mark.parametrize("case", recorded.ERRORS, ids=lambda case: case.id)
def test_both_see_the_status(case):
    """The status and the message of an error are the same for both."""
    with Upstream(Reply(case.body, status=case.status)) as upstream:
        with pytest.raises(case.error) as ours:
            list(
                ollama._create_completion(
                    "m", [{"role": "user", "content": "Hi"}], False, base_url=upstream.url
                )
            )
        with official.Client(host=upstream.url) as client, pytest.raises(official.ResponseError) as theirs:
            client.chat(model="m", messages=[{"role": "user", "content": "Hi"}])
    assert ours.value.status == theirs.value.status_code
    assert " ".join(theirs.value.error.split()) == ours.value.body


def test_both_read_the_same_vectors_and_models():
    """The vectors and the names of the models are those of the official client."""
    vectors = next(case for case in recorded.CASES if case.function == "embedding")
    models = next(case for case in recorded.CASES if case.function == "models")
    with upstream_of(vectors) as upstream, official.Client(host=upstream.url) as client:
        items = list(
            ollama._create_embedding("m", ["a", "b"], base_url=upstream.url, dimensions=3, truncate=False)
        )
        answer = client.embed(model="m", input=["a", "b"], dimensions=3, truncate=False)
        ours, theirs = (request.json() for request in upstream.requests)
    assert [item.values for item in items if isinstance(item, Vector)] == answer.embeddings
    assert {key: value for key, value in theirs.items() if value is not None} == ours
    with Upstream(Reply(models.body)) as upstream, official.Client(host=upstream.url) as client:
        assert next(ollama._list_models(base_url=upstream.url)) == client.list().models[0].model
        ours, theirs = upstream.requests
    assert (ours.method, ours.target) == (theirs.method, theirs.target)


CALLS = [
    {
        "id": "call_1",
        "type": "function",
        "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'},
    }
]
REQUESTS = {
    "plain": ({}, {}),
    "options": (
        {"temperature": 0.5, "top_p": 0.9, "top_k": 40, "max_tokens": 7, "stop": ["x"], "seed": 1, "num_ctx": 2048,
         "presence_penalty": 0.1, "frequency_penalty": 0.2, "repeat_penalty": 1.1, "options": {"mirostat": 1}},
        {"options": {"temperature": 0.5, "top_p": 0.9, "top_k": 40, "num_predict": 7, "stop": ["x"], "seed": 1,
                     "num_ctx": 2048, "presence_penalty": 0.1, "frequency_penalty": 0.2, "repeat_penalty": 1.1,
                     "mirostat": 1}},
    ),
    "tools": ({"tools": recorded.TOOLS}, {"tools": recorded.TOOLS}),
    "json": ({"response_format": {"type": "json_object"}}, {"format": "json"}),
    "schema": (
        {"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}}},
        {"format": {"type": "object"}},
    ),
    "think": ({"reasoning_effort": "high"}, {"think": "high"}),
    "no-think": ({"reasoning_effort": "none"}, {"think": False}),
    "probabilities": ({"logprobs": True, "top_logprobs": 3}, {"logprobs": True, "top_logprobs": 3}),
    "kept": ({"keep_alive": "10m"}, {"keep_alive": "10m"}),
}  # fmt: skip
HISTORY = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
    ]},
    {"role": "assistant", "content": None, "tool_calls": CALLS, "reasoning": [{"text": "Hm.", "signature": None}]},
    {"role": "tool", "tool_call_id": "call_1", "content": "20 °C"},
]  # fmt: skip
OFFICIAL_HISTORY = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "What is this?", "images": [PIXEL]},
    {
        "role": "assistant",
        "content": "",
        "thinking": "Hm.",
        "tool_calls": [{"function": {"name": "get_weather", "arguments": {"city": "Paris"}}}],
    },
    {"role": "tool", "content": "20 °C", "tool_name": "get_weather"},
]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("name", REQUESTS)
def test_both_ask_the_same(name, stream):
    """The bodies are equal, except for the identifiers of tool calls, which the official client leaves out."""
    ours, theirs = REQUESTS[name]
    case = next(case for case in GOOD if case.stream is stream)
    with upstream_of(case) as upstream, official.Client(host=upstream.url) as client:
        list(ollama._create_completion("m", HISTORY, stream, base_url=upstream.url, **ours))
        answer = client.chat(model="m", messages=OFFICIAL_HISTORY, stream=stream, **theirs)
        if stream:
            list(answer)
        sent, wanted = (request.json() for request in upstream.requests)
    assert sent["messages"][2]["tool_calls"][0].pop("id") == "call_1"
    assert sent["messages"][3].pop("tool_call_id") == "call_1"
    assert sent["messages"][2].pop("content") == ""  # The official client leaves it out.
    assert sent == {key: value for key, value in wanted.items() if value not in (None, [])}


HOSTS = [
    "", "1.2.3.4", ":56789", "1.2.3.4:56789", "http://1.2.3.4", "https://1.2.3.4", "https://1.2.3.4:56789",
    "example.com", "example.com:56789", "http://example.com", "https://example.com", "https://example.com:56789",
    "example.com/", "example.com:56789/", "example.com/path", "example.com:56789/path",
    "https://example.com:56789/path", "example.com:56789/path/", "[0001:002:003:0004::1]",
    "[0001:002:003:0004::1]:56789", "http://[0001:002:003:0004::1]", "[0001:002:003:0004::1]/path",
    "https://[0001:002:003:0004::1]:56789/path", "[0001:002:003:0004::1]:56789/path/", "http://:80",
]  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
def test_both_read_ollama_host_the_same(host, monkeypatch):
    """For each value of OLLAMA_HOST in the client's own examples, the request goes to the same address."""
    import httpx

    monkeypatch.setenv("OLLAMA_HOST", host)
    ours = httpx.URL(ollama._list_models().request.url)
    with official.Client() as client:
        theirs = client._client.base_url
    assert (ours.scheme, ours.host, ours.port, ours.path) == (
        theirs.scheme,
        theirs.host,
        theirs.port,
        f"{theirs.path.rstrip('/')}/api/tags",
    )
