"""Decoders of JSON in bodies, events and lines."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from g4f_lite.errors import ProviderResponseError
from g4f_lite.kit.http._response_head import Headers
from g4f_lite.kit.json_events import JSONBody, JSONStream, loads, mapping
from g4f_lite.testing import cut

KEY = "planted-key-51fa77"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)
CUTS = st.lists(st.integers(0, 300), max_size=12)
DEEP = ["[" * 200_000, '{"a":' * 200_000, "[" * 100_000 + "]" * 100_000]


class Recorder:
    """A handler that yields its values, and records whether `end` was called."""

    def __init__(self, fails_at=None):
        self.fails_at = fails_at
        self.seen = 0

    def event(self, name, value):
        yield (name, value)
        self.seen += 1
        if self.seen == self.fails_at:
            raise ProviderResponseError("The service said so.")

    def end(self):
        return ("end",)


def read(decoder, pieces):
    """Return all items, including those before an error, and the error or None."""
    items = []
    try:
        for piece in pieces:
            for item in decoder.feed(piece):
                items.append(item)  # noqa: PERF402 - the items before an error are kept
        for item in decoder.close():
            items.append(item)  # noqa: PERF402 - the same
    except ProviderResponseError as error:
        return items, str(error)
    return items, None


def whole(value):
    return [("whole", value)]


# --- one value ----------------------------------------------------------------------------------


@given(JSON, st.sampled_from(["", " ", "\n\t", "\ufeff"]), CUTS)
def test_a_body_is_its_value(value, space, cuts):
    """A body that is one value yields this value, with white space around it and for every split."""
    body = (space + json.dumps(value, ensure_ascii=False) + "\r\n ").encode()
    assert read(JSONBody(whole), cut(body, cuts)) == ([("whole", value)], None)


@given(st.dictionaries(st.text(max_size=4), JSON, min_size=1), st.integers(0), CUTS)
def test_a_body_that_is_cut_is_an_error(value, length, cuts):
    """A body that ends inside its value is an error, never a part of the value."""
    body = json.dumps(value).encode()
    items, error = read(JSONBody(whole), cut(body[: length % len(body)], cuts))
    assert items == []
    assert error is not None
    assert "no JSON" in error or "an empty body" in error


@given(st.integers(1, 50), CUTS)
def test_a_body_beyond_its_limit(size, cuts):
    """A body larger than the limit is refused, and a body of exactly the limit is not."""
    body = json.dumps("x" * size).encode()
    assert read(JSONBody(whole, limit=len(body)), cut(body, cuts))[1] is None
    items, error = read(JSONBody(whole, limit=len(body) - 1), cut(body, cuts))
    assert items == []
    assert "more than" in error


@pytest.mark.parametrize(
    "text", [*DEEP, " " + DEEP[0], "1" * 10_000 + "e", "", "{", "{} {}", "nul", "\ufeff{}"]
)
def test_invalid_json_is_a_typed_error(text):
    """Invalid JSON, two values and endless nesting are the same short error of g4f_lite."""
    with pytest.raises(ProviderResponseError, match="no JSON") as caught:
        loads(text)
    assert len(str(caught.value)) < 400
    assert caught.value.__cause__ is None


def test_the_error_hides_the_key():
    """The part of a body that an error shows contains no secrets."""
    for text in (f"<p>{KEY}</p>", f"{' ' * 190}{KEY}", f"{'x' * 195}{KEY}"):
        with pytest.raises(ProviderResponseError) as caught:
            loads(text, secrets=(KEY,))
        assert KEY[:6] not in str(caught.value)
        items, error = read(JSONBody(whole, secrets=(KEY,)), [text.encode()])
        assert (items, KEY[:6] in error) == ([], False)


@given(JSON, st.sampled_from(["", " ", "\n"]))
def test_loads_is_json_loads(value, space):
    """`loads` accepts exactly what the standard library accepts."""
    assert loads(space + json.dumps(value) + space) == value


def test_a_mapping_is_an_object_or_an_empty_one():
    """A value that is not an object becomes an empty mapping."""
    assert mapping({"a": 1}) == {"a": 1}
    assert [mapping(value) for value in (None, [], "a", 1)] == [{}] * 4


# --- streams ------------------------------------------------------------------------------------


def events_of(values, done):
    body = "".join(f"event: e{place}\ndata: {json.dumps(value)}\n\n" for place, value in enumerate(values))
    return (body + ("data: [DONE]\n\ndata: {oops\n\n" if done else "")).encode()


@given(st.lists(JSON, min_size=1, max_size=4), st.booleans(), CUTS)
def test_events_are_their_values(values, done, cuts):
    """Each event yields its name and its value. The end mark yields nothing, and the rest is not read."""
    stream = JSONStream(Recorder(), whole=whole)
    wanted = [(f"e{place}", value) for place, value in enumerate(values)]
    assert read(stream, cut(events_of(values, done), cuts)) == ([*wanted, "end"], None)
    assert stream.done is done


@given(st.lists(JSON, min_size=1, max_size=4), st.sampled_from(["\n", "\r\n", "\n\n"]), CUTS)
def test_lines_are_their_values(values, end, cuts):
    """Each line yields its value without a name. The last line needs no line end."""
    body = end.join(json.dumps(value) for value in values).encode()
    stream = JSONStream(Recorder(), framing="lines", last=None)
    assert read(stream, cut(body, cuts)) == ([*(("", value) for value in values), "end"], None)


@given(
    st.dictionaries(st.text(max_size=3), JSON) | st.lists(JSON),
    st.sampled_from(["", "\n\n", "\ufeff", "\ufeff \r\n", " " * 50]),
    CUTS,
)
@example({"a": 1}, "\ufeff", [1])
@example({"a": 1}, "\ufeff", [1, 2, 3])
def test_one_value_instead_of_a_stream_is_understood(value, space, cuts):
    """One value instead of a stream is passed to `whole`, for every split."""
    body = (space + json.dumps(value, indent=1) + "\n").encode()
    assert read(JSONStream(Recorder(), whole=whole), cut(body, cuts)) == ([("whole", value)], None)


@given(
    st.lists(JSON, min_size=1, max_size=3),
    st.sampled_from(["\n", "\r\n\r\n", "\ufeff", ": ping\n\n", "\ufeff:\n"]),
    CUTS,
)
def test_a_stream_is_not_taken_for_one_value(values, start, cuts):
    """A body that begins with white space, a byte order mark or a comment is a stream."""
    body = start.encode() + events_of(values, done=False)
    wanted = [*((f"e{place}", value) for place, value in enumerate(values)), "end"]
    assert read(JSONStream(Recorder(), whole=whole), cut(body, cuts)) == (wanted, None)


@given(CUTS)
def test_an_unexpected_value_is_an_error_that_shows_it(cuts):
    """Without `whole`, one value instead of a stream is an error that shows it."""
    items, error = read(JSONStream(Recorder()), cut(b'{"error": "x"}', cuts))
    assert items == []
    assert 'something else in place of an answer: \'{"error": "x"}\'' in error


@given(st.lists(JSON, min_size=1, max_size=3), st.sampled_from(["{", "nonsense", "[1,", *DEEP[:1]]), CUTS)
def test_a_broken_value_is_reported_after_the_others(values, broken, cuts):
    """The values before invalid JSON are yielded, then the error is raised, for every split."""
    wanted = [(f"e{place}", value) for place, value in enumerate(values)]
    body = events_of(values, done=False) + f"data: {broken}\n\n".encode()
    items, error = read(JSONStream(Recorder()), cut(body, cuts))
    assert items == wanted
    assert "no JSON" in error


@given(st.lists(JSON, min_size=2, max_size=4), CUTS, st.sampled_from(["events", "lines"]))
def test_wrong_bytes_are_reported_after_the_values(values, cuts, framing):
    """The values before bytes that are not UTF-8 are yielded, then the error is raised, for every split."""
    if framing == "events":
        good, names = events_of(values, done=False), [f"e{place}" for place in range(len(values))]
        body = good + b'data: "\xff"\n\n' + good
    else:
        good, names = "".join(f"{json.dumps(value)}\n" for value in values).encode(), [""] * len(values)
        body = good + b'"\xff"\n' + good
    items, error = read(JSONStream(Recorder(), framing=framing), cut(body, cuts))
    assert items == list(zip(names, values, strict=True))
    assert "not UTF-8" in error


@given(st.lists(JSON, min_size=2, max_size=4), CUTS)
def test_items_before_an_error_of_the_handler_are_kept(values, cuts):
    """The items that a handler yields before it raises are kept."""
    items, error = read(JSONStream(Recorder(fails_at=2)), cut(events_of(values, done=False), cuts))
    assert items == [("e0", values[0]), ("e1", values[1])]
    assert error == "The service said so."


# --- no answer at all ------------------------------------------------------------------------------

LOGIN = "\ufeff\n<!DOCTYPE html>\n<html><title>Log in</title>: M\u00fcller &amp; S\u00f6hne\ndata: {oops\n\n</html>"
DECODERS = {
    "body": lambda: JSONBody(whole, secrets=(KEY,)),
    "stream": lambda: JSONStream(Recorder(), secrets=(KEY,)),
    "stream or value": lambda: JSONStream(Recorder(), whole=whole, secrets=(KEY,)),
    "lines": lambda: JSONStream(Recorder(), framing="lines", last=None, secrets=(KEY,)),
}
every_decoder = pytest.mark.parametrize("kind", DECODERS)


def body_error(kind, body, cuts, status=200, media_type="text/html; charset=utf-8"):
    """Return the error for a body, after `see_headers` was called."""
    decoder = DECODERS[kind]()
    decoder.see_headers(Headers([("Content-Type", media_type)] if media_type else [], status))
    items, error = read(decoder, cut(body, cuts))
    assert items == []
    return error


@every_decoder
@given(st.sampled_from(["utf-8", "utf-8-sig", "windows-1252"]), st.sampled_from([0, 5000]), CUTS)
def test_a_page_is_not_an_answer(kind, coding, more, cuts):
    """The error for a web page of any encoding, length and split shows its head and its beginning."""
    body = LOGIN.lstrip("\ufeff").encode(coding) + b" <p>" * more
    error = body_error(kind, body, cuts)
    assert "a web page in place of an answer (HTTP 200, text/html): '<!DOCTYPE html>" in error
    assert "check base_url" in error
    assert len(error) < 700


@every_decoder
@pytest.mark.parametrize(
    ("status", "media_type", "head"),
    [(204, "", "(HTTP 204, no content type)"), (200, "text/event-stream", "(HTTP 200, text/event-stream)")],
)
@given(st.sampled_from([b"", b"\n \r\n", b" "]), CUTS)
def test_an_empty_body_is_not_an_answer(kind, status, media_type, head, body, cuts):
    """The error for an empty body shows its head."""
    assert f"an empty body in place of an answer {head}." in body_error(kind, body, cuts, status, media_type)


@pytest.mark.parametrize("kind", ["body", "stream", "stream or value"])
@given(st.sampled_from(["OK", "Unauthorized: log in", "12 o'clock"]), CUTS)
def test_a_sentence_is_not_an_answer(kind, text, cuts):
    """The error for text that is neither JSON nor an event shows the text and its head."""
    error = body_error(kind, text.encode(), cuts, media_type="text/plain")
    assert f"something else in place of an answer (HTTP 200, text/plain): {text!r}" in error


@every_decoder
@given(st.integers(4000, 4100), CUTS)
def test_a_page_hides_the_key(kind, place, cuts):
    """An error shows no part of a key that a web page or its head echoes."""
    body = b"<p>" + b" " * place + KEY.encode() + b"</p>"
    error = body_error(kind, body, cuts, media_type=f"text/{KEY}")
    assert KEY[:6] not in error


def test_the_handler_judges_a_stream_that_ends_early():
    """A comment, or a partial event with the content type of a stream, is a stream that ended too early."""
    assert read(JSONStream(Recorder(), whole=whole), [b": ping\n", b"\n"]) == (["end"], None)
    assert read(JSONStream(Recorder(), whole=whole), [b"\ndata:"]) == (["end"], None)
    decoder = JSONStream(Recorder(), whole=whole)
    decoder.see_headers(Headers([("content-type", "text/event-stream; charset=utf-8")], 200))
    assert read(decoder, [b"dat"]) == (["end"], None)


@pytest.mark.parametrize("framing", ["events", "lines"])
def test_half_a_value_at_the_end_is_an_error(framing):
    """A stream that ends inside a value was cut short, even if the connection ended regularly."""
    before, after = (b"data: ", b"\n\n") if framing == "events" else (b"", b"\n")

    class Handler:
        def event(self, name, value):
            return (value,)

        def end(self):
            return ()

    stream = JSONStream(Handler(), framing=framing)
    assert list(stream.feed(before + b"1" + after + before + b'{"a": ')) == [1]
    with pytest.raises(ProviderResponseError, match="cut short"):
        list(stream.close())
