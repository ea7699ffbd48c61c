"""The retry policy: which errors are retried with the same provider, and after which backoff."""

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

_TRANSIENT_STATUSES = frozenset((408, 409, 425, 429, 500, 502, 503, 504, 529))
"""The HTTP statuses that a retry may not get again."""


def to_retry_policy(retries: object) -> Retry:
    """Return the retry policy that the `retries` of a call describes.

    Raises:
        InvalidArgumentError: `retries` is neither a number of retries nor a valid `Retry`.
    """
    if type(retries) is int and retries >= 0:
        return Retry(retries)
    if isinstance(retries, Retry):
        attempts, base, cap, max_wait = retries
        if (
            type(attempts) is int
            and attempts >= 0
            and _is_seconds(base)
            and _is_seconds(cap)
            and max_wait >= 0
        ):
            return retries
    raise InvalidArgumentError(
        "retries",
        "`retries` has to be a whole number from 0 up, or a Retry of one and of times from 0 up.",
        hint="Pass retries=2, or retries=Retry(2, base=0.5, cap=8.0, max_wait=60.0).",
    )


def _is_seconds(value: object) -> bool:
    return isinstance(value, (int, float)) and 0 <= value < inf


def is_retryable(error: G4FLiteError) -> bool:
    """Whether a retry with the same provider is safe, and may succeed.

    A read timeout is not retryable: the service may still be working on the request, and would charge twice.
    """
    if isinstance(error, ProviderStatusError):
        return error.status in _TRANSIENT_STATUSES and not isinstance(error, QuotaExceededError)
    if isinstance(error, ProviderConnectionError) and not isinstance(error, ProviderTimeoutError):
        return True
    return isinstance(error, ProviderError) and error.retry_safe


def is_key_error(error: G4FLiteError) -> bool:
    """Whether another key of the same provider may succeed at once."""
    return isinstance(error, (AuthenticationError, RateLimitError))


def backoff_seconds(number: int, retry: Retry, error: G4FLiteError, jitter: float) -> float | None:
    """Return the seconds to wait before a retry, or None if that is longer than `retry.max_wait`.

    Args:
        number: the number of the retry, from 1.
        retry: the retry policy.
        error: the error of the attempt before, which may have a `retry_after`.
        jitter: a random number from 0 up to 1, so that callers that failed together do not retry together.
    """
    wait = jitter * min(retry.cap, retry.base * 2.0 ** min(number - 1, 60))
    retry_after: float | None = getattr(error, "retry_after", None)
    if retry_after is None or retry_after <= wait:
        return wait
    return retry_after if retry_after <= retry.max_wait else None
