"""`HTTPRequest`, the description of an exchange.

A module of its own that imports no other part of the HTTP client, because every part imports it.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from g4f_lite._utils.redaction import redact
from g4f_lite.errors import ProviderError

__all__ = [
    "DEFAULT_TIMEOUT",
    "MAX_BODY",
    "HTTPRequest",
    "Timeout",
]


Timeout = float | tuple[float, float]

DEFAULT_TIMEOUT = (10.0, 60.0)
"""Seconds to connect, and seconds without a byte while reading."""

MAX_BODY = 64 * 1024 * 1024
"""Bytes of the largest complete body, for `HTTPRequest.max_body`."""


class HTTPRequest(NamedTuple):
    """One HTTP request, and how its response is read.

    Attributes:
        url: an absolute ``http`` or ``https`` URL.
        json: the body, sent as ``application/json``; None for no body.
        headers: further headers, sent in this order.
        method: the HTTP method.
        timeout: seconds to connect and seconds between bytes, as one number or a pair.
        proxy: the URL of the proxy, instead of the environment's proxy.
        secrets: strings that errors must not show, such as the key in a header.
        on_headers: function called with the headers of a successful response before its body is read. Their
            names are looked up in any case, and their attribute `status` is the status of the response.
        deadline: the time (of `time.monotonic`) at which the whole exchange is ended.
        max_body: size in bytes, after decompression, above which the body is refused; None for a stream of
            any length.
        on_status: function that returns the error for a status other than 2xx. It gets the status, the
            headers and at most the first 64 KiB of the body. It is not called for redirects.
        is_over: function called after each piece of the body, which returns whether the rest is irrelevant.
            The rest is then read for a moment, so that the connection can be used again, but not waited for.
    """

    url: str
    json: Any = None
    headers: Mapping[str, str] = MappingProxyType({})
    method: str = "POST"
    timeout: Timeout = DEFAULT_TIMEOUT
    proxy: str | None = None
    secrets: tuple[str, ...] = ()
    on_headers: Callable[[Mapping[str, str]], None] | None = None
    deadline: float | None = None
    max_body: int | None = None
    on_status: Callable[[int, Mapping[str, str], bytes], ProviderError] | None = None
    is_over: Callable[[], bool] | None = None

    def __repr__(self) -> str:
        # Without the body and the headers: the conversation and a key do not belong in a traceback or a log.
        return f"HTTPRequest({self.method} {redact(self.url, self.secrets)!r})"
