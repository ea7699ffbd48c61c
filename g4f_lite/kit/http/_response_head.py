"""What a response's head says: its headers, its status, how long to wait."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from g4f_lite._utils.redaction import redact
from g4f_lite._utils.text import shorten
from g4f_lite.errors import ProviderError, ProviderStatusError

if TYPE_CHECKING:
    from g4f_lite.kit.http._request import HTTPRequest

__all__ = [
    "ERROR_BODY",
    "ERROR_SECONDS",
    "LINGER",
    "Headers",
    "diagnostic_headers",
    "retry_after",
    "status_error",
]

ERROR_BODY = 65536
"""Bytes of an error's body that are read."""

ERROR_SECONDS = 5.0
"""Seconds that an error's body is read for: its status is known, and who drips it could take for ever."""

LINGER = 0.5
"""Seconds that the rest of a body is read for when nothing in it matters any more."""

_SHOWN = 16384
_TELLING = r"(?:x-|apim-)?request-id|retry-after(?:-ms)?|(?:x|anthropic)-ratelimit-[a-z0-9-]{1,60}"
_REDIRECTS = (301, 302, 303, 307, 308)
_LONGEST_WAIT = 1e8
"""Seconds, three years: a service that asks for more has said nothing."""


class Headers(Mapping[str, str]):
    """A response's headers; names are looked up in any case, repeated ones are joined by commas.

    Attributes:
        status: the response's status, 0 if that is not known.
    """

    __slots__ = ("_items", "status")

    def __init__(self, items: Iterable[tuple[str, str]], status: int = 0) -> None:
        self.status = status
        self._items: dict[str, tuple[str, str]] = {}
        found = self._items
        for name, value in items:
            key = name.lower()
            known = found.get(key)
            found[key] = (known[0], f"{known[1]}, {value}") if known else (name, value)

    def __getitem__(self, name: str) -> str:
        return self._items[name.lower()][1]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._items

    def get(self, name: str, default: Any = None) -> Any:
        """Return a header, `default` if there is none; the inherited method raises and catches for that."""
        known = self._items.get(name.lower())
        return default if known is None else known[1]

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._items.values())

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        # Not the values: a service may send a cookie or repeat a key.
        return f"Headers({list(self)!r})"


def status_error(
    request: "HTTPRequest", status: int, headers: Mapping[str, str], body: bytes
) -> ProviderError:
    """Return the error for a status that is no success; `body` is the beginning of what came with it."""
    target = headers.get("location")
    if status in _REDIRECTS and target:
        return ProviderStatusError(
            status,
            detail=f"The service redirects (HTTP {status}) to {shorten(redact(target, request.secrets), 120)!r}",
            hint="Redirects are not followed, so that no key or conversation goes to a host that was not "
            "asked for: set base_url to that address if it is right.",
        )
    if request.on_status is not None:
        return request.on_status(status, headers, body[:ERROR_BODY])
    shown = redact(body[:_SHOWN].decode(errors="replace"), request.secrets)
    error = ProviderStatusError.of(status, body=shorten(shown), retry_after=retry_after(headers))
    error.headers = diagnostic_headers(headers, request.secrets)
    return error


def diagnostic_headers(headers: Mapping[str, str], secrets: Iterable[str]) -> dict[str, str]:
    """Return those of an error's headers that say which request it was, and when to ask again.

    Their names are in small letters.
    """
    return {
        name.lower(): shorten(redact(value, secrets), 100)
        for name, value in headers.items()
        if re.fullmatch(_TELLING, name.lower())
    }


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return how many seconds a service asks to wait, None if it does not say, or says nonsense.

    Read are ``Retry-After`` (RFC 9110, section 10.2.3: seconds or a date) and, before it since it is
    finer, ``retry-after-ms``, which OpenAI's API sends.
    """
    fine = _seconds(headers.get("retry-after-ms"), 1000)
    if fine is not None:
        return fine
    value = headers.get("retry-after")
    return _seconds(value, 1) if value is None or _is_number(value) else _until(value)


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def _seconds(value: str | None, per_second: int) -> float | None:
    if value is None or not _is_number(value):
        return None
    return _sensible(float(value) / per_second)


def _until(value: str) -> float | None:
    """Return the seconds from now until a date, None if it is none."""
    from datetime import datetime, timezone
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone.utc)
        return _sensible((moment - datetime.now(timezone.utc)).total_seconds())
    except (ValueError, OverflowError, TypeError):
        return None


def _sensible(seconds: float) -> float | None:
    """Return `seconds`, 0 for a moment that has passed, None for what nobody waits for."""
    return max(0.0, seconds) if seconds <= _LONGEST_WAIT else None  # NaN is not either
