"""Bounds of an exchange: the deadline, the size of the body, and what is or may be sent again."""

import gzip
import io
import socket
import struct
import threading
import time
import traceback
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from raw_http import read_head

from g4f_lite import errors
from g4f_lite.kit.http import retry_after
from g4f_lite.kit.http._request import MAX_BODY, HTTPRequest
from g4f_lite.testing import Delay, Gate, Reply, Reset, Stall, Upstream

KEY = "planted-91c07be2-key"
HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
RELAXED = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def drip(data, pause=0.05):
    """Yield data byte by byte, each within the read timeout."""
    for byte in data:
        yield bytes([byte])
        yield Delay(pause)


@pytest.mark.parametrize(
    "body",
    [
        lambda: [Stall()],
        lambda: [HEAD + b"3\r\nHel\r\n", Stall()],
        lambda: [b"HTTP/1.1 200 OK\r\n\r\nHel", Stall()],
        lambda: drip(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000),
        lambda: drip(HEAD + b"1\r\nx\r\n" * 1000),
        lambda: drip(HEAD + b"0" * 1000),
        lambda: drip(b"HTTP/1.1 500 No\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000),
    ],
    ids=["head", "chunk", "until-the-end", "slow-head", "slow-chunks", "slow-chunk-size", "slow-error"],
)
def test_deadline_ends_the_exchange_wherever_it_is(drive, body) -> None:
    """At the deadline the exchange ends with a timeout of the phase "total", even if bytes keep arriving."""
    with Upstream(Reply(b"x")) as upstream:
        drive.all(HTTPRequest(f"{upstream.url}/x"))  # imports before the measurement
    with Upstream(Reply(body, framing="raw")) as upstream:
        began = time.monotonic()
        with pytest.raises(errors.ProviderError) as caught:
            drive.all(HTTPRequest(f"{upstream.url}/x", json={}, deadline=began + 0.3))
        assert 0.25 < time.monotonic() - began < 20  # the read timeout is a minute
        upstream.wait_all_closed()
    if isinstance(caught.value, errors.ProviderStatusError):  # the known status is in the error
        assert caught.value.status == 500
        return
    assert isinstance(caught.value, errors.ProviderTimeoutError)
    assert caught.value.phase == "total"
    assert 0 <= caught.value.seconds <= 0.3  # the seconds that were left at the start
    assert caught.value.retry_safe is False


def test_deadline_ends_a_handshake(drive, listen) -> None:
    """A service that accepts the connection and never speaks TLS is ended at the deadline."""
    silent = listen(lambda listener, client: client.recv(65536) and client.recv(65536))
    with pytest.raises(errors.ProviderTimeoutError) as caught:
        drive.all(HTTPRequest(f"https://127.0.0.1:{silent.port}/x", json={}, deadline=time.monotonic() + 0.3))
    assert caught.value.phase == "total"
    assert caught.value.retry_safe


def test_deadline_that_has_passed_sends_nothing(drive) -> None:
    """After its deadline, an exchange sends nothing."""
    with Upstream() as upstream:
        with pytest.raises(errors.ProviderTimeoutError) as caught:
            drive.all(HTTPRequest(f"{upstream.url}/x", deadline=time.monotonic() - 1))
        assert caught.value.phase == "total"
        assert caught.value.retry_safe
        assert upstream.connections == 0


def test_deadline_that_was_kept_changes_nothing(drive) -> None:
    """After an answer in time, the connection outlives the deadline and carries the next exchange."""
    with Upstream(Reply(b"x")) as upstream:
        soon = time.monotonic() + 1
        assert drive.all(HTTPRequest(f"{upstream.url}/x", deadline=soon)) == b"x"
        while time.monotonic() < soon + 0.05:
            assert drive.all(HTTPRequest(f"{upstream.url}/x")) == b"x"
        assert upstream.connections == 1


def test_read_timeout_before_the_deadline_is_its_own(drive) -> None:
    """The error names the shorter of the two limits."""
    with Upstream(Reply([Stall()], framing="raw")) as upstream:
        with pytest.raises(errors.ProviderTimeoutError) as caught:
            drive.all(HTTPRequest(f"{upstream.url}/x", timeout=0.2, deadline=time.monotonic() + 30))
        assert (caught.value.phase, caught.value.seconds) == ("read", 0.2)


@given(
    size=st.integers(1, 300_000),
    limit=st.integers(0, 300_000),
    encoding=st.sampled_from(["", "gzip", "deflate"]),
    framing=st.sampled_from(["chunked", "length", "close"]),
)
@RELAXED
def test_body_is_cut_at_its_bound_and_nowhere_else(drive, size, limit, encoding, framing) -> None:
    """A body of at most `max_body` bytes is complete; of a larger one, exactly that many bytes come before the error."""
    body = bytes(range(256)) * (size // 256 + 1)
    body = body[:size]
    with Upstream(Reply(body, encoding=encoding, framing=framing)) as upstream:
        reader = drive.open(HTTPRequest(f"{upstream.url}/x", json={}, max_body=limit))
        got = b""
        ends = (StopIteration, StopAsyncIteration, errors.ProviderResponseError)
        with pytest.raises(ends) as caught:
            while True:
                got += reader.next()
        assert isinstance(caught.value, errors.ProviderResponseError) == (size > limit)
        assert size <= limit or str(limit) in str(caught.value)
        assert got == body[:limit]


def test_bomb_is_decompressed_in_small_pieces(drive) -> None:
    """A body that decompresses to a gigabyte is refused after `max_body`, and never held in memory as a whole."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1) as file:
        for _ in range(256):
            file.write(bytes(1 << 20))
    reply = Reply(packed.getvalue(), framing="length", headers={"Content-Encoding": "gzip"})
    with Upstream(reply) as upstream:
        reader = drive.open(HTTPRequest(f"{upstream.url}/x", json={}, max_body=1 << 20))
        sizes = []
        with pytest.raises(errors.ProviderResponseError):
            while True:
                sizes.append(len(reader.next()))
        assert sum(sizes) == 1 << 20
        assert max(sizes) <= 1 << 16
    assert MAX_BODY == 64 << 20


@pytest.mark.parametrize("status", [304, 400, 401, 429, 500, 599])
def test_on_status_returns_the_error(drive, status) -> None:
    """`on_status` gets the status, the headers and at most 64 KiB of the body."""
    seen = []

    def on_status(code, headers, body):
        seen.append((code, headers["X-ReQuest-ID"], body))
        return errors.ProviderResponseError("made here")

    body = b"" if status == 304 else b"\xff{}" + b"x" * 100_000
    reply = Reply(body, status=status, headers={"x-request-id": "7"}, framing="length")
    with Upstream(reply) as upstream, pytest.raises(errors.ProviderResponseError, match="made here"):
        drive.all(HTTPRequest(f"{upstream.url}/x", json={}, on_status=on_status))
    ((code, header, got),) = seen
    assert (code, header) == (status, "7")
    assert got == body[:65536]


def test_on_status_is_not_called_for_redirects(drive) -> None:
    """A redirect has its own error, which names the target; `on_status` is not called."""
    reply = Reply(b"", status=302, headers={"Location": "http://127.0.0.1:1/"})
    with Upstream(reply) as upstream, pytest.raises(errors.ProviderStatusError, match="redirects"):
        drive.all(HTTPRequest(f"{upstream.url}/x", json={}, on_status=lambda *_: pytest.fail("asked")))


def test_error_body_is_decoded_and_may_break_off(drive) -> None:
    """The beginning of the body of an error is decoded, even if the rest never arrives."""
    for reply in (
        Reply(b"too many", status=429, encoding="gzip"),
        Reply([b"too many", Reset()], status=429),
        Reply(b"too many", status=429, framing="length", declared_length=99, keep_alive=False),
    ):
        with Upstream(reply) as upstream, pytest.raises(errors.RateLimitError) as caught:
            drive.all(HTTPRequest(f"{upstream.url}/x", json={}))
        assert caught.value.body in ("too many", "")  # a reset may overtake the bytes before it


def test_slow_error_body_is_not_waited_for(drive, monkeypatch) -> None:
    """An error with a known status is raised without waiting for a slow body."""
    for part in ("_sync", "_async"):
        monkeypatch.setattr(f"g4f_lite.kit.http.{part}.exchange.ERROR_BODY_SECONDS", 0.2, raising=False)
    body = drip(b"HTTP/1.1 503 No\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000, 0.01)
    with Upstream(Reply(lambda: body, framing="raw")) as upstream:
        began = time.monotonic()
        with pytest.raises(errors.ServiceUnavailableError):
            drive.all(HTTPRequest(f"{upstream.url}/x", json={}))
        assert time.monotonic() - began < 8  # the body would take ten seconds
        upstream.wait_all_closed()


def test_deadline_ends_decompression(drive) -> None:
    """Decompressing a small body into a very large one ends at the deadline."""
    packed = gzip.compress(bytes(64 << 20), compresslevel=1)
    reply = Reply(packed, framing="length", headers={"Content-Encoding": "gzip"})
    with Upstream(reply) as upstream:
        reader = drive.open(HTTPRequest(f"{upstream.url}/x", json={}, deadline=time.monotonic() + 1))
        assert reader.next()
        threading.Event().wait(1.1)  # the reader is busy decompressing
        with pytest.raises(errors.ProviderTimeoutError) as caught:
            reader.rest()
    assert caught.value.phase == "total"


# --- what may be repeated -------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 1_000_000], ids=["small", "large"])
@pytest.mark.parametrize("reset", [False, True], ids=["hung-up", "reset"])
def test_closed_kept_connection_is_replaced(drive, listen, reset, size) -> None:
    """If a reused connection is closed or reset before a byte of the response, the request is sent on a new one."""
    asked = []

    def serve(listener, client):
        for number in range(2):
            read_head(client)
            asked.append(number)
            left = size
            while left:
                left -= len(client.recv(min(left, 65536)))
            if number == 0:
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")
        if reset:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    service = listen(serve)
    body = 1 if size == 1 else "y" * (size - 2)
    request = HTTPRequest(f"http://127.0.0.1:{service.port}/x", json=body)
    assert [drive.all(request) for _ in range(3)] == [b"x"] * 3
    assert asked == [0, 1, 0, 1, 0]
    assert service.accepted._value == 3


def test_request_goes_out_twice_at_most(drive, listen) -> None:
    """If the new connection is closed as well, that is an error: the service may have processed the request."""
    may_answer = threading.Semaphore(3)
    asked = []

    def serve(listener, client):
        while read_head(client):
            asked.append(client)
            if not may_answer.acquire(blocking=False):
                return
            meet.wait(10)
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")

    meet = threading.Barrier(3)
    service = listen(serve)
    request = HTTPRequest(f"http://127.0.0.1:{service.port}/x")
    several = [drive.start(request) for _ in range(3)]
    assert [running.outcome() for running in several] == [None] * 3
    with pytest.raises(errors.ProviderConnectionError) as caught:
        drive.all(request)
    assert caught.value.retry_safe is False
    assert len(asked) == 5


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 2", HEAD, HEAD + b"3\r\nHel\r\n", b"what is this"])
def test_broken_new_connection_is_not_retry_safe(drive, answer) -> None:
    """If a service closes a new connection, it may have processed the request: the error is not `retry_safe`."""
    with Upstream(Reply([answer], framing="raw")) as upstream:
        with pytest.raises(errors.ProviderConnectionError) as caught:
            drive.all(HTTPRequest(f"{upstream.url}/x", json={}))
        assert caught.value.retry_safe is False


def test_truncated_head_on_a_kept_connection_is_not_repeated(drive) -> None:
    """A truncated head is the start of an answer, so that the request is not sent again."""
    with Upstream([Reply(b"x"), Reply([b"HTTP/1.1 200 OK\r\nX"], framing="raw")]) as upstream:
        request = HTTPRequest(f"{upstream.url}/x", json={})
        assert drive.all(request) == b"x"
        with pytest.raises(errors.ProviderConnectionError) as caught:
            drive.all(request)
        assert upstream.connections == 1
        assert caught.value.retry_safe is False


def test_failures_before_the_request_may_be_repeated(drive, monkeypatch) -> None:
    """A refused connection, an unknown host and a connect timeout are `retry_safe`."""
    with Upstream() as upstream:
        refused = upstream.url
    found = socket.getaddrinfo

    def look_up(host, *args, **kwargs):
        if host == "nowhere.localhost":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return found(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    for url in (refused, "http://nowhere.localhost:1"):
        with pytest.raises(errors.ProviderConnectionError) as caught:
            drive.all(HTTPRequest(f"{url}/x", json={}))
        assert caught.value.retry_safe


def test_full_backlog_times_out_while_connecting(drive) -> None:
    """A host that accepts no connection is a timeout of the phase "connect", and is `retry_safe`."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        fillers = []
        for _ in range(4):  # beyond its backlog, the kernel leaves connections unanswered
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
            fillers.append(filler)
        try:
            with pytest.raises(errors.ProviderTimeoutError) as caught:
                drive.all(HTTPRequest(f"http://127.0.0.1:{port}/x", json={}, timeout=(0.3, 30)))
        finally:
            for filler in fillers:
                filler.close()
    assert (caught.value.phase, caught.value.seconds) == ("connect", 0.3)
    assert caught.value.retry_safe


# --- how long to wait -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "low", "high"),
    [
        ({}, None, None),
        ({"retry-after": "7"}, 7, 7),
        ({"retry-after": " 7 "}, 7, 7),
        ({"retry-after": "1.5"}, 1.5, 1.5),
        ({"retry-after": "-3"}, 0, 0),
        ({"retry-after": "1e999"}, None, None),
        ({"retry-after": "nan"}, None, None),
        ({"retry-after": "999999999999"}, None, None),
        ({"retry-after": "soon"}, None, None),
        ({"retry-after": ""}, None, None),
        ({"retry-after-ms": "1500"}, 1.5, 1.5),
        ({"retry-after-ms": "1500", "retry-after": "2"}, 1.5, 1.5),
        ({"retry-after-ms": "x", "retry-after": "2"}, 2, 2),
        ({"retry-after-ms": "inf", "retry-after": "2"}, 2, 2),
    ],
)
def test_wait_is_read_from_the_headers(headers, low, high) -> None:
    """The wait is read from seconds or from OpenAI's milliseconds, is never negative, and is None for invalid values."""
    wait = retry_after(headers)
    assert (wait is None) if low is None else (low <= wait <= high)


@given(st.integers(-(10**7), 10**7))
def test_wait_until_a_date_is_seconds_from_now(offset) -> None:
    """A date of RFC 9110 becomes the seconds until then, or 0 if it has passed."""
    moment = datetime.now(timezone.utc) + timedelta(seconds=offset)
    wait = retry_after({"retry-after": format_datetime(moment, usegmt=True)})
    assert wait == pytest.approx(max(0, offset), abs=3)


@given(st.text(max_size=40))
def test_any_header_is_a_wait_or_none(value) -> None:
    """Each value of the header becomes a bounded number of seconds or None."""
    for name in ("retry-after", "retry-after-ms"):
        wait = retry_after({name: value})
        assert wait is None or 0 <= wait <= 1e8


# --- secrets --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reply",
    [
        Reply([b"Hel", Reset()]),
        Reply(f"HTTP/1.1 {KEY}\r\n\r\n", framing="raw"),
        Reply([HEAD + KEY.encode() + b"\r\n"], framing="raw"),
        Reply([Stall()], framing="raw"),
        Reply(KEY, status=500),
        Reply(b"", status=307, headers={"Location": f"http://127.0.0.1:1/{KEY}"}),
        Reply(KEY, headers={"Content-Encoding": "gzip"}),
        Reply(KEY, headers={"Content-Encoding": KEY}),
    ],
)
def test_no_failure_shows_the_key_or_what_was_sent(drive, reply) -> None:
    """Neither the error nor its traceback shows the key or the conversation, and no foreign exception is chained."""
    with Upstream(reply) as upstream:
        request = HTTPRequest(
            f"{upstream.url}/{KEY}",
            json={"prompt": "planted-words"},
            headers={"authorization": f"Bearer {KEY}"},
            timeout=0.3,
            secrets=(KEY,),
        )
        with pytest.raises(errors.ProviderError) as caught:
            drive.all(request)
    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None
    shown = "".join(traceback.format_exception(error)) + repr(error) + str(vars(error)) + repr(request)
    assert KEY not in shown
    assert "planted-words" not in shown


@pytest.mark.parametrize(
    "headers", [{"a": f"{KEY}\r\nb: c"}, {"a": "ä" + KEY}, {"a b": "c"}, {"": "c"}, {"a": 7}, {"a\n": "c"}]
)
def test_headers_that_cannot_be_sent_are_refused(drive, headers) -> None:
    """A header that would break the request is an argument error that does not show the value."""
    with Upstream() as upstream:
        with pytest.raises(errors.InvalidArgumentError, match="header") as caught:
            drive.all(HTTPRequest(f"{upstream.url}/x", headers=headers))
        assert KEY not in str(caught.value)
        assert upstream.connections == 0


@pytest.mark.slow
def test_slow_reader_of_a_large_request_is_a_timeout(drive, listen) -> None:
    """A service that stops reading a large request is a read timeout, not an endless wait."""
    leave = threading.Event()
    service = listen(lambda listener, client: leave.wait(30))
    try:
        with pytest.raises(errors.ProviderTimeoutError) as caught:
            drive.all(
                HTTPRequest(f"http://127.0.0.1:{service.port}/x", json="x" * 30_000_000, timeout=(5, 0.4))
            )
        assert caught.value.phase == "read"
        assert caught.value.retry_safe is False
    finally:
        leave.set()


def test_large_request_arrives_whole(drive) -> None:
    """A body of megabytes arrives unchanged, even if the service answers before its end."""
    gate = Gate()
    gate.open()
    with Upstream(lambda request: Reply([gate, str(len(request.body))])) as upstream:
        assert drive.all(HTTPRequest(f"{upstream.url}/x", json="x" * 5_000_000)) == b"5000002"
