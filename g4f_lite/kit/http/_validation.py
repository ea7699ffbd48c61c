"""Validation of a request before it is sent. Pure functions: no I/O and no environment."""

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
    """Return `timeout` as seconds to connect and seconds between bytes.

    Raises:
        InvalidArgumentError: `timeout` is neither a positive number nor a pair of positive numbers.
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

    Args:
        argument: the name of the argument, for the error.
        url: the URL to check.

    Raises:
        InvalidArgumentError: `url` is not an absolute ``http`` or ``https`` URL, or has a login, or a query or
            fragment, to which a path cannot be appended.
    """
    fault = _url_fault(url) if isinstance(url, str) else f"is a {type(url).__name__}"
    if fault or not isinstance(url, str):
        # The message does not show the URL: the part that does not belong there may be a key.
        raise InvalidArgumentError(
            argument,
            f"`{argument}` {fault}; it has to be an absolute http or https URL.",
            hint='Pass something like "https://example.org/v1".',
        )
    return url.rstrip("/")


@lru_cache(maxsize=64)
def _url_fault(url: str) -> str:
    """Return the fault of a base URL as the rest of a sentence, or `""` if it is valid."""
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
    """Return the URL of a proxy, with ``http://`` before it if it has no scheme.

    Args:
        origin: the source of the URL, for the error.
        url: the URL to check.

    Raises:
        InvalidArgumentError: `url` is not a valid URL of a proxy.
    """
    full_url = url if "://" in url else f"http://{url}"  # as `requests` reads it
    try:
        parts = urlsplit(full_url)
        host = parts.hostname or ""
        is_valid = parts.scheme in _PROXY_SCHEMES and parts.port != 0 and full_url.isprintable()
        is_valid = is_valid and bool(host.encode("idna")) and " " not in host
    except ValueError:
        is_valid = False
    if not is_valid:
        raise InvalidArgumentError(
            "proxy",
            f"The proxy that {origin} names has no proxy's URL.",  # the URL is not shown: it may contain a login
            hint='It has to be something like "http://127.0.0.1:3128".',
        )
    return full_url


def check_header(name: object, value: object) -> None:
    """Check that a header can be sent.

    Raises:
        InvalidArgumentError: the name or the value is not valid. The message does not show the value, which
            may be a key.
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
    # Nearly every name has letters and hyphens only. The pattern is compiled only for other names.
    return name.isascii() and (
        name.replace("-", "").isalnum() or re.fullmatch(_HEADER_NAME, name) is not None
    )


def encode_json(value: Any) -> bytes:
    """Return a body as JSON, encoded as `requests` does: ASCII, with a space after each comma and colon.

    Raises:
        InvalidArgumentError: `value` cannot be written as JSON.
    """
    try:
        return _encode(value).encode()
    except (TypeError, ValueError, RecursionError) as error:
        problem = type(error).__name__  # the text of the exception may show the value
    raise InvalidArgumentError(
        "json", f"The request's body cannot be written as JSON ({problem}).", hint="Pass plain values."
    )
