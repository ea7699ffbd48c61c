"""The blocking exchange, on the adapter of `requests`."""

import contextlib
import time
from collections.abc import Iterator
from http.client import IncompleteRead
from typing import TYPE_CHECKING, Any

from g4f_lite.cancellation import current_scope
from g4f_lite.kit.http import _errors
from g4f_lite.kit.http._body_decoder import make_body_decoder
from g4f_lite.kit.http._response_head import (
    DRAIN_SECONDS,
    ERROR_BODY_SECONDS,
    MAX_ERROR_BODY,
    Headers,
    status_error,
)
from g4f_lite.kit.http._sync.error_mapping import TRANSPORT_ERRORS, can_resend, translate_error
from g4f_lite.kit.http._sync.pool import current_pool
from g4f_lite.kit.http._sync.socket_guard import SocketGuard

if TYPE_CHECKING:
    import requests

    from g4f_lite.kit.http._request import HTTPRequest

__all__ = ["stream_body"]

_READ_SIZE = 65536


def stream_body(request: "HTTPRequest") -> Iterator[bytes]:
    """Send `request`, yield the body, and close the response on every path."""
    guard = SocketGuard(current_scope(), request.deadline)
    try:
        if guard.is_cancelled:
            raise _errors.cancelled_error(is_sent=False)
        if _errors.has_passed(request.deadline):
            raise ConnectionAbortedError
        yield from _stream_response(request, guard)
        return
    except TRANSPORT_ERRORS as error:
        failure = translate_error(request, guard, error)
    finally:
        guard.detach()
    raise failure


def _stream_response(request: "HTTPRequest", guard: SocketGuard) -> Iterator[bytes]:
    response = _send(request, guard)
    try:
        headers = Headers(response.raw.headers.items(), response.status_code)
        if not 200 <= response.status_code < 300:  # noqa: PLR2004 - RFC 9110, section 15.3
            raise status_error(request, response.status_code, headers, _read_error_body(response, headers))
        if request.on_headers is not None:
            request.on_headers(headers)
        decoder = make_body_decoder(request.url, headers, request.max_body)
        is_over = request.is_over
        chunks = _raw_chunks(response)
        for data in chunks:
            if decoder is None:
                yield data
            else:
                for piece in decoder.feed(data):
                    yield piece
                    guard.check()  # a small compressed body can be a very large one
            if is_over is not None and is_over():
                _drain(response, chunks)
                return
        guard.check()  # a body without an end mark looks complete when the guard has ended it
        if decoder is not None:
            decoder.close()
    finally:
        guard.detach()
        response.close()


def _send(request: "HTTPRequest", guard: SocketGuard) -> "requests.Response":
    """Send `request`, and send it again if it went out on a kept connection that the service had closed.

    A service that closes an idle connection has not processed what was sent on it afterwards. The second
    attempt uses a new connection, so that no request is ever sent a third time.
    """
    try:
        return current_pool().send(request, guard)
    except TRANSPORT_ERRORS as error:
        if not can_resend(guard, error):
            raise
    guard.reset_connection()
    return current_pool().send(request, guard)


def _raw_chunks(response: "requests.Response") -> Iterator[bytes]:
    """Yield the body as it arrives: without chunked encoding, still compressed.

    The response of the standard library does this at a sixth of the cost of the layers above it, which
    either wait for whole chunks or collect a body that has none.
    """
    raw = response.raw
    low: Any = raw._original_response
    if low.length is None:  # chunked, or until the connection closes; a 204 has no body in any case
        while data := low.read1(_READ_SIZE):
            yield data
    else:
        left = low.length
        while left:
            data = low.read1(min(left, _READ_SIZE))
            if not data:
                raise IncompleteRead(b"", left)
            left -= len(data)
            yield data
    low.close()  # before this, the connection takes no other request
    raw.release_conn()


def _drain(response: "requests.Response", chunks: Iterator[bytes]) -> None:
    """Read the rest, which is mostly the end mark alone, so that the connection can be used again."""
    with contextlib.suppress(*TRANSPORT_ERRORS):  # the answer is complete without the rest
        for _ in _read_for(response, chunks, DRAIN_SECONDS):
            pass


def _read_for(response: "requests.Response", chunks: Iterator[bytes], seconds: float) -> Iterator[bytes]:
    """Yield the chunks that arrive within `seconds`."""
    ends = time.monotonic() + seconds
    # The standard library's response reads from this socket, and only its timeout counts here.
    low: Any = response.raw._original_response
    sock = getattr(getattr(low.fp, "raw", None), "_sock", None)
    read_timeout = seconds if sock is None else sock.gettimeout() or seconds
    while sock is not None and (left := ends - time.monotonic()) > 0:
        sock.settimeout(min(left, read_timeout))  # the pool sets the timeout again for the next request
        data = next(chunks, b"")
        if not data:
            return
        yield data


def _read_error_body(response: "requests.Response", headers: Headers) -> bytes:
    """Return the beginning of the body of an error, or less if less can be read."""
    content = bytearray()
    try:
        decoder = make_body_decoder("", headers, MAX_ERROR_BODY)
        assert decoder is not None  # noqa: S101 - there is a limit
        for data in _read_for(response, _raw_chunks(response), ERROR_BODY_SECONDS):
            for piece in decoder.feed(data):
                content += piece
            if len(content) >= MAX_ERROR_BODY:
                break
    except Exception:  # the status matters, and it is known
        pass
    return bytes(content)
