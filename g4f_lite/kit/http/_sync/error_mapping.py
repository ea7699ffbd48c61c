"""Mapping of the exceptions of `requests` and urllib3 to the errors of g4f_lite."""

from http.client import HTTPException, IncompleteRead, RemoteDisconnected
from typing import TYPE_CHECKING

import requests
import urllib3.exceptions

from g4f_lite._utils.redaction import redact
from g4f_lite._utils.text import shorten, without_full_stop
from g4f_lite.errors import G4FLiteError, ProviderError, ProviderSetupError
from g4f_lite.kit.http import _errors
from g4f_lite.kit.http._validation import check_timeout

if TYPE_CHECKING:
    from g4f_lite.kit.http._request import HTTPRequest
    from g4f_lite.kit.http._sync.socket_guard import SocketGuard

__all__ = ["TRANSPORT_ERRORS", "can_resend", "translate_error"]

TRANSPORT_ERRORS = (requests.RequestException, urllib3.exceptions.HTTPError, HTTPException, OSError)
"""Every exception of an exchange that is not one of g4f_lite's."""


def translate_error(request: "HTTPRequest", guard: "SocketGuard", error: Exception) -> G4FLiteError:
    """Return the error of g4f_lite for `error`. It names the host and shows no secret.

    Raise it outside the `except` block that caught `error`, which must not even be its context: the text
    of `error`, and the request that it holds, can contain the key.
    """
    cause = _root_cause(error)
    failure = _translate(request, guard, error, cause)
    if isinstance(failure, ProviderError):
        failure.retry_safe = not guard.is_sent
    return failure


def can_resend(guard: "SocketGuard", error: Exception) -> bool:
    """Whether the service had closed a kept connection before a byte of the response was received."""
    if not guard.is_reused or guard.is_answered or guard.is_cancelled or guard.is_expired:
        return False
    return isinstance(_root_cause(error), ConnectionError)


def _translate(
    request: "HTTPRequest", guard: "SocketGuard", error: Exception, cause: BaseException
) -> G4FLiteError:
    host = _errors.host_of(request.url)
    if request.deadline is not None and (guard.is_expired or _errors.has_passed(request.deadline)):
        return _errors.deadline_error(request.deadline, guard.started_at)
    if guard.is_cancelled:
        return _errors.cancelled_error(is_sent=guard.is_sent)
    connect_timeout, read_timeout = check_timeout(request.timeout)
    # urllib3 derives the error of a refused connection from the error of a connect timeout.
    is_refused = isinstance(cause, urllib3.exceptions.NewConnectionError)
    connect_timeouts = (requests.ConnectTimeout, urllib3.exceptions.ConnectTimeoutError)
    if not is_refused and isinstance(cause, connect_timeouts):
        return _errors.connect_timeout_error(host, connect_timeout)
    read_timeouts = (requests.ReadTimeout, urllib3.exceptions.ReadTimeoutError)
    if isinstance(error, read_timeouts) or isinstance(cause, TimeoutError):
        return _errors.read_timeout_error(host, read_timeout)
    reason = _reason(cause, request.secrets)
    return _settings_error(host, error, reason) or _errors.connection_error(
        host, reason, _connection_hint(error, cause)
    )


def _settings_error(host: str, error: Exception, reason: str) -> G4FLiteError | None:
    """Return the error if a setting of this machine or of this call is at fault, or None."""
    if isinstance(error, requests.exceptions.InvalidSchema):
        return ProviderSetupError(
            f"The proxy for {host} cannot be used: {without_full_stop(reason)}.",
            hint="Run: pip install 'requests[socks]'",
        )
    url_errors = (
        requests.exceptions.InvalidURL,
        requests.exceptions.MissingSchema,
        urllib3.exceptions.LocationValueError,
    )
    if isinstance(error, url_errors):
        return _errors.unusable_url_error(reason)
    return None


def _connection_hint(error: Exception, cause: BaseException) -> str:
    if isinstance(error, requests.exceptions.ProxyError):
        return _errors.PROXY_HINT
    if isinstance(error, requests.exceptions.SSLError):
        return _errors.TLS_HINT
    if isinstance(cause, RemoteDisconnected):
        return _errors.HUNG_UP_HINT
    return _errors.NETWORK_HINT


def _reason(cause: BaseException, secrets: tuple[str, ...]) -> str:
    if isinstance(cause, (IncompleteRead, urllib3.exceptions.IncompleteRead)):
        return _errors.CUT_SHORT
    if isinstance(cause, RemoteDisconnected):
        return _errors.HUNG_UP
    if isinstance(cause, urllib3.exceptions.NewConnectionError) and cause.__cause__ is not None:
        cause = cause.__cause__  # its text does not contain urllib3's name for the connection object
    if isinstance(cause, OSError):
        text = _errors.describe_os_error(cause)
    else:
        text = f"{type(cause).__name__}: {cause}"
    return shorten(redact(text, secrets), 200)


def _root_cause(error: BaseException) -> BaseException:
    """Return the innermost exception. The texts of the outer ones repeat it, with addresses of objects."""
    seen = {id(error)}
    while True:
        inner = getattr(error, "reason", None)
        if not isinstance(inner, BaseException):
            inner = next((arg for arg in reversed(error.args) if isinstance(arg, BaseException)), None)
        if inner is None or id(inner) in seen:
            return error
        seen.add(id(inner))
        error = inner
