"""Programs for the `openai` package print the same after their imports and constructors are changed."""

import base64
import json
import os
import re
import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from g4f_lite.testing import Reply, Stall, Upstream

pytestmark = pytest.mark.slow  # each program is two child processes

PROGRAMS = sorted((Path(__file__).parent / "programs").glob("*.py"))
IMPORTS = {
    r"^from openai import": "from g4f_lite.client.openai import",
    r"^from openai\.types[.\w]* import": "from g4f_lite.client.types import",
    r"^import openai$": "from g4f_lite.client import openai",
}
CONSTRUCTOR = re.compile(r"\b((?:Async)?OpenAI\()(?!base_url)")


def adapt_program(source):
    """Return a program for our client: only its import lines and its constructors are changed."""
    for line, ours in IMPORTS.items():
        source = re.sub(line, ours, source, flags=re.MULTILINE)
    return CONSTRUCTOR.sub(r"\1provider='openai', ", source)


# --- the service ------------------------------------------------------------------------------------

ABOUT = {"id": "chatcmpl-1", "created": 1741569952, "model": "gpt-4.1-mini-2025-04-14"}
USAGE = {
    "prompt_tokens": 7,
    "completion_tokens": 5,
    "total_tokens": 12,
    "prompt_tokens_details": {"cached_tokens": 4},
    "completion_tokens_details": {"reasoning_tokens": 2},
}
TOKENS = [
    {
        "token": token,
        "logprob": -0.5,
        "bytes": list(token.encode()),
        "top_logprobs": [{"token": "b", "logprob": -2.0, "bytes": [98]}],
    }
    for token in ("Grü", "n")
]
LOGPROBS = [None, {"content": TOKENS, "refusal": None}]
CALL = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "get_weather", "arguments": '{"city": "Ulm"}'},
}


def service(request):
    """Answer a request in the way of OpenAI's API."""
    path = request.target.partition("?")[0]
    if path.startswith("/models"):
        entries = [{"id": name, "object": "model"} for name in ("b", "a")]
        return json_reply(entries[1] if path == "/models/a" else {"object": "list", "data": entries})
    body = request.json()
    if path == "/embeddings":
        return json_reply(embeddings(body))
    question = body["messages"][-1]["content"]
    if isinstance(question, str) and question.startswith("fail ") and question != "fail 200":
        error = {"message": "Oh.", "type": "t", "code": f"c{question[5:]}", "param": "p"}
        headers = {"content-type": "application/json", "x-request-id": "req-1", "retry-after": "2"}
        return Reply(json.dumps({"error": error}), status=int(question[5:]), headers=headers)
    if question == "stall":
        return Reply([b"{", Stall()], headers={"content-type": "application/json"})
    message, finish = build_message(request, body, question)
    if body.get("stream"):
        return stream_reply(message, finish, body)
    choices = [
        {
            "index": index,
            "message": message,
            "finish_reason": finish,
            "logprobs": LOGPROBS[question == "logprobs"],
        }
        for index in range(body.get("n") or 1)
    ]
    return json_reply({**ABOUT, "object": "chat.completion", "choices": choices, "usage": USAGE})


def build_message(request, body, question):
    """Return the message of the answer, and its finish reason."""
    message = {
        "role": "assistant",
        "content": f"You said: {json.dumps(question)}",
        "refusal": None,
        "annotations": [],
    }
    if body.get("response_format", {"type": "text"})["type"] != "text":
        event = {"name": "Science Fair", "participants": ["Alice", "Bob"]}
        return {**message, "content": json.dumps(event)}, "stop"
    if body.get("tools") and body["messages"][-1]["role"] == "user":
        calls = [CALL, {**CALL, "id": "call_2"}]
        return {**message, "content": None, "tool_calls": calls}, "tool_calls"
    if question == "headers":
        seen = [request.header(name) for name in ("x-team", "x-trace", "authorization")]
        return {**message, "content": json.dumps([seen, request.target, body.get("top_k")])}, "stop"
    if len(body["messages"]) > 1:
        return {
            **message,
            "content": json.dumps(list(map(essential_fields, body["messages"])), sort_keys=True),
        }, "stop"
    return message, "stop"


def essential_fields(message):
    """Return the fields that matter: the official client sends back null and empty fields of an answer too."""
    kept = ("role", "content", "tool_calls", "tool_call_id")
    return {name: message[name] for name in kept if message.get(name)}


def json_reply(value):
    return Reply(json.dumps(value), headers={"content-type": "application/json", "x-request-id": "req-7"})


def stream_reply(message, finish, body):
    deltas = [{"role": "assistant", "content": "" if message["content"] else None, "refusal": None}]
    deltas += [{"content": word} for word in re.findall(r"\S+\s*", message["content"] or "")]
    for index, call in enumerate(message.get("tool_calls", ())):
        function = {"name": call["function"]["name"], "arguments": ""}
        deltas.append({"tool_calls": [{"index": index, **call, "function": function}]})
        for piece in ('{"city"', ': "Ulm"}'):
            deltas.append({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    chunks = [{"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    if body.get("logprobs"):
        chunks[1]["choices"][0]["logprobs"] = LOGPROBS[1]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    if (body.get("stream_options") or {}).get("include_usage"):
        chunks.append({"choices": [], "usage": USAGE})
    about = {**ABOUT, "object": "chat.completion.chunk"}
    lines = [f"data: {json.dumps({**about, **chunk})}\n\n" for chunk in chunks]
    return Reply("".join([*lines, "data: [DONE]\n\n"]), headers={"content-type": "text/event-stream"})


def embeddings(body):
    texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
    vectors = [[float(len(text)), float(ord(text[0])), 0.5, -1.0] for text in texts]
    if body.get("encoding_format") == "base64":
        vectors = [base64.b64encode(struct.pack("<4f", *vector)).decode() for vector in vectors]
    data = [{"object": "embedding", "index": place, "embedding": item} for place, item in enumerate(vectors)]
    usage = {"prompt_tokens": len(texts), "total_tokens": len(texts)}
    return {"object": "list", "data": data, "model": body["model"], "usage": usage}


# --- both versions of each program --------------------------------------------------------------------


def run(program, folder, upstream):
    done = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:__main__", program],
        env={**os.environ, "OPENAI_API_KEY": "sk-test", "OPENAI_BASE_URL": upstream.url},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)
def test_a_program_prints_and_sends_the_same(program, tmp_path):
    """With its imports and constructors changed, the program prints the same and sends the same requests."""
    source = program.read_text("utf-8")
    copy = tmp_path / "changed_program.py"
    copy.write_text(adapt_program(source), "utf-8")
    assert "OpenAI()" not in copy.read_text("utf-8")
    with Upstream(service) as first, Upstream(service) as second, ThreadPoolExecutor(2) as pool:
        mine = pool.submit(run, copy, tmp_path, first)
        official = pool.submit(run, program, tmp_path, second)
        mine, official = mine.result(), official.result()
        assert official[0] == 0, official[2]
        assert mine[0] == 0, mine[2]
        assert mine[1].splitlines() == official[1].splitlines()
        assert len(official[1]) > 10
        assert requests_of(first) == requests_of(second)


def requests_of(upstream):
    """Return the requests of a service, sorted, without differences that have no meaning."""
    entries = []
    for request in upstream.requests:
        body = request.json() if request.body else {}
        body.pop("stream_options", None)  # our client always requests the usage
        if "messages" in body:
            body["messages"] = list(map(essential_fields, body["messages"]))
        if isinstance(body.get("input"), str):
            body["input"] = [body["input"]]
        kept = {name: value for name, value in body.items() if value not in (None, False)}
        target = re.sub(
            "^/models/.*", "/models", request.target
        )  # our client searches for one model in the list
        entries.append(json.dumps([request.method, target, kept], sort_keys=True))
    return sorted(entries)
