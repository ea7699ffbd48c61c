"""Keep what the environment says is secret out of everything that is shown."""

import os
from urllib.parse import unquote

from g4f_lite._text_safety import redact

__all__ = ["clean", "is_secret_name", "masked_url"]

_ENDINGS = ("KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIALS", "AUTH", "COOKIE", "KEYS")
_PROXY = "_PROXY"


def is_secret_name(name: str) -> bool:
    """Whether an environment variable of this name is likely to hold a key."""
    return name.upper().endswith(_ENDINGS) and name != "G4F_LITE_KEYS"


def clean(text: str) -> str:
    """Return `text` without the environment's keys, without proxies' logins, without what looks like a key."""
    secrets = []
    for name, value in os.environ.items():
        if is_secret_name(name):
            secrets += [value, *value.replace(",", " ").split()]
        elif name.upper().endswith(_PROXY) and "@" in value:
            login = value.partition("://")[2] or value
            login = login.rpartition("@")[0]
            for form in (login, unquote(login)):
                secrets += [form, form.partition(":")[2]]
    return redact(text, secrets)


def masked_url(url: str) -> str:
    """Return a URL, or what is meant as one, with nothing of its login left."""
    login, at, host = url.rpartition("@")
    if not at:
        return url
    scheme, mark, _ = login.partition("://")
    return f"{scheme}{mark}***@{host}" if mark else f"***@{host}"
