"""What the Messages API's answers say beyond text, reasons and counts."""

import importlib.util
from pathlib import Path

import pytest

from g4f_lite import ChatCompletion
from g4f_lite.errors import ProviderResponseError, ServiceUnavailableError
from g4f_lite.events import Citation, Metadata, Reasoning, Served, ToolCallDelta, Usage
from g4f_lite.testing import Reply, Upstream
from g4f_lite_providers._anthropic_stream import Answer

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
    answer = Answer()
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
def test_who_answered(ident, provided):
    """The model, the answer's identifier and the request's are known."""
    done = completion(case(ident), provided)
    assert (done.model, done.id) == ("claude-opus-5-5", CASES.IDENT)
    assert done.metadata["request_id"] == "req_018EeWyXxfu5pfWkrYcMdjWG"
    assert done.metadata["service_tier"] == "standard"
    assert done.usage == Usage(47, 15, 30, None, 5)


def test_the_counts_of_thinking():
    """A later count replaces an earlier one, and what it leaves out stays."""
    usage = of_kind(read(CASES.start(), *CASES.stop("end_turn", 40)), Usage)
    assert usage == [Usage(47, 1, 30, None, 5), Usage(47, 40, 30, None, 5)]


def test_thinking_goes_back_as_it_came(provided):
    """The message of an answer, sent back, has each block of thinking with its signature, and the call."""
    from g4f_lite_providers import anthropic

    done = completion(case("whole"), provided)
    result = [{"role": "tool", "tool_call_id": call.id, "content": "x"} for call in done.tool_calls]
    sent = anthropic._create_completion("claude-opus-5-5", [*HI, done.message, *result], False).request.json
    assert sent["messages"][1]["content"] == [
        {"type": "thinking", "thinking": CASES.THINKING, "signature": CASES.SIGNATURE},
        {"type": "redacted_thinking", "data": "EmwKAhgB"},
        {"type": "text", "text": "Grüße. Wet 💧."},
        {"type": "tool_use", "id": "toolu_01A", "name": "get_weather", "input": {"city": "Zürich"}},
        {"type": "tool_use", "id": "toolu_01B", "name": "get_position", "input": {}},
    ]


@pytest.mark.parametrize(("ident", "query"), [("search", "when was Shannon born"), ("whole-search", "x")])
def test_what_the_services_tools_did_is_kept(ident, query, provided):
    """The service's own calls, with their whole input, and what they found stand in the metadata."""
    done = completion(case(ident), provided)
    asked, found = done.metadata["content_blocks"]
    assert asked["input"] == {"query": query}
    assert found == CASES.FOUND
    assert done.metadata["citations"][0] == CASES.CITED


def test_where_a_citation_holds(provided):
    """A citation names the source, its words, and the characters of the answer that rest on it."""
    done = completion(case("search"), provided)
    first, second = done.citations
    assert first == Citation(CASES.CITED["url"], "Claude Shannon", CASES.CITED["cited_text"], 13, 31)
    assert done.text[first.start : first.end] == "On April 30, 1916."
    assert second == Citation(None, "Facts", "Water is wet.", 31, 49)


def test_why_it_stopped(provided):
    """The text that ended an answer, and the category of a refusal, are in the metadata."""
    assert completion(case("stop-sequence"), provided).metadata["stop_sequence"] == "3"
    assert completion(case("refusal"), provided).metadata["stop_details"]["category"] == "bio"


def test_calls_are_handed_out_piece_by_piece():
    """The first piece of a call has its name, the next its arguments as they come; one without any gets `{}`."""
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


def test_thinking_that_is_kept_back():
    """Thinking of which only the signature comes is reasoning without text."""
    content = {"type": "thinking", "thinking": "", "signature": "sig"}
    assert of_kind(read(*CASES.block(0, content), *CASES.stop("end_turn")), Reasoning) == [
        Reasoning("", signature="sig")
    ]


def test_what_is_not_known_is_passed_over():
    """Pieces of blocks that did not begin, events that are no object, and empty parts say nothing."""
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
    """The input of one of the service's tools that was cut in the middle stays text."""
    content = {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}
    pieces = CASES.block(0, content, {"type": "input_json_delta", "partial_json": '{"query'})
    (found,) = of_kind(read(*pieces, *CASES.stop("max_tokens")), Metadata)[:1]
    assert found.values["content_blocks"][0]["input"] == '{"query'


def test_an_event_without_a_type_has_that_of_its_frame():
    """Where the data does not name its event, the frame's name counts."""
    assert list(Answer().event("message_start", {"message": {"model": "m", "id": 5}})) == [Served("m")]


def test_errors_hide_the_key():
    """An error inside of a stream shows no key, and what is no message is said to be none."""
    event = {"type": "error", "error": {"type": "overloaded_error", "message": "key sk-1234567890 is busy"}}
    with pytest.raises(ServiceUnavailableError) as caught:
        list(Answer(("sk-1234567890",)).event("", event))
    assert "sk-1234567890" not in str(caught.value)
    for read_error in (
        lambda: Answer().event("", {"error": "busy"}),
        lambda: Answer().whole({"error": "busy"}),
    ):
        with pytest.raises(ServiceUnavailableError, match="busy"):
            list(read_error())
    with pytest.raises(ProviderResponseError, match="no message"):
        list(Answer().whole([]))
