"""Turn whatever a provider's code raises into an error of g4f_lite's tree."""

import sys
from types import TracebackType
from typing import Any

from g4f_lite._text_safety import redact, shorten
from g4f_lite.errors import (
    G4FLiteError,
    ProviderConnectionError,
    ProviderCrashError,
    ProviderError,
    ProviderStatusError,
    ProviderTimeoutError,
)

__all__ = ["as_error", "leaks"]

_RETRY_HINT = "Try again, or ask another provider."


def as_error(error: BaseException, secrets: tuple[str, ...]) -> G4FLiteError:
    """Return `error` itself if it is one of ours, else what it comes to in our words.

    A provider may use `requests` by itself: what that raises is told apart, if it is imported at all.
    """
    if isinstance(error, G4FLiteError):
        return _clean(error, secrets)
    reason = shorten(redact(f"{type(error).__name__}: {error}", secrets))
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


def _clean(error: G4FLiteError, secrets: tuple[str, ...]) -> G4FLiteError:
    """Take secrets out of an error that a provider worded itself."""
    if any(secret in str(arg) for arg in error.args for secret in secrets):
        error.args = tuple(redact(str(arg), secrets) for arg in error.args)
    for name in ("body", "hint", "reason"):
        value = getattr(error, name, None)
        if isinstance(value, str) and any(secret in value for secret in secrets):
            setattr(error, name, redact(value, secrets))
    return error


def leaks(error: BaseException, secrets: tuple[str, ...]) -> bool:
    """Whether a chained exception would show a secret, by its own text or that of one chained to it."""
    step: BaseException | None = error
    seen: set[int] = set()
    while step is not None and id(step) not in seen:
        seen.add(id(step))
        text = f"{step} {step!r}"
        if redact(text, secrets) != text:
            return True
        step = step.__cause__ or step.__context__
    return False


def _location(error: BaseException) -> str:
    """Return ``file:line`` of the innermost frame: where the provider, or what it called, failed."""
    step: TracebackType | None = error.__traceback__
    place = ""
    while step is not None:
        place = f"{step.tb_frame.f_code.co_filename}:{step.tb_lineno}"
        step = step.tb_next
    return place
