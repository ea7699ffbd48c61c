"""Pooled connections of event loops, on `aiohttp`.

Why aiohttp, as measured in November 2026 (CPython 3.11, loopback) against pyreqwest 0.15, which is Rust's
reqwest: both cost about 175 µs of CPU a call and 3 to 5 µs a streamed chunk, and make 12,000 to 15,000
calls a second from 64 tasks, where the `openai` package makes 400 to 700. So it is behaviour that
decides. pyreqwest leaves the connection open when a task is cancelled that waits for the head of a
response, collects the first 64 KiB of a stream unless told otherwise, hangs in a forked child, needs
Python 3.11, has no wheels for musl, and is nearly all one person's work. aiohttp closes at once in each phase, and has wheels for everything. It is the slower one to
import (170 ms of CPU over 5), which falls on who uses asyncio only.

Its sessions want closing while their loop runs, and nobody tells a library when a loop ends. But
`asyncio.run` closes what asynchronous generators the loop knows: one of them keeps each session.
"""

import asyncio
import contextlib
import contextvars
import threading
import time
import weakref
from collections.abc import AsyncGenerator
from typing import Any

import aiohttp
from urllib3.util.wait import wait_for_read

__all__ = ["Course", "current_course", "session_of_loop"]

_KEPT_SECONDS = 60.0
"""How long a connection that nobody uses is kept."""

_LONGEST_LINE = 65536
"""Bytes of a header, as the standard library's client allows."""


class Course:
    """How far an exchange has come.

    Attributes:
        began: `time.monotonic` when it began.
        sent: whether a byte of the request may have gone out.
        reused: whether its connection had carried an earlier exchange.
        answered: whether the head of the response is there.
    """

    __slots__ = ("answered", "began", "reused", "sent")

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.sent = self.reused = self.answered = False


current_course: "contextvars.ContextVar[Course]" = contextvars.ContextVar("g4f_lite_course")
"""The exchange that the running task makes. aiohttp's own signals would tell the same at more cost."""


class _Connector(aiohttp.TCPConnector):
    """Tells the running exchange what connection it gets."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._known: weakref.WeakSet[Any] = weakref.WeakSet()

    async def connect(self, *args: Any, **kwargs: Any) -> Any:
        course = current_course.get()
        course.sent = False  # aiohttp asks again by itself where that is allowed
        while True:
            connection = await super().connect(*args, **kwargs)
            course.reused = connection.protocol in self._known
            if not (course.reused and _has_ended(connection.transport)):
                break
            connection.close()
        course.sent = True  # from here on, which is now
        self._known.add(connection.protocol)
        return connection


def _has_ended(transport: asyncio.Transport | None) -> bool:
    """Whether the other side has closed a kept connection, or sent what nobody asked for.

    The loop, which would notice, may not have run since: after `asyncio.run_until_complete`, or a long
    computation. urllib3 looks likewise.
    """
    sock = None if transport is None else transport.get_extra_info("socket")
    try:
        return sock is not None and wait_for_read(sock, 0)
    except (OSError, ValueError):  # its socket is gone
        return True


class _Keeper:
    """A loop's session, and the generator that closes it when the loop ends."""

    __slots__ = ("guard", "session")

    def __init__(self) -> None:
        self.session = aiohttp.ClientSession(
            connector=_Connector(
                limit=0,
                keepalive_timeout=_KEPT_SECONDS,
                # As the synchronous path does; aiohttp would ask c-ares where that is installed.
                resolver=aiohttp.ThreadedResolver(),
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            max_line_size=_LONGEST_LINE,
            max_field_size=_LONGEST_LINE,
        )
        self.guard = _closing(self.session)

    def abandon(self) -> None:
        """Let go of a session whose loop was closed without a word, which can run nothing any more."""
        connector = self.session.connector
        self.session.detach()
        if connector is not None:
            with contextlib.suppress(StopIteration):
                next(connector.close().__await__())


async def _closing(session: aiohttp.ClientSession) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        await session.close()


_lock = threading.Lock()
_keepers: dict[asyncio.AbstractEventLoop, _Keeper] = {}


async def session_of_loop() -> aiohttp.ClientSession:
    """Return the running loop's session."""
    loop = asyncio.get_running_loop()
    keeper = _keepers.get(loop)
    if keeper is None or keeper.session.closed:
        keeper = _Keeper()
        with _lock:
            for ended in [other for other in _keepers if other.is_closed()]:
                _keepers.pop(ended).abandon()
            _keepers[loop] = keeper
        await anext(keeper.guard)
    return keeper.session
