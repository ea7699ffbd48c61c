"""What a request is checked for before anything is sent. Pure: nothing here looks at the machine."""

import json as _json
import re
from functools import lru_cache
from math import inf
from typing import Any
from urllib.parse import urlsplit

from g4f_lite._utils.text import shorten
from g4f_lite.errors import InvalidArgumentError

__all__ = ["check_header", "check_proxy", "check_timeout", "check_url", "encode_json"]

_PROXY_SCHEMES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")
_encode = _json.JSONEncoder(allow_nan=False).encode
_HEADER_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # RFC 9110, section 5.6.2


def check_timeout(timeout: object) -> tuple[float, float]:
    """Return a timeout as (connect, read) seconds.

    Raises:
        InvalidArgumentError: if it is no positive number and no pair of them.
    """
    pair: Any = timeout if isinstance(timeout, (tuple, list)) else (timeout, timeout)
    if len(pair) == 2 and _is_positive(pair[0]) and _is_positive(pair[1]):  # noqa: PLR2004 - a pair
        return (float(pair[0]), float(pair[1]))
    raise InvalidArgumentError(
        "timeout",
        f"`timeout` is {shorten(repr(timeout), 60)}; it has to be seconds, one number above 0 or a pair "
        "(connect, read).",
        hint="Pass timeout=30, say.",
    )


def _is_positive(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < inf


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


@lru_cache(maxsize=64)
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


def check_proxy(origin: str, url: str) -> str:
    """Return a proxy's URL, with ``http://`` before it where it has no scheme.

    Raises:
        InvalidArgumentError: if it is none; `origin` says where it came from.
    """
    whole = url if "://" in url else f"http://{url}"  # as requests reads it
    try:
        parts = urlsplit(whole)
        host = parts.hostname or ""
        good = parts.scheme in _PROXY_SCHEMES and parts.port != 0 and whole.isprintable()
        good = good and bool(host.encode("idna")) and " " not in host
    except ValueError:
        good = False
    if not good:
        raise InvalidArgumentError(
            "proxy",
            f"The proxy that {origin} names has no proxy's URL.",  # which may have a login, so it is not shown
            hint='It has to be something like "http://127.0.0.1:3128".',
        )
    return whole


def check_header(name: object, value: object) -> None:
    """Check that a header can be sent.

    Raises:
        InvalidArgumentError: naming the header and not its value, which may be a key.
    """
    if not (isinstance(name, str) and _is_token(name)):
        raise InvalidArgumentError(
            "headers",
            f"{shorten(repr(name), 60)} cannot be a header's name.",
            hint="It has to be of ASCII letters, digits and hyphens.",
        )
    if isinstance(value, str) and value.isascii() and value.replace("\t", "").isprintable():
        return
    raise InvalidArgumentError(
        "headers",
        f"The header {name!r} has a value that cannot be sent: it has to be ASCII text on one line.",
        hint="A key that was read from a file often ends with a line break: strip it.",
    )


def _is_token(name: str) -> bool:
    # Nearly every name has letters and hyphens alone: the pattern is compiled for the others.
    return name.isascii() and (
        name.replace("-", "").isalnum() or re.fullmatch(_HEADER_NAME, name) is not None
    )


def encode_json(value: Any) -> bytes:
    """Encode a body as `requests` does: ASCII, with a space after each comma and colon.

    Raises:
        InvalidArgumentError: it is nothing that JSON has.
    """
    try:
        return _encode(value).encode()
    except (TypeError, ValueError, RecursionError) as error:
        problem = type(error).__name__  # its text may show the value
    raise InvalidArgumentError(
        "json", f"The request's body cannot be written as JSON ({problem}).", hint="Pass plain values."
    )
