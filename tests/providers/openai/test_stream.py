"""Answers that no recorded case has: differences of services from OpenAI."""

import contextlib
import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4f_lite.errors import ProviderError, ProviderResponseError, ServiceUnavailableError
from g4f_lite.events import (
    Citation,
    Finish,
    Logprobs,
    Media,
    Metadata,
    Reasoning,
    Refusal,
    Served,
    Text,
    ToolCallDelta,
    Usage,
    Vector,
)
from g4f_lite_providers._chat_completions.embeddings import decode_embeddings
from g4f_lite_providers._chat_completions.response import (
    ChatResponseDecoder,
    ChatStreamDecoder,
    decode_models,
)
from g4f_lite_providers._chat_completions.think_tags import ThinkTagParser


def chunk(delta=None, *, finish=None, index=0, **more):
    choice = {"index": index, "finish_reason": finish, "delta": {} if delta is None else delta}
    return {"id": "a1", "model": "m", "created": 5, "choices": [choice], **more}


def read(*values, **settings):
    """Return the items of a stream of chunks without `Served`, and the error at its end or None."""
    text = "".join(f"data: {json.dumps(value)}\n\n" for value in values)
    stream, items = ChatStreamDecoder(ChatResponseDecoder(**settings)), []
    try:
        for found in (stream.feed(text.encode()), stream.feed(b"data: [DONE]\n\n"), stream.close()):
            for item in found:
                items.append(item)  # noqa: PERF402 - an error must not lose what came before
    except ProviderError as error:
        return shown(items), error
    return shown(items), None


def shown(items):
    return [item for item in items if not isinstance(item, Served)]


def said(*values, **settings):
    items, error = read(*values, **settings)
    assert error is None
    return items


def whole(value):
    return list(ChatResponseDecoder().decode_body(value))


def calls(*deltas, **settings):
    """Return the complete tool calls: id, name and arguments, by position."""
    found = {}
    for item in said(*(chunk(delta) for delta in deltas), **settings):
        assert isinstance(item, ToolCallDelta)
        call = found.setdefault(item.position, [None, None, ""])
        call[0], call[1] = item.id or call[0], item.name or call[1]
        call[2] += item.arguments
    assert sorted(found) == list(range(len(found)))
    return [tuple(found[position]) for position in sorted(found)]


def piece(arguments, *, name=None, **more):
    return {**more, "function": {"name": name, "arguments": arguments}}


# --- tool calls ----------------------------------------------------------------------------------------


def test_repeated_identifiers_and_names_are_emitted_once():
    """A delta that repeats the name of a tool call continues that call."""
    items = said(
        chunk({"tool_calls": [piece('{"a"', index=0, id="c1", name="f")]}),
        chunk({"tool_calls": [piece(": 1}", index=0, id="c1", name="f")]}),
    )
    assert items == [
        ToolCallDelta(0, "c1", "f", '{"a"'),
        ToolCallDelta(0, None, None, ": 1}"),
    ]


@pytest.mark.parametrize(
    ("deltas", "wanted"),
    [
        pytest.param(
            [[piece("{}", id="c1", name="f"), piece('{"b"', id="c2", name="g")], [piece(": 2}", id="c2")]],
            [("c1", "f", "{}"), ("c2", "g", '{"b": 2}')],
            id="no index",
        ),
        pytest.param(
            [[piece('{"a"', name="f")], [piece(": 1}")], [piece("{}", name="g")]],
            [("call_a1_0", "f", '{"a": 1}'), ("call_a1_1", "g", "{}")],
            id="neither index nor id",
        ),
        pytest.param(
            [[piece("{}", name="f"), piece("{}", name="f")]],
            [("call_a1_0", "f", "{}"), ("call_a1_1", "f", "{}")],
            id="the same tool twice, whole",
        ),
        pytest.param(
            [[piece('{"a"', name="f")], [piece(": 1}", name="f")]],
            [("call_a1_0", "f", '{"a": 1}')],
            id="the name in every piece",
        ),
        pytest.param(
            [[piece("{}", index=0, id="c1", name="f")], [piece("{}", index=0, id="c2", name="g")]],
            [("c1", "f", "{}"), ("c2", "g", "{}")],
            id="every call has the number 0",
        ),
        pytest.param(
            [[piece("{", index=0, id="c1", name="f")], [piece("}", index=0, id="c9")]],
            [("c1", "f", "{}")],
            id="a new id in every piece",
        ),
        pytest.param(
            [[piece("{}", index=3, id="c1", name="f")], [piece("{}", index=5, id="c2", name="g")]],
            [("c1", "f", "{}"), ("c2", "g", "{}")],
            id="numbers with gaps",
        ),
        pytest.param(
            [[piece({"a": "ü"}, index=0, id="c1", name="f")]],
            [("c1", "f", '{"a": "ü"}')],
            id="arguments that are no text",
        ),
        pytest.param(
            [[{"index": 0, "id": "c1", "type": "custom", "custom": {"name": "sql", "input": "select 1"}}]],
            [("c1", "sql", "select 1")],
            id="a custom tool",
        ),
        pytest.param([[None, 3, {}]], [("call_a1_0", None, "")], id="nonsense"),
    ],
)
def test_tool_calls_are_separated_in_any_numbering(deltas, wanted):
    """Numbered, identified, both or neither: the tool calls are the same."""
    assert calls(*({"tool_calls": pieces} for pieces in deltas)) == wanted


def test_calls_that_come_whole_are_one_each():
    """In a whole completion, each entry is one tool call, whatever its index."""
    message = {"tool_calls": [piece("{}", index=0, name="f"), piece("{}", index=0, name="f")]}
    found = [
        item for item in whole(chunk() | {"choices": [{"message": message}]}) if type(item) is ToolCallDelta
    ]
    assert [(item.position, item.id, item.name) for item in found] == [
        (0, "call_a1_0", "f"),
        (1, "call_a1_1", "f"),
    ]


def test_a_signature_of_a_call_is_kept_as_it_came():
    """Google's thought signature comes with the tool call, to be sent back unchanged."""
    extra = {"google": {"thought_signature": "abc"}}
    (item,) = said(
        chunk({"tool_calls": [{**piece("{}", index=0, id="c", name="f"), "extra_content": extra}]})
    )
    assert json.loads(item.signature) == {"extra_content": extra}


# --- text, reasoning, media ----------------------------------------------------------------------------


def test_a_message_in_place_of_a_delta_is_the_answer():
    """A message in a chunk is the answer; after deltas, it only adds tool calls that they did not have."""
    message = {"role": "assistant", "content": "Hi"}
    last = {"model": "m", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    assert said(last) == ["Hi", Finish("stop")]
    assert said(chunk({"content": "Hi"}), last) == ["Hi", Finish("stop")]
    message["tool_calls"] = [piece("{}", id="c", name="f")]
    assert said(chunk({"content": "Hi"}), last) == ["Hi", ToolCallDelta(0, "c", "f", "{}"), Finish("stop")]
    streamed = chunk({"tool_calls": message["tool_calls"]})
    assert said(streamed, last) == [ToolCallDelta(0, "c", "f", "{}"), Finish("stop")]


@pytest.mark.parametrize(
    "delta", [None, {}, {"content": None}, {"content": ""}, {"content": 3}, {"role": "assistant"}]
)
def test_an_empty_delta_is_ignored(delta):
    """A delta with missing, empty, null or wrong values is ignored."""
    odd = {"model": "m", "choices": [{"index": 0, "delta": delta}, None, 3]}
    assert said(odd, {"choices": None}, {"choices": []}, {}) == []


def test_texts_of_further_choices_are_told_apart():
    """Text of the first choice is a string; that of others has their position, as have refusals and reasoning."""
    items = said(
        chunk({"content": "a"}),
        chunk({"content": "b", "reasoning_content": "c"}, index=1),
        chunk({"refusal": "d"}, index=2),
        chunk({"content": "e"}, index=1),
        chunk({"content": "f"}),
    )
    assert items == ["a", Reasoning("c", 1), Text("b", 1), Refusal("d", 2), Text("e", 1), "f"]


def test_reasoning_that_is_sent_twice_is_decoded_once():
    """Reasoning that a service sends under both names is decoded once."""
    both = {"reasoning_content": "Hm", "reasoning": "Hm", "content": None}
    assert said(chunk(both)) == [Reasoning("Hm")]


def test_details_of_reasoning_come_back_together():
    """OpenRouter's details are joined: texts with their signature, other details separately."""
    text = {"type": "reasoning.text", "index": 0, "format": "f"}
    items = said(
        chunk({"reasoning_details": [{**text, "text": "Look "}]}),
        chunk({"reasoning": "up", "reasoning_details": [{**text, "text": "up"}]}),
        chunk({"reasoning_details": [{**text, "text": "", "signature": "sig"}]}),
        chunk({"reasoning_details": [{"type": "reasoning.encrypted", "data": "xyz", "index": 1}]}),
        chunk({"reasoning_details": [{"type": "reasoning.summary", "summary": "So.", "index": 2}]}),
        chunk({"content": "Hi"}),
        chunk(finish="stop"),
    )
    *before, signed, finish = items
    assert before == [Reasoning("Look "), Reasoning("up"), Reasoning("So."), "Hi"]
    assert (signed.text, finish) == ("", Finish("stop"))
    assert json.loads(signed.signature)["reasoning_details"] == [
        {**text, "text": "Look up", "signature": "sig"},
        {"type": "reasoning.encrypted", "data": "xyz", "index": 1},
        {"type": "reasoning.summary", "summary": "So.", "index": 2},
    ]


def test_parts_of_content_are_what_they_say():
    """Mistral's parts are text, reasoning, references and images; an unknown part with text is text."""
    parts = [
        {"type": "text", "text": "a"},
        {"type": "thinking", "thinking": [{"type": "text", "text": "b"}, None, {"type": "reference"}]},
        {"type": "reference", "reference_ids": [1, 2]},
        {"type": "image_url", "image_url": "https://example.org/a.png"},
        {"type": "new", "text": "c"},
        {"type": "new"},
        None,
    ]
    assert said(chunk({"content": parts})) == [
        "a",
        Reasoning("b"),
        Metadata({"reference_ids": [1, 2]}),
        Media("image", url="https://example.org/a.png"),
        "c",
    ]


def test_pictures_and_sounds_come_out():
    """Data URLs are parsed; the deltas of a sound keep its identifier and type."""
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBO"}}
    items = said(
        chunk({"images": [picture, None, {"image_url": {}}]}),
        chunk({"audio": {"id": "s1", "transcript": "Hi"}}),
        chunk({"audio": {"data": "AAAA"}}),
        chunk({"audio": {"expires_at": 1}}),
        audio_type="audio/wav",
    )
    assert items == [
        Media("image", data="iVBO", mime_type="image/png"),
        Media("audio", mime_type="audio/wav", id="s1", transcript="Hi"),
        Media("audio", data="AAAA", mime_type="audio/wav", id="s1"),
    ]


@given(
    before=st.sampled_from(["", "\n ", "<thin", "x"]),
    thought=st.text(),
    answer=st.text(),
    cuts=st.lists(st.integers(0, 60)),
)
def test_tags_are_found_however_the_text_is_split(before, thought, answer, cuts):
    """For any split, text between the tags at the start is reasoning, the rest is text, and nothing is lost."""
    thought = thought.replace("</think>", "")
    text = f"{before}<think>{thought}</think>{answer}"
    expected = (thought, answer) if not before.strip() else ("", text)
    assert tagged(text, cuts) == expected


@given(text=st.text(alphabet="<>/think \n", max_size=30), cuts=st.lists(st.integers(0, 30)))
def test_tags_give_the_same_for_any_split(text, cuts):
    """Text that only looks like the tags gives the same for any split too."""
    assert tagged(text, cuts) == tagged(text, [])


def tagged(text, cuts):
    tags, found = ThinkTagParser("think"), {True: "", False: ""}
    places = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    for start, stop in pairwise(places):
        for is_reasoning, part in tags.feed(text[start:stop]):
            found[is_reasoning] += part
    for is_reasoning, part in tags.close():
        found[is_reasoning] += part
    return found[True], found[False]


def test_text_held_back_is_handed_out_at_the_end():
    """A text that ends where a tag could begin is complete."""
    assert said(chunk({"content": "<th"}), think_tag="think") == ["<th"]
    assert said(chunk({"content": "<th"}), chunk(finish="length"), think_tag="think") == [
        "<th",
        Finish("length"),
    ]
    assert said(chunk({"content": "<think>so </th"}), think_tag="think") == [
        Reasoning("so "),
        Reasoning("</th"),
    ]


# --- ends ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "finish"),
    [
        ("stop", Finish("stop")),
        ("length", Finish("length")),
        ("content_filter", Finish("content_filter")),
        ("tool_calls", Finish("tool_calls")),
        ("function_call", Finish("tool_calls", raw="function_call")),
        ("eos", Finish("stop", raw="eos")),
        ("end_turn", Finish("stop", raw="end_turn")),
        ("STOP", Finish("stop", raw="STOP")),
        ("model_length", Finish("length", raw="model_length")),
        ("sensitive", Finish("content_filter", raw="sensitive")),
    ],
)
def test_finish_reasons_are_mapped(word, finish):
    """The finish reason is one of this library, and `raw` is the service's own."""
    assert said(chunk({"content": "x"}), chunk(finish=word)) == ["x", finish]


@pytest.mark.parametrize("word", [None, "", 0])
def test_an_empty_reason_is_not_an_end(word):
    """Null and an empty reason do not end a choice, and a repeated reason is emitted once."""
    assert said(chunk({"content": "x"}, finish=word)) == ["x"]
    assert said(chunk(finish="stop"), chunk(finish="stop")) == [Finish("stop")]


@pytest.mark.parametrize("word", ["error", "insufficient_system_resource", "network_error", "abort"])
def test_a_reason_that_is_a_failure_is_an_error(word):
    """A finish reason that means a failure raises an error, after the text before it."""
    items, error = read(chunk({"content": "x"}), chunk({"content": "y"}, finish=word))
    assert items == ["x", "y"]
    assert isinstance(error, ServiceUnavailableError)


def test_a_stream_without_an_end_is_cut_short():
    """An answer without the end mark, and without a finish reason for each choice, is cut short."""
    for values in ([chunk({"content": "x"})], [chunk(finish="stop"), chunk({"content": "y"}, index=1)]):
        stream = ChatStreamDecoder(ChatResponseDecoder())
        for value in values:
            list(stream.feed(f"data: {json.dumps(value)}\n\n".encode()))
        with pytest.raises(ProviderResponseError, match="cut short"):
            list(stream.close())


def test_a_missing_choice_is_an_error():
    """A stream with one of two choices is cut short, unless it has the end mark."""
    data = f"data: {json.dumps(chunk({'content': 'x'}, finish='stop'))}\n\n".encode()
    stream = ChatStreamDecoder(ChatResponseDecoder(n=2))
    list(stream.feed(data))
    with pytest.raises(ProviderResponseError, match="cut short"):
        list(stream.close())
    assert said(chunk({"content": "x"}, finish="stop"), n=2) == ["x", Finish("stop")]


def test_data_after_the_end_is_ignored():
    """Data after [DONE] is ignored."""
    stream = ChatStreamDecoder(ChatResponseDecoder())
    data = f"data: {json.dumps(chunk({'content': 'x'}))}\n\ndata: [DONE]\n\ndata: {{oops\n\n"
    assert shown([*stream.feed(data.encode()), *stream.close()]) == ["x"]


@pytest.mark.parametrize(
    "value",
    [
        {"error": {"message": "It broke.", "code": 500}},
        {"error": "It broke."},
        {"object": "error", "message": "It broke.", "code": 500},
        {"message": "It broke.", "type": "x"},
        {"detail": "It broke."},
        {**chunk({"content": ""}, finish="error"), "error": {"message": "It broke."}},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "error", "error": {"message": "It broke."}}]},
    ],
)
def test_errors_in_any_shape_end_the_answer(value):
    """An error object instead of a chunk, or in addition to its choices, is raised with its message."""
    items, error = read(chunk({"content": "x"}), value)
    assert items == ["x"]
    assert "It broke." in str(error)


def test_an_event_called_error_is_one():
    """A server-sent event with the name error is an error, whatever its data."""
    for data in ('"overloaded"', '{"x": 1}'):
        stream = ChatStreamDecoder(ChatResponseDecoder())
        with pytest.raises(ProviderError):
            list(stream.feed(f"event: error\ndata: {data}\n\n".encode()))


@pytest.mark.parametrize("value", [3, "text", [1], None])
def test_a_value_that_is_no_chunk_is_an_error(value):
    """A stream of other values raises an error."""
    _, error = read(chunk({"content": "x"}), value)
    assert isinstance(error, ProviderResponseError)


@pytest.mark.parametrize("value", [3, "text", [1, 2], None, {}, {"choices": None}, {"choices": [3]}])
def test_a_whole_answer_without_choices_is_an_error(value):
    """JSON that is not a completion raises an error that says so."""
    with pytest.raises(ProviderResponseError, match="no choices"):
        whole(value)


# --- metadata, usage and sources --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counted", "usage"),
    [
        ({"prompt_tokens": 3, "completion_tokens": 4}, Usage(3, 4)),
        ({"prompt_tokens": 3}, Usage(3, 0)),
        ({"prompt_tokens": 3, "total_tokens": 3, "cached_tokens": 2}, Usage(3, 0, 2)),
        ({"prompt_tokens": 3, "completion_tokens": 4, "prompt_cache_hit_tokens": 2}, Usage(3, 4, 2)),
        ({"prompt_tokens": 3, "completion_tokens": 4, "cached_tokens": 2}, Usage(3, 4, 2)),
        (
            {"prompt_tokens": 3, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 1, "cache_write_tokens": 2}},
            Usage(3, 4, 1, None, 2),
        ),
        # xAI does not count reasoning as a part of the answer, as its total shows.
        (
            {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 12, "completion_tokens_details": {"reasoning_tokens": 5}},
            Usage(3, 9, None, 5),
        ),
        (
            {"prompt_tokens": 3, "completion_tokens": 9, "total_tokens": 12, "completion_tokens_details": {"reasoning_tokens": 5}},
            Usage(3, 9, None, 5),
        ),
    ],
)  # fmt: skip
def test_tokens_are_counted_as_each_service_names_them(counted, usage):
    """The usage is read in the chunk, in Groq's field or in Moonshot's choice, with each service's names."""
    places = [
        {"choices": [], "usage": counted},
        {"choices": [], "x_groq": {"usage": counted}},
        {"choices": [{"index": 0, "delta": {}, "usage": counted}]},
    ]
    for place in places:
        assert said(place) == [usage]
        assert said(place, place) == [usage]


@pytest.mark.parametrize(
    "counted", [None, {}, 3, {"total_tokens": 3}, {"prompt_tokens": None}, {"prompt_tokens": True}]
)
def test_what_counts_nothing_is_no_usage(counted):
    """A usage without numbers is ignored."""
    assert said({"choices": [], "usage": counted}) == []


def test_costs_and_facts_are_kept_once():
    """Costs and metadata are emitted when they are new."""
    items = said(
        chunk({"content": "x"}, provider="Z", system_fingerprint="f"),
        chunk({"content": "y"}, provider="Z", system_fingerprint="f"),
        {
            "choices": [],
            "service_tier": "flex",
            "usage": {"prompt_tokens": 1, "completion_tokens": 2, "cost": 0.5},
        },
    )
    assert items == [
        Metadata({"system_fingerprint": "f", "provider": "Z"}),
        "x",
        "y",
        Metadata({"service_tier": "flex"}),
        Usage(1, 2),
        Metadata({"cost": 0.5}),
    ]


def test_the_number_of_the_request_is_kept():
    """The identifier of the request, which a service's support asks for, is in the metadata."""
    answer = ChatResponseDecoder()
    answer.see_headers({"x-request-id": "req_1"})
    assert Metadata({"request_id": "req_1"}) in list(answer.event("", chunk({"content": "x"})))


def test_annotations_are_citations():
    """Annotations with a URL are citations; others are ignored."""
    cited = {"url": "https://example.org/a", "title": "A", "start_index": 1, "end_index": 2, "content": "c"}
    marks = [{"type": "url_citation", "url_citation": cited}, {"type": "file", "file": {}}, None]
    assert said(chunk({"annotations": marks})) == [Citation("https://example.org/a", "A", "c", 1, 2)]


def test_sources_are_emitted_once():
    """Lists of URLs, or of results with titles, are emitted once, although Perplexity repeats them."""
    urls = {"citations": ["https://example.org/a", None, 3]}
    assert said(chunk(**urls), chunk(**urls)) == [Citation("https://example.org/a")]
    found = {"search_results": [{"url": "https://example.org/a", "title": "A", "snippet": "s"}, {}], **urls}
    assert said(chunk(**found)) == [Citation("https://example.org/a", "A", "s")]


def test_probabilities_are_in_one_shape():
    """OpenAI's log probabilities and Together's two lists have one shape; a number alone is ignored."""
    rows = [{"token": "a", "logprob": -0.5}]
    choice = {"index": 0, "delta": {"content": "a"}}
    for value in ({"content": rows}, {"tokens": ["a"], "token_logprobs": [-0.5]}):
        assert said({"choices": [{**choice, "logprobs": value}]}) == ["a", Logprobs(tuple(rows))]
    for value in (None, -0.5, {}, {"content": None}, {"content": [3]}):
        assert said({"choices": [{**choice, "logprobs": value}]}) == ["a"]


def test_the_model_is_emitted_once():
    """The model is emitted once, with the identifier and the time; an empty name is not a model."""
    answer = ChatResponseDecoder()
    first = {"choices": [], "model": "", "id": "", "created": 0}
    items = [*answer.event("", first), *answer.event("", chunk()), *answer.event("", chunk())]
    assert items == [Served("m", "a1", 5)]


@pytest.mark.parametrize(
    "value",
    [
        None,
        {"data": 3},
        {"data": [{"index": 0}]},
        {"data": [{"index": 0, "embedding": 3}]},
        {"data": [None]},
        {"data": [{"embedding": "abc"}]},
        {"data": [{"embedding": "AAAA"}]},
    ],
)
def test_embeddings_without_numbers_are_an_error(value):
    """An answer without vectors, or with one that cannot be read, raises an error."""
    with pytest.raises(ProviderResponseError):
        list(decode_embeddings(value))


def test_embeddings_without_numbers_of_their_own_are_in_order():
    """Vectors without an index are numbered; the model and the usage may be missing."""
    value = {"data": [{"embedding": [1.0]}, {"embedding": [2.0]}]}
    assert list(decode_embeddings(value)) == [Vector(0, [1.0]), Vector(1, [2.0])]


@pytest.mark.parametrize("value", [None, 3, {}, {"data": 3}, {"error": "x"}])
def test_a_list_of_models_is_one(value):
    """Any other value raises an error, and invalid names are ignored."""
    with pytest.raises(ProviderResponseError):
        list(decode_models(value))
    assert list(decode_models({"models": [{"name": "a"}, "b", {}, None, ""]})) == ["a", "b"]


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["choices", "delta", "message", "content", "tool_calls", "function", "index", "id", "usage", "audio", "images", "error", "reasoning_details", "finish_reason", "logprobs", "model", "citations", "annotations", "x_groq", "type"]), inner, max_size=6), max_leaves=30))  # fmt: skip
def test_any_json_is_a_provider_error_or_nothing(value):
    """Any JSON value, streamed or whole, raises no other exception than a provider error."""
    for values in ([value], [chunk({"content": "x"}), value]):
        read(*values)
        read({"choices": [value]}, {"choices": [{"delta": value}]})
    for meaning in (ChatResponseDecoder().decode_body, decode_embeddings, decode_models):
        with contextlib.suppress(ProviderError):
            list(meaning(value))
