"""Errors of Cohere's API."""

from collections.abc import Iterable, Mapping

from g4f_lite.errors import ContentFilterError, ProviderStatusError
from g4f_lite.kit import service_errors

__all__ = ["from_response"]

_USAGE_GUIDELINES_STATUS = 498
"""Cohere's own status for a request that violates its usage guidelines (docs.cohere.com/reference/errors)."""


def from_response(
    status: int, headers: Mapping[str, str], body: bytes, *, secrets: Iterable[str]
) -> ProviderStatusError:
    """Return the error for a response with an error status."""
    error = service_errors.from_response(status, headers, body, secrets=secrets)
    return ContentFilterError(status, body=error.body) if status == _USAGE_GUIDELINES_STATUS else error
