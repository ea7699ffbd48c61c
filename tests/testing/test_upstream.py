"""The `Upstream` server on real sockets, with the standard library's HTTP client."""

import http.client
import socket
import struct
import threading
import time
from pathlib import Path

import pytest
from parameter_ids import without_addresses

from g4f_lite.testing import BadRequestError, Delay, Gate, HangUp, Raw, Reply, Reset, Stall, Upstream


def connect(upstream: Upstream, timeout: float = 5.0) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", upstream.port, timeout=timeout)


def fetch(upstream: Upstream, method: str = "GET", path: str = "/", **arguments) -> bytes:
    connection = connect(upstream)
    try:
        connection.request(method, path, **arguments)
        return connection.getresponse().read()
    finally:
        connection.close()


def connect_socket(upstream: Upstream) -> socket.socket:
    return socket.create_connection(("127.0.0.1", upstream.port), timeout=5.0)


def test_request_is_recorded_byte_by_byte():
    """The raw request is exactly what the client sent, and its headers keep order and case."""
    sent = b"POST /a?b=c HTTP/1.1\r\nhOsT: x\r\nB: 2\r\nA:1\r\ncontent-length: 4\r\n\r\n\x00\xff\r\n"
    with Upstream(Reply("ok")) as upstream, connect_socket(upstream) as client:
        for byte in sent:
            client.send(bytes([byte]))
        client.recv(1000)
        (request,) = upstream.requests
    assert request.raw == sent
    assert (request.method, request.target, request.body) == ("POST", "/a?b=c", b"\x00\xff\r\n")
    assert request.headers == (("hOsT", "x"), ("B", "2"), ("A", "1"), ("content-length", "4"))
    assert request.header("HOST") == "x"
    assert request.header("missing") is None


def test_chunked_request_is_put_together():
    """The body of a chunked request is recorded without the framing, the raw request with it."""
    with Upstream(Reply("ok")) as upstream:
        fetch(
            upstream,
            "POST",
            body=iter([b'{"a"', b": 1}"]),
            encode_chunked=True,
            headers={"Transfer-Encoding": "chunked"},
        )
        (request,) = upstream.requests
    assert request.json() == {"a": 1}
    assert b"4\r\n" in request.raw


def test_script_may_be_a_list():
    """Replies of a list are used one by one, and more can be appended."""
    with Upstream([Reply("one"), Reply("two")]) as upstream:
        upstream.enqueue(Reply("three"))
        assert [fetch(upstream) for _ in range(3)] == [b"one", b"two", b"three"]


def test_list_used_up_is_an_error():
    """Without a reply left, a request is answered with 500, and leaving the block raises."""
    with (
        pytest.raises(AssertionError, match="No reply was left for request 1: GET /x"),
        Upstream() as upstream,
    ):
        assert b"no reply left" in fetch(upstream, path="/x")


def test_error_of_the_block_comes_first():
    """An error inside the block is not replaced by one of the script."""
    with pytest.raises(KeyError), Upstream() as upstream:
        fetch(upstream)
        raise KeyError


def test_script_may_be_a_function():
    """A function gets the request and returns its reply."""
    with Upstream(lambda request: Reply(request.target)) as upstream:
        assert fetch(upstream, path="/hello") == b"/hello"


def test_function_that_raises_is_reported():
    """Leaving the block raises the error of a script's function."""

    def broken(request):
        raise ZeroDivisionError

    with (
        pytest.raises(ZeroDivisionError),
        Upstream(broken) as upstream,
        pytest.raises(http.client.HTTPException),
    ):
        fetch(upstream)


def test_connections_are_numbered():
    """Requests have the number of their connection."""
    with Upstream(Reply("ok")) as upstream:
        connection = connect(upstream)
        for _ in range(2):
            connection.request("GET", "/")
            connection.getresponse().read()
        fetch(upstream)
        assert [request.connection for request in upstream.requests] == [1, 1, 2]
        assert upstream.connections == 2
        upstream.wait_closed(2)
        assert upstream.open_connections == [1]
        connection.close()
        upstream.wait_all_closed()


@pytest.mark.parametrize("framing", ["chunked", "length", "close"])
@pytest.mark.parametrize("drip", [True, False])
def test_every_framing_is_understood(framing, drip):
    """The standard library's client reads the body in every framing, with and without `drip`."""
    with Upstream(Reply(["Hel", "lo"], framing=framing, drip=drip)) as upstream:
        assert fetch(upstream) == b"Hello"


def test_gate_holds_the_reply():
    """The pieces before a gate are sent at once, those after it only when the gate opens."""
    gate = Gate()
    with Upstream(Reply(["Hel", gate, "lo"])) as upstream:
        connection = connect(upstream)
        connection.request("GET", "/")
        response = connection.getresponse()
        assert response.read1(10) == b"Hel"
        gate.wait_reached()
        assert not gate.is_open
        gate.open()
        assert response.read() == b"lo"
        connection.close()


def test_open_gate_does_not_hold():
    """A gate that is open already does not hold the reply."""
    gate = Gate()
    gate.open()
    with Upstream(Reply(["Hel", gate, "lo"])) as upstream:
        assert fetch(upstream) == b"Hello"
    assert gate.is_reached


def test_waiting_for_an_unreached_gate_fails():
    """Waiting for a gate that no script reaches fails after the timeout."""
    with pytest.raises(AssertionError, match=r"within 0\.01 seconds"):
        Gate().wait_reached(0.01)


def test_delay_holds_the_reply():
    """A delay holds the reply for its seconds."""
    start = time.monotonic()
    with Upstream(Reply(["a", Delay(0.1), "b"])) as upstream:
        assert fetch(upstream) == b"ab"
    assert time.monotonic() - start >= 0.1


def test_reset_reaches_the_client():
    """A reset makes the client's read fail with ECONNRESET."""
    gate = Gate()
    with Upstream(Reply(["Hel", gate, Reset()])) as upstream, connect_socket(upstream) as client:
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        received = b""
        while b"Hel" not in received:
            received += client.recv(100)
        gate.open()
        with pytest.raises(ConnectionResetError):
            client.recv(100)
        with pytest.raises(AssertionError, match="the upstream ended it itself"):
            upstream.wait_closed()


def test_hang_up_cuts_the_body():
    """A connection that is closed in the middle leaves a chunked body without its end."""
    with Upstream(Reply(["Hel", HangUp()])) as upstream, pytest.raises(http.client.IncompleteRead):
        fetch(upstream)


def test_broken_chunk_size_is_sent():
    """Raw bytes reach the client unchanged."""
    with Upstream(Reply([Raw(b"zz\r\n"), HangUp()])) as upstream, pytest.raises(http.client.IncompleteRead):
        fetch(upstream)


def test_declared_length_truncates_the_body():
    """With a declared length that is too large, the client misses bytes."""
    reply = Reply("Hello", framing="length", declared_length=9, keep_alive=False)
    with Upstream(reply) as upstream, pytest.raises(http.client.IncompleteRead):
        fetch(upstream)


def test_raw_reply_can_be_garbage():
    """A raw reply need not be HTTP."""
    with (
        Upstream(Reply(b"\x00\r\n\r\n", framing="raw")) as upstream,
        pytest.raises(http.client.BadStatusLine),
    ):
        fetch(upstream)


def test_stall_times_the_client_out():
    """A stall keeps the connection open and sends nothing."""
    with Upstream(Reply([Stall()], framing="raw")) as upstream:
        connection = connect(upstream, timeout=0.05)
        connection.request("GET", "/")
        upstream.wait_for_requests()
        with pytest.raises(TimeoutError):
            connection.getresponse()
        assert upstream.open_connections == [1]
        connection.close()


@pytest.mark.parametrize(
    "body", [[b"x", Stall()], [b"x", Gate()], [b"x", Delay(60)], [b"x"]], ids=without_addresses
)
def test_close_is_seen_wherever_the_reply_is(body):
    """A client's close is recorded at once: in a stall, at a gate, in a delay, between requests."""
    with Upstream(Reply(body)) as upstream, connect_socket(upstream) as client:
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        while b"x" not in client.recv(1000):
            pass
        before = time.monotonic()
        client.close()
        closed = upstream.wait_closed()
    assert 0 <= closed.at - before < 5.0
    assert closed.how in ("eof", "reset")
    assert (closed.pieces, closed.payload) == (1, 1)


def test_reset_by_the_client_is_recorded():
    """A client that resets the connection is recorded with "reset"."""
    with Upstream(Reply(["x", Stall()])) as upstream, connect_socket(upstream) as client:
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        while b"x" not in client.recv(1000):
            pass
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
        assert upstream.wait_closed().how == "reset"


def test_endless_reply_ends_with_the_client():
    """An endless body stops when the client closes, and the written bytes are recorded."""
    pieces = iter(lambda: b"x" * 1000, None)
    with Upstream(Reply(lambda: pieces), send_buffer=4096) as upstream, connect_socket(upstream) as client:
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        client.recv(100)
        client.close()
        closed = upstream.wait_closed()
    assert closed.payload == 1000 * closed.pieces


def test_client_that_does_not_read_blocks_the_reply_only():
    """A client that stops reading blocks only its own reply, and not the end of the upstream."""
    start = time.monotonic()
    with (
        Upstream(Reply(lambda: iter(lambda: b"x" * 65536, None))) as upstream,
        connect_socket(upstream) as client,
    ):
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        client.recv(100)
        assert upstream.wait_for_requests()
    assert time.monotonic() - start < 5.0


def test_waits_fail_after_their_timeout():
    """Waiting for an event that does not happen fails, and the message says what is missing."""
    with Upstream(Reply([Stall()])) as upstream, connect_socket(upstream) as client:
        with pytest.raises(AssertionError, match="0 of 1 requests"):
            upstream.wait_for_requests(timeout=0.01)
        with pytest.raises(AssertionError, match="no connection 7"):
            upstream.wait_closed(7, timeout=0.01)
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        upstream.wait_for_requests()
        with pytest.raises(AssertionError, match="did not close connection 1"):
            upstream.wait_closed(timeout=0.01)
        with pytest.raises(AssertionError, match=r"\[1\] are still open"):
            upstream.wait_all_closed(timeout=0.01)


@pytest.mark.parametrize(
    "sent",
    [b"\x16\x03\x01\x02", b"NOT HTTP AT ALL\r\n\r\n", b"GET / HTTP/1.1\r\nno colon\r\n\r\n"],
    ids=["tls", "request-line", "header"],
)
def test_invalid_request_is_reported(sent):
    """A client that does not speak HTTP is disconnected, and leaving the block raises."""
    with pytest.raises(BadRequestError), Upstream() as upstream, connect_socket(upstream) as client:
        client.sendall(sent)
        assert client.recv(100) == b""


def test_closing_leaves_nothing():
    """After the block no thread, no descriptor and no listener is left, even during a reply."""
    threads, descriptors = threading.active_count(), len(list(Path("/dev/fd").iterdir()))
    for _ in range(5):
        with Upstream(Reply([Stall()])) as upstream:
            clients = [connect_socket(upstream) for _ in range(3)]
            clients[0].sendall(b"GET / HTTP/1.1\r\n\r\n")
            clients[1].sendall(b"GET / HT")
            upstream.wait_for_requests()
        for client in clients:
            client.close()
        with pytest.raises(ConnectionRefusedError):
            connect_socket(upstream)
    assert threading.active_count() == threads
    assert len(list(Path("/dev/fd").iterdir())) == descriptors


def test_script_can_be_changed():
    """A new script replaces the old one for the next request."""
    with Upstream(Reply("old")) as upstream:
        assert fetch(upstream) == b"old"
        upstream.script(Reply("new"))
        assert fetch(upstream) == b"new"


def test_pipelined_requests_are_answered_in_order():
    """Requests that are sent without waiting are answered in order."""
    with Upstream(lambda request: Reply(request.target, framing="length")) as upstream:
        with connect_socket(upstream) as client:
            client.sendall(b"GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n")
            received = b""
            while received.count(b"Content-Length") < 2 or not received.endswith(b"/2"):
                received += client.recv(1000)
        assert received.index(b"/1") < received.index(b"/2")
