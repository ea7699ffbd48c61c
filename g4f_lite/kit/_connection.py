"""One HTTP/1.1 connection of an event loop: what is written, and what the answer's bytes mean.

Connections and TLS are asyncio's, the parsing is that of httptools, which is llhttp, Node's parser. What
stands here joins the two: which bytes belong to which exchange, whether the connection can carry another,
and how long nothing may move.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import httptools

__all__ = ["Connection", "NotHTTPError"]

_LONGEST_HEAD = 256 * 1024
"""Bytes of a response's head, with all its headers."""

_MUCH = 256 * 1024
"""Bytes that came and were not asked for yet, above which the service has to wait."""

_INTERIM = range(100, 200)
_SWITCHING_PROTOCOLS = 101


class NotHTTPError(Exception):
    """What came is no HTTP response; the text says why."""


class Connection(asyncio.Protocol):
    """One connection, which carries one exchange at a time.

    Attributes:
        transport: asyncio's end of it, None when it is gone.
        status: of the response, 0 until its head is there; `reason` and `headers` likewise.
        answered: whether a byte of the response has come.
        complete: whether the response is there to its end.
        failure: why nothing more comes, None while something may.
        used: whether it has carried an exchange before.
        idle_since: the loop's time when the last exchange ended.
    """

    __slots__ = (
        "_bodyless",
        "_head",
        "_held",
        "_keep",
        "_loop",
        "_parser",
        "_patience",
        "_paused",
        "_pieces",
        "_running",
        "_since",
        "_timer",
        "_until_end",
        "_waiter",
        "_whole",
        "_writable",
        "answered",
        "complete",
        "failure",
        "headers",
        "idle_since",
        "on_body",
        "reason",
        "status",
        "transport",
        "used",
    )

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._pieces: list[bytes] = []
        self._waiter: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._patience = self._since = 0.0
        self._paused = self._running = self.used = False
        self._writable = True
        self.transport: Any = None
        self.failure: Exception | None = None
        self.idle_since = 0.0
        self.on_body: Callable[[bytes], None] = self._pieces.append
        self._reset()
        self.renew_parser()

    def _reset(self) -> None:
        """Make ready for the next response."""
        self.status = 0
        self.reason = ""
        self.headers: list[tuple[str, str]] = []
        self._head = self._held = 0
        self._keep = self._until_end = self._bodyless = False
        self._whole = True  # the request was sent to its end
        self.answered = self.complete = False
        self._pieces.clear()

    def renew_parser(self) -> None:
        """Forget what was parsed: what comes next is said by another, behind a tunnel."""
        parser: Any = httptools.HttpResponseParser(self)
        # What the synchronous path takes as well: lines that end with LF alone, spaces behind a chunk's
        # size, and characters in a header's value that do not belong there.
        parser.set_dangerous_leniencies(
            lenient_headers=True, lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True
        )
        self._parser = parser

    # --- one exchange ------------------------------------------------------------------------

    def begin(self, head: bytes, patience: float, *, bodyless: bool = False) -> None:
        """Send a request, or its beginning; `patience` is for how many seconds nothing may move.

        `bodyless`: the response has no body whatever it says, as that to ``HEAD``.
        """
        if self.used:
            self._reset()
        self._bodyless = bodyless
        self._running = True
        self.transport.write(head)
        self._wait_at_most(patience)

    async def upload(self, parts: memoryview, size: int) -> None:
        """Send the rest of a large request in parts of `size`, as the service takes them.

        It ends early where the service answers before, or the connection breaks: `wait` tells.
        """
        self._whole = False
        for start in range(0, len(parts), size):
            while not (self._writable or self.status or self.failure):
                await self.wait()
            if self.status or self.failure:
                return
            self.transport.write(parts[start : start + size])
        self._whole = True

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
        pieces = self._pieces
        if not pieces:
            return b""
        data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        self._held = 0
        if self._paused:
            self._paused = False
            if self.transport is not None:
                self.transport.resume_reading()
        return data

    def finish(self) -> bool:
        """End the exchange; return whether the connection can carry another, and close it if not."""
        self.used = True
        self._running = False
        if self.complete and self._keep and self._whole and self._writable and not self.is_gone:
            self.idle_since = self._loop.time()
            return True
        self.abort()
        return False

    def keep(self, seconds: float) -> None:
        """Close it when it was not used for so long."""
        self._wait_at_most(seconds)

    def fail(self, error: Exception) -> None:
        """End the exchange from outside: what has come counts no more, and who waits is woken."""
        self._pieces.clear()
        if self.failure is None:
            self.failure = error
        self.abort()

    def abort(self) -> None:
        """Close the connection at once."""
        if self.transport is not None:
            self.transport.abort()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._wake()

    @property
    def is_gone(self) -> bool:
        """Whether it is closed, or about to be."""
        return self.transport is None or self.transport.is_closing()

    # --- what asyncio says -------------------------------------------------------------------

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if not self._running or self.complete:  # nobody asked for it
            self._keep = False
            if not self._running:
                self.abort()
            return
        self.answered = True
        self._since = self._loop.time()
        self._held += len(data)
        if not self.status:
            self._head += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._keep = False
        except httptools.HttpParserError as error:
            self._break(NotHTTPError(str(error)))
        if not self.status and self._head > _LONGEST_HEAD:
            self._break(NotHTTPError(f"a head of more than {_LONGEST_HEAD} bytes"))
        if self._held > _MUCH and not self._paused and not self.complete:
            self._paused = True
            self.transport.pause_reading()
        self._wake()

    def _break(self, error: Exception) -> None:
        """Take no more; what was understood before stays."""
        self._keep = False
        if not self.complete:
            self.failure = error
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        self._keep = False
        if self._running and not self.complete and self.failure is None:
            if exc is None and self._until_end:
                self.complete = True
            else:
                self.failure = exc or EOFError()
        self._parser = self.on_body = None  # type: ignore[assignment]  # which are a cycle with this
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._wake()

    def pause_writing(self) -> None:
        self._writable = False

    def resume_writing(self) -> None:
        self._writable = True
        self._wake()

    def _wake(self) -> None:
        waiter = self._waiter
        if waiter is not None:
            self._waiter = None
            if not waiter.done():
                waiter.set_result(None)

    # --- what the parser says ----------------------------------------------------------------

    def on_message_begin(self) -> None:
        if self.complete:
            raise NotHTTPError("a second response")  # which ends the parsing: it must not get into the first

    def on_status(self, reason: bytes) -> None:
        self.reason += reason.decode("latin-1")

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status in _INTERIM and status != _SWITCHING_PROTOCOLS:
            self.headers.clear()
            self.reason = ""
            return
        self.status = status
        self._keep = self._parser.should_keep_alive()
        if self._bodyless:
            self.complete, self._keep = True, False
        elif not self._keep:
            names = {name.lower(): value for name, value in self.headers}
            coding = names.get("transfer-encoding", "").lower()
            is_chunked = coding.rpartition(",")[2].strip() == "chunked"
            self._until_end = not is_chunked if coding else "content-length" not in names

    def on_message_complete(self) -> None:
        if self.status:
            self.complete = True

    # --- how long nothing may move -----------------------------------------------------------

    def _wait_at_most(self, seconds: float) -> None:
        """Start to count anew. The timer of before stays where it would not ring too late: it looks again."""
        self._patience = seconds
        self._since = now = self._loop.time()
        timer = self._timer
        if timer is None:
            self._timer = self._loop.call_at(now + seconds, self._ring)
        elif timer.when() > now + seconds:
            timer.cancel()
            self._timer = self._loop.call_at(now + seconds, self._ring)

    def _ring(self) -> None:
        now = self._loop.time()
        if self._running and self._waiter is None:
            self._since = now  # what has come waits for its reader, not the reader for it
        ends = self._since + self._patience
        if ends > now:
            self._timer = self._loop.call_at(ends, self._ring)
            return
        self._timer = None
        if self._running:
            self.fail(asyncio.TimeoutError())
        else:
            self.abort()
