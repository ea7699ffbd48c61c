"""Look at things that plugins made without being hurt: any attribute, `repr` or `str` may raise."""

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
    """Return what `step` returns, or `otherwise` if it raises; `KeyboardInterrupt` is let through."""
    try:
        return step()
    except KeyboardInterrupt:
        raise
    except BaseException:
        return otherwise


def describe_exception(error: BaseException, limit: int = 200, secrets: Iterable[str] = ()) -> str:
    """Return an exception as one line, ``"ValueError: text"``, to end a sentence with; secrets removed."""
    kind = type(error).__name__
    text = call_or(f"{kind}, which cannot be shown", lambda: f"{kind}: {error}")
    return without_full_stop(shorten(redact(text, secrets), limit))


def exposes_secret(error: BaseException | None, secrets: Iterable[str]) -> bool:
    """Whether a traceback of `error` would show a secret: by its text, its notes, or what is chained to it."""
    secrets = tuple(secrets)
    waiting, seen = [error], set[int]()
    while waiting:
        step = waiting.pop()
        if step is None or id(step) in seen:
            continue
        seen.add(id(step))
        text = call_or("", partial(_shown_by, step))
        if redact(text, secrets) != text:
            return True
        waiting += [step.__cause__, step.__context__, *(getattr(step, "exceptions", None) or ())]
    return False


def _shown_by(error: BaseException) -> str:
    return f"{error} {error!r} {getattr(error, '__notes__', '')}"


def safe_repr(value: object, limit: int = 60) -> str:
    """Return the `repr` of a value as one line; secrets removed."""
    text = call_or(f"<{type(value).__name__}, which cannot be shown>", lambda: repr(value))
    return shorten(redact(text), limit)


def is_module(value: object) -> bool:
    """Whether `value` is a module; unlike `isinstance`, asks the value itself nothing."""
    return issubclass(type(value), ModuleType)


def safe_name(value: Any) -> str:
    """Return the value's ``__name__`` if that is a string, else `""`."""
    return plain_text(call_or(None, lambda: value.__name__)) or ""


def plain_text(value: object) -> str | None:
    """Return a string as a plain `str`, whatever its class makes of it; None for what is no string."""
    return str.__str__(cast("str", value)) if issubclass(type(value), str) else None
