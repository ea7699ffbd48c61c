"""The asynchronous exchange, on connections of the event loop."""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from g4f_lite.cancellation import current_scope
from g4f_lite.errors import G4FLiteError
from g4f_lite.kit.http import _errors
from g4f_lite.kit.http._async.connection import Connection
from g4f_lite.kit.http._async.connector import ProxyError, abandon, connect
from g4f_lite.kit.http._async.error_mapping import translate
from g4f_lite.kit.http._async.pool import LoopPool, pool_of_loop
from g4f_lite.kit.http._async.progress import ExchangeProgress
from g4f_lite.kit.http._async.request_encoder import ConnectionKey, wire_request
from g4f_lite.kit.http._body_decoder import BodyDecoder, make_body_decoder
from g4f_lite.kit.http._response_head import (
    DRAIN_SECONDS,
    ERROR_BODY_SECONDS,
    MAX_ERROR_BODY,
    Headers,
    status_error,
)
from g4f_lite.kit.http._validation import check_timeout

if TYPE_CHECKING:
    from g4f_lite.kit.http._request import HTTPRequest

__all__ = [
    "AsyncExchange",
]


_LARGE = 65536
"""Bytes of a request's body above which it is written in parts, and of a piece of the response's, between
which others may run."""


_BEHIND = 0.001
"""Seconds after a deadline at which its alarm rings: a loop may ring one a little early."""


class _CancelledError(Exception):
    """The call was cancelled, in any thread."""


class AsyncExchange:
    """One exchange: `piece` until it gives `b""`, and in any case `end`."""

    __slots__ = (
        "_alarm",
        "_body",
        "_cancelled",
        "_connecting",
        "_connection",
        "_course",
        "_forget",
        "_is_read",
        "_loop",
        "_pieces",
        "_pool",
        "_request",
        "_way",
    )

    def __init__(self, request: "HTTPRequest") -> None:
        self._request = request
        self._course = ExchangeProgress()
        self._loop = asyncio.get_running_loop()
        self._connection: Connection | None = None
        self._connecting: asyncio.Task[Connection] | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._pool: LoopPool | None = None
        self._way: ConnectionKey | None = None
        self._cancelled = False
        scope = current_scope()
        self._forget = None if scope is None else scope.add(self._cancel)
        self._body: BodyDecoder | None = None
        self._pieces: Iterator[bytes] = iter(())
        self._is_read = False

    async def read_chunk(self) -> bytes:
        """Return the next piece of the body, `b""` at its end; the first time the request is sent.

        Raises:
            G4FLiteError: as `astream` does.
        """
        if self._cancelled:
            raise self._failure(_CancelledError())
        if self._connection is None:
            await self._send_request()
        elif self._is_read and await self._is_over():
            return b""
        if self._body is None:
            self._is_read = True
            return await self._read()
        return await self._unpacked(self._body)

    async def _unpacked(self, body: BodyDecoder) -> bytes:
        """Return the next piece that the body makes of the wire's bytes."""
        while True:
            for piece in self._pieces:
                if len(piece) >= _LARGE:  # a small packed body can be a very large one
                    await self._pause()
                return piece
            if self._is_read and await self._is_over():
                return b""
            data = await self._read()
            if not data:
                body.close()
                return b""
            self._is_read, self._pieces = True, body.feed(data)

    async def _is_over(self) -> bool:
        """Whether nothing matters any more of what may follow what was read."""
        self._is_read = False
        is_over = self._request.is_over
        if is_over is None or not is_over():
            return False
        await self._drain()
        return True

    async def _send_request(self) -> None:
        """Send the request and wait for the head of a successful response."""
        request = self._request
        if request.deadline is not None:
            if _errors.has_passed(request.deadline):
                raise self._failure(asyncio.TimeoutError())
            left = request.deadline - time.monotonic()
            self._alarm = self._loop.call_later(left + _BEHIND, self._abort, asyncio.TimeoutError())
        self._way, head, body = wire_request(request)
        self._pool = await pool_of_loop(self._loop)
        connection = self._pool.take(self._way)
        if connection is None or not await self._exchange_head(connection, head, body):
            connection = await self._connect(self._way)
            await self._exchange_head(connection, head, body)
        response = connection.response
        headers = Headers(response.headers, response.status)
        if "transfer-encoding" in headers and "content-length" in headers:
            response.keeps = False  # who reads the other of the two sees another end (RFC 9112, section 6.3)
        if not 200 <= response.status < 300:  # noqa: PLR2004 - RFC 9110, section 15.3
            raise status_error(request, response.status, headers, await self._error_body(headers))
        if request.on_headers is not None:
            request.on_headers(headers)
        self._body = make_body_decoder(request.url, headers, request.max_body)

    async def _exchange_head(self, connection: Connection, head: bytes, body: bytes) -> bool:
        """Send the request and wait for the head of its response.

        False: the connection was kept, and was gone before a byte of the response came. Who closes one that
        nobody used has not taken what came after, and has nothing to say to it; the request goes out again.
        """
        self._connection = connection
        self._course.sent = True
        is_large = len(body) > _LARGE
        read = check_timeout(self._request.timeout)[1]
        connection.begin(head if is_large else head + body, read, bodyless=self._request.method == "HEAD")
        if is_large:
            await connection.upload(memoryview(body), _LARGE)
        while not connection.is_settled:
            await connection.wait()
        failure = connection.failure
        if failure is None or connection.response.status:
            return True
        is_lost = isinstance(failure, (ConnectionError, EOFError)) and not connection.response.has_begun
        if connection.used and is_lost and not self._cancelled:
            self._course.sent = False
            connection.finish()
            return False
        raise self._failure(failure)

    async def _connect(self, way: ConnectionKey) -> Connection:
        """Return a new connection."""
        self._connection = None
        seconds, _ = check_timeout(self._request.timeout)
        task = self._connecting = self._loop.create_task(connect(way))
        is_due = False
        try:
            await asyncio.wait({task}, timeout=seconds)
            # It may be there and be wanted no more: what ended the exchange found nothing to cancel then.
            is_ended = self._cancelled or _errors.has_passed(self._request.deadline)
            is_due = task.done() and not (task.cancelled() or is_ended)
        finally:
            self._connecting = None
            if not is_due:
                abandon(task)
        if not is_due:
            failure = self._failure(asyncio.TimeoutError())
        elif (error := task.exception()) is None:
            connection = task.result()
            if self._pool is not None:
                self._pool.opened.add(connection)
            return connection
        elif isinstance(error, (OSError, ProxyError, G4FLiteError, asyncio.TimeoutError)):
            failure = self._failure(error)
        else:
            raise error
        raise failure

    async def _read(self) -> bytes:
        """Return more of what came over the wire, unchunked; `b""` at its end."""
        connection = self._connection
        assert connection is not None  # noqa: S101 - it has taken off
        while True:
            data = connection.take()
            if data:
                return data
            if connection.failure is not None:
                raise self._failure(connection.failure)
            if connection.response.is_complete:
                return b""
            await connection.wait()

    async def _pause(self) -> None:
        """Let others run; raises if the exchange was ended meanwhile, by a cancel or at its deadline."""
        await asyncio.sleep(0)
        if self._cancelled or _errors.has_passed(self._request.deadline):
            raise self._failure(asyncio.TimeoutError())

    async def _drain(self) -> None:
        """Read what is left, which is mostly the end's own mark, so that the connection can be used again."""
        connection = self._connection
        if connection is None or connection.response.is_complete:
            return
        ends = time.monotonic() + DRAIN_SECONDS
        # Not `asyncio.wait_for`, which before Python 3.12 loses a cancel that comes together with the end.
        over = self._loop.call_later(DRAIN_SECONDS, self._abort, asyncio.TimeoutError())
        try:
            while await self._read() and time.monotonic() < ends:  # what is there is read without waiting
                pass
        except G4FLiteError:  # the answer is whole without it
            pass
        finally:
            over.cancel()

    async def _error_body(self, headers: Headers) -> bytes:
        """Return the beginning of an error's body, as much of it as can be had."""
        found = bytearray()
        over = self._loop.call_later(ERROR_BODY_SECONDS, self._abort, asyncio.TimeoutError())
        try:
            body = make_body_decoder(self._request.url, headers, MAX_ERROR_BODY)
            assert body is not None  # noqa: S101 - there is a limit
            while len(found) < MAX_ERROR_BODY and (data := await self._read()):
                for piece in body.feed(data):
                    found += piece
        except Exception:  # the status is what matters, and it is known
            pass
        finally:
            over.cancel()
        return bytes(found)

    def _failure(self, error: Exception) -> G4FLiteError:
        course, connection = self._course, self._connection
        if self._cancelled:
            return _errors.cancelled_error(is_sent=course.sent)
        if connection is not None:
            response = connection.response
            course.answered, course.has_head = response.has_begun, response.status != 0
        return translate(self._request, course, error)

    # --- ending ------------------------------------------------------------------------------

    def release(self) -> None:
        """Close the connection, unless the answer was read to its end and it is kept."""
        if self._forget is not None:
            self._forget()
        if self._alarm is not None:
            self._alarm.cancel()
        connection, self._connection = self._connection, None
        if connection is not None and self._pool is not None and self._way is not None:
            self._pool.give(self._way, connection)

    def release_threadsafe(self) -> None:
        """Do the same from any thread, as of an object that is collected."""
        with contextlib.suppress(RuntimeError):  # the loop is closed, and its connections with it
            self._loop.call_soon_threadsafe(self.release)

    def _cancel(self) -> None:
        """Take the cancel of the call, in any thread."""
        self._cancelled = True
        with contextlib.suppress(RuntimeError):  # the loop is closed, and nobody waits
            self._loop.call_soon_threadsafe(self._abort, _CancelledError())

    def _abort(self, error: Exception) -> None:
        """End the exchange, in the loop's thread, and wake who waits for it."""
        if self._connecting is not None:
            self._connecting.cancel()
        elif self._connection is not None:
            self._connection.fail(error)
