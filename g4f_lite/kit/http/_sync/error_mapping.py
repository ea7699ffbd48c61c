"""What `requests` and urllib3 raise, in the words of g4f_lite's error tree."""

from http.client import HTTPException, IncompleteRead, RemoteDisconnected
from typing import TYPE_CHECKING

import requests
import urllib3.exceptions as low

from g4f_lite._utils.redaction import redact
from g4f_lite._utils.text import shorten, without_full_stop
from g4f_lite.errors import G4FLiteError, ProviderError, ProviderSetupError
from g4f_lite.kit.http import _errors as _words
from g4f_lite.kit.http._validation import check_timeout

if TYPE_CHECKING:
    from g4f_lite.kit.http._request import HTTPRequest
    from g4f_lite.kit.http._sync.socket_guard import SocketGuard

__all__ = ["TRANSPORT_ERRORS", "can_resend", "translate"]

TRANSPORT_ERRORS = (requests.RequestException, low.HTTPError, HTTPException, OSError)
"""What an exchange can raise that is no error of g4f_lite's."""


def translate(request: "HTTPRequest", watch: "SocketGuard", error: Exception) -> G4FLiteError:
    """Return what `error` comes to, naming the host and no secret.

    It is to be raised outside the `except` that caught the original, which must not even be its
    context: the original's text, and the request that it holds, can carry the key.
    """
    cause = _root(error)
    failure = _failure(request, watch, error, cause)
    if isinstance(failure, ProviderError):
        failure.retry_safe = not watch.sent
    return failure


def can_resend(watch: "SocketGuard", error: Exception) -> bool:
    """Whether a kept connection was gone before a byte of the response came."""
    if not watch.reused or watch.answered or watch.cancelled or watch.expired:
        return False
    return isinstance(_root(error), ConnectionError)


def _failure(
    request: "HTTPRequest", watch: "SocketGuard", error: Exception, cause: BaseException
) -> G4FLiteError:
    host = _words.host_of(request.url)
    if request.deadline is not None and (watch.expired or _words.has_passed(request.deadline)):
        return _words.deadline(request.deadline, watch.began)
    if watch.cancelled:
        return _words.cancelled(sent=watch.sent)
    timeout = check_timeout(request.timeout)
    # urllib3 derives the error of a refused connection from that of one that took too long.
    refused = isinstance(cause, low.NewConnectionError)
    if not refused and isinstance(cause, (requests.ConnectTimeout, low.ConnectTimeoutError)):
        return _words.connect_timeout(host, timeout[0])
    if isinstance(error, (requests.ReadTimeout, low.ReadTimeoutError)) or isinstance(cause, TimeoutError):
        return _words.read_timeout(host, timeout[1])
    reason = _reason(cause, request.secrets)
    return _setting(host, error, reason) or _words.connection(host, reason, _connection_hint(error, cause))


def _setting(host: str, error: Exception, reason: str) -> G4FLiteError | None:
    """Return what it comes to if the failure is one of this machine's or this call's settings."""
    if isinstance(error, requests.exceptions.InvalidSchema):
        return ProviderSetupError(
            f"The proxy for {host} cannot be used: {without_full_stop(reason)}.",
            hint="Run: pip install 'requests[socks]'",
        )
    unusable = (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema, low.LocationValueError)
    if isinstance(error, unusable):
        return _words.unusable_url(reason)
    return None


def _connection_hint(error: Exception, cause: BaseException) -> str:
    if isinstance(error, requests.exceptions.ProxyError):
        return _words.PROXY_HINT
    if isinstance(error, requests.exceptions.SSLError):
        return _words.TLS_HINT
    if isinstance(cause, RemoteDisconnected):
        return _words.HUNG_UP_HINT
    return _words.NETWORK_HINT


def _reason(cause: BaseException, secrets: tuple[str, ...]) -> str:
    if isinstance(cause, (IncompleteRead, low.IncompleteRead)):
        return _words.CUT_SHORT
    if isinstance(cause, RemoteDisconnected):
        return _words.HUNG_UP
    if isinstance(cause, low.NewConnectionError) and cause.__cause__ is not None:
        cause = cause.__cause__  # without urllib3's name for its connection object
    text = _words.os_reason(cause) if isinstance(cause, OSError) else f"{type(cause).__name__}: {cause}"
    return shorten(redact(text, secrets), 200)


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
