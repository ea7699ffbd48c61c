"""The errors of an asynchronous exchange as errors of g4f_lite: the same as those of the synchronous client."""

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

__all__ = ["map_error"]

_find_errno = re.compile(r"\[Errno (\d+)\]").search


def map_error(request: "HTTPRequest", progress: "ExchangeProgress", error: Exception) -> G4FLiteError:
    """Return the error to raise for `error`. It names the host, and contains no secret of the request."""
    failure = error if isinstance(error, G4FLiteError) else _provider_error(request, progress, error)
    if isinstance(failure, ProviderError):
        failure.retry_safe = not progress.has_sent
    return failure


def _provider_error(request: "HTTPRequest", progress: "ExchangeProgress", error: Exception) -> G4FLiteError:
    host = _errors.host_of(request.url)
    if request.deadline is not None and _errors.has_passed(request.deadline):
        return _errors.deadline_error(request.deadline, progress.began)
    connect, read = check_timeout(request.timeout)
    if isinstance(error, asyncio.TimeoutError):
        if progress.has_sent:
            return _errors.read_timeout_error(host, read)
        return _errors.connect_timeout_error(host, connect)
    reason = shorten(redact(_reason(error, progress), request.secrets), 200)
    return _errors.connection_error(host, reason, _hint(error, progress))


def _hint(error: Exception, progress: "ExchangeProgress") -> str:
    if isinstance(error, ProxyError):
        return _errors.PROXY_HINT
    if isinstance(error, ssl.SSLError):
        return _errors.TLS_HINT
    if isinstance(error, EOFError) and progress.has_sent and not progress.has_response:
        return _errors.HUNG_UP_HINT
    return _errors.NETWORK_HINT


def _reason(error: Exception, progress: "ExchangeProgress") -> str:
    if isinstance(error, ProxyError):
        return _reason(error.reason, progress)
    if isinstance(error, EOFError):
        return _errors.CUT_SHORT if progress.has_response else _errors.HUNG_UP
    if isinstance(error, NotHTTPError):
        return _errors.CUT_SHORT if progress.has_head else f"what it sent is no HTTP: {error}"
    if isinstance(error, OSError):
        return _errors.describe_os_error(_first_os_error(error))
    return f"{type(error).__name__}: {error}"


def _first_os_error(error: OSError) -> OSError:
    """Return the system's error from asyncio's, whose text joins those of several addresses."""
    match = _find_errno(str(error)) if error.errno is None else None
    return error if match is None else OSError(int(match[1]), "")
