"""Pooled connections: `requests`' adapter, without the work that it repeats for each call.

More than half of a `requests` call is not the network: merging the environment and preparing the same
URL and headers again. Here the environment is read on each call, so that a change counts, but what
follows from it is worked out once.
"""

import contextlib
import os
import socket
import threading
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import requests
from requests.adapters import HTTPAdapter
from requests.utils import default_headers, get_environ_proxies, select_proxy
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from g4f_lite.cancellation import CancelScope, current_scope
from g4f_lite.errors import InvalidArgumentError, ProviderConnectionError
from g4f_lite.kit.http import check_proxy, check_timeout, encode_json

if TYPE_CHECKING:
    from g4f_lite.kit.http import HTTPRequest

__all__ = ["Pool", "Watch"]

_HOSTS = 16
_CONNECTIONS_PER_HOST = 128
"""Kept, not allowed: more at once are opened and not kept. Large, so that threads do not reconnect."""

_ENVIRONMENT = tuple(
    spelling
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
    for spelling in (name, name.upper())
)


class Watch:
    """The socket of one exchange, so that a cancel from another thread can wake who waits on it."""

    __slots__ = ("_forget", "_lock", "_pid", "_scope", "_socket")

    def __init__(self, scope: CancelScope | None) -> None:
        self._scope = scope
        self._socket: socket.socket | None = None
        self._lock = threading.RLock()  # a signal handler may cancel while its own thread is in here
        self._pid = os.getpid()
        self._forget = scope.add(self._shut_down) if scope else None

    def attach(self, sock: Any) -> None:
        """Watch this socket from now on."""
        with self._lock:
            self._socket = sock
        if self._scope is not None and self._scope.cancelled:
            self._shut_down()

    def detach(self) -> None:
        """Watch nothing any more."""
        if self._forget is not None:
            self._forget()
        with self._lock:
            self._socket = None

    def _shut_down(self) -> None:
        with self._lock:
            # In a forked child the connection is its parent's too.
            if self._socket is not None and self._pid == os.getpid():
                with contextlib.suppress(OSError):  # it is closed already, which is what was wanted
                    # Not the method of a TLS socket: that one takes the cipher off first, and who
                    # reads would get the last records as they stand on the wire.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class _Current(threading.local):
    watch: Watch | None = None


_current = _Current()


class _Watched:
    """Mixed into connections: tells the watch of the running exchange which socket it waits on."""

    sock: Any
    _dialled: socket.socket | None = None
    watch: Watch | None = None
    """Whose exchange this connection carries now."""

    def _new_conn(self) -> Any:
        sock = super()._new_conn()  # type: ignore[misc]  # the connection's, beside which this is mixed in
        watch = self.watch = _current.watch
        if watch is not None:
            # A copy: a TLS handshake and a proxy's tunnel come before `connect` ends, and the first
            # takes the descriptor away from this object.
            self._dialled = sock.dup()
            watch.attach(self._dialled)
        return sock

    def connect(self) -> None:
        try:
            super().connect()  # type: ignore[misc]
        finally:
            if self.watch is not None:
                self.watch.attach(self.sock)
            if self._dialled is not None:
                self._dialled.close()
                self._dialled = None

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is not None and _current.watch is not None:  # reused
            self.watch = _current.watch
            self.watch.attach(self.sock)
        super().request(*args, **kwargs)  # type: ignore[misc]


class _WatchedHTTPConnection(_Watched, HTTPConnection):
    pass


class _WatchedHTTPSConnection(_Watched, HTTPSConnection):
    pass


class _Releasing:
    """Mixed into pools: a connection that is given back is watched no more, before others can take it."""

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

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        if not proxy.lower().startswith("socks"):  # those have connections of their own kind
            manager.pool_classes_by_scheme = _POOLS
        return manager


class Pool:
    """The connections of one process; safe to use from several threads."""

    def __init__(self) -> None:
        self._adapter = _Adapter(pool_connections=_HOSTS, pool_maxsize=_CONNECTIONS_PER_HOST)

    def send(self, request: "HTTPRequest") -> tuple[requests.Response, Watch]:
        """Send `request`; return the response, its body unread, and the watch on its socket.

        Raises:
            InvalidArgumentError: the request cannot be sent as it is; the value itself is not shown.
        """
        scope = current_scope()
        if scope is not None and scope.cancelled:
            raise ProviderConnectionError("The call was cancelled before it was sent.")
        url = _prepared_url(request.method, request.url)
        prepared = requests.PreparedRequest()
        prepared.method = request.method
        prepared.url = url
        prepared.body = None if request.json is None else encode_json(request.json)
        prepared.headers = cast("Any", _headers(request.headers, prepared.body))
        proxies = (
            {"all": check_proxy("`proxy`", request.proxy)}
            if request.proxy
            else _environment_proxies(url, _snapshot())
        )
        timeout = check_timeout(request.timeout)
        watch = Watch(scope)
        _current.watch = watch
        try:
            response = self._adapter.send(
                prepared,
                stream=True,
                timeout=timeout,
                verify=os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True,
                proxies=proxies,
            )
        except BaseException:
            watch.detach()
            raise
        finally:
            _current.watch = None
        return response, watch


def _snapshot() -> tuple[str | None, ...]:
    get = os.environ.get
    return tuple([get(name) for name in _ENVIRONMENT])


@lru_cache(maxsize=64)
def _environment_proxies(url: str, environment: tuple[str | None, ...]) -> dict[str, str]:  # noqa: ARG001
    """Return the proxies for `url`; `environment` is there so that a change of it is a new question."""
    proxies = get_environ_proxies(url)
    chosen = select_proxy(url, proxies)
    if chosen is not None:
        check_proxy("the environment", chosen)
    return proxies


@lru_cache(maxsize=64)
def _prepared_url(method: str, url: str) -> str:
    prepared = requests.Request(method, url).prepare()
    return cast("str", prepared.url)


@lru_cache(maxsize=1)
def _default_headers() -> tuple[tuple[str, str], ...]:
    return tuple(default_headers().items())


def _headers(own: Mapping[str, str], body: bytes | None) -> dict[str, str]:
    """Return the headers in the order in which `requests.post` sends them.

    That is: its defaults, each replaced in its place where `own` has it, the rest of `own`, the body's.
    """
    spelled = {name.lower(): name for name in own}
    headers: dict[str, str] = {}
    for name, value in own.items():
        _check_header(name, value)
    for name, value in _default_headers():
        given = spelled.get(name.lower())
        if given is None:
            headers[name] = value
        else:
            headers[given] = own[given]
    headers.update(own)
    if body is not None:
        headers["Content-Length"] = str(len(body))
        if "content-type" not in spelled:
            headers["Content-Type"] = "application/json"
    return headers


def _check_header(name: str, value: object) -> None:
    if isinstance(value, str) and "\r" not in value and "\n" not in value and value.isascii():
        return
    raise InvalidArgumentError(
        "headers",
        f"The header {name!r} has a value that cannot be sent: it has to be ASCII text on one line.",
        hint="A key that was read from a file often ends with a line break: strip it.",
    )
