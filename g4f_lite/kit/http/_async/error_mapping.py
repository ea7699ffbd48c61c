"""What goes wrong in an event loop's exchange, in the words of g4f_lite's error tree: those of the synchronous path."""

import asyncio
import re
import ssl
from typing import TYPE_CHECKING

from g4f_lite._utils.redaction import redact
from g4f_lite._utils.text import shorten
from g4f_lite.errors import G4FLiteError, ProviderError
from g4f_lite.kit.http import _errors
from g4f_lite.kit.http._async.connector import ProxyError
from g4f_lite.kit.http._async.response_parser import NotHTTPError
from g4f_lite.kit.http._validation import check_timeout

if TYPE_CHECKING:
    from g4f_lite.kit.http._async.progress import ExchangeProgress
    from g4f_lite.kit.http._request import HTTPRequest

__all__ = ["translate"]

_errno_of = re.compile(r"\[Errno (\d+)\]").search


def translate(request: "HTTPRequest", course: "ExchangeProgress", error: Exception) -> G4FLiteError:
    """Return what `error` comes to, naming the host and no secret; to be raised as `_failures` says."""
    failure = error if isinstance(error, G4FLiteError) else _failure(request, course, error)
    if isinstance(failure, ProviderError):
        failure.retry_safe = not course.sent
    return failure


def _failure(request: "HTTPRequest", course: "ExchangeProgress", error: Exception) -> G4FLiteError:
    host = _errors.host_of(request.url)
    if request.deadline is not None and _errors.has_passed(request.deadline):
        return _errors.deadline_error(request.deadline, course.began)
    connect, read = check_timeout(request.timeout)
    if isinstance(error, asyncio.TimeoutError):
        return (
            _errors.read_timeout_error(host, read)
            if course.sent
            else _errors.connect_timeout_error(host, connect)
        )
    return _errors.connection_error(
        host, shorten(redact(_reason(error, course), request.secrets), 200), _hint(error, course)
    )


def _hint(error: Exception, course: "ExchangeProgress") -> str:
    if isinstance(error, ProxyError):
        return _errors.PROXY_HINT
    if isinstance(error, ssl.SSLError):
        return _errors.TLS_HINT
    if isinstance(error, EOFError) and course.sent and not course.answered:
        return _errors.HUNG_UP_HINT
    return _errors.NETWORK_HINT


def _reason(error: Exception, course: "ExchangeProgress") -> str:
    if isinstance(error, ProxyError):
        return _reason(error.reason, course)
    if isinstance(error, EOFError):
        return _errors.CUT_SHORT if course.answered else _errors.HUNG_UP
    if isinstance(error, NotHTTPError):
        return _errors.CUT_SHORT if course.has_head else f"what it sent is no HTTP: {error}"
    if isinstance(error, OSError):
        return _errors.describe_os_error(_plain(error))
    return f"{type(error).__name__}: {error}"


def _plain(error: OSError) -> OSError:
    """Return the system's error out of asyncio's, which collects those of several addresses in a text."""
    found = _errno_of(str(error)) if error.errno is None else None
    return error if found is None else OSError(int(found[1]), "")
