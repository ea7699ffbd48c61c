"""What `requests` and urllib3 raise, in the words of g4f_lite's error tree."""

from http.client import HTTPException, IncompleteRead, RemoteDisconnected
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests
import urllib3.exceptions as low

from g4f_lite._text_safety import redact, shorten
from g4f_lite.errors import (
    G4FLiteError,
    InvalidArgumentError,
    ProviderConnectionError,
    ProviderResponseError,
    ProviderSetupError,
    ProviderTimeoutError,
)
from g4f_lite.kit.http import check_timeout

if TYPE_CHECKING:
    from g4f_lite.kit.http import HTTPRequest

__all__ = ["FOREIGN", "translate"]


FOREIGN = (requests.RequestException, low.HTTPError, HTTPException, OSError)
"""What an exchange can raise that is no error of g4f_lite's."""


def translate(request: "HTTPRequest", error: Exception) -> G4FLiteError:
    """Return what `error` comes to, naming the host and no secret.

    It is to be raised outside the `except` that caught the original, which must not even be its
    context: the original's text, and the request that it holds, can carry the key.
    """
    host = _host(request.url)
    cause = _root(error)
    reason = _reason(cause, request.secrets)
    timeout = check_timeout(request.timeout)
    # urllib3 derives the error of a refused connection from that of one that took too long.
    refused = isinstance(cause, low.NewConnectionError)
    if not refused and isinstance(cause, (requests.ConnectTimeout, low.ConnectTimeoutError)):
        return ProviderTimeoutError(
            f"No connection to {host} within {timeout[0]:g} seconds.",
            phase="connect",
            seconds=timeout[0],
            hint="Check the network and any proxy, or pass a larger timeout.",
        )
    if isinstance(error, (requests.ReadTimeout, low.ReadTimeoutError)) or isinstance(cause, TimeoutError):
        return ProviderTimeoutError(
            f"{host} sent and took nothing for {timeout[1]:g} seconds.",
            phase="read",
            seconds=timeout[1],
            hint="Try again, or pass a larger timeout, as one number or as (connect, read).",
        )
    if isinstance(error, (low.DecodeError, requests.exceptions.ContentDecodingError)):
        return ProviderResponseError(
            f"{host} sent a body that its content encoding does not fit: {reason}.",
            hint="Ask again, or ask another provider.",
        )
    return _setting(host, error, reason) or ProviderConnectionError(
        f"The connection to {host} failed: {reason}.", hint=_connection_hint(error, cause)
    )


def _setting(host: str, error: Exception, reason: str) -> G4FLiteError | None:
    """Return what it comes to if the failure is one of this machine's or this call's settings."""
    if isinstance(error, requests.exceptions.InvalidSchema):
        return ProviderSetupError(
            f"The proxy for {host} cannot be used: {reason}.", hint="Run: pip install 'requests[socks]'"
        )
    if isinstance(error, (requests.exceptions.InvalidURL, low.LocationValueError)):
        return InvalidArgumentError("base_url", f"The URL cannot be used: {reason}.", hint="Correct it.")
    if isinstance(error, OSError) and "CA certificate bundle" in str(error):
        return ProviderSetupError(
            "The file of trusted certificates cannot be read.",
            hint="Correct REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE.",
        )
    return None


def _connection_hint(error: Exception, cause: BaseException) -> str:
    if isinstance(error, requests.exceptions.ProxyError):
        return "Check the proxy (proxy=, HTTPS_PROXY, NO_PROXY)."
    if isinstance(error, requests.exceptions.SSLError):
        return "Check the machine's clock and its trusted certificates (REQUESTS_CA_BUNDLE)."
    if isinstance(cause, RemoteDisconnected):
        return "It hung up before it answered; if it had kept the connection from before, asking again helps."
    return "Check the network, or ask another provider."


def _reason(cause: BaseException, secrets: tuple[str, ...]) -> str:
    if isinstance(cause, (IncompleteRead, low.IncompleteRead)):
        return "the answer was cut short"
    if isinstance(cause, low.NewConnectionError) and cause.__cause__ is not None:
        cause = cause.__cause__  # without urllib3's name for its connection object
    return shorten(redact(f"{type(cause).__name__}: {cause}", secrets), 200)


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def _root(error: BaseException) -> BaseException:
    """Return the innermost exception: the wrappers' texts repeat it, with object addresses around it."""
    seen = {id(error)}
    while True:
        inner = getattr(error, "reason", None)
        if not isinstance(inner, BaseException):
            inner = next((arg for arg in reversed(error.args) if isinstance(arg, BaseException)), None)
        if inner is None or id(inner) in seen:
            return error
        seen.add(id(inner))
        error = inner
