"""Parts of JSON values that a service may have left out, or made something else of: what does not fit is nothing."""

import json
from typing import Any

from g4f_lite.errors import ProviderResponseError

__all__ = ["count", "integer", "items", "objects", "string", "written"]


def items(value: Any) -> list[Any]:
    """Return `value` if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects in `value`, if it is a list."""
    return [item for item in items(value) if isinstance(item, dict)]


def string(value: Any) -> str | None:
    """Return `value` if it is a string with anything in it."""
    return value if isinstance(value, str) and value else None


def count(value: Any) -> int | None:
    """Return `value` if it is a whole number of things, which some services write with a fraction, 7.0."""
    if type(value) is float and value.is_integer():
        value = int(value)
    return value if type(value) is int and value >= 0 else None


def integer(value: Any) -> int | None:
    """Return `value` if it is a whole number."""
    return value if type(value) is int else None


def written(value: Any, *, ascii_only: bool = False, separators: tuple[str, str] | None = None) -> str:
    """Return a part of an answer as JSON text.

    Raises:
        ProviderResponseError: it is nested more deeply than can be written, though it could be read.
    """
    try:
        return json.dumps(value, ensure_ascii=ascii_only, separators=separators)
    except RecursionError:
        pass
    raise ProviderResponseError(
        "A value in the service's answer is too deeply nested.", hint="Ask again, or ask another provider."
    )
