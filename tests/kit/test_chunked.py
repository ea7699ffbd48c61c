"""The chunked framing: the same body for every way of splitting it."""

from http.client import IncompleteRead
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4f_lite.kit._chunked import ChunkDecoder

CHUNKS = st.lists(st.binary(min_size=1, max_size=40), max_size=8)
CUTS = st.lists(st.integers(0, 400), max_size=8)


def fed(data, cuts):
    decoder, body, places = (
        ChunkDecoder(),
        b"",
        sorted({0, *(cut for cut in cuts if cut < len(data)), len(data)}),
    )
    for start, end in pairwise(places):
        body += decoder.feed(data[start:end])
    return body, decoder


@given(
    CHUNKS, CUTS, st.sampled_from([b"", b";name=value", b" "]), st.sampled_from([b"", b"X-Trailer: 1\r\n"])
)
def test_the_body_is_what_was_put_into_chunks(chunks, cuts, extension, trailer):
    """For any chunks, extensions, trailers and splits, the body is the chunks' data, and the end is known."""
    wire = b"".join(b"%x%s\r\n%s\r\n" % (len(item), extension, item) for item in chunks)
    body, decoder = fed(wire + b"0\r\n" + trailer + b"\r\n", cuts)
    assert body == b"".join(chunks)
    assert decoder.over
    _, decoder = fed(wire, cuts)
    assert not decoder.may_end


@given(
    st.sampled_from([b"\r\n", b"-5\r\n", b"0x5\r\n", b"1_0\r\n", b"x\r\n", b"3\r\nabcd\r\n", b"f" * 70000]),
    CUTS,
)
def test_what_is_no_such_framing_is_refused(wire, cuts):
    """A size that is none, a chunk that does not end where it says, and a line without end are errors."""
    with pytest.raises(IncompleteRead):
        fed(wire, cuts)
