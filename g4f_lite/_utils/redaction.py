"""Redact secrets: what is a secret by its name, by its shape, or because we were told it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

__all__ = [
    "fingerprint",
    "is_secret_name",
    "iter_strings",
    "names_a_key",
    "redact",
]


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


_SECRET_NAME = "key|token|secret|passw|auth|cookie|credential|headers|proxy"  # noqa: S105 - of options


def is_secret_name(name: str) -> bool:
    """Whether an option of this name may hold a key."""
    return re.search(_SECRET_NAME, name, re.IGNORECASE) is not None


def fingerprint(auth: object) -> str:
    """Return what tells keys apart without being one; `""` for none."""
    from hashlib import sha256

    texts = list(iter_strings(auth))
    return sha256("\0".join(texts).encode(errors="surrogatepass")).hexdigest()[:8] if texts else ""


def iter_strings(value: Any) -> Iterator[str]:
    """Yield the strings in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield value.decode(errors="replace")
    elif isinstance(value, Mapping):
        yield from (text for item in value.values() for text in iter_strings(item))
    elif isinstance(value, (list, tuple, set, frozenset)):
        yield from (text for item in value for text in iter_strings(item))


_KEY_NAMES = frozenset(
    ("apikey", "api_key", "auth", "authorization", "cookie", "key", "password", "secret", "token")
)
_KEY_ENDINGS = ("_apikey", "_api_key", "_authorization", "_subscription_key", "_token")


def names_a_key(name: str) -> bool:
    """Whether an option, a header or a parameter of this name is a key."""
    plain = name.lower().replace("-", "_")
    return plain in _KEY_NAMES or plain.endswith(_KEY_ENDINGS)
