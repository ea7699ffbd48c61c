"""A request as the bytes that go out in an event loop: the same as the synchronous path sends."""

import base64
import ssl
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from g4f_lite._utils.redaction import redact
from g4f_lite._utils.text import shorten
from g4f_lite.errors import ProviderSetupError
from g4f_lite.kit.http import _errors
from g4f_lite.kit.http._preparation import build_headers, find_proxy, prepare_url
from g4f_lite.kit.http._tls import tls_context
from g4f_lite.kit.http._validation import encode_json

if TYPE_CHECKING:
    from g4f_lite.kit.http._request import HTTPRequest

__all__ = ["Address", "ConnectionKey", "Proxy", "wire_request"]

_DEFAULT_PORTS = {"http": 80, "https": 443}


class Address(NamedTuple):
    """Where a URL leads; `authority` is the host as a request names it."""

    is_tls: bool
    host: str
    port: int
    authority: str
    target: str


class Proxy(NamedTuple):
    """Whom to ask in place of the service; `login` is the value of its header, `""` for none."""

    is_tls: bool
    host: str
    port: int
    login: str


class ConnectionKey(NamedTuple):
    """What a connection leads to: exchanges that go the same way can share one."""

    is_tls: bool
    host: str
    port: int
    proxy: Proxy | None
    tls: ssl.SSLContext | None


def wire_request(request: "HTTPRequest") -> tuple[ConnectionKey, bytes, bytes]:
    """Return where a request goes, its head and its body.

    Raises:
        G4FLiteError: the request cannot be sent as it is, or not from this machine.
    """
    try:
        url = prepare_url(request)
        address = _address(url)
    except ValueError as error:  # of `requests`, or for a name that no host can have
        reason = shorten(redact(f"{type(error).__name__}: {error}", request.secrets), 200)
    else:
        return _wired(request, url, address)
    raise _errors.unusable_url_error(reason)


def _wired(request: "HTTPRequest", url: str, address: Address) -> tuple[ConnectionKey, bytes, bytes]:
    body = b"" if request.json is None else encode_json(request.json)
    headers = build_headers(request, None if request.json is None else body)
    proxy_url = find_proxy(request, url)
    proxy = None if proxy_url is None else _proxy(proxy_url)
    tls = tls_context() if address.is_tls or (proxy is not None and proxy.is_tls) else None
    target = address.target
    if proxy is not None and not address.is_tls:
        target = f"http://{address.authority}{target}"
        if proxy.login:
            headers["Proxy-Authorization"] = proxy.login
    lines = [f"{request.method} {target} HTTP/1.1\r\n"]
    if not any(name.lower() == "host" for name in request.headers):
        lines.append(f"Host: {address.authority}\r\n")
    lines += [f"{name}: {value}\r\n" for name, value in headers.items()]
    lines.append("\r\n")
    way = ConnectionKey(address.is_tls, address.host, address.port, proxy, tls)
    return way, "".join(lines).encode("latin-1"), body


@lru_cache(maxsize=256)
def _address(url: str) -> Address:
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS:
        raise ValueError("neither http nor https")
    host = parts.hostname or ""
    host.encode("idna")  # as asyncio does it, where the error would be one of its own
    shown = f"[{host}]" if ":" in host else host
    default = _DEFAULT_PORTS[parts.scheme]
    port = parts.port or default
    authority = shown if port == default else f"{shown}:{port}"
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    return Address(parts.scheme == "https", host, port, authority, target)


@lru_cache(maxsize=64)
def _proxy(url: str) -> Proxy:
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS:
        raise ProviderSetupError(
            f"The asynchronous exchange does not speak to a {parts.scheme} proxy.",
            hint="Use a proxy's http:// address, or the synchronous call.",
        )
    login = ""
    if parts.username is not None:
        words = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode("latin-1", "replace")
        login = f"Basic {base64.b64encode(words).decode()}"
    is_tls = parts.scheme == "https"
    return Proxy(is_tls, parts.hostname or "", parts.port or _DEFAULT_PORTS[parts.scheme], login)
