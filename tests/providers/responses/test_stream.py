"""Events of the Responses API, with any of them missing, and the items that are sent back."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from g4f_lite import ChatCompletion
from g4f_lite.errors import ProviderResponseError
from g4f_lite.events import (
    Citation,
    Finish,
    Logprobs,
    Media,
    Metadata,
    Reasoning,
    Refusal,
    Served,
    ToolCallDelta,
    Usage,
)
from g4f_lite.testing import Reply, Upstream


@pytest.fixture
def items_of(exchange):
    """Return a function that decodes a body."""

    def read(body, *, stream=True, **options):
        decoder = exchange(stream=stream, **options).decoder
        return [*decoder.feed(body), *decoder.close()]

    return read


def of_kind(items, kind):
    return [item for item in items if isinstance(item, kind)]


def calls_in(items):
    """Return the tool calls by position: identifier, name, arguments."""
    found = {}
    for item in of_kind(items, ToolCallDelta):
        call = found.setdefault(item.position, ["", "", ""])
        for place in range(3):
            call[place] += item[1 + place] or ""
    return [found[position] for position in sorted(found)]


def content_of(items):
    """Return the content of an answer, independent of its deltas."""
    return {
        "text": "".join(of_kind(items, str)),
        "reasoning": "".join(item.text for item in of_kind(items, Reasoning)),
        "signatures": [item.signature for item in of_kind(items, Reasoning) if item.signature],
        "refusal": "".join(item.text for item in of_kind(items, Refusal)),
        "calls": calls_in(items),
        "sources": of_kind(items, Citation),
        "media": of_kind(items, Media),
        "chances": [entry["token"] for item in of_kind(items, Logprobs) for entry in item.content],
        "end": of_kind(items, Finish),
        "usage": of_kind(items, Usage)[-1:],
    }


OPTIONAL = {
    "response.created",
    "response.output_item.added",
    "response.output_item.done",
    "response.content_part.added",
    "response.content_part.done",
    "response.reasoning_summary_part.added",
    "response.reasoning_summary_part.done",
}
KINDS = ["output_text", "refusal", "reasoning_summary_text", "reasoning_text", "function_call_arguments"]
LEFT_OUT = sorted(OPTIONAL) + [f"response.{kind}.{what}" for kind in KINDS for what in ("delta", "done")]

NUMBERINGS = [
    frozenset(fields.split())
    for fields in ("", "item_id", "output_index", "content_index", "item_id output_index content_index")
]
"""Fields that services leave out of their events."""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_no_event_is_needed_but_the_last(cases, items_of, data):
    """With any kinds of events missing, and any numbering of items, all content is emitted, and once."""
    ident, output, more, _ = data.draw(st.sampled_from(cases.MIXED))
    out = data.draw(st.sets(st.sampled_from(LEFT_OUT)))
    unnamed = data.draw(st.sampled_from(NUMBERINGS))
    names = data.draw(st.booleans())
    whole = cases.answer(*output, **more)
    if ident in ("two-texts", "sources"):  # Their items have several parts, which only the index separates.
        unnamed = unnamed - {"content_index"}
    if "output_index" in unnamed:  # Then only their first event separates several items.
        out.discard("response.output_item.added")
    sent = [
        {field: value for field, value in event.items() if field not in unnamed}
        for event in whole
        if event["type"] not in out
    ]
    ours, theirs = (
        content_of(items_of(cases.events(*sent, names=names))),
        content_of(items_of(cases.events(*whole))),
    )
    late = {"response.output_text.delta", "response.output_text.done", "response.content_part.done"} & out
    if late or "response.output_item.added" in out:  # what stood before a call may then come behind it
        ours.pop("signatures"), theirs.pop("signatures")
    assert ours == theirs


def test_identifiers_may_change_with_every_event(cases, items_of):
    """Items of gateways that change the identifier in each event are found by their index."""
    for ident in ("text", "tools", "reasoning", "sources"):
        output = next(row[1] for row in cases.MIXED if row[0] == ident)
        events = json.loads(json.dumps(cases.answer(*output)))
        for number, event in enumerate(events):
            if "item_id" in event:
                event["item_id"] = f"gw_{number}"
            elif "item" in event:
                event["item"]["id"] = f"gw_{number}"
        for place, item in enumerate(events[-1]["response"]["output"]):
            item["id"] = f"gw_last_{place}"
        ours, theirs = (content_of(items_of(cases.events(*sent))) for sent in (events, cases.answer(*output)))
        ours.pop("signatures"), theirs.pop("signatures")
        assert ours == theirs, ident


def test_an_index_that_is_given_twice_is_two_items(cases, items_of):
    """Two messages with the same index are two items."""
    first, second = (
        cases.message(cases.text_part("One, ")),
        cases.message(cases.text_part("two."), ident="m2"),
    )
    sent = [*cases.item_events(0, first), *cases.item_events(0, second)]
    end = cases.event("completed", response=cases.response(first, second))
    assert content_of(items_of(cases.events(*sent, end)))["text"] == "One, two."


def test_events_that_name_no_item_are_about_the_last(cases, items_of):
    """Deltas without identifiers belong together, and to the first item that is identified after them."""
    item = cases.message(cases.text_part("Hello, you"))
    deltas = [cases.event("output_text.delta", delta=piece) for piece in ("Hello", ", you")]
    end = [
        cases.event("output_item.done", item=item),
        cases.event("completed", response=cases.response(item)),
    ]
    assert of_kind(items_of(cases.events(*deltas, *end)), str) == ["Hello", ", you"]


def test_a_name_that_is_given_twice_is_two_items(cases, items_of):
    """In a whole response, two messages and two calls with one identifier are two of each."""
    output = [cases.message(cases.text_part(text)) for text in ("One, ", "two.")]
    output += [cases.call("f", arguments) for arguments in ("{}", '{"a": 1}')]
    found = content_of(items_of(cases.whole(*output), stream=False))
    assert found["text"] == "One, two."
    assert [call[2] for call in found["calls"]] == ["{}", '{"a": 1}']


def test_pieces_are_handed_out_as_they_come(cases, exchange):
    """Each delta is emitted with its own event, and not again with the events that repeat it."""
    decoder = exchange(stream=True).decoder
    handed = []
    for event in cases.answer(cases.message(cases.text_part("Grüße, 世界!"))):
        found = [item for item in decoder.feed(cases.events(event)) if isinstance(item, str)]
        handed.append((event["type"], event.get("delta"), found))
    for kind, delta, found in handed:
        assert found == ([delta] if kind == "response.output_text.delta" else [])


def test_a_text_that_goes_on_in_the_end_is_completed(cases, items_of):
    """Text at the end of a part that its deltas did not have is emitted."""
    item = cases.message(cases.text_part("Hello, you"))
    delta = cases.event("output_text.delta", item_id=item["id"], content_index=0, delta="Hello")
    end = cases.event("completed", response=cases.response(item))
    assert of_kind(items_of(cases.events(delta, end)), str) == ["Hello", ", you"]


def test_sources_count_from_the_beginning(cases, items_of):
    """The positions of a source are those in the whole text; files are kept too."""
    items = items_of(cases.STREAMED["sources"].body)
    assert of_kind(items, Citation) == [
        Citation("https://example.org/weather", "Weather", None, 6, 15),
        Citation(None, "rain.pdf", None, 15, 15),
    ]
    kept = [item.values for item in of_kind(items, Metadata)]
    assert {"annotations": [cases.FILE]} in kept
    assert {"output_items": [cases.SEARCH]} in kept


def test_a_container_file_has_its_range(cases, items_of):
    """A file that the model made is a source with a range, and a path is metadata."""
    made = {
        "type": "container_file_citation",
        "container_id": "cntr_1",
        "file_id": "cfile_1",
        "filename": "a.csv",
        "start_index": 1,
        "end_index": 3,
    }
    path = {"type": "file_path", "file_id": "file-1", "index": 0}
    items = items_of(cases.whole(cases.message(cases.text_part("Made.", made, path))), stream=False)
    assert of_kind(items, Citation) == [Citation(None, "a.csv", None, 1, 3)]
    assert of_kind(items, Metadata)[-1].values == {"annotations": [made, path]}


def test_media_and_probabilities(cases, items_of):
    """An image is emitted once, without its previews, and log probabilities once for each token."""
    items = items_of(cases.STREAMED["picture"].body)
    facts = {name: fact for name, fact in cases.PICTURE.items() if name != "result"}
    assert Metadata({"output_items": [facts]}) in items
    assert of_kind(items, Media) == [
        Media("image", data=cases.PICTURE["result"], mime_type="image/webp", id="ig_6893d5e6")
    ]
    found = of_kind(items_of(cases.STREAMED["logprobs"].body), Logprobs)
    assert [entry["token"] for item in found for entry in item.content] == ["Hello", " you"]


def test_metadata_of_a_response(cases, provided):
    """Model, identifier, time, usage, service tier and request identifier are kept."""
    headers = {"content-type": "text/event-stream", "x-request-id": "req_7"}
    with Upstream(Reply(cases.STREAMED["text"].body, headers=headers)) as upstream:
        stream = ChatCompletion.create(
            provider=provided("openai"),
            model="gpt-5.4-mini",
            messages=[{"role": "user", "content": "Hi"}],
            stream=True,
            api="responses",
            base_url=upstream.url,
            auth="some-test-key",
        )
        list(stream)
    completion = stream.completion
    assert completion.model == "gpt-5.4-mini-2026-03-17"
    assert completion.id.startswith("resp_67ccd2")
    assert completion.created == 1741476542
    assert completion.usage == Usage(36, 87, 16, 64, 4)
    assert completion.metadata == {"service_tier": "default", "request_id": "req_7"}


def test_metadata_of_llama_cpp(cases, items_of):
    """llama.cpp sends the model at the end only, and its timings outside of the response."""
    items = items_of(cases.events(*cases.LLAMA_STREAM))
    assert of_kind(items, Served) == [Served("smollm2-135m-instruct", cases.LLAMA["id"], 1795437426)]
    assert Metadata({"timings": {"predicted_n": 12}}) in items


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("max_output_tokens", Finish("length", 0, "max_output_tokens")),
        ("content_filter", Finish("content_filter", 0, None)),
        ("max_messages", Finish("length", 0, "max_messages")),
        (None, Finish("length", 0, "incomplete")),
    ],
)
def test_finish_reason_of_an_incomplete_answer(cases, items_of, reason, finish):
    """An incomplete answer has the finish reason of the chat API, and `raw` is the service's own."""
    details = None if reason is None else {"reason": reason}
    body = cases.whole(cases.message(), status="incomplete", incomplete_details=details)
    assert of_kind(items_of(body, stream=False), Finish) == [finish]


def test_unknown_events_are_ignored_and_unknown_items_kept(cases, items_of):
    """Unknown events are ignored, unknown items and parts are metadata, and content that is a string is text."""
    odd = {"type": "hologram", "size": 3}
    output = [
        cases.message(odd, cases.text_part("Hi")),
        None,
        {**cases.message(ident="m2"), "content": " you"},
    ]
    events = cases.answer(cases.message(cases.text_part("Hi")))
    events.insert(2, {"type": "response.hologram.delta", "delta": "text"})
    assert content_of(items_of(cases.events(*events)))["text"] == "Hi"
    items = items_of(cases.whole(*output), stream=False)
    assert content_of(items)["text"] == "Hi you"
    assert {"output_parts": [odd]} in [item.values for item in of_kind(items, Metadata)]


@pytest.mark.parametrize("value", [[], 3, "text", None])
def test_a_value_that_is_no_event(items_of, value):
    """A value that is not an object raises an error."""
    with pytest.raises(ProviderResponseError):
        items_of(f"data: {json.dumps(value)}\n\n".encode())


# --- items that are sent back ---------------------------------------------------------------------


def sent_back(exchange, cases, output, **options):
    """Return the items that are sent for the message of an answer with `output`."""
    with Upstream(Reply(cases.events(*cases.answer(*output)))) as upstream:
        stream = ChatCompletion.create(
            provider="openai",
            model="gpt-5.4-mini",
            messages=[{"role": "user", "content": "Hi"}],
            stream=True,
            api="responses",
            base_url=upstream.url,
            auth="some-test-key",
            **options,
        )
        list(stream)
    return exchange([stream.completion.message]).request.json["input"]


def as_input(item):
    """Return an item of an answer as it can be sent: without the fields about its state."""
    made = {
        key: value for key, value in item.items() if key != "status" or "action" in item or "result" in item
    }
    if item["type"] == "message":
        del made["id"]
        texts = [part["text"] for part in item["content"] if part["type"] == "output_text"]
        made["content"] = "".join(texts) or item["content"]
    if len(item.get("summary", ())) > 1:  # two summaries have become one text
        made["summary"] = [
            {"type": "summary_text", "text": "\n\n".join(part["text"] for part in item["summary"])}
        ]
    return made


@pytest.mark.parametrize(
    "ident", ["reasoning", "raw-reasoning", "sources", "picture", "refusal", "custom-tool"]
)
def test_an_answer_goes_back_as_it_was(exchange, cases, ident):
    """The items of an answer reach the service again, in order, as the message of a conversation."""
    output = next(row[1] for row in cases.MIXED if row[0] == ident)
    assert sent_back(exchange, cases, output) == [as_input(item) for item in output]


ITEMS = st.lists(
    st.one_of(
        st.tuples(st.just("message"), st.sampled_from(["", "commentary", "final_answer"])),
        st.tuples(st.just("reasoning"), st.sampled_from(["", "Hm."])),
        st.tuples(st.just("call"), st.just("")),
        st.tuples(st.just("search"), st.just("")),
    ),
    min_size=1,
    max_size=6,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(kinds=ITEMS)
def test_every_order_of_items_goes_back_as_it_came(exchange, cases, kinds):
    """Texts of every phase, encrypted reasoning and tool calls are sent back in any order of the answer."""
    output = []
    for place, (kind, said) in enumerate(kinds):
        if kind == "message":
            phase = {"phase": said} if said else {}
            output.append(cases.message(cases.text_part(f"Text {place}. "), ident=f"msg_{place}", **phase))
        elif kind == "reasoning":
            texts = [said] if said else []
            output.append(cases.reasoning(*texts, ident=f"rs_{place}", encrypted=f"E{place}"))
        elif kind == "call":
            output.append(cases.call("f", "{}", f"fc_{place}", f"call_{place}"))
        else:
            output.append({**cases.SEARCH, "id": f"ws_{place}"})
    sent = [
        {key: value for key, value in item.items() if key != "id"}
        for item in sent_back(exchange, cases, output)
    ]
    wanted = []
    for item in map(as_input, output):
        plain = {key: value for key, value in item.items() if key != "id"}
        if wanted and plain["type"] == wanted[-1]["type"] == "message":  # neighbours are one text
            wanted[-1] = {**plain, "content": wanted[-1]["content"] + plain["content"]}
        else:
            wanted.append(plain)
    assert sent == wanted


def test_calls_alone_need_no_signature(exchange, cases):
    """Tool calls with nothing before them are sent back without signatures and the service's identifiers."""
    found = sent_back(exchange, cases, cases.CALLS)
    assert [item["call_id"] for item in found] == ["call_0", "call_1"]
    assert not any("id" in item for item in found)


def test_reasoning_without_its_content_goes_back_only_where_it_is_stored(exchange, cases):
    """Without encrypted content, an identifier is sent only to a service that has stored the answer."""
    output = [cases.reasoning("Hm.", encrypted=None), cases.message(cases.text_part("Yes."))]
    assert [item["type"] for item in sent_back(exchange, cases, output)] == ["message"]
    stored = sent_back(exchange, cases, output, store=True)
    assert [item["type"] for item in stored] == ["reasoning", "message"]
    assert stored[0]["id"] == output[0]["id"]


def test_the_chat_api_takes_the_same_message(exchange, cases):
    """A message with signatures of the Responses API can be sent to the chat API, which gets none of them."""
    output = next(row[1] for row in cases.MIXED if row[0] == "reasoning")
    body = cases.events(*cases.answer(*output))
    with Upstream(Reply(body)) as upstream:
        arguments = {"base_url": upstream.url, "auth": "some-test-key", "api": "responses"}
        messages = [{"role": "user", "content": "Hi"}]
        stream = ChatCompletion.create(
            provider="openai", model="o3", messages=messages, stream=True, **arguments
        )
        list(stream)
    (sent,) = exchange([stream.completion.message], api="chat").request.json["messages"]
    assert set(sent) == {"role", "content", "tool_calls"}
    assert all(set(call) == {"id", "type", "function"} for call in sent["tool_calls"])
