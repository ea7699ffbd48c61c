"""Preparation of requests: the URL, the headers, the proxy and the certificates.

The sync and the async client both use it, so that they send the same. The environment is read on each call,
so that a change takes effect; the result for the same environment is computed once.
"""

import sys
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from g4f_lite._utils.env import EnvReader
from g4f_lite.errors import InvalidArgumentError
from g4f_lite.kit.http._validation import check_header, check_proxy

if TYPE_CHECKING:
    from g4f_lite.kit.http._request import HTTPRequest

__all__ = ["build_headers", "ca_bundle", "find_proxy", "prepare_url"]

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
"""Whether the system also stores proxies outside environment variables."""

_WITHOUT_BODY = ("GET", "HEAD", "OPTIONS", "TRACE")

_PLAIN_HOST = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-")
_PLAIN_PATH = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ_~/") | _PLAIN_HOST


def prepare_url(request: "HTTPRequest") -> str:
    """Return the URL of `request` as `requests` sends it: quoted, with an ASCII host."""
    return _prepare_url(request.method, request.url)


@lru_cache(maxsize=64)
def _prepare_url(method: str, url: str) -> str:
    if _is_plain(url):
        return url
    import requests

    return cast("str", requests.Request(method, url).prepare().url)


def _is_plain(url: str) -> bool:
    """Whether `requests` sends the URL unchanged, so that it need not be prepared."""
    scheme, _, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    host, colon, port = authority.partition(":")
    return (
        scheme in ("http", "https")
        and bool(slash and host)
        and _PLAIN_HOST.issuperset(host)
        and (not colon or (port.isascii() and port.isdigit()))
        and _PLAIN_PATH.issuperset(path)
        and "/." not in url
    )


def find_proxy(request: "HTTPRequest", url: str) -> str | None:
    """Return the URL of the proxy for `url`, or None: the proxy of `request`, else of the environment.

    Raises:
        InvalidArgumentError: the proxy is not a valid URL of a proxy.
    """
    if request.proxy:
        return check_proxy("`proxy`", request.proxy)
    environment = _proxies.values()
    if not _SYSTEM_HAS_PROXIES and not any(environment):
        return None
    return _find_environment_proxy(url, environment)


@lru_cache(maxsize=64)
def _find_environment_proxy(url: str, environment: tuple[str | None, ...]) -> str | None:  # noqa: ARG001
    """Return the proxy for `url`. `environment` is only the key of the cache: a change is looked up again."""
    from requests.utils import get_environ_proxies, select_proxy

    proxy = select_proxy(url, get_environ_proxies(url))
    return None if proxy is None else check_proxy("the environment", proxy)


def ca_bundle() -> str | None:
    """Return the file or folder of trusted certificates that the environment names, or None."""
    return next(filter(None, _bundles.values()), None)


@lru_cache(maxsize=1)
def _default_headers() -> tuple[tuple[str, str, str], ...]:
    """Return the default headers, each as its lower-case name, its name and its value."""
    from g4f_lite import __version__

    headers = (
        ("User-Agent", f"g4f-lite/{__version__}"),
        # Both clients can decode these without an optional package.
        ("Accept-Encoding", "gzip, deflate"),
        ("Accept", "*/*"),
        ("Connection", "keep-alive"),
    )
    return tuple((name.lower(), name, value) for name, value in headers)


@lru_cache(maxsize=64)
def _fixed_headers(items: tuple[tuple[str, str], ...]) -> tuple[dict[str, str], bool]:
    """Return the headers that do not depend on the body, and whether they include Content-Type."""
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


def build_headers(request: "HTTPRequest", body: bytes | None) -> dict[str, str]:
    """Return the headers to send, in the order in which `requests.post` sends them.

    The default headers come first, each replaced in its place if the request has it; then the other headers
    of the request; then the headers of the body.

    Raises:
        InvalidArgumentError: a header cannot be sent.
    """
    own = tuple(request.headers.items())
    try:
        fixed, has_type = _fixed_headers(own)
    except TypeError:  # a value that cannot be hashed, which `check_header` refuses
        fixed, has_type = _fixed_headers.__wrapped__(own)
    headers = dict(fixed)
    if body is not None:
        headers["Content-Length"] = str(len(body))
        if not has_type:
            headers["Content-Type"] = "application/json"
    elif request.method not in _WITHOUT_BODY:
        headers["Content-Length"] = "0"
    return headers
