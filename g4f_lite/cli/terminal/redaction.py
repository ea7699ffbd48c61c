"""Keep what the environment says is secret out of everything that is shown."""

from g4f_lite._utils.env_secrets import environment_secrets, is_secret_variable
from g4f_lite._utils.redaction import redact

__all__ = ["clean", "is_secret_variable", "masked_url"]


def clean(text: str) -> str:
    """Return `text` without the environment's keys, without proxies' logins, without what looks like a key."""
    return redact(text, environment_secrets())


def masked_url(url: str) -> str:
    """Return a URL, or what is meant as one, with nothing of its login left."""
    login, at, host = url.rpartition("@")
    if not at:
        return url
    scheme, mark, _ = login.partition("://")
    return f"{scheme}{mark}***@{host}" if mark else f"***@{host}"
