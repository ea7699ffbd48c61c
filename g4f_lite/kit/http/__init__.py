"""The HTTP client for providers, with a sync and an async side that behave alike.

A provider describes the request as an `HTTPRequest`, and reads the bytes of the body from `stream`, or in an
event loop from `astream`. Both send the same request, check the status, yield bytes as they arrive, raise the
same errors of g4f_lite, and close the response on every path: at the end, on an error, when the generator is
closed or collected, when the task is cancelled, and when the call is cancelled from another thread::

    request = HTTPRequest("https://example.org/v1/chat", json={"prompt": "Hello"})
    for data in stream(request):
        ...

Connections are pooled per process and per event loop. The proxies of the environment (``HTTPS_PROXY``,
``NO_PROXY`` ...) apply as in `requests`, and so do the certificates that ``REQUESTS_CA_BUNDLE``,
``CURL_CA_BUNDLE`` or ``SSL_CERT_FILE`` name. ``.netrc`` is not read, because a login for a browser does not
belong in an API call. Cookies are not kept, and redirects are not followed.
"""

from collections.abc import AsyncGenerator, Iterator
from typing import TYPE_CHECKING

from g4f_lite.errors import MissingExtraError, ProviderSetupError
from g4f_lite.kit.http._request import DEFAULT_TIMEOUT, MAX_BODY, HTTPRequest
from g4f_lite.kit.http._response_head import retry_after
from g4f_lite.kit.http._validation import check_timeout, check_url

if TYPE_CHECKING:
    from g4f_lite.kit.http._async_exchange import AsyncExchange

__all__ = [
    "DEFAULT_TIMEOUT",
    "MAX_BODY",
    "HTTPRequest",
    "astream",
    "check_timeout",
    "check_url",
    "has_async",
    "retry_after",
    "stream",
]

# Defined in private modules; `g4f_lite/__init__.py` has the reason.
for _value in (HTTPRequest, check_timeout, check_url, retry_after):
    _value.__module__ = __name__


def stream(request: HTTPRequest) -> Iterator[bytes]:
    """Send `request` and yield the bytes of the body as they arrive, decompressed, never `b""`.

    Raises:
        ProviderConnectionError: the connection failed or broke, or the body was cut short.
        ProviderTimeoutError: the connect or the read timeout ran out, or the deadline passed.
        ProviderStatusError: the status is not 2xx. Redirects are not followed.
        ProviderResponseError: the body does not fit its content encoding, or is larger than `max_body`.
        ProviderSetupError: the kind of proxy needs a package that is not installed.
    """
    from g4f_lite.kit.http._sync.exchange import stream_body

    yield from stream_body(request)


async def astream(request: HTTPRequest) -> AsyncGenerator[bytes, None]:
    """Do what `stream` does without blocking the event loop, on connections that belong to the loop.

    Raises:
        MissingExtraError: the extra ``async`` is not installed.
        ProviderError: as for `stream`.
    """
    exchange = open_async_exchange(request)
    try:
        while data := await exchange.read_chunk():
            yield data
    finally:
        exchange.release()


def open_async_exchange(request: HTTPRequest) -> "AsyncExchange":
    """Return the exchange that `astream` reads. The caller releases it. Raises as `astream` does."""
    if not has_async():
        raise MissingExtraError("async", "The asynchronous HTTP exchange")
    try:
        from g4f_lite.kit.http._async import open_exchange
    except ImportError as error:
        reason = f"{type(error).__name__}: {error}"
    else:
        return open_exchange(request)
    raise ProviderSetupError(
        f"The asynchronous HTTP client is installed and cannot be imported: {reason}.",
        hint="Run `pip install --force-reinstall 'g4f-lite[async]'`.",
    )


_has_async: bool | None = None


def has_async() -> bool:
    """Whether the asynchronous client (on `httptools`, of the extra ``async``) is installed."""
    global _has_async  # noqa: PLW0603 - each call needs it, and the look-up is slow
    if _has_async is None:
        from importlib.util import find_spec

        _has_async = find_spec("httptools") is not None
    return _has_async
