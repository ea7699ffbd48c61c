"""The decoder of lines, for newline-delimited JSON."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from g4f_lite.kit.lines import LineDecoder
from g4f_lite.kit.sse import FramingError
from g4f_lite.testing import cut

TEXT = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\r\n\n\n \u2028\x0b\x85"))
CUTS = st.lists(st.integers(0, 200), max_size=12)


def reference(text: str) -> list[str]:
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return [line for line in lines if line.strip()]


def decoded(body: bytes, cuts, **options):
    decoder = LineDecoder(**options)
    lines = [line for piece in cut(body, cuts) for line in decoder.feed(piece)]
    return lines + decoder.close()


@given(TEXT, CUTS)
@example('{"a":"é\u2028😀"}\r\n\n{}\n \r\n[1]', list(range(40)))
def test_any_text_is_its_lines(text, cuts):
    """For any text and split, the lines are those that end with LF or CR LF, without blank lines."""
    assert decoded(text.encode(), cuts) == reference(text)


def test_a_line_is_handed_out_with_its_last_byte():
    """A line is returned with its line end. The last line needs none, and is returned once."""
    decoder = LineDecoder()
    assert decoder.feed(b"a") == []
    assert decoder.feed(b"b\nc") == ["ab"]
    assert decoder.close() == ["c"]
    assert decoder.close() == []


@given(TEXT, st.sampled_from([b"\xff", b"\xe2\x82", b"\xc0\x80"]), CUTS)
def test_wrong_bytes_are_reported_after_the_lines(text, wrong, cuts):
    """Bytes that are not UTF-8 are an error with their position, after all lines before them."""
    before = text.encode() + b"\n"
    decoder, lines = LineDecoder(), []
    with pytest.raises(FramingError, match=f"near byte {len(before)}\\."):
        for piece in cut(before + wrong + b"\nmore\n", cuts):
            try:
                lines += decoder.feed(piece)
            except FramingError as error:
                lines += error.certain
                raise
    assert lines == reference(text)


def test_wrong_bytes_at_the_end():
    """A character that the end of the body cuts is an error."""
    decoder = LineDecoder()
    assert decoder.feed("a\né".encode()[:-1]) == ["a"]
    with pytest.raises(FramingError, match="near byte 2"):
        decoder.close()


@given(st.integers(1, 40), CUTS)
def test_the_limit_holds_for_every_split(size, cuts):
    """A line longer than the limit is refused, and other lines are returned, for every split."""
    body = b"ok\n" + b"x" * size + b"\nok\n"
    limit = max(size, 2)
    assert decoded(body, cuts, limit=limit) == ["ok", "x" * size, "ok"]
    if size > 2:
        with pytest.raises(FramingError, match="line of more than"):
            decoded(body, cuts, limit=size - 1)


def test_lines_before_a_long_line_are_kept():
    """The error for a line that is too long contains the lines before it."""
    with pytest.raises(FramingError) as caught:
        LineDecoder(limit=5).feed(b"a\nb\n123456")
    assert caught.value.certain == ["a", "b"]
