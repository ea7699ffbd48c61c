"""Make foreign text fit for an error or a log: secrets out, length bounded, one line where asked."""

import re
from collections.abc import Iterable
from functools import lru_cache

_MASK = "***"
_SHORTEST_SECRET = 4
"""Shorter strings are not searched for: masking every "a" would destroy the message and hide nothing."""


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return what keys look like when nobody told us the key, and what to put there.

    Authorization headers, key-like URL or JSON fields, the prefixed tokens of the large services, and
    logins in URLs. Compiled on first use: most programs never fail.
    """
    fields = r"api[_-]?key|access[_-]?token|token|secret|password|auth|key"
    return (
        (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"), rf"\1 {_MASK}"),
        (
            re.compile(rf"(?i)(\b(?:x-)?(?:{fields})[\"']?\s*[=:]\s*[\"']?)([^\s\"'&,;}})]{{6,}})"),
            rf"\1{_MASK}",
        ),
        (re.compile(r"(?<![A-Za-z0-9])(?:sk|pk|rk|gsk|xai|ghp|hf|AIza)[-_]?[A-Za-z0-9_-]{16,}"), _MASK),
        (re.compile(r"(://)[^/\s:@]+:[^/\s@]+(@)"), rf"\1{_MASK}\2"),
    )


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return `text` with the given secrets, and whatever looks like a key, replaced by ``***``."""
    for secret in sorted({s for s in secrets if len(s) >= _SHORTEST_SECRET}, key=len, reverse=True):
        text = text.replace(secret, _MASK)
    for pattern, replacement in _patterns():
        text = pattern.sub(replacement, text)
    return text


def shorten(text: str, limit: int = 300) -> str:
    """Fold white space and cut `text` to `limit` characters, saying how many were left out."""
    folded = " ".join(text.split())
    if len(folded) <= limit:
        return folded
    return f"{folded[:limit]}… ({len(folded) - limit} more characters)"


def listing(names: Iterable[str], limit: int = 12) -> str:
    """Join names for a message: all of them, or the first `limit` and how many are left."""
    known = list(names)
    if not known:
        return "none"
    if len(known) <= limit:
        return ", ".join(known)
    return f"{', '.join(known[:limit])} and {len(known) - limit} more"
