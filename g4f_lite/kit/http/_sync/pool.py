"""Pooled connections: `requests`' adapter, without the work that it repeats for each call.

More than half of a `requests` call is not the network: merging the environment and preparing the same
URL and headers again. Here the environment is read on each call, so that a change counts, but what
follows from it is worked out once.
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

from g4f_lite.kit.http._preparation import ca_bundle, outgoing_headers, prepared_url, proxy_of
from g4f_lite.kit.http._sync.socket_guard import SocketGuard
from g4f_lite.kit.http._validation import check_timeout, encode_json

if TYPE_CHECKING:
    from g4f_lite.kit.http._request import HTTPRequest

__all__ = ["Pool", "pool"]

_HOSTS = 16
_CONNECTIONS_PER_HOST = 128
"""Kept, not allowed: more at once are opened and not kept. Large, so that threads do not reconnect."""


_LONGEST_WAIT = 1e8
"""Seconds, three years: a socket knows no much longer timeout."""

_LONGEST_HEAD = 256 * 1024
"""Bytes of a response's head, with those before it that announce it."""


class _Current(threading.local):
    watch: SocketGuard | None = None


_current = _Current()


class _Head:
    """The reader of a response's head, line by line."""

    def __init__(self, lines: Any) -> None:
        self._lines = lines
        self._left = _LONGEST_HEAD
        self.last = b""

    def readline(self, limit: int) -> bytes:
        self.last = self._lines.readline(limit)
        self._left -= len(self.last)
        if self._left < 0:
            raise HTTPException(f"a head of more than {_LONGEST_HEAD} bytes")
        if self.last and _current.watch is not None:
            _current.watch.answered = True
        return self.last

    def close(self) -> None:
        self._lines.close()


class _Response(HTTPResponse):
    """Skips heads that announce another, and notices one that broke off: the standard library does neither."""

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]  # not in its published part
        # The standard library waits for the response proper behind 100 only, not behind 102 and 103.
        return version, CONTINUE if SWITCHING_PROTOCOLS < status < OK else status, reason

    def begin(self) -> None:
        whole: Any = self.fp
        head: Any = _Head(whole)
        self.fp = head
        try:
            super().begin()
        finally:
            if self.fp is head:
                self.fp = whole
        if head.last not in (b"\r\n", b"\n"):
            raise IncompleteRead(b"")


class _Watched:
    """Mixed into connections: tells the watch of the running exchange which socket it waits on."""

    response_class: Any = _Response
    sock: Any
    _dialled: socket.socket | None = None
    watch: SocketGuard | None = None
    """Whose exchange this connection carries now."""

    def _new_conn(self) -> Any:
        watch = self.watch = _current.watch
        sock = super()._new_conn()  # type: ignore[misc]  # the connection's, beside which this is mixed in
        if watch is not None:
            # A copy: a TLS handshake and a proxy's tunnel come before `connect` ends, and the first
            # takes the descriptor away from this object.
            self._dialled = sock.dup()
            watch.attach(self._dialled)
        return sock

    def connect(self) -> None:
        try:
            super().connect()  # type: ignore[misc]
            if self.watch is not None:
                self.watch.check()  # a socket that was shut down early passes for one without a handshake
                self.watch.sent = True  # from here on, which is now
        finally:
            if self.watch is not None:
                self.watch.attach(self.sock)
            if self._dialled is not None:
                self._dialled.close()
                self._dialled = None

    def request(self, *args: Any, **kwargs: Any) -> None:
        watch = _current.watch
        if self.sock is not None and watch is not None and watch is not self.watch:
            self.watch = watch
            watch.sent = watch.reused = True
            watch.attach(self.sock)
        super().request(*args, **kwargs)  # type: ignore[misc]


class _WatchedHTTPConnection(_Watched, HTTPConnection):
    pass


class _WatchedHTTPSConnection(_Watched, HTTPSConnection):
    pass


class _Releasing:
    """Mixed into pools: a connection that is given back is watched no more, before others can take it."""

    def _get_conn(self, *args: Any, **kwargs: Any) -> Any:
        conn = super()._get_conn(*args, **kwargs)  # type: ignore[misc]  # not in its published part
        if _current.watch is not None and _current.watch.renewed:
            conn.close()  # and opens itself again when it is used
        return conn

    def _put_conn(self, conn: Any) -> None:
        watch = getattr(conn, "watch", None)
        if watch is not None:
            conn.watch = None
            watch.detach()
        super()._put_conn(conn)  # type: ignore[misc]


class _WatchedHTTPPool(_Releasing, HTTPConnectionPool):
    ConnectionCls: Any = _WatchedHTTPConnection


class _WatchedHTTPSPool(_Releasing, HTTPSConnectionPool):
    ConnectionCls: Any = _WatchedHTTPSConnection


_POOLS = {"http": _WatchedHTTPPool, "https": _WatchedHTTPSPool}


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ARG002
        # `requests` verifies for https URLs alone, and not a proxy that speaks TLS and is asked for another.
        super().cert_verify(conn, conn.scheme, verify, cert)  # type: ignore[no-untyped-call]

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        if not proxy.lower().startswith("socks"):  # those have connections of their own kind
            manager.pool_classes_by_scheme = _POOLS
        return manager


class Pool:
    """The connections of one process; safe to use from several threads."""

    def __init__(self) -> None:
        self._adapter = _Adapter(pool_connections=_HOSTS, pool_maxsize=_CONNECTIONS_PER_HOST)

    def send(self, request: "HTTPRequest", watch: SocketGuard) -> requests.Response:
        """Send `request` and return the response, its body unread; `watch` is told how far it came.

        Raises:
            InvalidArgumentError: the request cannot be sent as it is; the value itself is not shown.
        """
        prepared = requests.PreparedRequest()
        prepared.method = request.method
        prepared.url = url = prepared_url(request)
        prepared.body = None if request.json is None else encode_json(request.json)
        prepared.headers = cast("Any", outgoing_headers(request, prepared.body))
        proxy = proxy_of(request, url)
        timeout = _timeout(request)
        watch.sent = proxy is not None and proxy.startswith("socks")  # those connections tell it nothing
        bundle = ca_bundle()
        if bundle is not None and (url.startswith("https:") or (proxy or "").startswith("https:")):
            from g4f_lite.kit.http._tls import tls_context

            tls_context()  # raises if it is none; urllib3 would blame the connection
        _current.watch = watch
        try:
            return self._adapter.send(
                prepared,
                stream=True,
                timeout=timeout,
                verify=bundle or True,
                proxies={"all": proxy} if proxy else {},
            )
        finally:
            _current.watch = None


def _timeout(request: "HTTPRequest") -> tuple[float, float]:
    """Return the (connect, read) seconds: no wait begins that would end behind the deadline."""
    connect, read = check_timeout(request.timeout)
    left = _LONGEST_WAIT
    if request.deadline is not None:
        left = min(left, max(request.deadline - time.monotonic(), 0.001))
    return min(connect, left), min(read, left)


_lock = threading.Lock()
_pools: dict[int, Pool] = {}


def pool() -> Pool:
    """Return this process's pool. A forked child gets its own: sockets must not be shared."""
    pid = os.getpid()
    found = _pools.get(pid)
    if found is None:
        with _lock:
            found = _pools.setdefault(pid, Pool())
    return found
