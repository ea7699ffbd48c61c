"""How a connection of an event loop comes about: by name, through a proxy, behind TLS."""

import asyncio
import ssl
from typing import Any

from g4f_lite.errors import ProviderSetupError
from g4f_lite.kit.http._async.connection import Connection
from g4f_lite.kit.http._async.request_encoder import ConnectionKey

__all__ = ["ProxyError", "abandon", "connect"]

_SECOND_TRY = 0.25
"""Seconds after which the next of a name's addresses is tried as well (RFC 8305, section 8)."""

_FOR_EVER = 1e9
"""Seconds, for what has a timeout around it."""


class ProxyError(Exception):
    """The way to the proxy or through it failed; `reason` is what the proxy or the system said."""

    def __init__(self, reason: Exception) -> None:
        super().__init__()
        self.reason = reason


async def connect(way: ConnectionKey) -> Connection:
    """Return a new connection. It takes as long as it takes: the caller has a timeout.

    Raises:
        OSError: it did not come about; `ssl.SSLError` among them.
        ProxyError: it did not come about because of the proxy.
    """
    if way.proxy is None:
        return await _dial(way.host, way.port, way.tls if way.is_tls else None)
    try:
        connection = await _dial(way.proxy.host, way.proxy.port, way.tls if way.proxy.is_tls else None)
    except OSError as error:
        reason = error
    else:
        if way.is_tls:
            try:
                await _tunnel(connection, way, way.proxy.login)
            except BaseException:
                connection.abort()
                raise
        return connection
    raise ProxyError(reason)


def abandon(connecting: "asyncio.Task[Connection]") -> None:
    """Give up a connection that may have come about already."""
    connecting.cancel()
    connecting.add_done_callback(_close)


def _close(connected: "asyncio.Task[Connection]") -> None:
    if not connected.cancelled() and connected.exception() is None:
        connected.result().abort()


def _certified(host: str) -> str:
    """Return the name that the certificate has to be for: that is without the root's dot (RFC 6066, section 3)."""
    return host.rstrip(".")


async def _dial(host: str, port: int, tls: ssl.SSLContext | None) -> Connection:
    loop = asyncio.get_running_loop()
    options: dict[str, Any] = {}
    if tls is not None:
        options.update(ssl=tls, server_hostname=_certified(host), ssl_handshake_timeout=_FOR_EVER)
    # An address is the only one, and asyncio's race leaves a socket to the garbage collector where it is
    # cancelled just after its end. Other loops, such as uvloop's, know no such option.
    is_address = ":" in host or host[-1:].isdigit()
    if not is_address and isinstance(loop, asyncio.BaseEventLoop):
        options["happy_eyeballs_delay"] = _SECOND_TRY
    _, connection = await loop.create_connection(Connection, host, port, **options)
    return connection


async def _tunnel(connection: Connection, way: ConnectionKey, login: str) -> None:
    """Have the proxy lead the connection on to the service (RFC 9110, section 9.3.6), and speak TLS there."""
    shown = f"[{way.host}]" if ":" in way.host else way.host
    authority = f"{shown}:{way.port}"
    head = f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n"
    if login:
        head += f"Proxy-Authorization: {login}\r\n"
    connection.begin(f"{head}\r\n".encode("latin-1"), _FOR_EVER)
    while not connection.is_settled:
        await connection.wait()
    if connection.failure is not None:
        raise ProxyError(connection.failure)
    response = connection.response
    if not 200 <= response.status < 300:  # noqa: PLR2004 - RFC 9110, section 15.3
        words = f"{response.status} {response.reason}".rstrip()
        raise ProxyError(OSError(f"Tunnel connection failed: {words}"))
    loop = asyncio.get_running_loop()
    assert way.tls is not None  # noqa: S101 - the service is one behind TLS
    response.restart()
    try:
        connection.transport = await loop.start_tls(
            connection.transport,
            connection,
            way.tls,
            server_hostname=_certified(way.host),
            ssl_handshake_timeout=_FOR_EVER,
        )
    except TypeError:  # before Python 3.11
        failure = ProviderSetupError(
            "Python 3.10 speaks no TLS through a proxy that speaks TLS itself.",
            hint="Use a proxy's http:// address, the synchronous call, or a newer Python.",
        )
    else:
        return
    raise failure
