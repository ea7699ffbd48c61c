"""The synchronous exchange, on `requests`' adapter."""

import contextlib
import time
from collections.abc import Iterator
from http.client import IncompleteRead
from typing import TYPE_CHECKING, Any

from g4f_lite.cancellation import current_scope
from g4f_lite.kit.http import _errors as _words
from g4f_lite.kit.http._body_decoder import body_of
from g4f_lite.kit.http._response_head import ERROR_BODY, ERROR_SECONDS, LINGER, Headers, status_error
from g4f_lite.kit.http._sync.error_mapping import TRANSPORT_ERRORS, can_resend, translate
from g4f_lite.kit.http._sync.pool import pool
from g4f_lite.kit.http._sync.socket_guard import SocketGuard

if TYPE_CHECKING:
    import requests

    from g4f_lite.kit.http._request import HTTPRequest

__all__ = ["exchange"]

_READ_SIZE = 65536


def exchange(request: "HTTPRequest") -> Iterator[bytes]:
    """Send `request`, yield the body, close the response on every path."""
    watch = SocketGuard(current_scope(), request.deadline)
    try:
        if watch.cancelled:
            raise _words.cancelled(sent=False)
        if _words.has_passed(request.deadline):
            raise ConnectionAbortedError
        yield from _answer(request, watch)
        return
    except TRANSPORT_ERRORS as error:
        failure = translate(request, watch, error)
    finally:
        watch.detach()
    raise failure


def _answer(request: "HTTPRequest", watch: SocketGuard) -> Iterator[bytes]:
    response = _sent(request, watch)
    try:
        headers = Headers(response.raw.headers.items(), response.status_code)
        if not 200 <= response.status_code < 300:  # noqa: PLR2004 - RFC 9110, section 15.3
            raise status_error(request, response.status_code, headers, _error_body(response, headers))
        if request.on_headers is not None:
            request.on_headers(headers)
        body = body_of(request.url, headers, request.max_body)
        is_over = request.is_over
        wire = _pieces(response)
        for data in wire:
            if body is None:
                yield data
            else:
                for piece in body.feed(data):
                    yield piece
                    watch.check()  # a small packed body can be a very large one
            if is_over is not None and is_over():
                _drain(response, wire)
                return
        watch.check()  # a body without a mark for its end looks whole when we ended it
        if body is not None:
            body.close()
    finally:
        watch.detach()
        response.close()


def _sent(request: "HTTPRequest", watch: SocketGuard) -> "requests.Response":
    """Send `request`, again where it went out on a kept connection that the service had left.

    Who closes one that nobody used has not taken what came after, and has nothing to say to it. The second
    time it goes out on a new connection, so that no request is ever sent a third time.
    """
    try:
        return pool().send(request, watch)
    except TRANSPORT_ERRORS as error:
        if not can_resend(watch, error):
            raise
    watch.renew()
    return pool().send(request, watch)


def _pieces(response: "requests.Response") -> Iterator[bytes]:
    """Yield the body as it came over the wire, unchunked, each piece as soon as it is there.

    The standard library's response does that at a sixth of the cost of the layers above it: those
    either wait for whole chunks or collect what has none.
    """
    raw = response.raw
    wire: Any = raw._original_response
    if wire.length is None:  # it is chunked, or goes to the end; a 204 has no body whatever it says
        while data := wire.read1(_READ_SIZE):
            yield data
    else:
        left = wire.length
        while left:
            data = wire.read1(min(left, _READ_SIZE))
            if not data:
                raise IncompleteRead(b"", left)
            left -= len(data)
            yield data
    wire.close()  # the connection takes no other request before
    raw.release_conn()


def _drain(response: "requests.Response", wire: Iterator[bytes]) -> None:
    """Read what is left, which is mostly the end's own mark, so that the connection can be used again."""
    with contextlib.suppress(*TRANSPORT_ERRORS):  # the answer is whole without it
        for _ in _in_time(response, wire, LINGER):
            pass


def _in_time(response: "requests.Response", wire: Iterator[bytes], seconds: float) -> Iterator[bytes]:
    """Yield what comes in so many seconds."""
    ends = time.monotonic() + seconds
    # The socket that the standard library's response reads from: only its timeout counts here.
    answer: Any = response.raw._original_response
    sock = getattr(getattr(answer.fp, "raw", None), "_sock", None)
    patience = seconds if sock is None else sock.gettimeout() or seconds
    while sock is not None and (left := ends - time.monotonic()) > 0:
        sock.settimeout(min(left, patience))  # the connection pool sets it anew for the next request
        data = next(wire, b"")
        if not data:
            return
        yield data


def _error_body(response: "requests.Response", headers: Headers) -> bytes:
    """Return the beginning of an error's body, as much of it as can be had."""
    found = bytearray()
    try:
        body = body_of("", headers, ERROR_BODY)
        assert body is not None  # noqa: S101 - there is a limit
        for data in _in_time(response, _pieces(response), ERROR_SECONDS):
            for piece in body.feed(data):
                found += piece
            if len(found) >= ERROR_BODY:
                break
    except Exception:  # the status is what matters, and it is known
        pass
    return bytes(found)
