"""Redaction of secrets, which are known by their name, by their shape, or because the caller named them.

Three predicates look at names. They differ on purpose: `is_secret_name` decides what is hidden and takes in
too much, `is_key_name` decides what is refused and takes in only what is certainly a key, and
`is_secret_variable` knows how environment variables are named.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

__all__ = [
    "environment_secrets",
    "fingerprint",
    "is_key_name",
    "is_secret_name",
    "is_secret_variable",
    "iter_strings",
    "redact",
]


_MASK = "***"
_SHORTEST_SECRET = 4
"""Characters. A shorter secret is not searched for: masking every "a" destroys the message and hides nothing."""
_SCHEMES = ("bearer", "basic", "token", "key", "apikey", "api-key")
"""Words that may precede the key in the value of a header."""


# --- by shape and by value ----------------------------------------------------------------------


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the patterns of unknown keys, each with its replacement.

    They match Authorization headers, key-like URL or JSON fields, the prefixed tokens of the large services,
    and logins in URLs. Compiled on first use: most programs never fail.
    """
    fields = r"key|token|secret|passw(?:or)?d|auth(?:orization)?|cookie|session"
    return (
        (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"), rf"\1 {_MASK}"),
        # The pattern does not match the rest of the field's name: to look for its beginning at each character of
        # a long word takes minutes for the 64 KiB that the body of an error may have.
        (re.compile(rf"(?i)((?:{fields})[\"']?\s*[=:]\s*[\"']?)([^\s\"'&,;}})]{{6,}})"), rf"\1{_MASK}"),
        (re.compile(r"(?<![A-Za-z0-9])(?:sk|pk|rk|gsk|xai|ghp|hf|AIza)[-_]?[A-Za-z0-9_-]{16,}"), _MASK),
        (re.compile(r"(://)[^/\s\"']*@"), rf"\1{_MASK}@"),
    )


def _spellings(secret: str) -> set[str]:
    """Return the forms in which a service may repeat a secret: stripped, escaped, in a URL, in base64.

    The value of a header such as ``Bearer KEY`` also yields the forms of the key alone.
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
    """Return `text` with `secrets`, and everything that looks like a key, replaced by ``***``."""
    spellings = {spelling for secret in secrets for spelling in _spellings(secret)}
    for secret in sorted(spellings, key=len, reverse=True):
        text = text.replace(secret, _MASK)
    for pattern, replacement in _patterns():
        text = pattern.sub(replacement, text)
    return text


def fingerprint(auth: object) -> str:
    """Return eight digits that tell keys apart without showing one, or `""` if `auth` holds no key."""
    from hashlib import sha256

    texts = list(iter_strings(auth))
    return sha256("\0".join(texts).encode(errors="surrogatepass")).hexdigest()[:8] if texts else ""


def iter_strings(value: Any) -> Iterator[str]:
    """Yield every string in `value` and in the containers inside it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield value.decode(errors="replace")
    elif isinstance(value, Mapping):
        yield from (text for item in value.values() for text in iter_strings(item))
    elif isinstance(value, (list, tuple, set, frozenset)):
        yield from (text for item in value for text in iter_strings(item))


# --- by name ------------------------------------------------------------------------------------

_SECRET_NAME = "key|token|secret|passw|auth|cookie|credential|headers|proxy"  # noqa: S105 - of options


def is_secret_name(name: str) -> bool:
    """Whether an option of this name may hold a key, so that its value must not be shown."""
    return re.search(_SECRET_NAME, name, re.IGNORECASE) is not None


_KEY_NAMES = frozenset(
    ("apikey", "api_key", "auth", "authorization", "cookie", "key", "password", "secret", "token")
)
_KEY_ENDINGS = ("_apikey", "_api_key", "_authorization", "_subscription_key", "_token")


def is_key_name(name: str) -> bool:
    """Whether an option, a header or a parameter of this name is certainly a key."""
    normalized = name.lower().replace("-", "_")
    return normalized in _KEY_NAMES or normalized.endswith(_KEY_ENDINGS)


_VARIABLE_ENDINGS = ("KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIALS", "AUTH", "COOKIE", "KEYS")


def is_secret_variable(name: str) -> bool:
    """Whether an environment variable of this name probably holds a key."""
    return name.upper().endswith(_VARIABLE_ENDINGS) and name != "G4F_LITE_KEYS"


def environment_secrets() -> list[str]:
    """Return the values of the environment that must not be shown, in each form in which they may occur.

    These are the keys, known by the names of their variables, and the logins of proxies.
    """
    secrets = []
    for name, value in os.environ.items():
        if is_secret_variable(name):
            secrets += [value, *value.replace(",", " ").split()]
        elif name.upper().endswith("_PROXY") and "@" in value:
            from urllib.parse import unquote

            login = (value.partition("://")[2] or value).rpartition("@")[0]
            for form in (login, unquote(login)):
                secrets += [form, form.partition(":")[2]]
    return secrets
