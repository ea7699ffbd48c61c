"""Options with OpenAI's names as fields of the Gemini API."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from g4f_lite.errors import InvalidArgumentError
from g4f_lite_providers._shared import openai_options

__all__ = ["format_fields", "is_before", "merge_extra_body", "thinking_config_field", "tool_fields"]

_LEVELS = {
    "none": "MINIMAL",
    "minimal": "MINIMAL",
    "low": "LOW",
    "medium": "MEDIUM",
    "high": "HIGH",
    "xhigh": "XHIGH",
    "max": "XHIGH",
}
# The numbers are those of the service's page on its OpenAI compatibility.
_BUDGETS = {
    "none": 0,
    "minimal": 1024,
    "low": 1024,
    "medium": 8192,
    "high": 24576,
    "xhigh": 24576,
    "max": 24576,
}
_GENERATION = re.compile(r"gemini-(\d+)")


def is_before(model: str, generation: int) -> bool:
    """Whether the model's name contains an earlier generation than `generation`."""
    match = _GENERATION.search(model)
    return match is not None and int(match[1]) < generation


def thinking_config_field(
    model: str, reasoning_effort: str | None, thinking_config: Mapping[str, Any] | None
) -> Mapping[str, Any] | None:
    """Return `thinkingConfig`: a level, or a budget for models before Gemini 3, which know no levels.

    Raises:
        InvalidArgumentError: the service does not have the effort.
    """
    if thinking_config is not None or reasoning_effort is None:
        return thinking_config
    if reasoning_effort not in _LEVELS:
        raise InvalidArgumentError(
            "reasoning_effort",
            f"`reasoning_effort` has to be one of {', '.join(_LEVELS)}.",
            hint='Pass reasoning_effort="medium", say.',
        )
    config: dict[str, Any] = (
        {"thinkingBudget": _BUDGETS[reasoning_effort]}
        if is_before(model, 3)
        else {"thinkingLevel": _LEVELS[reasoning_effort]}
    )
    return config if reasoning_effort == "none" else {**config, "includeThoughts": True}


def format_fields(response_format: object) -> dict[str, Any]:
    """Return the fields `responseMimeType` and `responseJsonSchema`.

    Raises:
        InvalidArgumentError: `response_format` has the wrong shape.
    """
    parsed_format = openai_options.parse_response_format(response_format)
    if parsed_format is None:
        return {}
    fields: dict[str, Any] = {"responseMimeType": "application/json"}
    if parsed_format.schema is not None:
        fields["responseJsonSchema"] = parsed_format.schema
    return fields


def tool_fields(tools: Sequence[Any] | None, tool_choice: object) -> dict[str, Any]:
    """Return the fields `tools` and `toolConfig`.

    All functions go into one tool of the service. Tools in the service's own shape stay unchanged.

    Raises:
        InvalidArgumentError: an option has the wrong shape.
    """
    fields: dict[str, Any] = {}
    converted, declarations = [], []
    for index, tool in enumerate(tools or ()):
        function = openai_options.function_of_tool(index, tool)
        if function is None:
            converted.append(tool)
        else:
            declarations.append(_function_declaration(function))
    if declarations:
        converted.append({"functionDeclarations": declarations})
    if converted:
        fields["tools"] = converted
    choice = openai_options.parse_tool_choice(tool_choice)
    if choice is not None:
        config: dict[str, Any] = {"mode": {"auto": "AUTO", "none": "NONE"}.get(choice.mode, "ANY")}
        if choice.mode == "function":
            config["allowedFunctionNames"] = [choice.name]
        fields["toolConfig"] = {"functionCallingConfig": config}
    return fields


def _function_declaration(function: Mapping[str, Any]) -> dict[str, Any]:
    declaration: dict[str, Any] = {"name": function["name"]}
    if function.get("description"):
        declaration["description"] = function["description"]
    if function.get("parameters"):
        declaration["parametersJsonSchema"] = function["parameters"]
    return declaration


def merge_extra_body(body: dict[str, Any], extra_body: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the body with the fields of `extra_body`; those in `generationConfig` are added one by one."""
    if not extra_body:
        return body
    extra_config = extra_body.get("generationConfig")
    merged = {**body, **extra_body}
    if isinstance(extra_config, Mapping):
        merged["generationConfig"] = {**body.get("generationConfig", {}), **extra_config}
    return merged
