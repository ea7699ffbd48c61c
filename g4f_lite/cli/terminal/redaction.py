"""Redaction of secrets in everything that the command line shows."""

from g4f_lite._utils.redaction import environment_secrets, is_secret_variable, redact

__all__ = ["is_secret_variable", "mask_login", "redact_secrets"]


def redact_secrets(text: str) -> str:
    """Return `text` without the environment's keys, proxies' logins, and what looks like a key."""
    return redact(text, environment_secrets())


def mask_login(url: str) -> str:
    """Return `url` with ``***`` for its login. Works for malformed URLs too."""
    login, at, host = url.rpartition("@")
    if not at:
        return url
    scheme, separator, _ = login.partition("://")
    return f"{scheme}{separator}***@{host}" if separator else f"***@{host}"
