"""Options with OpenAI's names as fields of the Messages API."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from g4f_lite.errors import InvalidArgumentError
from g4f_lite_providers._shared import openai_options

__all__ = ["output_fields", "tool_fields"]

_EFFORTS = {
    "minimal": "low",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "xhigh": "xhigh",
    "max": "max",
}
_BUDGETS = {"minimal": 1024, "low": 2048, "medium": 6144, "high": 12288, "xhigh": 15360, "max": 15360}
"""Tokens for thinking, for the models that take a budget and no effort.

The largest, added to the tokens for the answer, stays below the 32,000 tokens that the smallest of these models
can write.
"""
_MIN_BUDGET = 1024

# The models up to Claude 4.5. Adaptive thinking came with 4.6, and later models refuse a budget.
_BUDGET_MODELS = re.compile(r"claude-(?:3\b|(?:opus|sonnet|haiku)-4(?![-.][6-9](?!\d)))")
_DEFAULT_LIMITS = (
    ("claude-3-7", 16384),
    ("claude-3-5", 8192),
    ("claude-3", 4096),
    ("claude-2", 4096),
    ("claude-", 16384),
)
"""The default `max_tokens` of the models with a text in their name; the first match counts."""
_DEFAULT_LIMIT_OF_UNKNOWN = 4096


def output_fields(
    model: str,
    *,
    max_tokens: int | None,
    reasoning_effort: str | None,
    thinking: Mapping[str, Any] | None,
    response_format: object,
) -> dict[str, Any]:
    """Return the fields `max_tokens`, `thinking` and `output_config`, which depend on each other.

    Raises:
        InvalidArgumentError: the service does not have the value of an option.
    """
    limit = _default_limit(model) if max_tokens is None else max_tokens
    config: dict[str, Any] = {}
    if reasoning_effort is not None:
        if reasoning_effort not in (*_EFFORTS, "none"):
            raise InvalidArgumentError(
                "reasoning_effort",
                f"`reasoning_effort` has to be one of {', '.join(('none', *_EFFORTS))}.",
                hint='Pass reasoning_effort="medium", say.',
            )
        if thinking is not None or reasoning_effort == "none":
            thinking = {"type": "disabled"} if thinking is None else thinking
        elif _BUDGET_MODELS.search(model):
            limit, thinking = _add_budget(_BUDGETS[reasoning_effort], limit, is_default=max_tokens is None)
        else:
            thinking = {"type": "adaptive"}
        if reasoning_effort != "none" and "budget_tokens" not in thinking:
            config["effort"] = _EFFORTS[reasoning_effort]
    parsed_format = openai_options.parse_response_format(response_format)
    if parsed_format is not None:
        config["format"] = {"type": "json_schema", "schema": _require_schema(parsed_format)}
    return {"max_tokens": limit, "thinking": thinking, "output_config": config or None}


def _default_limit(model: str) -> int:
    return next((limit for name, limit in _DEFAULT_LIMITS if name in model), _DEFAULT_LIMIT_OF_UNKNOWN)


def _add_budget(budget: int, limit: int, *, is_default: bool) -> tuple[int, dict[str, Any]]:
    """Return `max_tokens` and `thinking`; the budget is a part of `max_tokens` and has to be smaller."""
    if is_default:
        return limit + budget, {"type": "enabled", "budget_tokens": budget}
    if limit <= _MIN_BUDGET:
        raise InvalidArgumentError(
            "reasoning_effort",
            f"With `reasoning_effort` this model needs a `max_tokens` above {_MIN_BUDGET}; it is {limit}.",
            hint="Raise max_tokens, or leave reasoning_effort out.",
        )
    return limit, {"type": "enabled", "budget_tokens": min(budget, limit - 1)}


def _require_schema(parsed_format: openai_options.ResponseFormat) -> Mapping[str, Any]:
    if parsed_format.schema is None:
        raise InvalidArgumentError(
            "response_format",
            "This service makes JSON by a schema only, and `response_format` has none.",
            hint='Pass the type "json_schema" with a schema.',
        )
    return parsed_format.schema


def tool_fields(
    tools: Sequence[object] | None, tool_choice: object, parallel_tool_calls: bool | None
) -> dict[str, Any]:
    """Return the fields `tools` and `tool_choice`.

    Raises:
        InvalidArgumentError: an option has the wrong shape.
    """
    fields: dict[str, Any] = {}
    if tools:
        fields["tools"] = [_convert_tool(index, tool) for index, tool in enumerate(tools)]
    choice = openai_options.parse_tool_choice(tool_choice)
    if choice is None and parallel_tool_calls is False and tools:
        choice = openai_options.ToolChoice("auto")
    if choice is not None:
        fields["tool_choice"] = _convert_tool_choice(choice)
        if parallel_tool_calls is False and choice.mode != "none":
            fields["tool_choice"]["disable_parallel_tool_use"] = True
    return fields


def _convert_tool_choice(choice: openai_options.ToolChoice) -> dict[str, Any]:
    if choice.mode == "function":
        return {"type": "tool", "name": choice.name}
    return {"type": "any" if choice.mode == "required" else choice.mode}


def _convert_tool(index: int, tool: Any) -> Any:
    function = openai_options.function_of_tool(index, tool)
    if function is None:  # A tool of the service, such as its web search, in the service's own shape.
        return tool
    converted: dict[str, Any] = {"name": function["name"]}
    if function.get("description"):
        converted["description"] = function["description"]
    converted["input_schema"] = function.get("parameters") or {"type": "object", "properties": {}}
    if function.get("strict") is not None:
        converted["strict"] = function["strict"]
    if "cache_control" in tool:
        converted["cache_control"] = tool["cache_control"]
    return converted
