"""One HTTP/1.1 connection of an event loop: its exchanges, one at a time, and its read timeout.

Connections and TLS are asyncio's.
"""

import asyncio
from collections.abc import Awaitable
from time import monotonic
from typing import Any

from g4f_lite.kit.http._async.response_parser import NotHTTPError, ResponseParser
from g4f_lite.kit.http._async.waiter import Waiter

__all__ = ["Connection"]

_MAX_UNREAD = 256 * 1024
"""Bytes that are received and not yet read, above which the connection stops receiving."""

_FIRST_REFUSAL = 300
"""The lowest status that is not a success."""


class Connection(asyncio.Protocol):
    """One connection, which carries one exchange at a time.

    Attributes:
        transport: asyncio's transport, or None after the connection is lost.
        response: The parser of the response; it holds what is received and not yet read.
        failure: The reason why no more bytes come, or None.
        is_reused: Whether the connection has carried an exchange before.
        idle_since: `time.monotonic` at the end of the last exchange.
    """

    __slots__ = (
        *("_has_sent_request", "_is_in_exchange", "_is_receiving", "_is_writable"),
        *("_last_progress", "_loop", "_read_timeout", "_timer", "_timer_at", "_waiter"),
        *("__weakref__", "failure", "idle_since", "is_reused", "response", "transport"),
    )

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiter = Waiter(self._loop)
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = self._read_timeout = self._last_progress = 0.0
        self._has_sent_request = self.is_reused = False
        # A service may answer before the first request, to refuse it: these bytes belong to the exchange.
        self._is_in_exchange = self._is_receiving = self._is_writable = True
        self.transport: Any = None
        self.response = ResponseParser()
        self.failure: Exception | None = None
        self.idle_since = 0.0

    # --- one exchange ------------------------------------------------------------------------

    def start_exchange(self, head: bytes, read_timeout: float, *, is_bodyless: bool = False) -> None:
        """Send a request, or its beginning.

        Nothing is sent if the service has spoken first, since that is its answer, or if the connection is lost.

        Args:
            head: The bytes to send.
            read_timeout: The exchange fails after so many seconds without progress.
            is_bodyless: Whether the response has no body whatever its headers say.
        """
        response = self.response
        if self.is_reused:
            response.reset()
        response.is_bodyless = is_bodyless
        self._is_in_exchange = True
        self._has_sent_request = False
        if self.transport is not None and not response.has_begun:
            self.transport.write(head)
            self._has_sent_request = True
        self._start_timer(read_timeout)

    async def upload(self, body: memoryview, size: int) -> None:
        """Send the rest of a large request in parts of `size`, at the speed of the service.

        Returns early if the service refuses the request before its end, or if the connection breaks.
        """
        if not self._has_sent_request:
            return
        self._has_sent_request = False
        for start in range(0, len(body), size):
            while not (self._is_writable or self._is_refused):
                await self.wait()
            if self._is_refused:
                return
            self.transport.write(body[start : start + size])
        self._has_sent_request = True

    @property
    def has_head(self) -> bool:
        """Whether the head of the response is received, or the exchange has failed."""
        return self.response.status != 0 or self.failure is not None

    @property
    def _is_refused(self) -> bool:
        """Whether the service does not read the rest of the request; a success may begin before its end."""
        return self.response.status >= _FIRST_REFUSAL or self.failure is not None

    def wait(self) -> Awaitable[None]:
        """Return what to await for the next event: bytes, the end, a failure, room to write."""
        self._last_progress = monotonic()
        return self._waiter

    def read(self) -> bytes:
        """Return the bytes of the body that are received and not yet read; `b""` if there are none."""
        data = self.response.read()
        if not self._is_receiving:
            self._is_receiving = True
            if self.transport is not None:
                self.transport.resume_reading()
        return data

    def end_exchange(self) -> bool:
        """End the exchange; return whether the connection can carry another, and close it if not."""
        self.is_reused = True
        self._is_in_exchange = False
        response = self.response
        if (
            response.is_complete
            and response.keep_alive
            and self._has_sent_request
            and self._is_writable
            and not self.is_closing
        ):
            self.idle_since = monotonic()
            return True
        self.abort()
        return False

    def close_after(self, seconds: float) -> None:
        """Close the connection if it is not used for so many seconds."""
        self._start_timer(seconds)

    def fail(self, error: Exception) -> None:
        """End the exchange with `error`: drop what is not yet read, and wake the reader."""
        self.response.read()
        if self.failure is None:
            self.failure = error
        self.abort()

    def abort(self) -> None:
        """Close the connection at once."""
        if not (self.transport is None or self._loop.is_closed()):
            self.transport.abort()
        self._stop_timer()
        self._waiter.wake()

    @property
    def is_closing(self) -> bool:
        """Whether the connection is closed, or about to be."""
        return self.transport is None or self.transport.is_closing()

    # --- callbacks of asyncio ----------------------------------------------------------------

    def connection_made(self, transport: Any) -> None:
        """Take the transport."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Parse `data` and run the reader; bytes outside of an exchange end the connection."""
        if not self._is_in_exchange:
            self.abort()
            return
        response = self.response
        try:
            response.feed(data)
        except NotHTTPError as error:
            self.failure = error
            self.abort()
        if response.unread > _MAX_UNREAD and self._is_receiving and not response.is_complete:
            self._is_receiving = False
            self.transport.pause_reading()
        self._waiter.wake_now()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note the end of the connection, which may be the end of the response too."""
        self.transport = None
        if exc is not None and not self.response.is_complete:
            self.failure = self.failure or exc
        if not self.response.close():
            self.failure = self.failure or EOFError()
        self._stop_timer()
        self._waiter.wake()

    def pause_writing(self) -> None:
        """Note that the service takes no more bytes at the moment."""
        self._is_writable = False

    def resume_writing(self) -> None:
        """Note that the service takes bytes again."""
        self._is_writable = True
        self._waiter.wake()

    # --- the read timeout --------------------------------------------------------------------

    # One timer for each connection, not one for each read: a reader that waits again only moves
    # `_last_progress`, and the timer compares when it fires. `time.monotonic` is called directly, since
    # `loop.time` is a function in Python.

    def _start_timer(self, seconds: float) -> None:
        """Count `seconds` from now. A timer that fires early enough stays: it starts itself again."""
        self._read_timeout = seconds
        self._last_progress = now = monotonic()
        if self._timer is not None and self._timer_at > now + seconds:
            self._stop_timer()
        if self._timer is None:
            self._schedule_timer(now + seconds, seconds)

    def _schedule_timer(self, moment: float, seconds: float) -> None:
        self._timer_at = moment
        self._timer = self._loop.call_later(seconds, self._check_timeout)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _check_timeout(self) -> None:
        now = monotonic()
        if self._is_in_exchange and not self._waiter.has_task:
            self._last_progress = now  # The bytes wait for their reader, not the reader for bytes.
        ends = self._last_progress + self._read_timeout
        if ends > now:
            self._schedule_timer(ends, ends - now)
            return
        self._timer = None
        if self._is_in_exchange:
            self.fail(asyncio.TimeoutError())
        else:
            self.abort()
