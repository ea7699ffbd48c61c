"""The connection pool of a process, on the adapter of `requests`.

More than half of the time of a `requests` call is not spent on the network: it merges the environment and
prepares the same URL and headers again. Here the environment is read on each call, so that a change takes
effect, and the result for the same environment is computed once.
"""

import os
import socket
import threading
import time
from http.client import CONTINUE, OK, SWITCHING_PROTOCOLS, HTTPException, HTTPResponse, IncompleteRead
from typing import TYPE_CHECKING, Any, cast

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from g4f_lite.kit.http._preparation import build_headers, ca_bundle, find_proxy, prepare_url
from g4f_lite.kit.http._sync.socket_guard import SocketGuard
from g4f_lite.kit.http._validation import check_timeout, encode_json

if TYPE_CHECKING:
    from g4f_lite.kit.http._request import HTTPRequest

__all__ = ["ConnectionPool", "current_pool"]

_HOSTS = 16
"""Hosts with connections that are kept."""

_CONNECTIONS_PER_HOST = 128
"""Connections kept for each host. More may be open at once. Large, so that threads need not reconnect."""

_MAX_TIMEOUT = 1e8
"""Seconds, about three years: sockets do not accept a much longer timeout."""

_MAX_HEAD = 256 * 1024
"""Bytes of the head of a response, including the informational responses before it."""


class _RunningExchange(threading.local):
    """The guard of the exchange that this thread is running: urllib3 has no way to pass it down."""

    guard: SocketGuard | None = None


_running = _RunningExchange()


class _HeadReader:
    """A bounded reader of the head of a response, line by line."""

    def __init__(self, lines: Any) -> None:
        self._lines = lines
        self._left = _MAX_HEAD
        self.last = b""

    def readline(self, limit: int) -> bytes:
        self.last = self._lines.readline(limit)
        self._left -= len(self.last)
        if self._left < 0:
            raise HTTPException(f"a head of more than {_MAX_HEAD} bytes")
        if self.last and _running.guard is not None:
            _running.guard.is_answered = True
        return self.last

    def close(self) -> None:
        self._lines.close()


class _Response(HTTPResponse):
    """A response that skips informational heads and notices a truncated one, as `HTTPResponse` does not."""

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]  # not part of its public API
        # The standard library waits for the final response after 100 only, not after 102 and 103.
        return version, CONTINUE if SWITCHING_PROTOCOLS < status < OK else status, reason

    def begin(self) -> None:
        stream: Any = self.fp
        head: Any = _HeadReader(stream)
        self.fp = head
        try:
            super().begin()
        finally:
            if self.fp is head:
                self.fp = stream
        if head.last not in (b"\r\n", b"\n"):
            raise IncompleteRead(b"")


class _GuardedConnection:
    """Mix-in for connections: attaches the socket to the guard of the running exchange."""

    response_class: Any = _Response
    sock: Any
    _duplicate: socket.socket | None = None
    guard: SocketGuard | None = None
    """The guard of the exchange that this connection carries now."""

    def _new_conn(self) -> Any:
        guard = self.guard = _running.guard
        sock = super()._new_conn()  # type: ignore[misc]  # the method of the connection class
        if guard is not None:
            # A duplicate: a TLS handshake and a proxy's tunnel happen before `connect` returns, and the
            # handshake takes the descriptor away from this object.
            self._duplicate = sock.dup()
            guard.attach(self._duplicate)
        return sock

    def connect(self) -> None:
        try:
            super().connect()  # type: ignore[misc]
            if self.guard is not None:
                self.guard.check()  # a socket that was shut down early looks like one without a handshake
                self.guard.is_sent = True  # the request is sent next
        finally:
            if self.guard is not None:
                self.guard.attach(self.sock)
            if self._duplicate is not None:
                self._duplicate.close()
                self._duplicate = None

    def request(self, *args: Any, **kwargs: Any) -> None:
        guard = _running.guard
        if self.sock is not None and guard is not None and guard is not self.guard:
            self.guard = guard
            guard.is_sent = guard.is_reused = True
            guard.attach(self.sock)
        super().request(*args, **kwargs)  # type: ignore[misc]


class _GuardedHTTPConnection(_GuardedConnection, HTTPConnection):
    pass


class _GuardedHTTPSConnection(_GuardedConnection, HTTPSConnection):
    pass


class _DetachingPool:
    """Mix-in for pools: detaches a returned connection from its guard before another thread can take it."""

    def _get_conn(self, *args: Any, **kwargs: Any) -> Any:
        conn = super()._get_conn(*args, **kwargs)  # type: ignore[misc]  # not part of its public API
        if _running.guard is not None and _running.guard.needs_new_connection:
            conn.close()  # it reconnects when it is used
        return conn

    def _put_conn(self, conn: Any) -> None:
        guard = getattr(conn, "guard", None)
        if guard is not None:
            conn.guard = None
            guard.detach()
        super()._put_conn(conn)  # type: ignore[misc]


class _GuardedHTTPPool(_DetachingPool, HTTPConnectionPool):
    ConnectionCls: Any = _GuardedHTTPConnection


class _GuardedHTTPSPool(_DetachingPool, HTTPSConnectionPool):
    ConnectionCls: Any = _GuardedHTTPSConnection


_POOLS = {"http": _GuardedHTTPPool, "https": _GuardedHTTPSPool}


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ARG002
        # `requests` verifies for https URLs only, and so not a TLS proxy that is asked for an http URL.
        super().cert_verify(conn, conn.scheme, verify, cert)  # type: ignore[no-untyped-call]

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        if not proxy.lower().startswith("socks"):  # SOCKS proxies need their own connection classes
            manager.pool_classes_by_scheme = _POOLS
        return manager


class ConnectionPool:
    """The connections of one process. Thread-safe."""

    def __init__(self) -> None:
        self._adapter = _Adapter(pool_connections=_HOSTS, pool_maxsize=_CONNECTIONS_PER_HOST)

    def send(self, request: "HTTPRequest", guard: SocketGuard) -> requests.Response:
        """Send `request` and return the response with its body unread. Blocks.

        The attributes of `guard` say afterwards how far the request went.

        Raises:
            InvalidArgumentError: the request cannot be sent. The message does not show the value.
        """
        prepared = requests.PreparedRequest()
        prepared.method = request.method
        prepared.url = url = prepare_url(request)
        prepared.body = None if request.json is None else encode_json(request.json)
        prepared.headers = cast("Any", build_headers(request, prepared.body))
        proxy = find_proxy(request, url)
        timeout = _timeout(request)
        guard.is_sent = proxy is not None and proxy.startswith("socks")  # those connections have no guard
        bundle = ca_bundle()
        if bundle is not None and (url.startswith("https:") or (proxy or "").startswith("https:")):
            from g4f_lite.kit.http._tls import tls_context

            tls_context()  # raises for an unusable bundle, which urllib3 would report as a connection error
        _running.guard = guard
        try:
            return self._adapter.send(
                prepared,
                stream=True,
                timeout=timeout,
                verify=bundle or True,
                proxies={"all": proxy} if proxy else {},
            )
        finally:
            _running.guard = None


def _timeout(request: "HTTPRequest") -> tuple[float, float]:
    """Return the connect and read timeouts, so short that no wait ends after the deadline."""
    connect, read = check_timeout(request.timeout)
    left = _MAX_TIMEOUT
    if request.deadline is not None:
        left = min(left, max(request.deadline - time.monotonic(), 0.001))
    return min(connect, left), min(read, left)


_lock = threading.Lock()
_pools: dict[int, ConnectionPool] = {}


def current_pool() -> ConnectionPool:
    """Return the pool of this process. A forked child gets its own: processes must not share sockets."""
    pid = os.getpid()
    pool = _pools.get(pid)
    if pool is None:
        with _lock:
            pool = _pools.setdefault(pid, ConnectionPool())
    return pool
