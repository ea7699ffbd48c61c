"""What is sent, and by which way, worked out once: the URL, the headers, the proxy, the certificates.

Both paths, the synchronous and the asynchronous one, ask here, so that they send the same. The
environment is read on each call, so that a change counts, but what follows from it is worked out once.
"""

import sys
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from g4f_lite._utils.env import EnvReader
from g4f_lite.errors import InvalidArgumentError
from g4f_lite.kit.http._validation import check_header, check_proxy

if TYPE_CHECKING:
    from g4f_lite.kit.http._request import HTTPRequest

__all__ = ["ca_bundle", "outgoing_headers", "prepared_url", "proxy_of"]

_proxies = EnvReader(
    *(
        spelling
        for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
        for spelling in (name, name.upper())
    )
)
CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
_bundles = EnvReader(*CA_VARIABLES)
_SYSTEM_HAS_PROXIES = sys.platform in ("win32", "darwin", "cygwin")
"""Whether proxies are also set elsewhere than in variables."""

_WITHOUT_BODY = ("GET", "HEAD", "OPTIONS", "TRACE")

_PLAIN_HOST = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-")
_PLAIN_PATH = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ_~/") | _PLAIN_HOST


def prepared_url(request: "HTTPRequest") -> str:
    """Return the request's URL as `requests` sends it: quoted, its host in ASCII."""
    return _prepared_url(request.method, request.url)


@lru_cache(maxsize=64)
def _prepared_url(method: str, url: str) -> str:
    if _is_plain(url):
        return url
    import requests

    return cast("str", requests.Request(method, url).prepare().url)


def _is_plain(url: str) -> bool:
    """Whether no preparation changes a URL."""
    scheme, _, rest = url.partition("://")
    place, slash, path = rest.partition("/")
    host, colon, port = place.partition(":")
    return (
        scheme in ("http", "https")
        and bool(slash and host)
        and _PLAIN_HOST.issuperset(host)
        and (not colon or (port.isascii() and port.isdigit()))
        and _PLAIN_PATH.issuperset(path)
        and "/." not in url
    )


def proxy_of(request: "HTTPRequest", url: str) -> str | None:
    """Return the proxy's URL to ask `url` through: the request's own, or the environment's if it has one.

    Raises:
        InvalidArgumentError: it is no proxy's URL.
    """
    if request.proxy:
        return check_proxy("`proxy`", request.proxy)
    environment = _proxies.values()
    if not _SYSTEM_HAS_PROXIES and not any(environment):
        return None
    return _environment_proxy(url, environment)


@lru_cache(maxsize=64)
def _environment_proxy(url: str, environment: tuple[str | None, ...]) -> str | None:  # noqa: ARG001
    """Return the proxy for `url`; `environment` is there so that a change of it is a new question."""
    from requests.utils import get_environ_proxies, select_proxy

    chosen = select_proxy(url, get_environ_proxies(url))
    return None if chosen is None else check_proxy("the environment", chosen)


def ca_bundle() -> str | None:
    """Return the file or folder of trusted certificates that the environment names, None if it does not."""
    return next(filter(None, _bundles.values()), None)


@lru_cache(maxsize=1)
def _default_headers() -> tuple[tuple[str, str, str], ...]:
    """Return each header's name in small letters, its name and its value."""
    from g4f_lite import __version__

    headers = (
        ("User-Agent", f"g4f-lite/{__version__}"),
        # What both paths can unpack, whatever else is installed.
        ("Accept-Encoding", "gzip, deflate"),
        ("Accept", "*/*"),
        ("Connection", "keep-alive"),
    )
    return tuple((name.lower(), name, value) for name, value in headers)


@lru_cache(maxsize=64)
def _fixed_headers(items: tuple[tuple[str, str], ...]) -> tuple[dict[str, str], bool]:
    """Return the headers that do not depend on the body, and whether they say what kind that is."""
    own = dict(items)
    for name, value in own.items():
        check_header(name, value)
    spelled = {name.lower(): name for name in own}
    if "content-length" in spelled or "transfer-encoding" in spelled:
        raise InvalidArgumentError(
            "headers",
            "Content-Length and Transfer-Encoding say where the body ends, and are not the caller's to set.",
            hint="Leave them out.",
        )
    headers: dict[str, str] = {}
    for lower, name, value in _default_headers():
        given = spelled.get(lower)
        if given is None:
            headers[name] = value
        else:
            headers[given] = own[given]
    headers.update(own)
    return headers, "content-type" in spelled


def outgoing_headers(request: "HTTPRequest", body: bytes | None) -> dict[str, str]:
    """Return the headers in the order in which `requests.post` sends them.

    That is: the defaults, each replaced in its place where the request has it, the rest of the request's,
    the body's.

    Raises:
        InvalidArgumentError: one of them cannot be sent.
    """
    own = tuple(request.headers.items())
    try:
        fixed, has_type = _fixed_headers(own)
    except TypeError:  # a value that cannot be hashed, or sent
        fixed, has_type = _fixed_headers.__wrapped__(own)
    headers = dict(fixed)
    if body is not None:
        headers["Content-Length"] = str(len(body))
        if not has_type:
            headers["Content-Type"] = "application/json"
    elif request.method not in _WITHOUT_BODY:
        headers["Content-Length"] = "0"
    return headers
