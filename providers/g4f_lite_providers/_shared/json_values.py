"""Parts of JSON values. A service may leave a part out or send another type: it then counts as missing."""

import json
from typing import Any

from g4f_lite.errors import ProviderResponseError

__all__ = [
    "as_count",
    "as_int",
    "as_list",
    "as_objects",
    "as_str",
    "dump_json",
    "load_json_object",
    "nonempty_str",
    "without_none",
]


def as_list(value: Any) -> list[Any]:
    """Return `value` if it is a list, else an empty list."""
    return value if isinstance(value, list) else []


def as_objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects in `value` if it is a list, else an empty list."""
    return [item for item in as_list(value) if isinstance(item, dict)]


def as_str(value: Any) -> str | None:
    """Return `value` if it is a string, else None."""
    return value if isinstance(value, str) else None


def nonempty_str(value: Any) -> str | None:
    """Return `value` if it is a string that is not empty, else None."""
    return value if isinstance(value, str) and value else None


def as_count(value: Any) -> int | None:
    """Return `value` if it is a whole number of at least 0, else None. Some services write 7 as 7.0."""
    if type(value) is float and value.is_integer():
        value = int(value)
    return value if type(value) is int and value >= 0 else None


def as_int(value: Any) -> int | None:
    """Return `value` if it is an integer, else None."""
    return value if type(value) is int else None


def without_none(**values: Any) -> dict[str, Any]:
    """Return the values that are not None: a request has only the fields that the caller gave."""
    return {name: value for name, value in values.items() if value is not None}


def load_json_object(text: str) -> dict[str, Any] | None:
    """Return the JSON object that `text` is, or None if it is anything else."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def dump_json(value: Any, *, ascii_only: bool = False, separators: tuple[str, str] | None = None) -> str:
    """Return a part of an answer as JSON text.

    Raises:
        ProviderResponseError: `value` could be read, but is nested too deeply to be written.
    """
    try:
        return json.dumps(value, ensure_ascii=ascii_only, separators=separators)
    except RecursionError:
        pass
    raise ProviderResponseError(
        "A value in the service's answer is too deeply nested.", hint="Ask again, or ask another provider."
    )
