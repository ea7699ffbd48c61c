"""Whether what a provider put into an event can be there: the hints of a plugin are not checked by anybody else."""

from collections.abc import Mapping
from typing import Any, get_args

from g4f_lite.events import FinishReason

__all__ = [
    "REASONS",
    "is_citation",
    "is_finish",
    "is_logprobs",
    "is_media",
    "is_metadata",
    "is_piece",
    "is_reasoning",
    "is_served",
    "is_tool_call",
    "is_usage",
    "is_vector",
]

REASONS = get_args(FinishReason)
_MOST_CHOICES = 1024
"""An index beyond this is a fault: a list is kept up to it."""


def _is_position(value: object) -> bool:
    return type(value) is int and 0 <= value < _MOST_CHOICES


def is_piece(item: Any) -> bool:
    return isinstance(item.text, str) and _is_position(item.choice)


def _is_text_or_none(*values: object) -> bool:
    return all(value is None or isinstance(value, str) for value in values)


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def is_usage(item: Any) -> bool:
    for value in item[:2]:
        if not _is_count(value):
            return False
    for value in item[2:]:  # noqa: SIM110 - a generator costs as much as the rest
        if value is not None and not _is_count(value):
            return False
    return True


def is_reasoning(item: Any) -> bool:
    return is_piece(item) and _is_text_or_none(item.signature)


def is_tool_call(item: Any) -> bool:
    return (
        _is_position(item.position)
        and _is_position(item.choice)
        and isinstance(item.arguments, str)
        and _is_text_or_none(item.id, item.name, item.signature)
    )


def is_finish(item: Any) -> bool:
    return item.reason in REASONS and _is_position(item.choice)


def is_served(item: Any) -> bool:
    return isinstance(item.model, str) and (item.id is None or isinstance(item.id, str))


def is_media(item: Any) -> bool:
    return item.kind in ("image", "audio") and _is_text_or_none(*item[1:])


def is_citation(item: Any) -> bool:
    return _is_text_or_none(*item[:3]) and all(value is None or _is_count(value) for value in item[3:])


def is_logprobs(item: Any) -> bool:
    return (
        isinstance(item.content, tuple)
        and all(isinstance(entry, Mapping) for entry in item.content)
        and _is_position(item.choice)
    )


def is_metadata(item: Any) -> bool:
    return isinstance(item.values, Mapping)


def is_vector(item: Any) -> bool:
    return type(item.position) is int and item.position >= 0 and isinstance(item.values, list)
