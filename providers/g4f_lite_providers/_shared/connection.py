"""The parts of a request except its body: base URL, headers, and the strings that errors must not show."""

import os
from collections.abc import Mapping

from g4f_lite.kit import http

__all__ = ["collect_secrets", "merge_headers", "resolve_base_url"]

_SECRET_WORDS = ("key", "token", "auth", "secret", "cookie")
"""A header is a secret if its name contains one of these words."""


def resolve_base_url(base_url: str | None, variable: str, default: str) -> str:
    """Return the checked base URL: `base_url`, else the environment variable, else `default`.

    Raises:
        InvalidArgumentError: the one that counts is not a URL.
    """
    if base_url is not None:
        return http.check_url("base_url", base_url)
    return http.check_url(variable, os.environ.get(variable) or default)


def merge_headers(headers: Mapping[str, str], extra: Mapping[str, str] | None) -> dict[str, str]:
    """Return `headers` with those in `extra` added or replaced; the case of a name does not matter."""
    if not extra:
        return dict(headers)
    replaced = {name.lower() for name in extra}
    return {**{name: value for name, value in headers.items() if name.lower() not in replaced}, **extra}


def collect_secrets(key: str | None, extra: Mapping[str, str] | None) -> tuple[str, ...]:
    """Return the strings that errors must not show: the key, and each header in `extra` that may be one."""
    secrets = (key,) if key else ()
    if not extra:
        return secrets
    return secrets + tuple(
        value
        for name, value in extra.items()
        if value and any(word in name.lower() for word in _SECRET_WORDS)
    )
