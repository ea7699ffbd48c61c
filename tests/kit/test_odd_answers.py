"""Odd, doubled, truncated and malformed answers, which both clients read alike."""

import asyncio
import itertools
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from raw_http import read_head

from g4f_lite import errors
from g4f_lite.kit.http import astream, stream
from g4f_lite.kit.http._request import HTTPRequest
from g4f_lite.testing import Reply, Stall, Upstream

pytest.importorskip("httptools")

from g4f_lite.kit.http._async.response_parser import NotHTTPError, ResponseParser

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"

WHOLE = {
    "length": OK + b"Content-Length: 3\r\n\r\nabc",
    "chunked": CHUNKED + b"1\r\na\r\n2\r\nbc\r\n0\r\n\r\n",
    "chunk-extension": CHUNKED + b"3;x=y\r\nabc\r\n0\r\n\r\n",
    "trailer": CHUNKED + b"3\r\nabc\r\n0\r\nX: y\r\n\r\n",
    "trailer-named-as-a-header": CHUNKED + b"3\r\nabc\r\n0\r\nContent-Encoding: gzip\r\n\r\n",
    "length-and-chunks": OK + b"Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "until-the-end": OK + b"\r\nabc",
    "no-reason": b"HTTP/1.1 200\r\nContent-Length: 3\r\n\r\nabc",
    "old-version": b"HTTP/1.0 200 OK\r\n\r\nabc",
    "bare-lines": b"HTTP/1.1 200 OK\nContent-Length: 3\n\nabc",
    "latin-1": OK + b"X: \xe4\r\nContent-Length: 3\r\n\r\nabc",
    "early-hints": b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK + b"Content-Length: 3\r\n\r\nabc",
    "early-hints-close": b"HTTP/1.1 103 Early Hints\r\nConnection: close\r\n\r\n"
    + OK
    + b"Content-Length: 3\r\n\r\nabc",
    "continue-twice": b"HTTP/1.1 100 Continue\r\n\r\n" * 2 + OK + b"Content-Length: 3\r\n\r\nabc",
    "close": OK + b"Connection: close\r\nContent-Length: 3\r\n\r\nabc",
}
NO_BODY = {
    "no-content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "no-content-chunked": b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
    "empty-length": OK + b"Content-Length: 0\r\n\r\n",
    "empty-chunked": CHUNKED + b"0\r\n\r\n",
    "empty-until-the-end": OK + b"\r\n",
}
CUT = {
    "length": (OK + b"Content-Length: 9\r\n\r\nabc", b"abc"),
    "chunk": (CHUNKED + b"9\r\nabc", b"abc"),
    "between-chunks": (CHUNKED + b"3\r\nabc\r\n", b"abc"),
    "malformed-chunk": (CHUNKED + b"3\r\nabc\r\nzz\r\n", b"abc"),
    "head": (OK + b"X: ", b""),
    "nothing": (b"", b""),
    "no-status": (b"HTTP/1.1 000 \r\nContent-Length: 3\r\n\r\nabc", b""),
    "no-http": (b"SSH-2.0-OpenSSH_9.9\r\n", b""),
}


def by_stream(request):
    got = b""
    try:
        for data in stream(request):
            got += data
    except errors.G4FLiteError as error:
        return got, type(error)
    return got, None


async def by_astream(request):
    got = b""
    try:
        async for data in astream(request):
            got += data
    except errors.G4FLiteError as error:
        return got, type(error)
    return got, None


def outcomes(raw, **fields):
    """Return the result of each client for the same bytes, after which the service closes the connection."""
    with Upstream(Reply([raw] if isinstance(raw, bytes) else raw, framing="raw")) as upstream:
        request = HTTPRequest(f"{upstream.url}/x", **fields)
        return by_stream(request), asyncio.run(by_astream(request))


@pytest.mark.parametrize("name", WHOLE)
def test_whole_answers_are_read_whole(name) -> None:
    """An answer is read to its end and no further, for each way of marking the end."""
    assert outcomes(WHOLE[name]) == ((b"abc", None), (b"abc", None))


@pytest.mark.parametrize(
    "name",
    [*(name for name in NO_BODY if name != "empty-until-the-end"), "malformed-chunk", "no-status", "no-http"],
)
def test_known_end_is_not_waited_for(name) -> None:
    """An answer with a known end, or an invalid one, ends there while the connection stays open."""
    raw, text = CUT.get(name) or (NO_BODY[name], b"")
    failure = errors.ProviderConnectionError if name in CUT else None
    assert outcomes([raw, Stall()], timeout=20) == ((text, failure),) * 2


@pytest.mark.parametrize("name", NO_BODY)
def test_answers_without_a_body_are_empty(name) -> None:
    """A successful response without a body ends at once, without an error."""
    assert outcomes(NO_BODY[name]) == ((b"", None), (b"", None))


@pytest.mark.parametrize("name", CUT)
def test_truncated_answers_yield_their_bytes_before_the_error(name) -> None:
    """The bytes before an answer breaks off or becomes invalid are yielded before the error."""
    raw, text = CUT[name]
    assert outcomes(raw) == ((text, errors.ProviderConnectionError),) * 2


def test_answer_to_head_has_no_body() -> None:
    """An answer to HEAD has no body, whatever length it names."""
    with Upstream(Reply([OK + b"Content-Length: 9\r\n\r\n", Stall()], framing="raw")) as upstream:
        request = HTTPRequest(f"{upstream.url}/x", method="HEAD", timeout=5)
        assert by_stream(request) == asyncio.run(by_astream(request)) == (b"", None)


@pytest.mark.parametrize("name", [name for name in WHOLE if name not in ("until-the-end", "old-version")])
@pytest.mark.parametrize("surplus", [OK + b"Content-Length: 6\r\n\r\nforged", b"what is this"])
def test_bytes_after_an_answer_are_not_the_next_one(name, surplus) -> None:
    """Bytes after the end of an answer are neither a part of it nor of the next one."""
    turns = iter([WHOLE[name] + surplus, OK + b"Content-Length: 4\r\n\r\nnext"] * 2)

    def answer(request):
        return Reply([next(turns), Stall()], framing="raw")

    async def twice(request):
        return [await by_astream(request), await by_astream(request)]

    with Upstream(answer) as upstream:
        request = HTTPRequest(f"{upstream.url}/x", timeout=5)
        assert asyncio.run(twice(request)) == [(b"abc", None), (b"next", None)]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    raw=st.sampled_from([*WHOLE.values(), *NO_BODY.values(), *(raw for raw, _ in CUT.values())]),
    data=st.data(),
)
def test_no_split_changes_what_is_read(raw, data) -> None:
    """For every split of its bytes, the body, the status and the end of an answer are the same."""
    cuts = sorted(data.draw(st.sets(st.integers(0, len(raw)), max_size=8)))
    edges = [0, *cuts, len(raw)]
    pieces = [raw[start:end] for start, end in itertools.pairwise(edges)]
    assert fed(pieces) == fed([raw])


def fed(pieces):
    """Return the result for bytes in these pieces, and for the end of the connection."""
    response, failed = ResponseParser(), False
    response.reset()
    for piece in pieces:
        try:
            response.feed(piece)
        except NotHTTPError:
            failed = True
            break
    return (
        failed,
        response.status,
        response.headers,
        response.read(),
        response.close(),
    )


def dripped(first, again):
    """Yield `first`, then `again` a hundred times, and then the rest of a complete answer."""
    yield first
    for _ in range(100):
        yield again
    yield b"\r\n" + WHOLE["length"]


@pytest.mark.parametrize(
    "again",
    [b"X: " + b"y" * 60_000 + b"\r\n", b"\r\n" + b"HTTP/1.1 100 Continue\r\n\r\n" * 999 + OK],
    ids=["headers", "interim"],
)
def test_endless_head_is_refused(again) -> None:
    """A head without an end, or an endless series of heads, is refused before it fills the memory."""
    first = b"HTTP/1.1 100 Continue\r\n" if b"100" in again else OK
    again = again.replace(OK, b"HTTP/1.1 100 Continue\r\n")
    outcome = b"", errors.ProviderConnectionError
    with Upstream(lambda request: Reply(dripped(first, again), framing="raw")) as upstream:
        request = HTTPRequest(f"{upstream.url}/x")
        assert by_stream(request) == asyncio.run(by_astream(request)) == outcome


@pytest.mark.parametrize("first", [b"3\r\nabc\r\n0\r\n", b"3\r\nabc\r\n3;"], ids=["trailers", "extension"])
def test_trailers_and_chunk_extensions_are_bounded(first) -> None:
    """Megabytes of trailers, or of a chunk's extension, are refused before they fill the memory."""
    again = (b"X: " if b"0" in first else b"x") + b"y" * 60_000 + (b"\r\n" if b"0" in first else b"")
    with Upstream(Reply(dripped(CHUNKED + first, again), framing="raw")) as upstream:
        got = asyncio.run(by_astream(HTTPRequest(f"{upstream.url}/x")))
    assert got == (b"abc", errors.ProviderConnectionError)


def test_trailers_are_not_headers() -> None:
    """Trailers are not among the headers, even if they arrive together."""
    response = ResponseParser()
    response.feed(WHOLE["trailer"])
    assert [name for name, _ in response.headers] == ["Transfer-Encoding"]


def test_connection_with_an_ambiguous_answer_is_not_reused() -> None:
    """After an answer with both a length and chunks, the next request uses another connection."""

    async def twice(request):
        return [await by_astream(request), await by_astream(request)]

    with Upstream(lambda request: Reply([WHOLE["length-and-chunks"], Stall()], framing="raw")) as upstream:
        assert asyncio.run(twice(HTTPRequest(f"{upstream.url}/x", timeout=5))) == [(b"abc", None)] * 2
        assert upstream.connections == 2


def test_answer_before_the_end_of_the_request_is_read(listen) -> None:
    """An error that arrives before a large request is sent is read, and the next request uses a new connection."""

    async def twice(request):
        return [await by_astream(request), await by_astream(request._replace(json=None))]

    def serve(listener, client):
        if b"Content-Length: 0\r\n" in read_head(client):
            client.sendall(WHOLE["length"])
        else:
            client.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")
            leave.wait(10)

    leave = threading.Event()
    service = listen(serve)
    request = HTTPRequest(f"http://127.0.0.1:{service.port}/x", json="y" * 30_000_000, timeout=5)
    assert asyncio.run(twice(request)) == [(b"", errors.InvalidRequestError), (b"abc", None)]
    leave.set()


def test_success_that_begins_before_the_end_of_the_request_gets_the_rest(drive, listen) -> None:
    """A service that sends the head of a success before it reads the request gets the whole request."""

    def serve(listener, client):
        head = read_head(client)
        left = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        client.sendall(CHUNKED)
        while left:
            left -= len(client.recv(65536))
        client.sendall(b"3\r\nabc\r\n0\r\n\r\n")

    service = listen(serve)
    request = HTTPRequest(f"http://127.0.0.1:{service.port}/x", json="y" * 30_000_000, timeout=5)
    running = drive.start(request)
    assert running.outcome() is None
    assert b"".join(running.pieces) == b"abc"


@pytest.fixture
def spoken_to_first(monkeypatch):
    """Make each exchange wait for the first bytes of the service, or its end, before it sends anything."""
    from g4f_lite.kit.http._async import exchange as _async_exchange

    async def late(way):
        connection = await connect(way)
        while not connection.has_head:
            await connection.wait()
        return connection

    connect = _async_exchange.connect
    monkeypatch.setattr(_async_exchange, "connect", late)


@pytest.mark.usefixtures("spoken_to_first")
@pytest.mark.parametrize(
    ("words", "failure"),
    [
        (b"HTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\nno", errors.ServiceUnavailableError),
        (b"220 mail.example ESMTP\r\n", errors.ProviderConnectionError),
        (b"", errors.ProviderConnectionError),
    ],
    ids=["busy", "no-http", "nothing"],
)
@pytest.mark.parametrize("size", [1, 300_000])
def test_refusal_before_the_request_is_read(listen, words, failure, size) -> None:
    """A refusal that arrives before the request is read; nothing is sent, and the connection is not kept."""

    def serve(listener, client):
        client.sendall(words)
        if words:
            received.append(client.recv(65536))
        over.set()

    async def main(request):
        outcome = await by_astream(request)
        assert await asyncio.to_thread(over.wait, 10)
        return outcome

    received, over = [], threading.Event()
    service = listen(serve)
    request = HTTPRequest(f"http://127.0.0.1:{service.port}/x", json="y" * size, timeout=5)
    assert asyncio.run(main(request)) == (b"", failure)
    assert b"".join(received) == b""
