"""The options that may hold Python's types, brought into the form that a provider takes."""

from collections.abc import Mapping
from typing import Any

from g4f_lite._core.validation.options import OptionSpec
from g4f_lite.structured import Plan, plan

__all__ = ["in_plain_form"]


def in_plain_form(options: Mapping[str, Any], takes: OptionSpec) -> tuple[dict[str, Any], Plan | None]:
    """Return the options with `tools` and `response_format` in OpenAI's form, and the plan for the latter.

    Raises:
        InvalidArgumentError: one of the two cannot be brought into it.
        MissingExtraError: the JSON schema of `response_format` needs an extra.
    """
    plain = dict(options)
    tools = options.get("tools")
    if tools is not None and not (isinstance(tools, list) and all(isinstance(item, dict) for item in tools)):
        from g4f_lite.structured._tool_set import tool_dictionaries

        plain["tools"] = tool_dictionaries(tools)
    if plain.pop("response_format", None) is None:
        return plain, None
    made = plan(options["response_format"], native="response_format" in takes.options)
    if made.option is not None:
        plain["response_format"] = made.option
    return plain, made
