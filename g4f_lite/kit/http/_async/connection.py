"""One HTTP/1.1 connection of an event loop: which bytes belong to which exchange, and how long nothing may move.

Connections and TLS are asyncio's.
"""

import asyncio
from typing import Any

from g4f_lite.kit.http._async.response_parser import NotHTTPError, Response

__all__ = ["Connection"]

_MUCH = 256 * 1024
"""Bytes that came and were not asked for yet, above which the service has to wait."""

_FIRST_REFUSAL = 300
"""The first of the statuses that are no success."""


class Connection(asyncio.Protocol):
    """One connection, which carries one exchange at a time.

    Attributes:
        transport: asyncio's end of it, None when it is gone.
        response: what has come of the exchange's response.
        failure: why nothing more comes, None while something may.
        used: whether it has carried an exchange before.
        idle_since: the loop's time when the last exchange ended.
    """

    __slots__ = (
        *("_is_reading", "_is_running", "_is_sent", "_is_writable", "_loop"),
        *("_patience", "_since", "_timer", "_waiter"),
        *("__weakref__", "failure", "idle_since", "response", "transport", "used"),
    )

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiter: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._patience = self._since = 0.0
        self._is_sent = self.used = False
        # What comes before the first request is an answer too: of a service that refuses to be asked.
        self._is_running = self._is_reading = self._is_writable = True
        self.transport: Any = None
        self.response = Response()
        self.failure: Exception | None = None
        self.idle_since = 0.0

    # --- one exchange ------------------------------------------------------------------------

    def begin(self, head: bytes, patience: float, *, bodyless: bool = False) -> None:
        """Send a request, or its beginning; `patience` is for how many seconds nothing may move.

        It is not sent where the service has spoken first, which would answer it besides, or is gone.
        """
        response = self.response
        if self.used:
            response.expect()
        response.bodyless = bodyless
        self._is_running = True
        self._is_sent = False
        if self.transport is not None and not response.has_begun:
            self.transport.write(head)
            self._is_sent = True
        self._wait_at_most(patience)

    async def upload(self, parts: memoryview, size: int) -> None:
        """Send the rest of a large request in parts of `size`, as the service takes them.

        It ends early where the service refuses the request before, or the connection breaks.
        """
        if not self._is_sent:
            return
        self._is_sent = False
        for start in range(0, len(parts), size):
            while not (self._is_writable or self._is_refused):
                await self.wait()
            if self._is_refused:
                return
            self.transport.write(parts[start : start + size])
        self._is_sent = True

    @property
    def is_settled(self) -> bool:
        """Whether it is known what the exchange comes to: the head of a response, or a failure."""
        return self.response.status != 0 or self.failure is not None

    @property
    def _is_refused(self) -> bool:
        """Whether nobody takes the rest of the request; a success may begin before its end."""
        return self.response.status >= _FIRST_REFUSAL or self.failure is not None

    async def wait(self) -> None:
        """Wait until something has happened: bytes, the end, a failure."""
        self._since = self._loop.time()
        self._waiter = waiter = self._loop.create_future()
        try:
            await waiter
        finally:
            self._waiter = None

    def take(self) -> bytes:
        """Return what has come of the body and was not taken yet."""
        data = self.response.take()
        if not self._is_reading:
            self._is_reading = True
            if self.transport is not None:
                self.transport.resume_reading()
        return data

    def finish(self) -> bool:
        """End the exchange; return whether the connection can carry another, and close it if not."""
        self.used = True
        self._is_running = False
        response = self.response
        if (
            response.is_complete
            and response.keeps
            and self._is_sent
            and self._is_writable
            and not self.is_gone
        ):
            self.idle_since = self._loop.time()
            return True
        self.abort()
        return False

    def keep(self, seconds: float) -> None:
        """Close it when it was not used for so long."""
        self._wait_at_most(seconds)

    def fail(self, error: Exception) -> None:
        """End the exchange from outside: what has come counts no more, and who waits is woken."""
        self.response.take()
        if self.failure is None:
            self.failure = error
        self.abort()

    def abort(self) -> None:
        """Close the connection at once."""
        if not (self.transport is None or self._loop.is_closed()):
            self.transport.abort()
        self._end_timer()
        self._wake()

    @property
    def is_gone(self) -> bool:
        """Whether it is closed, or about to be."""
        return self.transport is None or self.transport.is_closing()

    # --- what asyncio says -------------------------------------------------------------------

    def connection_made(self, transport: Any) -> None:
        """Take the transport."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Take what has come; where nobody asked for it, that is the connection's end."""
        if not self._is_running:
            self.abort()
            return
        self._since = self._loop.time()
        response = self.response
        try:
            response.feed(data)
        except NotHTTPError as error:
            self.failure = error
            self.abort()
        if response.held > _MUCH and self._is_reading and not response.is_complete:
            self._is_reading = False
            self.transport.pause_reading()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Take the end of the connection."""
        self.transport = None
        if exc is not None and not self.response.is_complete:
            self.failure = self.failure or exc
        if not self.response.close():
            self.failure = self.failure or EOFError()
        self._end_timer()
        self._wake()

    def pause_writing(self) -> None:
        """The service takes no more at the moment."""
        self._is_writable = False

    def resume_writing(self) -> None:
        """It does again."""
        self._is_writable = True
        self._wake()

    def _wake(self) -> None:
        waiter = self._waiter
        if waiter is not None:
            self._waiter = None
            if not waiter.done():
                waiter.set_result(None)

    # --- how long nothing may move -----------------------------------------------------------

    def _wait_at_most(self, seconds: float) -> None:
        """Begin to count anew. The timer of before stays where it would not ring too late: it looks again."""
        self._patience = seconds
        self._since = now = self._loop.time()
        if self._timer is not None and self._timer.when() > now + seconds:
            self._end_timer()
        if self._timer is None:
            self._timer = self._loop.call_at(now + seconds, self._ring)

    def _end_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ring(self) -> None:
        now = self._loop.time()
        if self._is_running and self._waiter is None:
            self._since = now  # what has come waits for its reader, not the reader for it
        ends = self._since + self._patience
        if ends > now:
            self._timer = self._loop.call_at(ends, self._ring)
            return
        self._timer = None
        if self._is_running:
            self.fail(asyncio.TimeoutError())
        else:
            self.abort()
