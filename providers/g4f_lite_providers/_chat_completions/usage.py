"""Tokens as services of the OpenAI chat API count them, and what else they say of an answer's cost."""

from collections.abc import Mapping
from typing import Any

from g4f_lite.events import Usage
from g4f_lite.kit.json_events import mapping
from g4f_lite_providers._shared.json_values import count, objects

__all__ = ["usage_in", "usage_of"]

_PLAIN = 3
"""Fields of a usage object that counts the prompt, the answer, and both."""


def usage_in(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return where a chunk, or an answer, has its usage; empty if it has none."""
    found = value.get("usage") or mapping(value.get("x_groq")).get("usage")
    if not found:  # Moonshot's streams
        found = next((item["usage"] for item in objects(value.get("choices")) if item.get("usage")), None)
    return mapping(found)


def usage_of(value: Mapping[str, Any]) -> Usage | None:
    """Return the tokens that a usage object counts, None if it counts none."""
    sent, made = count(value.get("prompt_tokens")), count(value.get("completion_tokens"))
    if sent is not None and made is not None and len(value) == _PLAIN and "total_tokens" in value:
        return Usage(sent, made)  # what most of the services say, and no more
    if sent is None and made is None:
        return None
    sent, made = sent or 0, made or 0
    of_prompt = mapping(value.get("prompt_tokens_details"))
    of_answer = mapping(value.get("completion_tokens_details"))
    reasoning = _first(of_answer.get("reasoning_tokens"), value.get("reasoning_tokens"))
    if reasoning and value.get("total_tokens") == sent + made + reasoning:
        made += reasoning  # xAI counts them beside the answer's
    return Usage(
        sent,
        made,
        # DeepSeek's name, then Moonshot's and Together's.
        _first(
            of_prompt.get("cached_tokens"), value.get("prompt_cache_hit_tokens"), value.get("cached_tokens")
        ),
        reasoning,
        _first(of_prompt.get("cache_write_tokens"), value.get("cache_creation_input_tokens")),
    )


def _first(*values: Any) -> int | None:
    for value in values:
        number = count(value)
        if number is not None:
            return number
    return None
