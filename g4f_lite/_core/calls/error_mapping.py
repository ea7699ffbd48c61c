"""Mapping of the exceptions of a provider's code to the errors of g4f_lite."""

import os
import sys
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any

from g4f_lite._utils.redaction import is_secret_name, iter_strings, redact
from g4f_lite._utils.untrusted import describe_exception
from g4f_lite.errors import (
    G4FLiteError,
    ProviderConnectionError,
    ProviderCrashError,
    ProviderError,
    ProviderStatusError,
    ProviderTimeoutError,
)

__all__ = [
    "call_secrets",
    "is_interrupt",
    "to_g4f_error",
]


_EXTRA_OPTIONS = ("extra_query", "extra_body")
"""Options by which the caller adds anything to a request."""
_RETRY_HINT = "Try again, or ask another provider."


def is_interrupt(error: BaseException) -> bool:
    """Whether `error` is a request to stop and not a failure: Ctrl-C, or the cancel of a task."""
    asyncio: Any = sys.modules.get("asyncio")  # without the import, its exception cannot have been raised
    return isinstance(error, KeyboardInterrupt) or (
        asyncio is not None and isinstance(error, asyncio.CancelledError)
    )


def to_g4f_error(error: BaseException, secrets: tuple[str, ...]) -> G4FLiteError:
    """Return `error` itself if it is an error of g4f_lite, else the error of g4f_lite for it.

    The exceptions of `requests`, which a provider may use directly, have errors of their own.
    """
    if isinstance(error, G4FLiteError):
        return _redact_error(error, secrets)
    reason = describe_exception(error, 300, secrets)
    requests: Any = sys.modules.get("requests")
    if requests is not None and isinstance(error, requests.RequestException):
        return _from_requests(requests, error, reason)
    if isinstance(error, TimeoutError):
        return ProviderTimeoutError(
            f"The provider timed out: {reason}.", phase="read", seconds=None, hint=_RETRY_HINT
        )
    if isinstance(error, ConnectionError):
        return ProviderConnectionError(f"The connection failed: {reason}.", hint=_RETRY_HINT)
    return ProviderCrashError(reason, location=_location(error))


def _from_requests(requests: Any, error: Any, reason: str) -> ProviderError:
    if isinstance(error, requests.Timeout):
        phase = "connect" if isinstance(error, requests.ConnectTimeout) else "read"
        return ProviderTimeoutError(
            f"The service did not answer in time: {reason}.", phase=phase, seconds=None, hint=_RETRY_HINT
        )
    response = getattr(error, "response", None)
    if isinstance(error, requests.HTTPError) and response is not None:
        return ProviderStatusError.of(int(response.status_code))
    return ProviderConnectionError(f"The connection failed: {reason}.", hint=_RETRY_HINT)


def _redact_error(error: G4FLiteError, secrets: tuple[str, ...]) -> G4FLiteError:
    """Remove secrets from an error whose text a provider wrote, and return it."""
    if any(redact(text, secrets) != text for text in map(str, error.args)):
        error.args = tuple(redact(str(arg), secrets) for arg in error.args)
    for name, value in vars(error).items():
        if name not in ("partial_text", "provenance"):
            vars(error)[name] = _redact_value(value, secrets)
    notes = getattr(error, "__notes__", None)
    if notes:
        error.__notes__ = [redact(str(note), secrets) for note in notes]
    return error


def _redact_value(value: Any, secrets: tuple[str, ...]) -> Any:
    """Return `value` without the secrets in its strings."""
    if isinstance(value, str):
        return redact(value, secrets)
    if isinstance(value, Mapping):
        return {name: _redact_value(item, secrets) for name, item in value.items()}
    if type(value) in (list, tuple, set, frozenset):
        return type(value)(_redact_value(item, secrets) for item in value)
    return value


def call_secrets(
    options: Mapping[str, Any], provider: str, variables: tuple[str, ...], more: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Return the strings of a call that must not be shown.

    They are its key, the values that are named like a key, also in what is added to the request, the keys that
    the environment and the key store have for the provider, and `more`.
    """
    from g4f_lite._core.keys.lookup import known_keys  # only failures need it

    # Of a proxy, only the login is secret: its address has to be in the errors.
    secrets = [
        text
        for name, value in options.items()
        if is_secret_name(name) and name != "proxy"
        for text in iter_strings(value)
    ]
    added = [text for name in _EXTRA_OPTIONS for text in _strings_named_like_keys(options.get(name))]
    return (*secrets, *added, *known_keys(provider, *variables), *_proxy_logins(options.get("proxy")), *more)


def _strings_named_like_keys(value: object, depth: int = 8) -> Iterator[str]:
    """Yield the strings in `value` whose name is that of a key. Limited in depth: `value` may contain itself."""
    if isinstance(value, Mapping) and depth:
        for name, item in value.items():
            if isinstance(item, str) and is_secret_name(str(name)):
                yield item
            else:
                yield from _strings_named_like_keys(item, depth - 1)


def _proxy_logins(proxy: object) -> Iterator[str]:
    """Yield the logins of the proxies of the call and of the environment, as written and unquoted."""
    from urllib.parse import unquote

    from_environment = [value for name, value in os.environ.items() if name.lower().endswith("_proxy")]
    for url in (proxy, *from_environment):
        if isinstance(url, str) and "@" in url:
            login = (url.partition("://")[2] or url).rpartition("@")[0]
            password = login.partition(":")[2]
            yield from filter(None, (login, unquote(login), password, unquote(password)))


def _location(error: BaseException) -> str:
    """Return ``file:line`` of the innermost frame, where the provider or code that it called failed."""
    trace: TracebackType | None = error.__traceback__
    location = ""
    while trace is not None:
        location = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return location
