"""What `aiohttp` is asked for, so that it sends what the synchronous path sends."""

import base64
import io
import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, unquote, urlsplit

import aiohttp
from yarl import URL

from g4f_lite.errors import ProviderSetupError
from g4f_lite.kit._certificates import tls_context
from g4f_lite.kit._checks import check_timeout, encode_json
from g4f_lite.kit._environment import outgoing_headers, prepared_url, proxy_of

if TYPE_CHECKING:
    from g4f_lite.kit.http import HTTPRequest

__all__ = ["Upload", "request_options"]

_EXACT = 1e9
"""Seconds above which a timeout may be rounded to whole ones: none is."""

_LARGE = 65536
"""Bytes of a request's body above which it is written in parts, between which others may run."""


class Upload(io.BytesIO):
    """A large body, which knows when the service last took something of it.

    Attributes:
        moved: `time.monotonic` then.
    """

    def __init__(self, body: bytes) -> None:
        super().__init__(body)
        self.moved = time.monotonic()

    def read(self, size: int | None = -1, /) -> bytes:
        """Hand out the next part: those before have left the buffers."""
        self.moved = time.monotonic()
        return super().read(size)


def request_options(request: "HTTPRequest") -> dict[str, Any]:
    """Return the arguments of the session's `request`.

    Raises:
        G4FLiteError: the request cannot be sent as it is, or not from this machine.
    """
    url = prepared_url(request)
    body = None if request.json is None else encode_json(request.json)
    headers = outgoing_headers(request, body)
    connect, read = check_timeout(request.timeout)
    total = None if request.deadline is None else max(request.deadline - time.monotonic(), 0.001)
    options: dict[str, Any] = {
        "method": request.method,
        "url": URL(url, encoded=True),
        "data": Upload(body) if body is not None and len(body) > _LARGE else body,
        "headers": headers,
        "allow_redirects": False,
        "timeout": _timeout(connect, read, total),
    }
    if body is None:
        options["skip_auto_headers"] = ("Content-Type",)  # which aiohttp would make up
    proxy = proxy_of(request, url)
    if proxy is not None:
        options.update(_proxy_options(proxy, url, headers))
    if url.startswith("https:") or (proxy is not None and proxy.startswith("https:")):
        options["ssl"] = tls_context()
    return options


@lru_cache(maxsize=64)
def _timeout(connect: float, read: float, total: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=total, connect=connect, sock_read=read, ceil_threshold=_EXACT)


def _proxy_options(proxy: str, url: str, headers: dict[str, str]) -> dict[str, Any]:
    """Return the arguments for a proxy; its login goes to the proxy only, not into a connection's key."""
    parts = urlsplit(proxy)
    if parts.scheme not in ("http", "https"):
        raise ProviderSetupError(
            f"The asynchronous exchange does not speak to a {parts.scheme} proxy.",
            hint="Use a proxy's http:// address, or the synchronous call.",
        )
    options: dict[str, Any] = {"proxy": URL(_without_login(parts))}
    if parts.username is not None:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode("latin-1", "replace")
        value = f"Basic {base64.b64encode(login).decode()}"
        if url.startswith("https:"):
            options["proxy_headers"] = {"Proxy-Authorization": value}
        else:
            headers["Proxy-Authorization"] = value
    return options


def _without_login(parts: SplitResult) -> str:
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
