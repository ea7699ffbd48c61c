"""Options with OpenAI's names as the Gemini API has them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from g4f_lite.errors import InvalidArgumentError
from g4f_lite_providers._shared import openai_options as _openai_values

__all__ = ["format_of", "is_before", "merged", "thinking_of", "tools_of"]

_LEVELS = {
    "none": "MINIMAL",
    "minimal": "MINIMAL",
    "low": "LOW",
    "medium": "MEDIUM",
    "high": "HIGH",
    "xhigh": "XHIGH",
    "max": "XHIGH",
}
# The service's page on its OpenAI compatibility has these numbers.
_BUDGETS = {
    "none": 0,
    "minimal": 1024,
    "low": 1024,
    "medium": 8192,
    "high": 24576,
    "xhigh": 24576,
    "max": 24576,
}
_VERSION = re.compile(r"gemini-(\d+)")


def is_before(model: str, generation: int) -> bool:
    """Whether the model's name says that it is of an earlier generation."""
    found = _VERSION.search(model)
    return found is not None and int(found[1]) < generation


def thinking_of(
    model: str, reasoning_effort: str | None, thinking_config: Mapping[str, Any] | None
) -> Mapping[str, Any] | None:
    """Return `thinkingConfig`: a level, or a budget for models before Gemini 3, which know no levels.

    Raises:
        InvalidArgumentError: there is no such effort.
    """
    if thinking_config is not None or reasoning_effort is None:
        return thinking_config
    if reasoning_effort not in _LEVELS:
        raise InvalidArgumentError(
            "reasoning_effort",
            f"`reasoning_effort` has to be one of {', '.join(_LEVELS)}.",
            hint='Pass reasoning_effort="medium", say.',
        )
    amount: dict[str, Any] = (
        {"thinkingBudget": _BUDGETS[reasoning_effort]}
        if is_before(model, 3)
        else {"thinkingLevel": _LEVELS[reasoning_effort]}
    )
    return amount if reasoning_effort == "none" else {**amount, "includeThoughts": True}


def format_of(response_format: object) -> dict[str, Any]:
    """Return `responseMimeType` and `responseJsonSchema`.

    Raises:
        InvalidArgumentError: `response_format` has the wrong shape.
    """
    wanted = _openai_values.format_of(response_format)
    if wanted is None:
        return {}
    found: dict[str, Any] = {"responseMimeType": "application/json"}
    if wanted.schema is not None:
        found["responseJsonSchema"] = wanted.schema
    return found


def tools_of(tools: Sequence[Any] | None, tool_choice: object) -> dict[str, Any]:
    """Return `tools` and `toolConfig`: all functions in one of the service's tools, its own as they are.

    Raises:
        InvalidArgumentError: one of them has the wrong shape.
    """
    found: dict[str, Any] = {}
    own, functions = [], []
    for place, tool in enumerate(tools or ()):
        function = _openai_values.function_of(place, tool)
        if function is None:
            own.append(tool)
        else:
            functions.append(_declaration(function))
    if functions:
        own.append({"functionDeclarations": functions})
    if own:
        found["tools"] = own
    mode = _openai_values.mode_of(tool_choice)
    if mode is not None:
        config: dict[str, Any] = {"mode": {"auto": "AUTO", "none": "NONE"}.get(mode.kind, "ANY")}
        if mode.kind == "function":
            config["allowedFunctionNames"] = [mode.name]
        found["toolConfig"] = {"functionCallingConfig": config}
    return found


def _declaration(function: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"name": function["name"]}
    if function.get("description"):
        found["description"] = function["description"]
    if function.get("parameters"):
        found["parametersJsonSchema"] = function["parameters"]
    return found


def merged(body: dict[str, Any], extra: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the body with the keys of `extra`; those inside of `generationConfig` are added one by one."""
    if not extra:
        return body
    inner = extra.get("generationConfig")
    whole = {**body, **extra}
    if isinstance(inner, Mapping):
        whole["generationConfig"] = {**body.get("generationConfig", {}), **inner}
    return whole
