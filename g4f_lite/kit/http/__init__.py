"""The HTTP exchange for providers: written once, run over `requests` and over asyncio.

A provider describes what to send as an `HTTPRequest` and reads the body's bytes from `stream`, or in an
event loop from `astream`. Both send the same, check the status, deliver bytes as they arrive, turn every
failure into the same error of g4f_lite's tree, and close the response on every path: at the end, on an
error, when the generator is closed or collected, when the task is cancelled, and when the call is
cancelled from another thread.

Connections are pooled, per process and per event loop, and reused. Environment proxies (``HTTPS_PROXY``,
``NO_PROXY`` ...) are honoured as `requests` does, and so are the certificates that
``REQUESTS_CA_BUNDLE``, ``CURL_CA_BUNDLE`` or ``SSL_CERT_FILE`` name; ``.netrc`` is not read, since a login
meant for a browser has no business in an API call. Cookies are not kept. Redirects are not followed.
"""

from collections.abc import AsyncGenerator, Iterator
from typing import TYPE_CHECKING

from g4f_lite.errors import MissingExtraError, ProviderSetupError
from g4f_lite.kit.http._request import DEFAULT_TIMEOUT, MAX_BODY, HTTPRequest
from g4f_lite.kit.http._response_head import retry_after
from g4f_lite.kit.http._validation import check_timeout, check_url

if TYPE_CHECKING:
    from g4f_lite.kit.http._async.exchange import AsyncExchange

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


def stream(request: HTTPRequest) -> Iterator[bytes]:
    """Send `request` and yield the body's bytes as they arrive; unpacked, never `b""`.

    Raises:
        ProviderConnectionError: no connection, a broken one, or a body cut short.
        ProviderTimeoutError: the connect or the read timeout ran out, or the deadline passed.
        ProviderStatusError: any status but 2xx; redirects are not followed.
        ProviderResponseError: the body is not packed as it says, or larger than `max_body`.
        ProviderSetupError: the proxy's kind needs a package that is not installed.
    """
    from g4f_lite.kit.http._sync.exchange import exchange

    yield from exchange(request)


async def astream(request: HTTPRequest) -> AsyncGenerator[bytes, None]:
    """Do what `stream` does without blocking the event loop; connections belong to the loop.

    Raises:
        MissingExtraError: the extra ``async`` is not installed.
        ProviderError: as `stream` does.
    """
    flight = open_async_exchange(request)
    try:
        while data := await flight.read_chunk():
            yield data
    finally:
        flight.release()


def open_async_exchange(request: HTTPRequest) -> "AsyncExchange":
    """Return the exchange that `astream` reads, for who ends it himself; raises as that does."""
    if not has_async():
        raise MissingExtraError("async", "The asynchronous HTTP exchange")
    try:
        from g4f_lite.kit.http._async.exchange import AsyncExchange
    except ImportError as error:
        reason = f"{type(error).__name__}: {error}"
    else:
        return AsyncExchange(request)
    raise ProviderSetupError(
        f"The asynchronous HTTP client is installed and cannot be imported: {reason}.",
        hint="Run `pip install --force-reinstall 'g4f-lite[async]'`.",
    )


_has_async: bool | None = None


def has_async() -> bool:
    """Whether the asynchronous client (on `httptools`, of the extra ``async``) is installed."""
    global _has_async  # noqa: PLW0603 - asked for each call, and looked up once
    if _has_async is None:
        from importlib.util import find_spec

        _has_async = find_spec("httptools") is not None
    return _has_async
