"""Make foreign text fit for an error or a log: secrets out, length bounded, one line where asked."""

import re
from collections.abc import Iterable
from functools import lru_cache

_MASK = "***"
_SHORTEST_SECRET = 4
"""Shorter strings are not searched for: masking every "a" would destroy the message and hide nothing."""
_SCHEMES = ("bearer", "basic", "token", "key", "apikey", "api-key")
"""What may stand before the key in the value of a header."""


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return what keys look like when nobody told us the key, and what to put there.

    Authorization headers, key-like URL or JSON fields, the prefixed tokens of the large services, and
    logins in URLs. Compiled on first use: most programs never fail.
    """
    fields = r"key|token|secret|passw(?:or)?d|auth(?:orization)?|cookie|session"
    return (
        (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"), rf"\1 {_MASK}"),
        # Not the rest of the field's name: to look for its beginning at each character of a long word would
        # take minutes for the 64 KiB that an error's body may have.
        (re.compile(rf"(?i)((?:{fields})[\"']?\s*[=:]\s*[\"']?)([^\s\"'&,;}})]{{6,}})"), rf"\1{_MASK}"),
        (re.compile(r"(?<![A-Za-z0-9])(?:sk|pk|rk|gsk|xai|ghp|hf|AIza)[-_]?[A-Za-z0-9_-]{16,}"), _MASK),
        (re.compile(r"(://)[^/\s\"']*@"), rf"\1{_MASK}@"),
    )


def _spellings(secret: str) -> set[str]:
    """Return the forms in which a secret comes back: as it is, stripped, escaped, in a URL, in base64.

    Of a header's value such as ``Bearer KEY``, also those of the key by itself.
    """
    from base64 import b64encode
    from urllib.parse import quote, quote_plus

    bare = secret.strip()
    raw = secret.encode(errors="surrogatepass")
    forms = {secret, bare, repr(secret)[1:-1], repr(raw)[2:-1], quote(bare, safe=""), quote(bare)}
    forms.add(quote_plus(bare))
    forms.add(b64encode(bare.encode(errors="surrogatepass")).decode())
    scheme, _, key = bare.partition(" ")
    if scheme.lower() in _SCHEMES:
        forms |= _spellings(key)
    return {form for form in forms if len(form) >= _SHORTEST_SECRET}


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return `text` with the given secrets, and whatever looks like a key, replaced by ``***``."""
    known = {spelling for secret in secrets for spelling in _spellings(secret)}
    for secret in sorted(known, key=len, reverse=True):
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


def unstopped(text: str) -> str:
    """Return what is quoted at the end of a sentence without a full stop of its own."""
    return text[:-1] if text.endswith(".") and not text.endswith("..") else text


def when(wait: float | None) -> str:
    """Return how long to wait, to end "try again" with; None: nobody knows."""
    return "later" if wait is None else f"in {f'{wait:.1f}'.removesuffix('.0')} seconds"


def listing(names: Iterable[str], limit: int = 12) -> str:
    """Join names for a message: all of them, or the first `limit` and how many are left.

    They are on one line, and none can steer a terminal: what is not printable is escaped.
    """
    known = [name if name.isprintable() else _escaped(name) for name in names]
    if not known:
        return "none"
    if len(known) <= limit:
        return ", ".join(known)
    return f"{', '.join(known[:limit])} and {len(known) - limit} more"


def _escaped(name: str) -> str:
    return "".join(
        item if item.isprintable() else item.encode("unicode_escape").decode("ascii") for item in name
    )
