"""Mistral's own client sends the same requests as the provider does, and reads the same answers."""

import importlib.util
import warnings
from pathlib import Path

import pytest
from provider_case import KEY, MESSAGES

from g4f_lite import ChatCompletion, registry
from g4f_lite.testing import Reply, Upstream

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of the libraries that it uses
    pytest.importorskip("mistralai", reason="Mistral's client is not installed")
    from mistralai.client import Mistral

_spec = importlib.util.spec_from_file_location("service_cases", Path(__file__).with_name("cases.py"))
cases = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(cases)


@pytest.fixture(autouse=True)
def _registered(provided):
    provided("mistral")


def ask(upstream, **options):
    return ChatCompletion.create(
        provider="mistral",
        messages=MESSAGES,
        base_url=f"{upstream.url}/v1",
        auth=KEY,
        **{"model": "mistral-small-latest", **options},
    )


TOOL = {
    "type": "function",
    "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {}}},
}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({}, {}),
        (
            {"seed": 7, "max_tokens": 5, "temperature": 0.1},
            {"random_seed": 7, "max_tokens": 5, "temperature": 0.1},
        ),
        ({"max_completion_tokens": 5, "stop": "END"}, {"max_tokens": 5, "stop": "END"}),
        (
            {"tools": [TOOL], "tool_choice": "required", "parallel_tool_calls": False},
            {"tools": [TOOL], "tool_choice": "required", "parallel_tool_calls": False},
        ),
        (
            {"reasoning_effort": "high", "n": 2, "top_p": 0.5},
            {"reasoning_effort": "high", "n": 2, "top_p": 0.5},
        ),
    ],
)
def test_the_fields_are_the_clients(ours, theirs):
    """Each option is sent under the name and with the value of Mistral's client."""
    with Upstream(Reply(cases.MISTRAL_TOOLS, headers={"content-type": "text/event-stream"})) as upstream:
        list(ask(upstream, stream=True, **ours))
        with Mistral(api_key=KEY, server_url=upstream.url) as client:
            list(client.chat.stream(model="mistral-small-latest", messages=MESSAGES, **theirs))
        mine, other = upstream.requests
    assert mine.target == other.target.partition("#")[0]
    assert mine.header("authorization") == other.header("authorization")
    wanted = other.json()
    for tool in wanted.get("tools", ()):
        tool["function"].pop("strict", None)  # The client sends a default.
    assert mine.json() == wanted


@pytest.mark.parametrize("name", ["MISTRAL_THINKING", "MISTRAL_TOOLS"])
def test_the_client_reads_a_recorded_stream_as_we_do(name):
    """Text, tool calls, usage and finish reason of a stream are those of Mistral's client."""
    with Upstream(Reply(getattr(cases, name), headers={"content-type": "text/event-stream"})) as upstream:
        stream = ask(upstream, stream=True)
        list(stream)
        with Mistral(api_key=KEY, server_url=upstream.url) as client:
            chunks = [item.data for item in client.chat.stream(model="m", messages=MESSAGES)]
    text, thought, calls = "", "", []
    for choice in [choice for chunk in chunks for choice in chunk.choices]:
        content = choice.delta.content
        parts = content if isinstance(content, list) else []
        text += content if isinstance(content, str) else ""
        text += "".join(part.text for part in parts if part.type == "text")
        thought += "".join(inner.text for part in parts if part.type == "thinking" for inner in part.thinking)
        calls += [
            (call.id, call.function.name, call.function.arguments) for call in choice.delta.tool_calls or ()
        ]
    ours = stream.completion
    assert ours.text == text
    assert ours.reasoning == thought
    assert [(call.id, call.name, call.arguments) for call in ours.tool_calls] == calls
    assert ours.finish_reason == chunks[-1].choices[0].finish_reason
    assert ours.usage[:2] == (chunks[-1].usage.prompt_tokens, chunks[-1].usage.completion_tokens)


def test_reasoning_is_sent_back_as_a_part():
    """In the next turn, reasoning is the part that Mistral's client would send."""
    with Upstream(Reply(cases.MISTRAL_THINKING, headers={"content-type": "text/event-stream"})) as upstream:
        stream = ask(upstream, stream=True)
        list(stream)
        turn = [*MESSAGES, stream.completion.message, {"role": "user", "content": "Thanks"}]
        list(
            registry.get("mistral").create(
                model="m", messages=turn, stream=True, base_url=upstream.url, auth=KEY
            )
        )
        sent = upstream.requests[1].json()["messages"][1]
    assert sent == {
        "role": "assistant",
        "content": [
            {"type": "thinking", "thinking": [{"type": "text", "text": "Rain it is."}]},
            {"type": "text", "text": "Il pleut."},
        ],
    }
