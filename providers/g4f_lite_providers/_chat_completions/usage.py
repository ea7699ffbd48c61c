"""The token counts of services of the OpenAI chat API."""

from collections.abc import Mapping
from typing import Any

from g4f_lite.events import Usage
from g4f_lite.kit.json_events import mapping
from g4f_lite_providers._shared.json_values import as_count, as_objects

__all__ = ["decode_usage", "find_usage"]

_MINIMAL_FIELDS = 3
"""The number of fields of a usage object that has the counts of the prompt, of the answer, and of both only."""


def find_usage(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the usage object of a chunk or of a completion, or an empty one if it has none."""
    usage = value.get("usage") or mapping(value.get("x_groq")).get("usage")
    if not usage:  # Moonshot's streams have it in the last choice.
        usage = next((item["usage"] for item in as_objects(value.get("choices")) if item.get("usage")), None)
    return mapping(usage)


def decode_usage(value: Mapping[str, Any]) -> Usage | None:
    """Return the counts of a usage object, or None if it has none."""
    prompt, completion = as_count(value.get("prompt_tokens")), as_count(value.get("completion_tokens"))
    if (
        prompt is not None
        and completion is not None
        and len(value) == _MINIMAL_FIELDS
        and "total_tokens" in value
    ):
        return Usage(prompt, completion)  # Most services send no more than this.
    if prompt is None and completion is None:
        return None
    prompt, completion = prompt or 0, completion or 0
    prompt_details = mapping(value.get("prompt_tokens_details"))
    completion_details = mapping(value.get("completion_tokens_details"))
    reasoning = _first_count(completion_details.get("reasoning_tokens"), value.get("reasoning_tokens"))
    if reasoning and value.get("total_tokens") == prompt + completion + reasoning:
        completion += reasoning  # xAI does not count reasoning as a part of the answer.
    return Usage(
        prompt,
        completion,
        # DeepSeek's name, then Moonshot's and Together's.
        _first_count(
            prompt_details.get("cached_tokens"),
            value.get("prompt_cache_hit_tokens"),
            value.get("cached_tokens"),
        ),
        reasoning,
        _first_count(prompt_details.get("cache_write_tokens"), value.get("cache_creation_input_tokens")),
    )


def _first_count(*values: Any) -> int | None:
    for value in values:
        number = as_count(value)
        if number is not None:
            return number
    return None
