"""Safe access to objects of plugins: any attribute, `repr` or `str` of them may raise."""

from collections.abc import Callable, Iterable
from functools import partial
from types import ModuleType
from typing import Any, TypeVar, cast

from g4f_lite._utils.redaction import redact
from g4f_lite._utils.text import shorten, without_full_stop

__all__ = [
    "call_or",
    "describe_exception",
    "exposes_secret",
    "is_module",
    "plain_text",
    "safe_name",
    "safe_repr",
]

_T = TypeVar("_T")


def call_or(otherwise: _T, step: Callable[[], _T]) -> _T:
    """Return the result of `step`, or `otherwise` if it raises anything but `KeyboardInterrupt`."""
    try:
        return step()
    except KeyboardInterrupt:
        raise
    except BaseException:
        return otherwise


def describe_exception(error: BaseException, limit: int = 200, secrets: Iterable[str] = ()) -> str:
    """Return `error` as one line, ``"ValueError: text"``, without secrets and without a full stop."""
    kind = type(error).__name__
    text = call_or(f"{kind}, which cannot be shown", lambda: f"{kind}: {error}")
    return without_full_stop(shorten(redact(text, secrets), limit))


def exposes_secret(error: BaseException | None, secrets: Iterable[str]) -> bool:
    """Whether a traceback of `error` would show a secret, in a text, a note or a chained exception."""
    secrets = tuple(secrets)
    pending, seen = [error], set[int]()
    while pending:
        current = pending.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        text = call_or("", partial(_traceback_text, current))
        if redact(text, secrets) != text:
            return True
        pending += [current.__cause__, current.__context__, *(getattr(current, "exceptions", None) or ())]
    return False


def _traceback_text(error: BaseException) -> str:
    return f"{error} {error!r} {getattr(error, '__notes__', '')}"


def safe_repr(value: object, limit: int = 60) -> str:
    """Return the `repr` of `value` as one line of at most `limit` characters, without secrets."""
    text = call_or(f"<{type(value).__name__}, which cannot be shown>", lambda: repr(value))
    return shorten(redact(text), limit)


def is_module(value: object) -> bool:
    """Whether `value` is a module. Unlike `isinstance`, it runs no code of the value."""
    return issubclass(type(value), ModuleType)


def safe_name(value: Any) -> str:
    """Return the ``__name__`` of `value`, or `""` if it is not a string."""
    return plain_text(call_or(None, lambda: value.__name__)) or ""


def plain_text(value: object) -> str | None:
    """Return `value` as a plain `str`, even if its class overrides `str`, or None if it is not a string."""
    return str.__str__(cast("str", value)) if issubclass(type(value), str) else None
