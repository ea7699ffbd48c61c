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
from g4f_lite.errors import InvalidArgumentError, ProviderStatusError

if TYPE_CHECKING:
    import requests

    from g4f_lite.kit._pool import Pool

__all__ = ["DEFAULT_TIMEOUT", "HTTPRequest", "check_timeout", "check_url", "stream"]

Timeout = float | tuple[float, float]

DEFAULT_TIMEOUT = (10.0, 60.0)
"""Seconds to connect, and seconds without a byte while reading."""

_READ_SIZE = 65536
_ERROR_BODY_LIMIT = 16384
_REDIRECTS = range(300, 400)


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
    pair = timeout if isinstance(timeout, (tuple, list)) else (timeout, timeout)
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
        InvalidArgumentError: naming `argument`, if it is no absolute ``http`` or ``https`` URL.
    """
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
        good = parts is not None and parts.scheme in ("http", "https") and bool(parts.hostname)
        _ = parts.port if parts is not None else None
    except ValueError:
        good = False
    if not good or not isinstance(url, str):
        raise InvalidArgumentError(
            argument,
            f"`{argument}` is {shorten(redact(repr(url)), 80)}; it has to be an absolute http or https URL.",
            hint='Pass something like "https://example.org".',
        )
    return url.rstrip("/")


def stream(request: HTTPRequest) -> Iterator[bytes]:
    """Send `request` and yield the body's bytes as they arrive; decompressed, never `b""`.

    Raises:
        ProviderConnectionError: no connection, a broken one, or a body cut short.
        ProviderTimeoutError: the connect or the read timeout ran out.
        ProviderStatusError: any status but 2xx; redirects are not followed.
        ProviderSetupError: the proxy's kind needs a package that is not installed.
    """
    from g4f_lite.kit._failures import translated

    with translated(request):
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
    while data := read1(_READ_SIZE, decode_content=True):
        yield data


def _status_error(request: HTTPRequest, response: "requests.Response") -> ProviderStatusError:
    status = response.status_code
    if status in _REDIRECTS:
        target = response.headers.get("location", "")
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
        return max(0.0, float(int(value)))
    except ValueError:
        pass
    from datetime import datetime, timezone
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return max(0.0, (moment - datetime.now(timezone.utc)).total_seconds())


def encode_json(value: Any) -> bytes:
    """Encode a body as `requests` does: ASCII, with a space after each comma and colon."""
    return _json.dumps(value, allow_nan=False).encode()


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
