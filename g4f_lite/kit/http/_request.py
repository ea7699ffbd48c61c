"""`HTTPRequest`: what an exchange sends. A leaf module, which every part of the HTTP client imports."""

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
"""Bytes that a whole answer may have, for `HTTPRequest.max_body`."""


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
            names are looked up in any case, and their `status` is the response's.
        deadline: a point in time (`time.monotonic`) by which the whole exchange has to be over.
        max_body: bytes, unpacked, after which the body is refused; None: a stream, without an end.
        on_status: makes the error for a status that is no success, of the status, the headers and the
            beginning of the body, at most 64 KiB of it. Redirects are not asked about.
        is_over: asked after each piece of the body: whether nothing that may follow matters. What is left is
            then read for a moment, so that the connection can be used again, and not waited for.
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
        # Neither the conversation nor a key belongs into a traceback or a log.
        return f"HTTPRequest({self.method} {redact(self.url, self.secrets)!r})"
