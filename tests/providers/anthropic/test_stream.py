"""Answers of the Messages API beyond text, finish reasons and usage."""

import importlib.util
import json
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from g4f_lite import ChatCompletion
from g4f_lite._core.calls.accumulator import ResponseAccumulator
from g4f_lite.errors import ProviderResponseError, ServiceUnavailableError
from g4f_lite.events import Citation, Metadata, Reasoning, Served, ToolCallDelta, Usage
from g4f_lite.messages import check_messages
from g4f_lite.testing import Reply, Upstream
from g4f_lite_providers.anthropic.messages import convert_messages
from g4f_lite_providers.anthropic.response import ChatResponseDecoder

HI = [{"role": "user", "content": "Hi"}]


def load():
    spec = importlib.util.spec_from_file_location(
        "anthropic_stream_cases", Path(__file__).with_name("cases.py")
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CASES = load()


def read(*events):
    answer = ChatResponseDecoder()
    items = [item for event in events for item in answer.event("", event)]
    return items + list(answer.end())


def of_kind(items, kind):
    return [item for item in items if isinstance(item, kind)]


def completion(case, provided):
    provided("anthropic")
    with Upstream(Reply(case.body, headers={"content-type": case.media_type, **case.headers})) as upstream:
        answer = ChatCompletion.create(
            provider="anthropic",
            model="claude-opus-5-5",
            messages=HI,
            stream=case.stream,
            auth="k",
            base_url=upstream.url,
        )
        if case.stream:
            list(answer)
    return answer.completion


def case(ident):
    return next(item for item in CASES.CASES if item.id == ident)


@pytest.mark.parametrize("ident", ["text", "whole"])
def test_model_and_identifiers(ident, provided):
    """The model and the identifiers of the answer and of the request are known."""
    done = completion(case(ident), provided)
    assert (done.model, done.id) == ("claude-opus-5-5", CASES.IDENT)
    assert done.metadata["request_id"] == "req_018EeWyXxfu5pfWkrYcMdjWG"
    assert done.metadata["service_tier"] == "standard"
    assert done.usage == Usage(47, 15, 30, None, 5)


def test_the_counts_of_thinking():
    """A later count replaces an earlier one, and a count that it leaves out stays."""
    usage = of_kind(read(CASES.start(), *CASES.stop("end_turn", 40)), Usage)
    assert usage == [Usage(47, 1, 30, None, 5), Usage(47, 40, 30, None, 5)]


def test_thinking_goes_back_as_it_came(provided):
    """The message of an answer has each block of thinking with its signature, and the tool call."""
    from g4f_lite_providers import anthropic

    done = completion(case("whole"), provided)
    result = [{"role": "tool", "tool_call_id": call.id, "content": "x"} for call in done.tool_calls]
    sent = anthropic._create_completion("claude-opus-5-5", [*HI, done.message, *result], False).request.json
    assert sent["messages"][1]["content"] == [
        {"type": "thinking", "thinking": CASES.THINKING, "signature": CASES.SIGNATURE},
        {"type": "redacted_thinking", "data": "EmwKAhgB"},
        {"type": "text", "text": "Grüße. "},
        {"type": "text", "text": "Wet 💧.", "citations": [CASES.PAGE]},
        {"type": "tool_use", "id": "toolu_01A", "name": "get_weather", "input": {"city": "Zürich"}},
        {"type": "tool_use", "id": "toolu_01B", "name": "get_position", "input": {}},
    ]


WORDS = st.text(st.sampled_from("ab é💧"), min_size=1, max_size=8)
BLOCKS = st.lists(
    st.one_of(
        st.builds(lambda text: {"type": "text", "text": text}, WORDS),
        st.builds(lambda text: {"type": "text", "text": text, "citations": [CASES.PAGE]}, WORDS),
        st.builds(lambda text: {"type": "thinking", "thinking": text, "signature": f"{len(text)}=="}, WORDS),
        st.just({"type": "redacted_thinking", "data": "EmwKAhgB"}),
        st.just({"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}}),
        st.just({"type": "tool_use", "id": "t", "name": "f", "input": {}, "caller": {"type": "direct"}}),
        st.just({**CASES.SEARCH, "input": {"query": "x"}}),
        st.just(CASES.FOUND),
        st.just({"type": "hologram", "data": "0101"}),
    ),
    min_size=1,
    max_size=9,
)


def answered(blocks, *, stream):
    """Return the message of an answer with these blocks."""
    if stream:
        pieces = [event for place in enumerate(blocks) for event in CASES.streamed(*place)]
        items = read(CASES.start(), *pieces, *CASES.stop("tool_use"))
    else:
        items = list(ChatResponseDecoder().decode_body(json.loads(CASES.message(blocks, "tool_use"))))
    gathered = ResponseAccumulator()
    for item in items:
        gathered.parts.append(gathered.add(item))
    return gathered.choices()[0].message


def sent_back(message):
    checked = check_messages([*HI, json.loads(json.dumps(message)), *HI])
    content = convert_messages(checked).messages[1]["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


@given(BLOCKS, st.booleans())
def test_every_order_of_blocks_goes_back_as_it_came(blocks, stream):
    """The message of an answer sends any blocks back, unchanged and in the same order."""
    assert sent_back(answered(blocks, stream=stream)) == blocks


@given(BLOCKS, st.sampled_from(["content", "tool_calls", "reasoning"]))
def test_an_edited_message_is_sent_as_it_is(blocks, key):
    """A message with longer text, or without a tool call or a thought, is sent as it is, in the default order."""
    message = answered(blocks, stream=False)
    if key == "content":
        edited = {**message, "content": (message["content"] or "") + "!"}
    else:
        kept = [
            item for item in message.get(key, ()) if "anthropic:order:" not in (item.get("signature") or "")
        ]
        assume(kept)
        left = [*kept[1:], *(item for item in message[key] if item not in kept)]
        edited = {**message, "content": message["content"] or "", key: left}
    sent = sent_back(edited)
    places = {"thinking": 0, "redacted_thinking": 0, "text": 1, "tool_use": 2}
    kinds = [places[block["type"]] for block in sent]
    assert kinds == sorted(kinds)
    assert "".join(block["text"] for block in sent if block["type"] == "text") == (edited["content"] or "")
    assert kinds.count(2) == len(edited.get("tool_calls", ()))


def test_thinking_without_a_signature_is_not_sent():
    """Thinking without a signature is not sent back, and the other blocks are in the default order."""
    unsigned = {"type": "thinking", "thinking": "Hm.", "signature": ""}
    tool = {"type": "tool_use", "id": "t", "name": "f", "input": {}}
    text = {"type": "text", "text": "A"}
    message = answered([tool, unsigned, text], stream=False)
    assert [block.get("signature") for block in message["reasoning"]] == [None]
    assert sent_back(message) == [text, tool]


@pytest.mark.parametrize(
    "order", ["{", "[1]", '{"type": "text"}', '[{"type": "text", "length": "x"}]', "[" * 2000]
)
def test_an_invalid_order_is_ignored(order):
    """An order that cannot be read is ignored."""
    thought = {"text": "", "signature": f"anthropic:order:{order}"}
    message = {"role": "assistant", "content": "A", "reasoning": [thought]}
    assert sent_back(message) == [{"type": "text", "text": "A"}]


def test_deltas_of_an_unknown_block_are_joined():
    """The deltas of an unknown block are joined, such as the summary of a longer context."""
    events = CASES.block(
        0,
        {"type": "compaction", "content": None},
        {"type": "compaction_delta", "content": "So far: "},
        {"type": "compaction_delta", "content": "nothing.", "size": 2},
    )
    items = read(CASES.start(), *events, *CASES.stop("end_turn"))
    kept = {name: value for item in of_kind(items, Metadata) for name, value in item.values.items()}
    assert kept["content_blocks"] == ({"type": "compaction", "content": "So far: nothing."},)


@pytest.mark.parametrize(("ident", "query"), [("search", "when was Shannon born"), ("whole-search", "x")])
def test_blocks_of_the_services_tools_are_kept(ident, query, provided):
    """The calls of the service's own tools, with their whole input, and the results are in the metadata."""
    done = completion(case(ident), provided)
    asked, found = done.metadata["content_blocks"]
    assert asked["input"] == {"query": query}
    assert found == CASES.FOUND
    assert done.metadata["citations"][0] == CASES.CITED


def test_positions_of_a_citation(provided):
    """A citation has the source, its text, and the positions in the answer."""
    done = completion(case("search"), provided)
    first, second = done.citations
    assert first == Citation(CASES.CITED["url"], "Claude Shannon", CASES.CITED["cited_text"], 13, 31)
    assert done.text[first.start : first.end] == "On April 30, 1916."
    assert second == Citation(None, "Facts", "Water is wet.", 31, 49)


def test_stop_details_are_metadata(provided):
    """The stop text of an answer, and the category of a refusal, are in the metadata."""
    assert completion(case("stop-sequence"), provided).metadata["stop_sequence"] == "3"
    assert completion(case("refusal"), provided).metadata["stop_details"]["category"] == "bio"


def test_tool_calls_are_streamed():
    """The first delta of a tool call has its name, the next ones its arguments; without arguments it is `{}`."""
    items = of_kind(
        read(*CASES.call(4, "t1", "w", '{"a', '": 1}'), *CASES.call(5, "t2", "now"), *CASES.stop("tool_use")),
        ToolCallDelta,
    )
    assert items == [
        ToolCallDelta(0, "t1", "w"),
        ToolCallDelta(0, arguments='{"a'),
        ToolCallDelta(0, arguments='": 1}'),
        ToolCallDelta(1, "t2", "now"),
        ToolCallDelta(1, arguments="{}"),
    ]


def test_thinking_without_text():
    """Thinking with a signature only is reasoning without text."""
    content = {"type": "thinking", "thinking": "", "signature": "sig"}
    assert of_kind(read(*CASES.block(0, content), *CASES.stop("end_turn")), Reasoning) == [
        Reasoning("", signature="sig")
    ]


def test_unknown_events_are_ignored():
    """Deltas of blocks that have not started, events that are not objects, and empty parts are ignored."""
    stray = {
        "type": "content_block_delta",
        "index": 9,
        "delta": {"type": "input_json_delta", "partial_json": "{"},
    }
    assert (
        read(
            stray,
            {"type": "content_block_stop", "index": 9},
            "text",
            None,
            {"type": "ping"},
            {"type": "content_block_delta", "index": 0},
            {"type": "message_start"},
            {"type": "message_delta"},
            {"type": "message_stop"},
        )
        == []
    )


def test_input_that_is_no_json_is_kept_as_it_is():
    """The truncated input of one of the service's tools stays text."""
    content = {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}
    pieces = CASES.block(0, content, {"type": "input_json_delta", "partial_json": '{"query'})
    (found,) = of_kind(read(*pieces, *CASES.stop("max_tokens")), Metadata)[:1]
    assert found.values["content_blocks"][0]["input"] == '{"query'


def test_an_event_without_a_type_has_that_of_its_frame():
    """If the data has no type, the name of the server-sent event counts."""
    assert list(ChatResponseDecoder().event("message_start", {"message": {"model": "m", "id": 5}})) == [
        Served("m")
    ]


def test_errors_hide_the_key():
    """An error in a stream shows no key, and a body that is not a message raises an error."""
    event = {"type": "error", "error": {"type": "overloaded_error", "message": "key sk-1234567890 is busy"}}
    with pytest.raises(ServiceUnavailableError) as caught:
        list(ChatResponseDecoder(("sk-1234567890",)).event("", event))
    assert "sk-1234567890" not in str(caught.value)
    for read_error in (
        lambda: ChatResponseDecoder().event("", {"error": "busy"}),
        lambda: ChatResponseDecoder().decode_body({"error": "busy"}),
    ):
        with pytest.raises(ServiceUnavailableError, match="busy"):
            list(read_error())
    with pytest.raises(ProviderResponseError, match="no message"):
        list(ChatResponseDecoder().decode_body([]))
