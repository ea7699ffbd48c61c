"""The bytes of a request, and the key of its connection. The synchronous client sends the same bytes."""

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

__all__ = ["Address", "ConnectionKey", "Proxy", "encode_request"]

_DEFAULT_PORTS = {"http": 80, "https": 443}


class Address(NamedTuple):
    """The parts of a URL; `authority` is the value of the header ``Host``."""

    is_tls: bool
    host: str
    port: int
    authority: str
    target: str


class Proxy(NamedTuple):
    """A proxy; `authorization` is the value of its header ``Proxy-Authorization``, or `""`."""

    is_tls: bool
    host: str
    port: int
    authorization: str


class ConnectionKey(NamedTuple):
    """The key of the pool: exchanges with an equal key can share a connection."""

    is_tls: bool
    host: str
    port: int
    proxy: Proxy | None
    tls: ssl.SSLContext | None


def encode_request(request: "HTTPRequest") -> tuple[ConnectionKey, bytes, bytes]:
    """Return the connection key, the head and the body of a request.

    Raises:
        G4FLiteError: the request cannot be sent as it is, or not from this machine.
    """
    try:
        url = prepare_url(request)
        address = _parse_url(url)
    except ValueError as error:  # From `requests`, or for a name that a host cannot have.
        reason = shorten(redact(f"{type(error).__name__}: {error}", request.secrets), 200)
    else:
        return _encode(request, url, address)
    raise _errors.unusable_url_error(reason)


def _encode(request: "HTTPRequest", url: str, address: Address) -> tuple[ConnectionKey, bytes, bytes]:
    body = b"" if request.json is None else encode_json(request.json)
    headers = build_headers(request, None if request.json is None else body)
    proxy_url = find_proxy(request, url)
    proxy = None if proxy_url is None else _parse_proxy(proxy_url)
    tls = tls_context() if address.is_tls or (proxy is not None and proxy.is_tls) else None
    target = address.target
    if proxy is not None and not address.is_tls:
        target = f"http://{address.authority}{target}"
        if proxy.authorization:
            headers["Proxy-Authorization"] = proxy.authorization
    lines = [f"{request.method} {target} HTTP/1.1\r\n"]
    if not any(name.lower() == "host" for name in request.headers):
        lines.append(f"Host: {address.authority}\r\n")
    lines += [f"{name}: {value}\r\n" for name, value in headers.items()]
    lines.append("\r\n")
    key = ConnectionKey(address.is_tls, address.host, address.port, proxy, tls)
    return key, "".join(lines).encode("latin-1"), body


@lru_cache(maxsize=256)
def _parse_url(url: str) -> Address:
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS:
        raise ValueError("neither http nor https")
    host = parts.hostname or ""
    host.encode("idna")  # asyncio does the same, and its error would not be a `ValueError` of this function.
    bracketed = f"[{host}]" if ":" in host else host
    default = _DEFAULT_PORTS[parts.scheme]
    port = parts.port or default
    authority = bracketed if port == default else f"{bracketed}:{port}"
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    return Address(parts.scheme == "https", host, port, authority, target)


@lru_cache(maxsize=64)
def _parse_proxy(url: str) -> Proxy:
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS:
        raise ProviderSetupError(
            f"The asynchronous exchange does not speak to a {parts.scheme} proxy.",
            hint="Use a proxy's http:// address, or the synchronous call.",
        )
    authorization = ""
    if parts.username is not None:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode("latin-1", "replace")
        authorization = f"Basic {base64.b64encode(login).decode()}"
    is_tls = parts.scheme == "https"
    return Proxy(is_tls, parts.hostname or "", parts.port or _DEFAULT_PORTS[parts.scheme], authorization)
