"""The asynchronous exchange, on connections of the event loop."""

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

from g4f_lite.cancellation import current_scope
from g4f_lite.errors import G4FLiteError
from g4f_lite.kit import _words
from g4f_lite.kit._async_failures import translate
from g4f_lite.kit._async_pool import LoopPool, pool_of_loop
from g4f_lite.kit._async_request import Way, wire_request
from g4f_lite.kit._body import Body, body_of
from g4f_lite.kit._checks import check_timeout
from g4f_lite.kit._connecting import ProxyError, connect
from g4f_lite.kit._connection import Connection
from g4f_lite.kit._statuses import ERROR_BODY, ERROR_SECONDS, LINGER, Headers, status_error

if TYPE_CHECKING:
    from g4f_lite.kit.http import HTTPRequest

__all__ = ["Course", "Flight"]

_LARGE = 65536
"""Bytes of a request's body above which it is written in parts, between which others may run."""


_BEHIND = 0.001
"""Seconds after a deadline at which its alarm rings: a loop may ring one a little early."""


class Course:
    """How far an exchange has come.

    Attributes:
        began: `time.monotonic` when it began.
        sent: whether a byte of the request may have gone out.
        answered: whether a byte of the response has come; `has_head`: whether its whole head has.
    """

    __slots__ = ("answered", "began", "has_head", "sent")

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.sent = self.answered = self.has_head = False


class _CancelledError(Exception):
    """The call was cancelled, in any thread."""


class Flight:
    """One exchange: `take_off`, `read` until it gives `b""`, and in any case `end`.

    Attributes:
        body: what makes the body of what `read` gives, None if that is the body as it comes.
    """

    __slots__ = (
        "_alarm",
        "_cancelled",
        "_connecting",
        "_connection",
        "_course",
        "_forget",
        "_loop",
        "_pool",
        "_request",
        "_way",
        "body",
    )

    def __init__(self, request: "HTTPRequest") -> None:
        self._request = request
        self._course = Course()
        self._loop = asyncio.get_running_loop()
        self._connection: Connection | None = None
        self._connecting: asyncio.Task[Connection] | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._pool: LoopPool | None = None
        self._way: Way | None = None
        self._cancelled = False
        scope = current_scope()
        self._forget = None if scope is None else scope.add(self._cancel)
        self.body: Body | None = None

    async def take_off(self) -> None:
        """Send the request and wait for the head of a successful response.

        Raises:
            G4FLiteError: it cannot be sent, or the response is no success.
        """
        request = self._request
        if self._cancelled:
            raise _words.cancelled(sent=False)
        if request.deadline is not None:
            if _words.has_passed(request.deadline):
                raise self._failure(asyncio.TimeoutError())
            left = request.deadline - time.monotonic()
            self._alarm = self._loop.call_later(left + _BEHIND, self._end_early, asyncio.TimeoutError())
        self._way, head, body = wire_request(request)
        self._pool = await pool_of_loop(self._loop)
        connection = self._pool.take(self._way)
        if connection is None or not await self._is_answered(connection, head, body):
            connection = await self._connected(self._way)
            await self._is_answered(connection, head, body)
        headers = Headers(connection.headers, connection.status)
        if not 200 <= connection.status < 300:  # noqa: PLR2004 - RFC 9110, section 15.3
            raise status_error(request, connection.status, headers, await self._error_body(headers))
        if request.on_headers is not None:
            request.on_headers(headers)
        self.body = body_of(request.url, headers, request.max_body)

    async def _is_answered(self, connection: Connection, head: bytes, body: bytes) -> bool:
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
        while not connection.status and connection.failure is None:
            await connection.wait()
        failure = connection.failure
        if failure is None or connection.status:
            return True
        if connection.used and not connection.answered and isinstance(failure, (ConnectionError, EOFError)):
            self._course.sent = False
            connection.finish()
            return False
        raise self._failure(failure)

    async def _connected(self, way: Way) -> Connection:
        """Return a new connection."""
        self._connection = None
        seconds, _ = check_timeout(self._request.timeout)
        task = self._connecting = self._loop.create_task(connect(way))
        try:
            await asyncio.wait({task}, timeout=seconds)
        finally:
            self._connecting = None
            if not task.done():
                task.cancel()
                task.add_done_callback(_drop)
        if not task.done() or task.cancelled():
            failure = self._failure(asyncio.TimeoutError())
        elif (error := task.exception()) is None:
            return task.result()
        elif isinstance(error, (OSError, ProxyError, G4FLiteError, asyncio.TimeoutError)):
            failure = self._failure(error)
        else:
            raise error
        raise failure

    async def read(self) -> bytes:
        """Return more of what came over the wire, unchunked; `b""` at its end."""
        connection = self._connection
        assert connection is not None  # noqa: S101 - it has taken off
        while True:
            data = connection.take()
            if data:
                return data
            if connection.failure is not None:
                raise self._failure(connection.failure)
            if connection.complete:
                return b""
            await connection.wait()

    async def pause(self) -> None:
        """Let others run; raises if the exchange was ended meanwhile, by a cancel or at its deadline."""
        await asyncio.sleep(0)
        if self._cancelled or _words.has_passed(self._request.deadline):
            raise self._failure(asyncio.TimeoutError())

    async def drain(self) -> None:
        """Read what is left, which is mostly the end's own mark, so that the connection can be used again."""
        connection = self._connection
        if connection is None or connection.complete:
            return
        with contextlib.suppress(asyncio.TimeoutError, G4FLiteError):  # the answer is whole without it
            await asyncio.wait_for(self._read_on(), LINGER)

    async def _read_on(self) -> None:
        ends = time.monotonic() + LINGER
        while await self.read() and time.monotonic() < ends:  # what is there is read without waiting
            pass

    async def _error_body(self, headers: Headers) -> bytes:
        """Return the beginning of an error's body, as much of it as can be had."""
        found = bytearray()
        over = self._loop.call_later(ERROR_SECONDS, self._end_early, asyncio.TimeoutError())
        try:
            body = body_of(self._request.url, headers, ERROR_BODY)
            assert body is not None  # noqa: S101 - there is a limit
            while len(found) < ERROR_BODY and (data := await self.read()):
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
            return _words.cancelled(sent=course.sent)
        if connection is not None:
            course.answered, course.has_head = connection.answered, connection.status != 0
        return translate(self._request, course, error)

    # --- ending ------------------------------------------------------------------------------

    def end(self) -> None:
        """Close the connection, unless the answer was read to its end and it is kept."""
        if self._forget is not None:
            self._forget()
        if self._alarm is not None:
            self._alarm.cancel()
        connection, self._connection = self._connection, None
        if connection is not None and self._pool is not None and self._way is not None:
            self._pool.give(self._way, connection)

    def _cancel(self) -> None:
        """Take the cancel of the call, in any thread."""
        self._cancelled = True
        with contextlib.suppress(RuntimeError):  # the loop is closed, and nobody waits
            self._loop.call_soon_threadsafe(self._end_early, _CancelledError())

    def _end_early(self, error: Exception) -> None:
        """End the exchange, in the loop's thread, and wake who waits for it."""
        if self._connecting is not None:
            self._connecting.cancel()
        elif self._connection is not None:
            self._connection.fail(error)


def _drop(task: "asyncio.Task[Connection]") -> None:
    """Close a connection that came about when nobody waited for it any more."""
    if not task.cancelled() and task.exception() is None:
        task.result().abort()
