"""One asynchronous HTTP/1.1 exchange: its request, its response, and its end on every path."""

import asyncio
import contextlib
import time
from collections.abc import Coroutine, Iterator
from typing import TYPE_CHECKING, Any

from g4f_lite.cancellation import current_scope
from g4f_lite.errors import G4FLiteError
from g4f_lite.kit.http import _errors
from g4f_lite.kit.http._async.connection import Connection
from g4f_lite.kit.http._async.connector import ProxyError, abort_connect, connect
from g4f_lite.kit.http._async.error_mapping import map_error
from g4f_lite.kit.http._async.pool import ConnectionPool, pool_of_loop
from g4f_lite.kit.http._async.progress import ExchangeProgress
from g4f_lite.kit.http._async.request_encoder import ConnectionKey, encode_request
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

__all__ = ["HTTP1Exchange"]


_LARGE = 65536
"""Bytes of a request's body above which it is written in parts, and of a chunk of the response's body,
between which other tasks may run."""


_AFTER_DEADLINE = 0.001
"""Seconds between a deadline and its timer: an event loop may fire a timer slightly too early."""


class _CancelledError(Exception):
    """The call was cancelled, in any thread."""


class HTTP1Exchange:
    """An `AsyncExchange` over HTTP/1.1."""

    __slots__ = (
        "_body",
        "_chunks",
        "_connecting",
        "_connection",
        "_deadline_timer",
        "_has_read",
        "_is_cancelled",
        "_is_over",
        "_key",
        "_loop",
        "_pool",
        "_progress",
        "_remove_from_scope",
        "_request",
    )

    def __init__(self, request: "HTTPRequest") -> None:
        self._request = request
        self._is_over = request.is_over
        self._progress = ExchangeProgress()
        self._loop = asyncio.get_running_loop()
        self._connection: Connection | None = None
        self._connecting: asyncio.Task[Connection] | None = None
        self._deadline_timer: asyncio.TimerHandle | None = None
        self._pool: ConnectionPool | None = None
        self._key: ConnectionKey | None = None
        self._is_cancelled = False
        scope = current_scope()
        self._remove_from_scope = None if scope is None else scope.add(self._cancel)
        self._body: BodyDecoder | None = None
        self._chunks: Iterator[bytes] = iter(())
        self._has_read = False

    def read_chunk(self) -> Coroutine[Any, Any, bytes]:
        """Return the next bytes of the body, `b""` at its end; the first call sends the request.

        Raises:
            G4FLiteError: as `astream` does.
        """
        connection = self._connection
        if connection is None or self._body is not None or self._is_cancelled:
            return self._read_any_chunk()
        # The path of a streamed event, on which each coroutine more costs about a microsecond.
        if self._has_read and self._is_over is not None and self._is_over():
            return self._drain(connection)
        self._has_read = True
        return self._read_wire(connection)

    async def _read_any_chunk(self) -> bytes:
        """Do what `read_chunk` does, also where the request is not sent, or the body is encoded."""
        if self._is_cancelled:
            raise self._error(_CancelledError())
        connection = self._connection or await self._send_request()
        if self._body is not None:
            return await self._read_decoded(connection, self._body)
        self._has_read = True
        return await self._read_wire(connection)

    async def _read_decoded(self, connection: Connection, body: BodyDecoder) -> bytes:
        """Return the next chunk that `body` decodes from the bytes of the wire, `b""` at the end."""
        while True:
            for chunk in self._chunks:
                if len(chunk) >= _LARGE:  # A small compressed body can be a very large one.
                    await self._yield_to_loop()
                return chunk
            if self._has_read:
                self._has_read = False
                if self._is_over is not None and self._is_over():
                    return await self._drain(connection)
            data = await self._read_wire(connection)
            if not data:
                body.close()
                return b""
            self._has_read, self._chunks = True, body.feed(data)

    async def _read_wire(self, connection: Connection) -> bytes:
        """Return the next bytes of the body as they came, without the framing of chunks; `b""` at the end."""
        while True:
            data = connection.read()
            if data:
                return data
            if connection.failure is not None:
                raise self._error(connection.failure)
            if connection.response.is_complete:
                return b""
            await connection.wait()

    async def _send_request(self) -> Connection:
        """Send the request, wait for the head of a successful response, and return the connection."""
        request = self._request
        if request.deadline is not None:
            if _errors.has_passed(request.deadline):
                raise self._error(asyncio.TimeoutError())
            left = request.deadline - time.monotonic()
            self._deadline_timer = self._loop.call_later(
                left + _AFTER_DEADLINE, self._abort, asyncio.TimeoutError()
            )
        self._key, head, body = encode_request(request)
        self._pool = await pool_of_loop(self._loop)
        connection = self._pool.acquire(self._key)
        if connection is None or not await self._exchange_head(connection, head, body):
            connection = await self._connect(self._key)
            await self._exchange_head(connection, head, body)
        response = connection.response
        headers = Headers(response.headers, response.status)
        if "transfer-encoding" in headers and "content-length" in headers:
            # A proxy that reads the other of the two sees another end (RFC 9112, section 6.3).
            response.keep_alive = False
        if not 200 <= response.status < 300:  # noqa: PLR2004 - RFC 9110, section 15.3
            raise status_error(
                request, response.status, headers, await self._read_error_body(connection, headers)
            )
        if request.on_headers is not None:
            request.on_headers(headers)
        self._body = make_body_decoder(request.url, headers, request.max_body)
        return connection

    async def _exchange_head(self, connection: Connection, head: bytes, body: bytes) -> bool:
        """Send the request and wait for the head of its response.

        Return False if the connection was idle before, and is lost before a byte of the response. A service
        that closes an idle connection has not read the request, so the request may be sent again.
        """
        self._connection = connection
        self._progress.has_sent = True
        is_large = len(body) > _LARGE
        read_timeout = check_timeout(self._request.timeout)[1]
        connection.start_exchange(
            head if is_large else head + body, read_timeout, is_bodyless=self._request.method == "HEAD"
        )
        if is_large:
            await connection.upload(memoryview(body), _LARGE)
        while not connection.has_head:
            await connection.wait()
        failure = connection.failure
        if failure is None or connection.response.status:
            return True
        is_lost = isinstance(failure, (ConnectionError, EOFError)) and not connection.response.has_begun
        if connection.is_reused and is_lost and not self._is_cancelled:
            self._progress.has_sent = False
            connection.end_exchange()
            return False
        raise self._error(failure)

    async def _connect(self, key: ConnectionKey) -> Connection:
        """Return a new connection."""
        self._connection = None
        seconds, _ = check_timeout(self._request.timeout)
        task = self._connecting = self._loop.create_task(connect(key))
        is_usable = False
        try:
            await asyncio.wait({task}, timeout=seconds)
            # The exchange may have ended together with the connect, when there was nothing left to cancel.
            has_ended = self._is_cancelled or _errors.has_passed(self._request.deadline)
            is_usable = task.done() and not (task.cancelled() or has_ended)
        finally:
            self._connecting = None
            if not is_usable:
                abort_connect(task)
        if not is_usable:
            failure = self._error(asyncio.TimeoutError())
        elif (error := task.exception()) is None:
            connection = task.result()
            if self._pool is not None:
                self._pool.connections.add(connection)
            return connection
        elif isinstance(error, (OSError, ProxyError, G4FLiteError, asyncio.TimeoutError)):
            failure = self._error(error)
        else:
            raise error
        raise failure

    async def _yield_to_loop(self) -> None:
        """Let other tasks run; raise if the exchange ended meanwhile, by a cancel or at its deadline."""
        await asyncio.sleep(0)
        if self._is_cancelled or _errors.has_passed(self._request.deadline):
            raise self._error(asyncio.TimeoutError())

    async def _drain(self, connection: Connection) -> bytes:
        """Read the rest of the response, usually its last chunk, so that the connection can be reused.

        Return `b""`, the end of the body.
        """
        self._has_read = False
        if connection.response.is_complete:
            return b""
        ends = time.monotonic() + DRAIN_SECONDS
        # Not `asyncio.wait_for`, which before Python 3.12 loses a cancel that comes together with the end.
        timer = self._loop.call_later(DRAIN_SECONDS, self._abort, asyncio.TimeoutError())
        try:
            # Bytes that are received already are read without waiting, so the clock is checked as well.
            while await self._read_wire(connection) and time.monotonic() < ends:
                pass
        except G4FLiteError:  # The answer is complete without the rest.
            pass
        finally:
            timer.cancel()
        return b""

    async def _read_error_body(self, connection: Connection, headers: Headers) -> bytes:
        """Return the beginning of an error's body, or as much of it as comes in time."""
        beginning = bytearray()
        timer = self._loop.call_later(ERROR_BODY_SECONDS, self._abort, asyncio.TimeoutError())
        try:
            body = make_body_decoder(self._request.url, headers, MAX_ERROR_BODY)
            assert body is not None  # noqa: S101 - there is a limit
            while len(beginning) < MAX_ERROR_BODY and (data := await self._read_wire(connection)):
                for chunk in body.feed(data):
                    beginning += chunk
        except Exception:  # The status is known, and it is what the error is about.
            pass
        finally:
            timer.cancel()
        return bytes(beginning)

    def _error(self, error: Exception) -> G4FLiteError:
        """Return the error of g4f_lite for `error`, or for the cancel if the call is cancelled."""
        progress, connection = self._progress, self._connection
        if self._is_cancelled:
            return _errors.cancelled_error(is_sent=progress.has_sent)
        if connection is not None:
            response = connection.response
            progress.has_response, progress.has_head = response.has_begun, response.status != 0
        return map_error(self._request, progress, error)

    # --- ending ------------------------------------------------------------------------------

    def release(self) -> None:
        """Return the connection to the pool if the response is complete, and close it if not."""
        if self._remove_from_scope is not None:
            self._remove_from_scope()
        if self._deadline_timer is not None:
            self._deadline_timer.cancel()
        connection, self._connection = self._connection, None
        if connection is not None and self._pool is not None and self._key is not None:
            self._pool.release(self._key, connection)

    def release_threadsafe(self) -> None:
        """Do what `release` does, from any thread; the garbage collector may run in any."""
        with contextlib.suppress(RuntimeError):  # The loop is closed, and its connections with it.
            self._loop.call_soon_threadsafe(self.release)

    def _cancel(self) -> None:
        """End the exchange because the call is cancelled. Thread-safe."""
        self._is_cancelled = True
        with contextlib.suppress(RuntimeError):  # The loop is closed, and no task waits in it.
            self._loop.call_soon_threadsafe(self._abort, _CancelledError())

    def _abort(self, error: Exception) -> None:
        """End the exchange with `error` and wake its reader. Only in the loop's thread."""
        if self._connecting is not None:
            self._connecting.cancel()
        elif self._connection is not None:
            self._connection.fail(error)
