"""Whether the same provider may be asked once more after a failure, and after what wait."""

from math import inf

from g4f_lite.errors import (
    AuthenticationError,
    G4FLiteError,
    InvalidArgumentError,
    ProviderConnectionError,
    ProviderError,
    ProviderStatusError,
    ProviderTimeoutError,
    QuotaExceededError,
    RateLimitError,
)
from g4f_lite.routes import Retry

__all__ = ["backoff_seconds", "is_key_error", "is_retryable", "to_retry_policy"]

_PASSING = frozenset((408, 409, 425, 429, 500, 502, 503, 504, 529))
"""The statuses that another time may not have."""


def to_retry_policy(retries: object) -> Retry:
    """Return what `retries=` says.

    Raises:
        InvalidArgumentError: it is neither a number of repetitions nor a `Retry`.
    """
    if type(retries) is int and retries >= 0:
        return Retry(retries)
    if isinstance(retries, Retry):
        attempts, base, cap, max_wait = retries
        if type(attempts) is int and attempts >= 0 and _is_time(base) and _is_time(cap) and max_wait >= 0:
            return retries
    raise InvalidArgumentError(
        "retries",
        "`retries` has to be a whole number from 0 up, or a Retry of one and of times from 0 up.",
        hint="Pass retries=2, or retries=Retry(2, base=0.5, cap=8.0, max_wait=60.0).",
    )


def _is_time(value: object) -> bool:
    return isinstance(value, (int, float)) and 0 <= value < inf


def is_retryable(error: G4FLiteError) -> bool:
    """Whether asking the same provider once more is safe, and may go better.

    A read timeout is no such failure: the service may be at it still, and would be paid twice.
    """
    if isinstance(error, ProviderStatusError):
        return error.status in _PASSING and not isinstance(error, QuotaExceededError)
    if isinstance(error, ProviderConnectionError) and not isinstance(error, ProviderTimeoutError):
        return True
    return isinstance(error, ProviderError) and error.retry_safe


def is_key_error(error: G4FLiteError) -> bool:
    """Whether another key of the same provider may do better at once."""
    return isinstance(error, (AuthenticationError, RateLimitError))


def backoff_seconds(repetition: int, retry: Retry, error: G4FLiteError, drawn: float) -> float | None:
    """Return the seconds to wait before the n-th repetition, None if that is longer than the caller waits.

    `drawn` is a random number from 0 up to 1: callers that failed together must not come back together.
    """
    wait = drawn * min(retry.cap, retry.base * 2.0 ** min(repetition - 1, 60))
    wanted: float | None = getattr(error, "retry_after", None)
    if wanted is None or wanted <= wait:
        return wait
    return wanted if wanted <= retry.max_wait else None
