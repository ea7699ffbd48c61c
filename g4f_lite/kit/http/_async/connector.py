"""The connect of an event loop: to a host or a proxy, with TLS or without."""

import asyncio
import ssl
from typing import Any

from g4f_lite.errors import ProviderSetupError
from g4f_lite.kit.http._async.connection import Connection
from g4f_lite.kit.http._async.request_encoder import ConnectionKey

__all__ = ["ProxyError", "abort_connect", "connect"]

_HAPPY_EYEBALLS_DELAY = 0.25
"""Seconds after which the next address of a host is tried as well (RFC 8305, section 8)."""

_NO_TIMEOUT = 1e9
"""Seconds; for steps that the caller's connect timeout ends."""


class ProxyError(Exception):
    """The proxy cannot be reached, or refuses to connect; `reason` is its answer or the system's error."""

    def __init__(self, reason: Exception) -> None:
        super().__init__()
        self.reason = reason


async def connect(key: ConnectionKey) -> Connection:
    """Return a new connection. Has no timeout of its own: the caller has one.

    Raises:
        OSError: the connect failed; `ssl.SSLError` is an `OSError`.
        ProxyError: the connect failed because of the proxy.
    """
    proxy = key.proxy
    if proxy is None:
        return await _connect_to(key.host, key.port, key.tls if key.is_tls else None)
    try:
        connection = await _connect_to(proxy.host, proxy.port, key.tls if proxy.is_tls else None)
    except OSError as error:
        reason = error
    else:
        if key.is_tls:
            try:
                await _open_tunnel(connection, key, proxy.authorization)
            except BaseException:
                connection.abort()
                raise
        return connection
    raise ProxyError(reason)


def abort_connect(task: "asyncio.Task[Connection]") -> None:
    """Cancel a connect, and close its connection if it is made already."""
    task.cancel()
    task.add_done_callback(_close_connection)


def _close_connection(task: "asyncio.Task[Connection]") -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().abort()


def _server_hostname(host: str) -> str:
    """Return the name that the certificate has to contain: without the dot of the root (RFC 6066, section 3)."""
    return host.rstrip(".")


async def _connect_to(host: str, port: int, tls: ssl.SSLContext | None) -> Connection:
    loop = asyncio.get_running_loop()
    options: dict[str, Any] = {}
    if tls is not None:
        options.update(ssl=tls, server_hostname=_server_hostname(host), ssl_handshake_timeout=_NO_TIMEOUT)
    # An IP address has no alternatives, and asyncio's race between addresses leaves a socket to the garbage
    # collector if it is cancelled just after its end. Other event loops, as uvloop's, do not have the option.
    is_ip_address = ":" in host or host[-1:].isdigit()
    if not is_ip_address and isinstance(loop, asyncio.BaseEventLoop):
        options["happy_eyeballs_delay"] = _HAPPY_EYEBALLS_DELAY
    _, connection = await loop.create_connection(Connection, host, port, **options)
    return connection


async def _open_tunnel(connection: Connection, key: ConnectionKey, authorization: str) -> None:
    """Have the proxy connect to the service (RFC 9110, section 9.3.6), and start TLS through the tunnel."""
    host = f"[{key.host}]" if ":" in key.host else key.host
    authority = f"{host}:{key.port}"
    head = f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n"
    if authorization:
        head += f"Proxy-Authorization: {authorization}\r\n"
    connection.start_exchange(f"{head}\r\n".encode("latin-1"), _NO_TIMEOUT)
    while not connection.has_head:
        await connection.wait()
    if connection.failure is not None:
        raise ProxyError(connection.failure)
    response = connection.response
    if not 200 <= response.status < 300:  # noqa: PLR2004 - RFC 9110, section 15.3
        status_line = f"{response.status} {response.reason}".rstrip()
        raise ProxyError(OSError(f"Tunnel connection failed: {status_line}"))
    loop = asyncio.get_running_loop()
    assert key.tls is not None  # noqa: S101 - a tunnel is opened for TLS only
    response.restart()
    try:
        connection.transport = await loop.start_tls(
            connection.transport,
            connection,
            key.tls,
            server_hostname=_server_hostname(key.host),
            ssl_handshake_timeout=_NO_TIMEOUT,
        )
    except TypeError:  # Before Python 3.11.
        failure = ProviderSetupError(
            "Python 3.10 speaks no TLS through a proxy that speaks TLS itself.",
            hint="Use a proxy's http:// address, the synchronous call, or a newer Python.",
        )
    else:
        return
    raise failure
