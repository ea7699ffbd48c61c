"""Answers that are odd, doubled, cut or malformed: both ways read the same out of the same bytes."""

import asyncio
import itertools
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from raw_http import read_head

from g4f_lite import errors
from g4f_lite.kit.http import HTTPRequest, astream, stream
from g4f_lite.testing import Reply, Stall, Upstream

pytest.importorskip("httptools")

from g4f_lite.kit._response import NotHTTPError, Response

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"

WHOLE = {
    "length": OK + b"Content-Length: 3\r\n\r\nabc",
    "chunked": CHUNKED + b"1\r\na\r\n2\r\nbc\r\n0\r\n\r\n",
    "chunk-extension": CHUNKED + b"3;x=y\r\nabc\r\n0\r\n\r\n",
    "trailer": CHUNKED + b"3\r\nabc\r\n0\r\nX: y\r\n\r\n",
    "until-the-end": OK + b"\r\nabc",
    "no-reason": b"HTTP/1.1 200\r\nContent-Length: 3\r\n\r\nabc",
    "old-version": b"HTTP/1.0 200 OK\r\n\r\nabc",
    "bare-lines": b"HTTP/1.1 200 OK\nContent-Length: 3\n\nabc",
    "latin-1": OK + b"X: \xe4\r\nContent-Length: 3\r\n\r\nabc",
    "early-hints": b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK + b"Content-Length: 3\r\n\r\nabc",
    "continue-twice": b"HTTP/1.1 100 Continue\r\n\r\n" * 2 + OK + b"Content-Length: 3\r\n\r\nabc",
    "close": OK + b"Connection: close\r\nContent-Length: 3\r\n\r\nabc",
}
NO_BODY = {
    "no-content": b"HTTP/1.1 204 No Content\r\n\r\n",
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
    """What each way makes of the same bytes, after which the service hangs up."""
    with Upstream(Reply([raw] if isinstance(raw, bytes) else raw, framing="raw")) as upstream:
        request = HTTPRequest(f"{upstream.url}/x", **fields)
        return by_stream(request), asyncio.run(by_astream(request))


@pytest.mark.parametrize("name", WHOLE)
def test_whole_answers_are_read_whole(name) -> None:
    """However an answer says where it ends, it is read to there and no further."""
    assert outcomes(WHOLE[name]) == ((b"abc", None), (b"abc", None))


@pytest.mark.parametrize("name", NO_BODY)
def test_answers_without_a_body_are_empty(name) -> None:
    """A success without a byte of body ends at once, and is no error of the exchange."""
    assert outcomes(NO_BODY[name]) == ((b"", None), (b"", None))


@pytest.mark.parametrize("name", CUT)
def test_cut_answers_give_what_came_and_say_so(name) -> None:
    """What came before an answer broke off, or stopped to make sense, is handed out before the error."""
    raw, text = CUT[name]
    assert outcomes(raw) == ((text, errors.ProviderConnectionError),) * 2


def test_answer_to_head_has_no_body() -> None:
    """The length that an answer to HEAD names is not waited for."""
    with Upstream(Reply([OK + b"Content-Length: 9\r\n\r\n", Stall()], framing="raw")) as upstream:
        request = HTTPRequest(f"{upstream.url}/x", method="HEAD", timeout=5)
        assert by_stream(request) == asyncio.run(by_astream(request)) == (b"", None)


@pytest.mark.parametrize("name", [name for name in WHOLE if name not in ("until-the-end", "old-version")])
@pytest.mark.parametrize("surplus", [OK + b"Content-Length: 6\r\n\r\nforged", b"what is this"])
def test_what_follows_an_answer_is_never_taken_for_the_next(name, surplus) -> None:
    """Bytes behind the end of an answer get neither into it nor into the next one."""
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
    """However the bytes of an answer are split on their way, its body, status and end are the same."""
    cuts = sorted(data.draw(st.sets(st.integers(0, len(raw)), max_size=8)))
    edges = [0, *cuts, len(raw)]
    pieces = [raw[start:end] for start, end in itertools.pairwise(edges)]
    assert fed(pieces) == fed([raw])


def fed(pieces):
    """What is made of bytes that come in these pieces, and of the connection's end."""
    response, failed = Response(), False
    response.expect()
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
        response.take(),
        response.close(),
    )


def test_endless_head_is_refused() -> None:
    """A head that does not end is refused before it fills the memory."""

    def drip():
        yield OK
        while True:
            yield b"X: " + b"y" * 60_000 + b"\r\n"

    (_, sync), (_, own) = outcomes(drip())
    assert sync is own is errors.ProviderConnectionError


def test_answer_before_the_end_of_the_request_is_read(listen) -> None:
    """A service that refuses a large request before it has all of it is heard, and asked on a new connection next."""

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
