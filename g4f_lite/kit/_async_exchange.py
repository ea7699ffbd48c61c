"""The asynchronous exchange, on `aiohttp`."""

import asyncio
import contextlib
import sys
import time
from typing import TYPE_CHECKING, Any

import aiohttp

from g4f_lite.cancellation import current_scope
from g4f_lite.errors import G4FLiteError
from g4f_lite.kit import _words
from g4f_lite.kit._async_failures import FOREIGN, translate
from g4f_lite.kit._async_pool import Course, current_course, session_of_loop
from g4f_lite.kit._async_request import Upload, request_options
from g4f_lite.kit._body import Body, body_of
from g4f_lite.kit._checks import check_timeout
from g4f_lite.kit._statuses import ERROR_BODY, ERROR_SECONDS, LINGER, Headers, status_error

if TYPE_CHECKING:
    from g4f_lite.kit.http import HTTPRequest

__all__ = ["Flight"]


class Flight:
    """One exchange: `take_off`, `read` until it gives `b""`, and in any case `end`.

    Attributes:
        body: what makes the body of what `read` gives, None if that is the body as it comes.
    """

    __slots__ = (
        "_cancelled",
        "_checking",
        "_course",
        "_forget",
        "_loop",
        "_request",
        "_response",
        "_sender",
        "_woken",
        "body",
    )

    def __init__(self, request: "HTTPRequest") -> None:
        self._request = request
        self._course = Course()
        self._response: Any = None
        self._sender: asyncio.Task[Any] | None = None
        self._checking: asyncio.TimerHandle | None = None
        self._cancelled = self._woken = False
        self._loop = asyncio.get_running_loop()
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
        if request.deadline is not None and _words.has_passed(request.deadline):
            raise self._failure(asyncio.TimeoutError())
        response = self._response = await self._send()
        self._course.answered = True
        headers = Headers(response.headers.items())
        if not 200 <= response.status < 300:  # noqa: PLR2004 - RFC 9110, section 15.3
            raise status_error(request, response.status, headers, await self._error_body(headers))
        if request.on_headers is not None:
            request.on_headers(headers)
        self.body = body_of(request.url, headers, request.max_body)

    async def _send(self) -> aiohttp.ClientResponse:
        options = request_options(self._request)
        session = await session_of_loop()
        self._sender = asyncio.current_task()
        upload = options["data"]
        if isinstance(upload, Upload):
            self._check(upload, check_timeout(self._request.timeout)[1])
        token = current_course.set(self._course)
        try:
            return await session.request(**options)
        except asyncio.CancelledError:
            if not self._takes_back():
                raise
            failure = self._failure(asyncio.TimeoutError())
        except FOREIGN as error:
            failure = self._failure(error)
        finally:
            self._sender = None
            if self._checking is not None:
                self._checking.cancel()
            current_course.reset(token)
        raise failure

    async def read(self) -> bytes:
        """Return more of what came over the wire, unchunked; `b""` at its end."""
        content = self._response.content
        try:
            data: bytes = await content.readany()
            return data
        except FOREIGN as error:
            rest = b"" if self._cancelled else _rest(content)
            if rest:  # the same error comes again with the next read
                return rest
            failure = self._failure(error)
        raise failure

    async def pause(self) -> None:
        """Let others run; raises if the exchange was ended meanwhile, by a cancel or at its deadline."""
        await asyncio.sleep(0)
        if self._cancelled or _words.has_passed(self._request.deadline):
            raise self._failure(asyncio.TimeoutError())

    async def drain(self) -> None:
        """Read what is left, which is mostly the end's own mark, so that the connection can be used again."""
        with contextlib.suppress(asyncio.TimeoutError, G4FLiteError):  # the answer is whole without it
            await asyncio.wait_for(self._read_on(), LINGER)

    async def _read_on(self) -> None:
        ends = time.monotonic() + LINGER
        while await self.read() and time.monotonic() < ends:  # what is there is read without waiting
            pass

    async def _error_body(self, headers: Headers) -> bytes:
        """Return the beginning of an error's body, as much of it as can be had."""
        found = bytearray()
        over = self._loop.call_later(ERROR_SECONDS, self._response.close)  # which wakes who reads
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
        if self._cancelled:
            return _words.cancelled(sent=self._course.sent)
        return translate(self._request, self._course, error)

    # --- ending ------------------------------------------------------------------------------

    def end(self) -> None:
        """Close the connection, unless the answer was read to its end and it is kept."""
        if self._forget is not None:
            self._forget()
        if self._response is not None:
            self._response.close()

    def _cancel(self) -> None:
        """Take the cancel of the call, in any thread."""
        self._cancelled = True
        with contextlib.suppress(RuntimeError):  # the loop is closed, and nobody waits
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        """End the exchange, in the loop's thread."""
        if self._sender is not None:
            # There is nothing yet that could be closed; nothing but a cancel wakes who waits for it.
            if not _is_being_cancelled(self._sender):
                self._woken = self._sender.cancel()
        elif self._response is not None:
            self._response.close()  # which wakes who reads

    def _check(self, upload: Upload, patience: float) -> None:
        """Look now and then whether the service takes the request: aiohttp's timeouts begin after that."""
        rest = upload.moved + patience - time.monotonic() if self._course.sent else patience
        if rest > 0:
            self._checking = self._loop.call_later(rest, self._check, upload, patience)
        else:
            self._wake()

    def _takes_back(self) -> bool:
        """Take our own cancel of the running task back; return False if it was cancelled by others."""
        task = asyncio.current_task()
        if not self._woken or task is None:
            return False
        self._woken = False
        if sys.version_info >= (3, 11):
            return task.uncancel() == 0
        else:  # noqa: RET505 - mypy reads it so; before 3.11 a second cancel cannot be told apart
            return True


def _is_being_cancelled(task: "asyncio.Task[Any]") -> bool:
    return sys.version_info >= (3, 11) and task.cancelling() > 0


def _rest(content: Any) -> bytes:
    """Return what came before the connection broke: aiohttp has it, and would raise at once."""
    take = getattr(content, "_read_nowait", None)
    try:
        return b"" if take is None else bytes(take(-1))
    except asyncio.TimeoutError:  # of the deadline, behind which nothing counts
        return b""
