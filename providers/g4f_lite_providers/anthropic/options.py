"""Options with OpenAI's names as the Messages API has them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from g4f_lite.errors import InvalidArgumentError
from g4f_lite_providers._shared import openai_options as _openai_values

__all__ = ["body_options", "tools_of"]

_EFFORTS = {
    "minimal": "low",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "xhigh": "xhigh",
    "max": "max",
}
# For the models that take a budget and no effort. The largest, on top of what an answer is given, stays
# below the 32,000 tokens that the smallest of them can write.
_BUDGETS = {"minimal": 1024, "low": 2048, "medium": 6144, "high": 12288, "xhigh": 15360, "max": 15360}
_LEAST_BUDGET = 1024

# Up to Claude 4.5. Adaptive thinking came with 4.6, and later models refuse a budget.
_BUDGET_ONLY = re.compile(r"claude-(?:3\b|(?:opus|sonnet|haiku)-4(?![-.][6-9](?!\d)))")
_SHORT = (
    ("claude-3-7", 16384),
    ("claude-3-5", 8192),
    ("claude-3", 4096),
    ("claude-2", 4096),
    ("claude-", 16384),
)
_LONGEST_UNKNOWN = 4096


def body_options(
    model: str,
    *,
    max_tokens: int | None,
    reasoning_effort: str | None,
    thinking: Mapping[str, Any] | None,
    response_format: object,
) -> dict[str, Any]:
    """Return `max_tokens`, `thinking` and `output_config`, which depend on each other.

    Raises:
        InvalidArgumentError: one of them is nothing that the service has.
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
        elif _BUDGET_ONLY.search(model):
            limit, thinking = _budgeted(_BUDGETS[reasoning_effort], limit, given=max_tokens is not None)
        else:
            thinking = {"type": "adaptive"}
        if reasoning_effort != "none" and "budget_tokens" not in thinking:
            config["effort"] = _EFFORTS[reasoning_effort]
    wanted = _openai_values.format_of(response_format)
    if wanted is not None:
        config["format"] = {"type": "json_schema", "schema": _schema(wanted)}
    return {"max_tokens": limit, "thinking": thinking, "output_config": config or None}


def _default_limit(model: str) -> int:
    return next((limit for name, limit in _SHORT if name in model), _LONGEST_UNKNOWN)


def _budgeted(budget: int, limit: int, *, given: bool) -> tuple[int, dict[str, Any]]:
    """Return the tokens that an answer may have, and of them those for thinking, which have to be fewer."""
    if not given:
        return limit + budget, {"type": "enabled", "budget_tokens": budget}
    if limit <= _LEAST_BUDGET:
        raise InvalidArgumentError(
            "reasoning_effort",
            f"With `reasoning_effort` this model needs a `max_tokens` above {_LEAST_BUDGET}; it is {limit}.",
            hint="Raise max_tokens, or leave reasoning_effort out.",
        )
    return limit, {"type": "enabled", "budget_tokens": min(budget, limit - 1)}


def _schema(wanted: _openai_values.Format) -> Mapping[str, Any]:
    if wanted.schema is None:
        raise InvalidArgumentError(
            "response_format",
            "This service makes JSON by a schema only, and `response_format` has none.",
            hint='Pass the type "json_schema" with a schema.',
        )
    return wanted.schema


def tools_of(
    tools: Sequence[object] | None, tool_choice: object, parallel_tool_calls: bool | None
) -> dict[str, Any]:
    """Return `tools` and `tool_choice`.

    Raises:
        InvalidArgumentError: one of them has the wrong shape.
    """
    found: dict[str, Any] = {}
    if tools:
        found["tools"] = [_tool(place, tool) for place, tool in enumerate(tools)]
    mode = _openai_values.mode_of(tool_choice)
    if mode is None and parallel_tool_calls is False and tools:
        mode = _openai_values.Mode("auto")
    if mode is not None:
        choice = found["tool_choice"] = _choice(mode)
        if parallel_tool_calls is False and mode.kind != "none":
            choice["disable_parallel_tool_use"] = True
    return found


def _choice(mode: _openai_values.Mode) -> dict[str, Any]:
    if mode.kind == "function":
        return {"type": "tool", "name": mode.name}
    return {"type": "any" if mode.kind == "required" else mode.kind}


def _tool(place: int, tool: Any) -> Any:
    function = _openai_values.function_of(place, tool)
    if function is None:  # the service's own, such as its web search: in its own shape
        return tool
    found: dict[str, Any] = {"name": function["name"]}
    if function.get("description"):
        found["description"] = function["description"]
    found["input_schema"] = function.get("parameters") or {"type": "object", "properties": {}}
    if function.get("strict") is not None:
        found["strict"] = function["strict"]
    if "cache_control" in tool:
        found["cache_control"] = tool["cache_control"]
    return found
