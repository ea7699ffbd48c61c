"""Options that may hold Python types: `tools` and `response_format`."""

from collections.abc import Mapping
from typing import Any

from g4f_lite._core.validation.options import OptionSpec
from g4f_lite.structured import Plan, plan

__all__ = ["normalize_typed_options"]


def normalize_typed_options(
    options: Mapping[str, Any], signature: OptionSpec
) -> tuple[dict[str, Any], Plan | None]:
    """Return the options with `tools` and `response_format` in OpenAI's form, and the plan for the latter.

    Raises:
        InvalidArgumentError: one of the two cannot be converted.
        MissingExtraError: the JSON schema of `response_format` needs an extra.
    """
    normalized = dict(options)
    tools = options.get("tools")
    if tools is not None and not (isinstance(tools, list) and all(isinstance(item, dict) for item in tools)):
        from g4f_lite.structured._tool_set import tool_dictionaries

        normalized["tools"] = tool_dictionaries(tools)
    if normalized.pop("response_format", None) is None:
        return normalized, None
    format_plan = plan(options["response_format"], native="response_format" in signature.options)
    if format_plan.option is not None:
        normalized["response_format"] = format_plan.option
    return normalized, format_plan
