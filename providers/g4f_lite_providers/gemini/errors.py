"""Google's errors, where they say more in their details than in their status."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from g4f_lite.errors import AuthenticationError, ProviderStatusError, QuotaExceededError, RateLimitError
from g4f_lite.kit.json_events import mapping
from g4f_lite.kit.service_errors import from_response, from_value

__all__ = ["in_place_of_an_answer", "with_status"]


def with_status(
    status: int, headers: Mapping[str, str], body: bytes, *, secrets: tuple[str, ...] = ()
) -> ProviderStatusError:
    """Return the error for a response with an error status."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    return _refined(from_response(status, headers, body, secrets=secrets), value)


def in_place_of_an_answer(value: Any, *, secrets: tuple[str, ...] = ()) -> ProviderStatusError:
    """Return the error for an error object that came where an answer, or more of one, should have."""
    error = from_value(value, secrets=secrets)
    return _refined(error, value, detail="The service broke off with an error")


def _refined(error: ProviderStatusError, value: Any, *, detail: str = "") -> ProviderStatusError:
    """Return the error in the class that its details show, where the words mislead."""
    cls: type[ProviderStatusError] = type(error)
    if error.status in (400, 403) and any(
        item.get("reason") in ("API_KEY_INVALID", "API_KEY_EXPIRED") for item in _details(value)
    ):
        cls = AuthenticationError
    elif error.status == 429:  # noqa: PLR2004 - its words are of the plan and the quota, by the minute too
        limits = _violations(value)
        if any("PerDay" in str(item.get("quotaId")) or item.get("quotaValue") == "0" for item in limits):
            cls = QuotaExceededError
        elif limits or error.retry_after is not None:
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


def _violations(value: Any) -> list[Mapping[str, Any]]:
    """Return the limits that a ``QuotaFailure`` names."""
    found = [detail.get("violations") for detail in _details(value)]
    return [mapping(item) for items in found if isinstance(items, list) for item in items]


def _details(value: Any) -> Iterator[Mapping[str, Any]]:
    error = mapping(value[0] if isinstance(value, list) and value else value).get("error")
    details = mapping(error).get("details")
    return (mapping(item) for item in details) if isinstance(details, list) else iter(())
