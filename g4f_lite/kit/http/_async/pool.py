"""The connection pools of event loops, one for each loop.

Why asyncio's own connections with httptools, as measured in November 2026 (CPython 3.11, loopback, 64
tasks): a call of 1 KB costs about 50 µs of CPU, where aiohttp 3.14 takes 110 to 130 and pyreqwest 0.15
(Rust's reqwest) as much. Most of aiohttp's cost is its session: cookies, redirects, middlewares, a task for
each request. Nothing of that is used here. httptools is also smaller to install (one distribution of 1.7 MB;
aiohttp has ten of 14) and faster to import (30 ms after asyncio; aiohttp takes 250). MagicStack maintains it,
uvicorn parses with it, and its parser is Node's. pyreqwest leaves a connection open if a task is cancelled
that waits for the head of a response, and hangs in a forked child.

Connections have to be closed while their loop runs, and a loop does not tell a library that it ends. But
`asyncio.run` closes the asynchronous generators that the loop knows: each pool has one, its `closer`.
"""

import asyncio
import selectors
import threading
import time
import weakref
from collections.abc import AsyncGenerator
from typing import Any

from g4f_lite.kit.http._async.connection import Connection
from g4f_lite.kit.http._async.request_encoder import ConnectionKey

__all__ = ["ConnectionPool", "pool_of_loop"]

_IDLE_SECONDS = 60.0
"""Seconds an idle connection is kept in the pool."""

_MAX_KEYS = 16
"""Services, with their proxies, of which idle connections are kept."""

_MAX_IDLE_PER_KEY = 128
"""Idle connections to a service that are kept; more may be open at once, as in the synchronous pool."""

_UNCHECKED_SECONDS = 0.01
"""Seconds of idleness after which a connection is checked before its use: the loop may not have run since."""


class ConnectionPool:
    """The connections of one event loop. Only for the loop's thread.

    Attributes:
        connections: All open connections, in use or idle.
        is_closed: Whether the pool is closed.
        closer: The asynchronous generator that closes the pool when the loop ends.
    """

    __slots__ = ("_idle", "closer", "connections", "is_closed")

    def __init__(self) -> None:
        self._idle: dict[ConnectionKey, list[Connection]] = {}
        self.connections: weakref.WeakSet[Connection] = weakref.WeakSet()
        self.is_closed = False
        self.closer = _close_with_loop(self)

    def acquire(self, key: ConnectionKey) -> Connection | None:
        """Return an idle connection, or None if there is none that is still open."""
        idle = self._idle.get(key)
        while idle:
            connection = idle.pop()
            if not connection.is_closing and not _has_input(connection):
                return connection
            connection.abort()
        return None

    def release(self, key: ConnectionKey, connection: Connection) -> None:
        """End the exchange of `connection`, and keep the connection if it can carry another."""
        if not connection.end_exchange():
            return
        if self.is_closed:
            connection.abort()
            return
        idle = self._idle.get(key)
        if idle is None:
            self._make_room()
            idle = self._idle[key] = []
        connection.close_after(_IDLE_SECONDS)
        idle.append(connection)
        if len(idle) > _MAX_IDLE_PER_KEY:
            idle.pop(0).abort()

    def _make_room(self) -> None:
        """Forget the keys without an open connection, or the oldest key if each has one."""
        for key, idle in list(self._idle.items()):
            idle[:] = [connection for connection in idle if not connection.is_closing]
            if not idle:
                del self._idle[key]
        while len(self._idle) >= _MAX_KEYS:
            for connection in self._idle.pop(next(iter(self._idle))):
                connection.abort()

    def close(self) -> None:
        """Close all connections, and each one that is released from now on."""
        self.is_closed = True
        for connection in list(self.connections):
            connection.abort()
        self._idle.clear()


def _has_input(connection: Connection) -> bool:
    """Whether the service has closed an idle connection, or sent bytes outside of an exchange.

    The loop, which would notice, may not have run since the last exchange: after
    `loop.run_until_complete`, or during a long computation. urllib3 checks the same.
    """
    if time.monotonic() - connection.idle_since < _UNCHECKED_SECONDS:
        return False
    sock = connection.transport.get_extra_info("socket")
    if sock is None:
        return False
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(sock, selectors.EVENT_READ)
            return bool(selector.select(0))
    except (OSError, ValueError):  # The socket is closed.
        return True


async def _close_with_loop(pool: ConnectionPool) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        pool.close()
        await asyncio.sleep(0)  # asyncio closes the sockets in the next iteration.


_lock = threading.Lock()
_pools: dict[asyncio.AbstractEventLoop, ConnectionPool] = {}


async def pool_of_loop(loop: asyncio.AbstractEventLoop) -> ConnectionPool:
    """Return the pool of the running loop; make it if necessary."""
    pool = _pools.get(loop)
    if pool is None or pool.is_closed:
        pool = ConnectionPool()
        with _lock:
            for closed_loop in [other for other in _pools if other.is_closed()]:
                del _pools[closed_loop]
            _pools[loop] = pool
        closer: Any = pool.closer
        await anext(closer)
    return pool
