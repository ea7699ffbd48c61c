"""What the environment holds that must not be shown: keys by their variables' names, and proxies' logins."""

import os
from urllib.parse import unquote

__all__ = ["environment_secrets", "is_secret_variable"]

_ENDINGS = ("KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIALS", "AUTH", "COOKIE", "KEYS")


def is_secret_variable(name: str) -> bool:
    """Whether an environment variable of this name is likely to hold a key."""
    return name.upper().endswith(_ENDINGS) and name != "G4F_LITE_KEYS"


def environment_secrets() -> list[str]:
    """Return the values that must not be shown, in each form in which they may be."""
    secrets = []
    for name, value in os.environ.items():
        if is_secret_variable(name):
            secrets += [value, *value.replace(",", " ").split()]
        elif name.upper().endswith("_PROXY") and "@" in value:
            login = (value.partition("://")[2] or value).rpartition("@")[0]
            for form in (login, unquote(login)):
                secrets += [form, form.partition(":")[2]]
    return secrets
