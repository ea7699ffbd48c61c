"""What `aiohttp` raises, in the words of g4f_lite's error tree: those of the synchronous path."""

import asyncio
from typing import TYPE_CHECKING

import aiohttp

from g4f_lite._text_safety import redact, shorten
from g4f_lite.errors import G4FLiteError, InvalidArgumentError, ProviderError
from g4f_lite.kit import _words
from g4f_lite.kit._checks import check_timeout

if TYPE_CHECKING:
    from g4f_lite.kit._async_pool import Course
    from g4f_lite.kit.http import HTTPRequest

__all__ = ["FOREIGN", "translate"]

FOREIGN = (aiohttp.ClientError, asyncio.TimeoutError, OSError)
"""What an exchange can raise that is no error of g4f_lite's."""


def translate(request: "HTTPRequest", course: "Course", error: Exception) -> G4FLiteError:
    """Return what `error` comes to, naming the host and no secret; to be raised as `_failures` says."""
    failure = _failure(request, course, error)
    if isinstance(failure, ProviderError):
        failure.retry_safe = not course.sent or (course.reused and _is_untaken(course, error))
    return failure


def _is_untaken(course: "Course", error: Exception) -> bool:
    """Whether a kept connection was gone before a byte of the response came."""
    if course.answered:
        return False
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return isinstance(error.message, str)  # else it is the beginning of a response
    return isinstance(error, OSError) and not isinstance(error, TimeoutError)


def _failure(request: "HTTPRequest", course: "Course", error: Exception) -> G4FLiteError:
    host = _words.host_of(request.url)
    if request.deadline is not None and _words.has_passed(request.deadline):
        return _words.deadline(request.deadline, course.began)
    timeout = check_timeout(request.timeout)
    if isinstance(error, (aiohttp.SocketTimeoutError, asyncio.TimeoutError)):
        if isinstance(error, aiohttp.ConnectionTimeoutError) or not course.sent:
            return _words.connect_timeout(host, timeout[0])
        return _words.read_timeout(host, timeout[1])
    reason = shorten(redact(_reason(error), request.secrets), 200)
    if isinstance(error, aiohttp.InvalidURL):
        return InvalidArgumentError("base_url", f"The URL cannot be used: {reason}.", hint="Correct it.")
    return _words.connection(host, reason, _hint(error))


def _hint(error: Exception) -> str:
    if isinstance(error, (aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError)):
        return _words.PROXY_HINT
    if isinstance(error, aiohttp.ClientSSLError):
        return _words.TLS_HINT
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return _words.HUNG_UP_HINT
    return _words.NETWORK_HINT


def _reason(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientPayloadError):
        return _words.CUT_SHORT
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return _words.HUNG_UP
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return f"OSError: Tunnel connection failed: {error.status} {error.message}"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f"SSLCertVerificationError: {error.certificate_error}"
    if isinstance(error, aiohttp.ClientConnectorError):
        return _words.os_reason(error.os_error)
    if isinstance(error, aiohttp.ClientResponseError):
        return f"it is not HTTP what it sent: {' '.join(error.message.split())}"
    if isinstance(error, aiohttp.ClientOSError):
        if error.errno:  # the class that the system's error had, before aiohttp made its own of it
            return _words.os_reason(OSError(error.errno, error.strerror))
        cause = error.__cause__  # aiohttp's own words have the whole URL in them
        return _words.os_reason(cause if isinstance(cause, OSError) else OSError("the connection broke"))
    return f"{type(error).__name__}: {error}"
