"""Properties of the `cohere` provider's answers that the recorded answers in `cases.py` do not show."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4f_lite import ChatCompletion
from g4f_lite.errors import ProviderError, ProviderResponseError
from g4f_lite.events import Citation, Finish, Logprobs, Metadata, Served, ToolCallDelta, Usage
from g4f_lite.testing import Reply, Upstream
from g4f_lite_providers import cohere

END = {"type": "message-end", "delta": {"finish_reason": "COMPLETE"}}
DOCUMENT = {
    "type": "document",
    "id": "doc:0",
    "document": {"title": "T", "url": "https://e.org", "snippet": "words"},
}


def read(*values, stream=True):
    decoder = cohere._create_completion("m", [{"role": "user", "content": "Hi"}], stream).decoder
    body = "".join(f"data: {json.dumps(value)}\n\n" if stream else json.dumps(value) for value in values)
    return [*decoder.feed(body.encode()), *decoder.close()]


def event(kind, message, index=0):
    return {"type": kind, "index": index, "delta": {"message": message}}


def text(words, index=0):
    return event("content-delta", {"content": {"text": words}}, index)


def cited(start, end, **more):
    return {"start": start, "end": end, "text": "x", "sources": [DOCUMENT], **more}


@pytest.mark.parametrize("stream", [True, False])
def test_citations_count_from_the_start_of_the_text(stream):
    """A citation's positions are those in the whole text, for any block; one in the reasoning has no positions."""
    found = [
        cited(0, 2, content_index=2, type="TEXT_CONTENT"),
        cited(1, 2, content_index=0),
        cited(0, 3, content_index=1, type="THINKING_CONTENT"),
        {"start": 1, "end": 2},
    ]
    if stream:
        items = read(
            event("content-start", {"content": {"type": "text", "text": "ab"}}),
            text("c"),
            event("content-start", {"content": {"type": "thinking", "thinking": "Hm"}}, 1),
            event("content-start", {"content": {"type": "text", "text": ""}}, 2),
            text("de", 2),
            *(event("citation-start", {"citations": one}, place) for place, one in enumerate(found)),
            END,
        )
    else:
        blocks = [
            {"type": "text", "text": "abc"},
            {"type": "thinking", "thinking": "Hm"},
            {"type": "text", "text": "de"},
        ]
        items = read(
            {"message": {"content": blocks, "citations": found}, "finish_reason": "COMPLETE"}, stream=False
        )
    assert "".join(item for item in items if isinstance(item, str)) == "abcde"
    assert [item for item in items if isinstance(item, Citation)] == [
        Citation("https://e.org", "T", "words", 3, 5),
        Citation("https://e.org", "T", "words", 1, 2),
        Citation("https://e.org", "T", "words"),
        Citation(start=1, end=2),
    ]


def test_a_source_without_a_title_is_named_by_its_identifier():
    """The citation of a tool's output has the identifier from the service as its title."""
    source = {"type": "tool", "id": "get:0", "tool_output": {"a": "b"}}
    items = read(event("citation-start", {"citations": {"start": 0, "end": 1, "sources": [source]}}), END)
    assert items[0] == Citation(title="get:0", start=0, end=1)


def test_counts():
    """Token counts are integers; the billed units are metadata, and the usage if other counts are missing."""
    usage = {"billed_units": {"input_tokens": 1.0, "output_tokens": 2.0}, "tokens": {"input_tokens": 10.0}}
    said = {"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": usage}}
    assert read(said) == [
        Metadata({"billed_units": usage["billed_units"]}),
        Usage(10, 0),
        Finish("stop", raw="COMPLETE"),
    ]
    usage = {"tokens": {"input_tokens": -1, "output_tokens": float("inf")}, "cached_tokens": True}
    assert read({"type": "message-end", "delta": {"usage": usage}})[0] == Usage(0, 0)


@pytest.mark.parametrize(
    ("raw", "reason"), [("ERROR_LIMIT", "length"), ("NEW", "stop"), (None, "stop"), (7, "stop")]
)
def test_reasons(raw, reason):
    """The finish reason is one of this library, and `raw` is Cohere's own."""
    found = read({"type": "message-end", "delta": {"finish_reason": raw}})
    assert found == [Finish(reason, raw=raw if isinstance(raw, str) else None)]


def test_probabilities():
    """A chunk of several tokens becomes one entry with the probability of all of them."""
    chunk = {"text": "hé", "token_ids": [1, 2], "logprobs": [-0.5, -0.25]}
    assert read(text("hé") | {"logprobs": chunk}, END)[1] == Logprobs(
        (
            {
                "token": "hé",
                "logprob": -0.75,
                "bytes": list("hé".encode()),
                "top_logprobs": [],
                "token_ids": [1, 2],
            },
        )
    )


def test_arguments_without_a_call_are_ignored():
    """The delta of a tool call that has not started is ignored; a tool call without a name has none."""
    piece = {"tool_calls": {"function": {"arguments": "{}"}}}
    assert read(event("tool-call-delta", piece), END) == [Finish("stop", raw="COMPLETE")]
    assert read(event("tool-call-start", {"tool_calls": {}}), END)[0] == ToolCallDelta(0)


def test_identifier_and_model_of_the_answer():
    """The answer's identifier is kept; the model is the requested one, because Cohere does not return it."""
    assert read({"type": "message-start", "id": "x"}, END)[0] == Served("m", id="x")


def test_data_after_done_is_ignored():
    """Data after the end mark is ignored."""
    decoder = cohere._create_completion("m", [{"role": "user", "content": "Hi"}], stream=True).decoder
    body = f"data: {json.dumps(END)}\n\ndata: [DONE]\n\ndata: {json.dumps(text('x'))}\n\n"
    assert [*decoder.feed(body.encode()), *decoder.close()] == [Finish("stop", raw="COMPLETE")]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "index", "delta", "message", "content", "text", "thinking", "tool_calls", "function", "name",
                 "arguments", "citations", "sources", "document", "start", "usage", "tokens", "input_tokens", "error",
                 "finish_reason", "logprobs", "embeddings", "float", "meta", "billed_units", "models", "id"]
            ),
            inner,
        )
    ),
    max_leaves=20,
)  # fmt: skip
KINDS = st.sampled_from(
    ["message-start", "content-start", "content-delta", "tool-plan-delta", "tool-call-start", "tool-call-delta",
     "citation-start", "message-end", "debug", "error", ""]
)  # fmt: skip


@given(KINDS, JSON, st.integers(0, 2) | JSON)
def test_no_event_breaks_it(kind, message, index):
    """Any JSON value in an event of any type is decoded, ignored, or raises a provider error."""
    with contextlib.suppress(ProviderError):
        read(
            {"type": kind, "index": index, "delta": {"message": message}},
            {"type": kind, "delta": message},
            message,
        )


@given(JSON)
def test_no_whole_answer_breaks_it(value):
    """Any JSON value instead of an answer, vectors or models is decoded, or raises a provider error."""
    for exchange in (
        cohere._create_completion("m", [{"role": "user", "content": "Hi"}], stream=False),
        cohere._create_embedding("m", ["a"]),
        cohere._list_models(),
    ):
        exchange.decoder.feed(json.dumps(value).encode())
        with contextlib.suppress(ProviderError):
            list(exchange.decoder.close())


def test_a_conversation_with_a_tool():
    """The message of a completion is sent back in the next turn with the tool plan and the tool call."""
    call = {"id": "now_1", "type": "function", "function": {"name": "now", "arguments": '{"zone": "é"}'}}
    first = {"message": {"tool_plan": "I look.", "tool_calls": [call]}, "finish_reason": "TOOL_CALL"}
    second = {"message": {"content": [{"type": "text", "text": "Noon."}]}, "finish_reason": "COMPLETE"}
    messages = [{"role": "user", "content": "What time is it?"}]
    with Upstream([Reply(json.dumps(first)), Reply(json.dumps(second))]) as upstream:
        ask = {
            "provider": "cohere",
            "model": "command-a-03-2025",
            "base_url": upstream.url,
            "auth": "some-key",
        }
        completion = ChatCompletion.create(messages=messages, **ask).completion
        messages.append(completion.message)
        messages.append({"role": "tool", "tool_call_id": completion.tool_calls[0].id, "content": "12:00"})
        assert ChatCompletion.create(messages=messages, **ask) == "Noon."
        sent = upstream.requests[1].json()["messages"][1:]
    assert sent == [
        {"role": "assistant", "tool_calls": [call], "tool_plan": "I look."},
        {"role": "tool", "tool_call_id": "now_1", "content": "12:00"},
    ]


def test_too_few_vectors():
    """A number of vectors that differs from that of the texts raises an error."""
    decoder = cohere._create_embedding("m", ["a", "b"]).decoder
    decoder.feed(b'{"embeddings":{"float":[[1.0]]}}')
    with pytest.raises(ProviderResponseError, match="1 vectors for 2 texts"):
        list(decoder.close())
