"""The head of a response: its headers, the error for its status, and the seconds to wait."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from g4f_lite._utils.redaction import redact
from g4f_lite._utils.text import shorten
from g4f_lite.errors import ProviderError, ProviderStatusError

if TYPE_CHECKING:
    from g4f_lite.kit.http._request import HTTPRequest

__all__ = [
    "DRAIN_SECONDS",
    "ERROR_BODY_SECONDS",
    "MAX_ERROR_BODY",
    "Headers",
    "diagnostic_headers",
    "retry_after",
    "status_error",
]

MAX_ERROR_BODY = 65536
"""Bytes that are read of the body of an error."""

ERROR_BODY_SECONDS = 5.0
"""Seconds for which the body of an error is read. The status is known, and a slow body could take for ever."""

DRAIN_SECONDS = 0.5
"""Seconds for which the rest of a body is read when it is irrelevant."""

_MAX_SHOWN = 16384
"""Bytes of the body of an error that are searched for secrets and shortened for the message."""

_DIAGNOSTIC_NAME = r"(?:x-|apim-)?request-id|retry-after(?:-ms)?|(?:x|anthropic)-ratelimit-[a-z0-9-]{1,60}"
_REDIRECTS = (301, 302, 303, 307, 308)
_MAX_WAIT = 1e8
"""Seconds, about three years. A longer wait is treated as missing."""


class Headers(Mapping[str, str]):
    """The headers of a response. Names are looked up in any case; repeated headers are joined by commas.

    Attributes:
        status: the HTTP status of the response, or 0 if it is not known.
    """

    __slots__ = ("_items", "status")

    def __init__(self, items: Iterable[tuple[str, str]], status: int = 0) -> None:
        self.status = status
        self._items: dict[str, tuple[str, str]] = {}
        merged = self._items
        for name, value in items:
            lower = name.lower()
            earlier = merged.get(lower)
            merged[lower] = (earlier[0], f"{earlier[1]}, {value}") if earlier else (name, value)

    def __getitem__(self, name: str) -> str:
        return self._items[name.lower()][1]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._items

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value of a header, or `default` if it is missing.

        The inherited method raises and catches an exception for a missing header.
        """
        item = self._items.get(name.lower())
        return default if item is None else item[1]

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._items.values())

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        # Without the values: a service may send a cookie or repeat a key.
        return f"Headers({list(self)!r})"


def status_error(
    request: "HTTPRequest", status: int, headers: Mapping[str, str], body: bytes
) -> ProviderError:
    """Return the error for a status other than 2xx. `body` is the beginning of the response's body."""
    target = headers.get("location")
    if status in _REDIRECTS and target:
        return ProviderStatusError(
            status,
            detail=f"The service redirects (HTTP {status}) to {shorten(redact(target, request.secrets), 120)!r}",
            hint="Redirects are not followed, so that no key or conversation goes to a host that was not "
            "asked for: set base_url to that address if it is right.",
        )
    if request.on_status is not None:
        return request.on_status(status, headers, body[:MAX_ERROR_BODY])
    shown = redact(body[:_MAX_SHOWN].decode(errors="replace"), request.secrets)
    error = ProviderStatusError.of(status, body=shorten(shown), retry_after=retry_after(headers))
    error.headers = diagnostic_headers(headers, request.secrets)
    return error


def diagnostic_headers(headers: Mapping[str, str], secrets: Iterable[str]) -> dict[str, str]:
    """Return the headers that identify the request or say when to retry, with lower-case names."""
    return {
        name.lower(): shorten(redact(value, secrets), 100)
        for name, value in headers.items()
        if re.fullmatch(_DIAGNOSTIC_NAME, name.lower())
    }


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a service asks to wait, or None if they are missing or not usable.

    The header is ``Retry-After`` (RFC 9110, section 10.2.3: seconds or a date). ``retry-after-ms``, which
    OpenAI's API sends, has precedence because it is more precise.
    """
    precise = _parse_seconds(headers.get("retry-after-ms"), 1000)
    if precise is not None:
        return precise
    value = headers.get("retry-after")
    return _parse_seconds(value, 1) if value is None or _is_number(value) else _seconds_until(value)


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def _parse_seconds(value: str | None, per_second: int) -> float | None:
    if value is None or not _is_number(value):
        return None
    return _bounded_wait(float(value) / per_second)


def _seconds_until(value: str) -> float | None:
    """Return the seconds from now until a date, or None if `value` is not a date."""
    from datetime import datetime, timezone
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone.utc)
        return _bounded_wait((moment - datetime.now(timezone.utc)).total_seconds())
    except (ValueError, OverflowError, TypeError):
        return None


def _bounded_wait(seconds: float) -> float | None:
    """Return `seconds`, or 0 for a time that has passed, or None for NaN or a wait of years."""
    return max(0.0, seconds) if seconds <= _MAX_WAIT else None
