"""Headers that a caller adds to a request: they go in place of the provider's, and those that are keys show nowhere."""

from collections.abc import Mapping

__all__ = ["merged", "secrets_in"]

_KEYS = ("key", "token", "auth", "secret", "cookie")
"""What the name of a header with a key has in it."""


def merged(headers: Mapping[str, str], extra: Mapping[str, str] | None) -> dict[str, str]:
    """Return `headers` with `extra` in their place, in whatever case their names are written."""
    if not extra:
        return dict(headers)
    replaced = {name.lower() for name in extra}
    return {**{name: value for name, value in headers.items() if name.lower() not in replaced}, **extra}


def secrets_in(key: str | None, extra: Mapping[str, str] | None) -> tuple[str, ...]:
    """Return what must not show: the key, and the headers in `extra` that may be one."""
    found = (key,) if key else ()
    if not extra:
        return found
    return found + tuple(
        value for name, value in extra.items() if value and any(word in name.lower() for word in _KEYS)
    )
