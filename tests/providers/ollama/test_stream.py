"""Properties of the `ollama` provider's answers that the recorded answers in `cases.py` do not show."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4f_lite import ChatCompletion
from g4f_lite.errors import ProviderError, ProviderResponseError, ServiceUnavailableError
from g4f_lite.events import Finish, Logprobs, Metadata, Served, ToolCallDelta, Usage, Vector
from g4f_lite.testing import Reply, Upstream
from g4f_lite_providers import ollama


def read(*values, stream=True):
    decoder = ollama._create_completion("m", [{"role": "user", "content": "Hi"}], stream).decoder
    body = "".join(f"{json.dumps(value)}\n" for value in values).encode()
    return [*decoder.feed(body), *decoder.close()]


def last(**more):
    return {"done": True, "done_reason": "stop", **more}


@pytest.mark.parametrize(
    ("stamp", "seconds"),
    [
        ("2025-07-07T20:22:19.184789Z", 1751919739),
        ("2025-07-07T22:22:19.184789123+02:00", 1751919739),
        ("2025-07-07T20:22:19Z", 1751919739),
        ("2025-13-07T20:22:19Z", None),
        ("yesterday", None),
        (7, None),
        (None, None),
    ],
)
def test_created_at_becomes_seconds(stamp, seconds):
    """`created_at` becomes seconds since 1970 in any time zone; an invalid timestamp becomes None."""
    assert read({"model": "x", "created_at": stamp}, last())[0] == Served("x", created=seconds)


def test_what_the_last_value_says():
    """The last value gives the durations as metadata, the usage, and the finish reason at the end."""
    said = last(total_duration=9, eval_duration=5, prompt_eval_count=3, eval_count=4, other=1)
    assert read(said) == [
        Metadata({"total_duration": 9, "eval_duration": 5}),
        Usage(3, 4),
        Finish("stop", raw="stop"),
    ]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [("length", "length"), ("load", "stop"), ("unload", "stop"), ("new", "stop"), (None, "stop")],
)
def test_reasons(raw, reason):
    """The finish reason is one of this library, and `raw` is Ollama's own."""
    assert read(last(done_reason=raw)) == [Finish(reason, raw=raw)]


def test_generated_identifiers_are_unique():
    """Generated identifiers of tool calls are unique, and decoding the same bytes gives the same ones."""

    def ids(moment):
        called = {"message": {"tool_calls": [{"function": {"name": "f", "arguments": {}}}] * 2}}
        items = read({"created_at": moment, **called}, {"created_at": moment, **called}, last())
        return [item.id for item in items if isinstance(item, ToolCallDelta)]

    first, second = ids("2025-01-01T00:00:00Z"), ids("2025-01-01T00:00:01Z")
    assert len({*first, *second}) == 8
    assert ids("2025-01-01T00:00:00Z") == first


def test_arguments_are_kept_as_they_came():
    """Arguments that are an object keep the order of their fields; arguments that are text are not changed."""
    called = [
        {"function": {"name": "f", "arguments": {"z": "é", "a": [1, None]}}},
        {"function": {"arguments": '{"q"'}},
    ]
    items = read({"message": {"tool_calls": called}}, last())
    calls = [(item.position, item.name, item.arguments) for item in items if isinstance(item, ToolCallDelta)]
    assert calls == [(0, "f", '{"z": "é", "a": [1, null]}'), (1, "", '{"q"')]


def test_probabilities_are_openais():
    """Log probabilities have OpenAI's shape."""
    tokens = [{"token": "a", "logprob": -1.0, "top_logprobs": []}]
    assert read({"message": {"content": "a"}, "logprobs": tokens}, last())[1] == Logprobs(tuple(tokens))


def test_what_follows_the_end_ends_nothing_again():
    """A second last value, which a server may send, gives no second finish event."""
    assert sum(isinstance(item, Finish) for item in read(last(), last())) == 1


def test_a_whole_answer_is_all_or_nothing():
    """A whole response that is not done gives no text."""
    decoder = ollama._create_completion("m", [{"role": "user", "content": "Hi"}], False).decoder
    got = []
    with pytest.raises(ProviderResponseError, match="cut short"):
        got.extend([*decoder.feed(b'{"message":{"content":"x"},"done":false}'), *decoder.close()])
    assert got == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["message", "content", "thinking", "tool_calls", "function", "name", "arguments", "done",
                 "done_reason", "error", "status", "logprobs", "model", "created_at", "eval_count", "embeddings",
                 "prompt_eval_count", "models"]
            ),
            inner,
        )
    ),
    max_leaves=20,
)  # fmt: skip


@given(JSON, st.booleans())
def test_no_value_breaks_it(value, stream):
    """Any JSON value instead of an answer is decoded, ignored, or raises a provider error."""
    with contextlib.suppress(ProviderError):
        read(value, stream=stream)


@given(JSON)
def test_no_value_breaks_the_other_functions(value):
    """Any JSON value instead of vectors or models is decoded, or raises a provider error."""
    for exchange in (ollama._create_embedding("m", ["a"]), ollama._list_models()):
        exchange.decoder.feed(json.dumps(value).encode())
        with contextlib.suppress(ProviderError):
            list(exchange.decoder.close())


def test_a_conversation_with_a_tool():
    """The message of a completion is sent back in the next turn with reasoning, tool call and tool name."""
    called = {"thinking": "Hm.", "tool_calls": [{"function": {"name": "now", "arguments": {"zone": "é"}}}]}
    replies = [Reply(json.dumps({"message": message} | last())) for message in (called, {"content": "Noon."})]
    messages = [{"role": "user", "content": "What time is it?"}]
    with Upstream(replies) as upstream:
        ask = {"provider": "ollama", "model": "llama3.2", "base_url": upstream.url, "messages": messages}
        completion = ChatCompletion.create(**ask).completion
        messages.append(completion.message)
        messages.append({"role": "tool", "tool_call_id": completion.tool_calls[0].id, "content": "12:00"})
        assert ChatCompletion.create(**ask) == "Noon."
        sent = upstream.requests[1].json()["messages"][1:]
    identifier = completion.tool_calls[0].id
    call = {"id": identifier, "function": {"name": "now", "arguments": {"zone": "é"}}}
    assert sent == [
        {"role": "assistant", "content": "", "thinking": "Hm.", "tool_calls": [call]},
        {"role": "tool", "content": "12:00", "tool_name": "now", "tool_call_id": identifier},
    ]


def test_vectors_for_every_text():
    """Too few vectors raise an error; no texts need none; an error instead of vectors is raised."""

    def embed(count, value):
        decoder = ollama._create_embedding("m", ["a"] * count).decoder
        decoder.feed(json.dumps(value).encode())
        return list(decoder.close())

    assert embed(2, {"embeddings": [[1.0], [2.0]], "prompt_eval_count": 3}) == [
        Vector(0, [1.0]),
        Vector(1, [2.0]),
        Usage(3, 0),
    ]
    assert embed(0, {"embeddings": []}) == []
    with pytest.raises(ProviderResponseError, match="2 texts"):
        embed(2, {"embeddings": [[1.0]]})
    with pytest.raises(ServiceUnavailableError, match="no such thing"):
        embed(1, {"error": "no such thing"})
