"""The HTTP exchange for providers, on `requests`.

A provider describes what to send as an `HTTPRequest` and reads the body's bytes from `stream`, which
checks the status, delivers bytes as they arrive, turns every failure into an error of g4f_lite's tree,
and closes the response on every path: at the end, on an error, on ``close()`` of the generator, on
garbage collection, and when the call is cancelled from another thread.

Connections are pooled per process and reused. Environment proxies (``HTTPS_PROXY``, ``NO_PROXY`` ...)
and CA settings (``REQUESTS_CA_BUNDLE``, ``CURL_CA_BUNDLE``) are honoured as `requests` does; ``.netrc``
is not read, since a login meant for a browser has no business in an API call. Cookies are not kept.
"""

import json as _json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from g4f_lite._text_safety import redact, shorten
from g4f_lite.errors import InvalidArgumentError, ProviderResponseError, ProviderStatusError

if TYPE_CHECKING:
    import requests

    from g4f_lite.kit._pool import Pool

__all__ = ["DEFAULT_TIMEOUT", "HTTPRequest", "check_timeout", "check_url", "stream"]

Timeout = float | tuple[float, float]

DEFAULT_TIMEOUT = (10.0, 60.0)
"""Seconds to connect, and seconds without a byte while reading."""

_READ_SIZE = 65536
_ERROR_BODY_LIMIT = 16384
_REDIRECTS = (301, 302, 303, 307, 308)
_LONGEST_WAIT = 1e8
"""Seconds, three years: a service that asks for more has said nothing."""


class HTTPRequest(NamedTuple):
    """What to send.

    Attributes:
        url: an absolute ``http`` or ``https`` URL.
        json: the body, sent as ``application/json``; None: no body.
        headers: further headers, sent in this order.
        timeout: seconds to connect and seconds between bytes, as one number or a pair.
        proxy: the proxy's URL, for this request instead of the environment's.
        secrets: strings that must not show in errors, such as the key in a header.
        on_headers: called with the headers of a successful response before its body is read; their
            names are looked up in any case.
    """

    url: str
    json: Any = None
    headers: Mapping[str, str] = MappingProxyType({})
    method: str = "POST"
    timeout: Timeout = DEFAULT_TIMEOUT
    proxy: str | None = None
    secrets: tuple[str, ...] = ()
    on_headers: Callable[[Mapping[str, str]], None] | None = None

    def __repr__(self) -> str:
        # Neither the conversation nor a key belongs into a traceback or a log.
        return f"HTTPRequest({self.method} {redact(self.url, self.secrets)!r})"


def check_timeout(timeout: object) -> tuple[float, float]:
    """Return a timeout as (connect, read) seconds.

    Raises:
        InvalidArgumentError: if it is no positive number and no pair of them.
    """
    pair: Any = timeout if isinstance(timeout, (tuple, list)) else (timeout, timeout)
    if len(pair) == 2 and all(_is_positive(item) for item in pair):  # noqa: PLR2004 - a pair
        return (float(pair[0]), float(pair[1]))
    raise InvalidArgumentError(
        "timeout",
        f"`timeout` is {shorten(repr(timeout), 60)}; it has to be seconds, one number above 0 or a pair "
        "(connect, read).",
        hint="Pass timeout=30, say.",
    )


def _is_positive(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < float("inf")


def check_url(argument: str, url: object) -> str:
    """Return a base URL without its final slash.

    Raises:
        InvalidArgumentError: naming `argument`, if it is no absolute ``http`` or ``https`` URL, or has
            a login, a query or a fragment, which a path cannot be put behind.
    """
    fault = _fault(url) if isinstance(url, str) else f"is a {type(url).__name__}"
    if fault or not isinstance(url, str):
        # Not the URL itself: what does not belong into one may be a key.
        raise InvalidArgumentError(
            argument,
            f"`{argument}` {fault}; it has to be an absolute http or https URL.",
            hint='Pass something like "https://example.org/v1".',
        )
    return url.rstrip("/")


def _fault(url: str) -> str:
    """Return what is wrong with a base URL, `""` if nothing is."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        return "is malformed" if "port" not in str(error).lower() else "has a port that is no port"
    if parts.scheme not in ("http", "https"):
        return "begins with neither http:// nor https://"
    if not parts.hostname or port == 0:
        return "names no host" if not parts.hostname else "has a port that is no port"
    if "@" in parts.netloc:
        return "has a login in it"
    return (
        "has a query or a fragment, behind which no path can be put" if parts.query or parts.fragment else ""
    )


_PROXY_SCHEMES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")


def check_proxy(origin: str, url: str) -> str:
    """Return a proxy's URL.

    Raises:
        InvalidArgumentError: if it is none; `origin` says where it came from.
    """
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")  # as requests reads it
        good = parts.scheme in _PROXY_SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise InvalidArgumentError(
            "proxy",
            f"The proxy that {origin} names has no proxy's URL.",  # which may have a login, so it is not shown
            hint='It has to be something like "http://127.0.0.1:3128".',
        )
    return url


def stream(request: HTTPRequest) -> Iterator[bytes]:
    """Send `request` and yield the body's bytes as they arrive; decompressed, never `b""`.

    Raises:
        ProviderConnectionError: no connection, a broken one, or a body cut short.
        ProviderTimeoutError: the connect or the read timeout ran out.
        ProviderStatusError: any status but 2xx; redirects are not followed.
        ProviderSetupError: the proxy's kind needs a package that is not installed.
    """
    from g4f_lite.kit._failures import FOREIGN, translate

    try:
        yield from _exchange(request)
        return
    except FOREIGN as error:
        failure = translate(request, error)
    raise failure


def _exchange(request: HTTPRequest) -> Iterator[bytes]:
    response, watch = _pool().send(request)
    try:
        if not 200 <= response.status_code < 300:  # noqa: PLR2004 - RFC 9110, section 15.3
            raise _status_error(request, response)
        if request.on_headers is not None:
            request.on_headers(response.headers)
        yield from _pieces(response)
    finally:
        watch.detach()
        response.close()


def _pieces(response: "requests.Response") -> Iterator[bytes]:
    """Yield the decoded body piece by piece, each as soon as it is there.

    `iter_content(None)` would do so for chunked bodies only, and there waits for whole chunks; it
    collects any other body to its end.
    """
    raw = response.raw
    wire: Any = getattr(raw, "_original_response", None)
    if getattr(wire, "chunked", False) and response.headers.get("content-encoding", "identity") == "identity":
        # The common stream. The standard library's response decodes its chunks at a sixth of the
        # cost of urllib3's layers above it, of which nothing else is needed here.
        while data := wire.read1(_READ_SIZE):
            yield data
        raw.release_conn()
        return
    read1 = getattr(raw, "read1", None)
    if read1 is None:  # urllib3 1.x
        yield from response.iter_content(None if getattr(raw, "chunked", False) else 1)
        return
    seen = False
    while data := read1(_READ_SIZE, decode_content=True):
        seen = True
        yield data
    packed = getattr(getattr(raw, "_decoder", None), "_obj", None)
    if seen and getattr(packed, "eof", True) is False:  # the framing was whole, what is in it is not
        raise ProviderResponseError(
            "The compressed answer was cut short.", hint="Ask again, or ask another provider."
        )


def _status_error(request: HTTPRequest, response: "requests.Response") -> ProviderStatusError:
    status = response.status_code
    target = response.headers.get("location")
    if status in _REDIRECTS and target:
        return ProviderStatusError(
            status,
            detail=f"The service redirects (HTTP {status}) to {shorten(redact(target, request.secrets), 120)!r}",
            hint="Redirects are not followed, so that no key or conversation goes to a host that was not "
            "asked for: set base_url to that address if it is right.",
        )
    return ProviderStatusError.of(
        status,
        body=_error_body(request, response),
        retry_after=_retry_after(response.headers.get("retry-after")),
    )


def _error_body(request: HTTPRequest, response: "requests.Response") -> str:
    """Return the beginning of an error's body as one short line, or `""` if it cannot be had."""
    body = bytearray()
    try:
        for piece in _pieces(response):
            body += piece
            if len(body) >= _ERROR_BODY_LIMIT:
                break
    except Exception:  # the status is what matters, and it is known
        pass
    text = bytes(body[:_ERROR_BODY_LIMIT]).decode(errors="replace")
    return shorten(redact(text, request.secrets))


def _retry_after(value: str | None) -> float | None:
    """Read ``Retry-After`` (RFC 9110, section 10.2.3): seconds or a date; None if it is neither."""
    if not value:
        return None
    try:
        return _sensible(float(value))
    except (ValueError, OverflowError):
        pass
    from datetime import datetime, timezone
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone.utc)
        return _sensible((moment - datetime.now(timezone.utc)).total_seconds())
    except (ValueError, OverflowError, TypeError):
        return None


def _sensible(seconds: float) -> float | None:
    return max(0.0, seconds) if seconds <= _LONGEST_WAIT else None


def encode_json(value: Any) -> bytes:
    """Encode a body as `requests` does: ASCII, with a space after each comma and colon.

    Raises:
        InvalidArgumentError: it is nothing that JSON has.
    """
    try:
        return _json.dumps(value, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        problem = type(error).__name__  # its text may show the value
    raise InvalidArgumentError(
        "json", f"The request's body cannot be written as JSON ({problem}).", hint="Pass plain values."
    )


_pool_lock = threading.Lock()
_pools: dict[int, "Pool"] = {}


def _pool() -> "Pool":
    """Return this process's pool. A forked child gets its own: sockets must not be shared."""
    pid = os.getpid()
    pool = _pools.get(pid)
    if pool is None:
        from g4f_lite.kit._pool import Pool

        with _pool_lock:
            pool = _pools.setdefault(pid, Pool())
    return pool
