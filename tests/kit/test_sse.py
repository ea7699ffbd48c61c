"""Server-sent events, compared with a second implementation of the WHATWG algorithm for complete inputs."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from g4f_lite.kit.sse import FramingError, ServerSentEvent, SSEDecoder
from g4f_lite.testing import cut


def reference(body: bytes, *, keep_last: bool = False) -> list[ServerSentEvent]:
    """Return the events of a complete stream by section 9.2.6 of the HTML standard, line by line."""
    text = body.decode()
    text = text.removeprefix("\ufeff")
    *lines, rest = re.split("\r\n|\n|\r", text)
    if keep_last:
        lines += [rest, ""]
    events, data, kind, last_id, retry = [], "", "", "", None
    for line in lines:
        if line == "":
            if data:
                events.append(ServerSentEvent(data.removesuffix("\n"), kind, last_id, retry))
                retry = None
            data, kind = "", ""
            continue
        if line.startswith(":"):
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            data += value + "\n"
        elif field == "event":
            kind = value
        elif field == "id" and "\0" not in value:
            last_id = value
        elif field == "retry" and re.fullmatch("[0-9]+", value):
            retry = int(value[:18])
    return events


def decoded(body: bytes, cuts, **options):
    decoder = SSEDecoder(**options)
    events = [event for piece in cut(body, cuts) for event in decoder.feed(piece)]
    return events + decoder.close()


CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\r\n")
VALUES = st.text(CHARACTERS, max_size=6) | st.sampled_from(
    ["", " ", "  x", "a:b", ":", "\0", "\ufeff", "7", "٣", "-1", "9" * 30, "\u2028", "\x0b\x85"]
)
LINES = st.one_of(
    st.tuples(st.sampled_from(["data", "event", "id", "retry", "other", "", "Data", "data "]), VALUES).map(
        lambda pair: f"{pair[0]}:{pair[1]}"
    ),
    VALUES.map(lambda value: f"data: {value}"),
    st.just(""),
    VALUES,
)
BODIES = st.builds(
    lambda start, lines, end: (start + "".join(f"{line}{mark}" for line, mark in lines) + end).encode(),
    st.sampled_from(["", "\ufeff", "\ufeff\ufeff"]),
    st.lists(st.tuples(LINES, st.sampled_from(["\n", "\r", "\r\n", "\n\n", "\r\r\n"]))),
    st.just("") | LINES,
)
CUTS = st.lists(st.integers(0, 200), max_size=12)


@given(BODIES, CUTS, st.booleans())
@example(b"data: a\r\n\r\ndata: b\r\r\n", list(range(30)), False)
@example(b"data\n\ndata\ndata\n\ndata:\n", [], True)
@example(b"\xef\xbb\xbfdata: a\n\n", [1, 2], False)
def test_any_stream_is_what_the_standard_says(body, cuts, keep_last):
    """For any lines, line ends and splits, the events are those of the standard's algorithm."""
    assert decoded(body, cuts, keep_last=keep_last) == reference(body, keep_last=keep_last)


def test_every_split_of_a_stream_with_everything():
    """A stream with all features yields the same events when it is split at any byte or at every byte."""
    body = (
        "\ufeff: hello\r\n\r\nretry: 3000\nid: 1\nevent: añadir\rdata: 😀\r\ndata\ndata:  x\n\n"
        "id: n\0l\ndata: y\r\rid\ndata: z\n\n: end\ndata: lost"
    ).encode()
    wanted = reference(body)
    assert [event.data for event in wanted] == ["😀\n\n x", "y", "z"]
    assert [event.id for event in wanted] == ["1", "1", ""]
    assert [event.retry for event in wanted] == [3000, None, None]
    for offset in range(len(body) + 1):
        assert decoded(body, [offset]) == wanted
    assert decoded(body, range(len(body))) == wanted


def test_an_event_is_handed_out_with_its_last_byte():
    """An event is returned as soon as its blank line has arrived."""
    decoder = SSEDecoder()
    assert decoder.feed(b"data: a\r\n") == []
    assert decoder.feed(b"\r") == [ServerSentEvent("a")]
    assert decoder.feed(b"\ndata: b\n\n") == [ServerSentEvent("b")]


@given(BODIES, st.sampled_from([b"\xff", b"\xc3", b"\xed\xa0\x80"]), CUTS)
def test_wrong_bytes_are_reported_after_the_events(body, wrong, cuts):
    """Bytes that are not UTF-8 are an error after all events before them, for every split."""
    whole = body + b"\n\n"
    decoder, events = SSEDecoder(), []
    with pytest.raises(FramingError, match="not UTF-8") as caught:
        for piece in cut(whole + b"data: " + wrong + b"\n\ndata: x\n\n", cuts):
            try:
                events += decoder.feed(piece)
            except FramingError as error:
                events += error.certain
                raise
    assert events == reference(whole)
    place = int(re.search(r"near byte (\d+)", str(caught.value))[1])
    assert 0 <= place - len(whole) < 12


@given(st.lists(st.integers(1, 30), min_size=1, max_size=20), CUTS)
def test_the_limit_holds_for_every_split(sizes, cuts):
    """An event larger than the limit is refused, and other events are returned, for every split."""
    body = b"".join(b"data: " + b"x" * size + b"\n" for size in sizes)
    assert len(decoded(body + b"\n", cuts, limit=len(body))) == 1
    with pytest.raises(FramingError, match="event of more than"):
        decoded(body + b"\n", cuts, limit=len(body) - 1)


def test_a_line_without_end_is_refused_in_time():
    """A line without an end is refused before it fills the memory, and the events before it are kept."""
    decoder = SSEDecoder(limit=100)
    assert decoder.feed(b"data: a\n\ndata: ") == [ServerSentEvent("a")]
    with pytest.raises(FramingError) as caught:
        for _ in range(20):
            decoder.feed(b"x" * 10)
    assert caught.value.certain == []
    with pytest.raises(FramingError) as caught:
        SSEDecoder(limit=10).feed(b"data: a\n\ndata: " + b"x" * 20)
    assert caught.value.certain == [ServerSentEvent("a")]


def test_the_limit_applies_to_one_event():
    """The limit applies to one event: any number of events and comments may follow each other."""
    decoder = SSEDecoder(limit=20)
    for _ in range(100):
        assert decoder.feed(b"data: 0123") == []
        assert decoder.feed(b"45\n\n: ping\n\n") == [ServerSentEvent("012345")]
