"""Errors of the Gemini API; their details say more than their status."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from g4f_lite.errors import AuthenticationError, ProviderStatusError, QuotaExceededError, RateLimitError
from g4f_lite.kit import service_errors
from g4f_lite.kit.json_events import mapping

__all__ = ["from_response", "from_value"]


def from_response(
    status: int, headers: Mapping[str, str], body: bytes, *, secrets: tuple[str, ...] = ()
) -> ProviderStatusError:
    """Return the error for a response with an error status."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    return _refine_error(service_errors.from_response(status, headers, body, secrets=secrets), value)


def from_value(value: Any, *, secrets: tuple[str, ...] = ()) -> ProviderStatusError:
    """Return the error for an error object that came instead of an answer, or of the rest of one."""
    error = service_errors.from_value(value, secrets=secrets)
    return _refine_error(error, value, detail="The service broke off with an error")


def _refine_error(error: ProviderStatusError, value: Any, *, detail: str = "") -> ProviderStatusError:
    """Return the error as the class that its details show, where its message misleads."""
    cls: type[ProviderStatusError] = type(error)
    if error.status in (400, 403) and any(
        item.get("reason") in ("API_KEY_INVALID", "API_KEY_EXPIRED") for item in _error_details(value)
    ):
        cls = AuthenticationError
    elif error.status == 429:  # noqa: PLR2004 - its message names plan and quota even for limits by the minute
        violations = _quota_violations(value)
        if any("PerDay" in str(item.get("quotaId")) or item.get("quotaValue") == "0" for item in violations):
            cls = QuotaExceededError
        elif violations or error.retry_after is not None:
            cls = RateLimitError
    if cls is type(error):
        return error
    return cls(
        error.status,
        body=error.body,
        retry_after=error.retry_after,
        detail=detail,
        code=error.code,
        kind=error.kind,
        param=error.param,
    )


def _quota_violations(value: Any) -> list[Mapping[str, Any]]:
    """Return the violations in the ``QuotaFailure`` of an error."""
    lists = [detail.get("violations") for detail in _error_details(value)]
    return [mapping(item) for items in lists if isinstance(items, list) for item in items]


def _error_details(value: Any) -> Iterator[Mapping[str, Any]]:
    error = mapping(value[0] if isinstance(value, list) and value else value).get("error")
    details = mapping(error).get("details")
    return (mapping(item) for item in details) if isinstance(details, list) else iter(())
