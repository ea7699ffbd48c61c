"""Connections of event loops that are kept for the next exchange.

Why asyncio's own connections with httptools, as measured in November 2026 (CPython 3.11, loopback, 64
tasks): a call of 1 KB costs about 50 us of CPU, where aiohttp 3.14 takes 110 to 130 and pyreqwest 0.15
(Rust's reqwest) as much; of aiohttp's, the session's work is most: cookies, redirects, middlewares, a
task for each request. Nothing of that is used here. It is also the smaller one to install (one
distribution of 1.7 MB in place of ten of 14) and the quicker one to import (30 ms beside asyncio, in place
of 250). httptools is MagicStack's and what uvicorn parses with; its parser is Node's. pyreqwest leaves a
connection open when a task is cancelled that waits for the head of a response, and hangs in a forked child.

Connections want closing while their loop runs, and nobody tells a library when a loop ends. But
`asyncio.run` closes what asynchronous generators the loop knows: one of them keeps each loop's pool.
"""

import asyncio
import selectors
import threading
import weakref
from collections.abc import AsyncGenerator
from typing import Any

from g4f_lite.kit.http._async.connection import Connection
from g4f_lite.kit.http._async.request_encoder import ConnectionKey

__all__ = ["LoopPool", "pool_of_loop"]

_KEPT_SECONDS = 60.0
"""How long a connection that nobody uses is kept."""

_WAYS = 16
_CONNECTIONS_PER_WAY = 128
"""Kept, not allowed, as in the synchronous pool: more at once are opened and not kept."""

_UNWATCHED_SECONDS = 0.01
"""Seconds after which a kept connection is looked at before it is used: the loop may not have run since."""


class LoopPool:
    """The connections of one loop; to be used in its thread.

    Attributes:
        opened: all of them, also those in use.
    """

    __slots__ = ("_idle", "closed", "guard", "opened")

    def __init__(self) -> None:
        self._idle: dict[ConnectionKey, list[Connection]] = {}
        self.opened: weakref.WeakSet[Connection] = weakref.WeakSet()
        self.closed = False
        self.guard = _closing(self)

    def take(self, way: ConnectionKey) -> Connection | None:
        """Return a kept connection, None if there is none that still stands."""
        idle = self._idle.get(way)
        while idle:
            connection = idle.pop()
            if not connection.is_gone and not _has_ended(connection):
                return connection
            connection.abort()
        return None

    def give(self, way: ConnectionKey, connection: Connection) -> None:
        """Take a connection back whose exchange has ended; close it if it cannot carry another."""
        if not connection.finish():
            return
        if self.closed:
            connection.abort()
            return
        idle = self._idle.get(way)
        if idle is None:
            self._make_room()
            idle = self._idle[way] = []
        connection.keep(_KEPT_SECONDS)
        idle.append(connection)
        if len(idle) > _CONNECTIONS_PER_WAY:
            idle.pop(0).abort()

    def _make_room(self) -> None:
        """Forget ways that lead nowhere any more, or the oldest one if all do."""
        for way, idle in list(self._idle.items()):
            idle[:] = [connection for connection in idle if not connection.is_gone]
            if not idle:
                del self._idle[way]
        while len(self._idle) >= _WAYS:
            for connection in self._idle.pop(next(iter(self._idle))):
                connection.abort()

    def close(self) -> None:
        """Close all connections, and whatever is given back from now on."""
        self.closed = True
        for connection in list(self.opened):
            connection.abort()
        self._idle.clear()


def _has_ended(connection: Connection) -> bool:
    """Whether the other side has closed a kept connection, or sent what nobody asked for.

    The loop, which would notice, may not have run since: after `asyncio.run_until_complete`, or a long
    computation. urllib3 looks likewise.
    """
    if asyncio.get_running_loop().time() - connection.idle_since < _UNWATCHED_SECONDS:
        return False
    sock = connection.transport.get_extra_info("socket")
    if sock is None:
        return False
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(sock, selectors.EVENT_READ)
            return bool(selector.select(0))
    except (OSError, ValueError):  # its socket is gone
        return True


async def _closing(pool: LoopPool) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        pool.close()
        await asyncio.sleep(0)  # in which asyncio closes the sockets


_lock = threading.Lock()
_pools: dict[asyncio.AbstractEventLoop, LoopPool] = {}


async def pool_of_loop(loop: asyncio.AbstractEventLoop) -> LoopPool:
    """Return the running loop's pool."""
    pool = _pools.get(loop)
    if pool is None or pool.closed:
        pool = LoopPool()
        with _lock:
            for ended in [other for other in _pools if other.is_closed()]:
                del _pools[ended]
            _pools[loop] = pool
        guard: Any = pool.guard
        await anext(guard)
    return pool
