"""The bytes of a `Reply`, from its frames, without a socket."""

import zlib

import pytest

from g4f_lite.testing import Gate, Raw, Reply, Stall, cut


def wire(reply: Reply) -> bytes:
    """Return the bytes of a reply without its steps."""
    return b"".join(item.data for item in reply.frames() if hasattr(item, "data"))


def test_chunked_reply_is_chunked():
    """Each piece is one chunk, and an empty chunk ends the body."""
    assert wire(Reply(["Hel", b"lo"])) == (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nHel\r\n2\r\nlo\r\n0\r\n\r\n"
    )


def test_length_counts_the_body():
    """With the framing "length", Content-Length is the length of the body."""
    head, _, body = wire(Reply(["Hel", "lo"], framing="length")).partition(b"\r\n\r\n")
    assert head.endswith(b"Content-Length: 5")
    assert body == b"Hello"


def test_declared_length_replaces_the_true_one():
    """A declared length is sent as Content-Length, even if it is wrong."""
    assert b"Content-Length: 99\r\n" in wire(Reply("Hello", framing="length", declared_length=99))


def test_close_framing_has_no_length():
    """With the framing "close", only the end of the connection delimits the body."""
    reply = Reply("Hello", framing="close")
    assert wire(reply) == b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nHello"
    assert reply.closes


def test_raw_reply_has_no_head():
    """A raw reply consists of its pieces only."""
    assert wire(Reply([b"\0garbage"], framing="raw")) == b"\0garbage"


def test_head_keeps_order_and_case():
    """Headers are sent in their order and case, before those of the framing."""
    head = wire(Reply(status=429, headers={"RETRY-after": "7", "a": "b"})).split(b"\r\n\r\n")[0]
    assert head.split(b"\r\n")[:3] == [b"HTTP/1.1 429 Too Many Requests", b"RETRY-after: 7", b"a: b"]


@pytest.mark.parametrize(("encoding", "bits"), [("gzip", 31), ("deflate", 15)])
def test_each_piece_can_be_decompressed_on_arrival(encoding, bits):
    """A compressed body is flushed after every piece, so that no piece waits for the next."""
    frames = list(Reply(["Hel", "lo"], encoding=encoding, framing="close").frames())
    decompressor = zlib.decompressobj(wbits=bits)
    assert [decompressor.decompress(frame.data) for frame in frames[1:3]] == [b"Hel", b"lo"]


def test_drip_writes_single_bytes():
    """With `drip` every byte is a frame, and the payload is counted once."""
    frames = list(Reply("Hello", drip=True).frames())
    assert {len(frame.data) for frame in frames} == {1}
    assert sum(frame.payload or 0 for frame in frames) == 5


def test_steps_keep_their_places():
    """Steps keep their places between the pieces, and raw bytes are not framed."""
    gate = Gate()
    items = list(Reply(["a", gate, Raw(b"zz"), Stall()]).frames())
    assert items[2] is gate
    assert items[3].data == b"zz"
    assert items[4] == Stall()


def test_empty_pieces_do_not_end_a_chunked_body():
    """An empty piece is omitted, since an empty chunk would end the body."""
    assert wire(Reply(["a", "", "b"])).endswith(b"1\r\na\r\n1\r\nb\r\n0\r\n\r\n")


def test_function_body_is_called_for_each_use():
    """A body given as a function is called for each use of the reply."""
    reply = Reply(lambda: iter(["a"]))
    assert wire(reply) == wire(reply)


@pytest.mark.parametrize(
    ("data", "offsets", "pieces"),
    [
        (b"", [1], []),
        (b"abc", [], [b"abc"]),
        (b"abc", [1], [b"a", b"bc"]),
        (b"abc", [2, 1, 2, 4, 3], [b"a", b"b", b"c"]),
        (b"abc", range(3), [b"a", b"b", b"c"]),
    ],
)
def test_cut_loses_nothing(data, offsets, pieces):
    """Bytes are cut at each offset modulo their length, without empty pieces."""
    assert cut(data, offsets) == pieces


def test_unknown_status_needs_no_phrase():
    """A status that no standard defines can be sent."""
    assert wire(Reply(status=599)).startswith(b"HTTP/1.1 599 Unknown\r\n")
