"""Options in OpenAI's shape, for services that have the same options under other names.

Wrong values are refused here, because a service would often ignore them without an error.
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from g4f_lite.errors import InvalidArgumentError
from g4f_lite_providers._shared.json_values import load_json_object

__all__ = [
    "ResponseFormat",
    "ToolChoice",
    "function_of_tool",
    "parse_arguments",
    "parse_response_format",
    "parse_stop",
    "parse_tool_choice",
]


class ResponseFormat(NamedTuple):
    """The JSON that `response_format` asks for.

    Attributes:
        schema: the JSON schema, or None if any JSON object will do.
    """

    schema: Mapping[str, Any] | None


class ToolChoice(NamedTuple):
    """The way of choosing tools that `tool_choice` asks for.

    Attributes:
        mode: ``"function"`` means that the model has to call the function `name`.
        name: the name of that function, else empty.
    """

    mode: Literal["auto", "none", "required", "function"]
    name: str = ""


def parse_stop(stop: object) -> list[str]:
    """Return the stop sequences as a list, which is empty if `stop` is None.

    Raises:
        InvalidArgumentError: `stop` is neither a string nor a list of strings, or one of them is empty.
    """
    sequences = [] if stop is None else [stop] if isinstance(stop, str) else stop
    if isinstance(sequences, (list, tuple)) and all(isinstance(item, str) and item for item in sequences):
        return list(sequences)
    raise InvalidArgumentError(
        "stop",
        "`stop` has to be a string or a list of strings, none of them empty.",
        hint='Pass stop=["END"], say.',
    )


def parse_response_format(response_format: object) -> ResponseFormat | None:
    """Return the JSON that is asked for, or None if the answer may be any text.

    Raises:
        InvalidArgumentError: `response_format` is none of the three that the OpenAI chat API has.
    """
    if response_format is None:
        return None
    kind = response_format.get("type") if isinstance(response_format, Mapping) else None
    if kind == "text":
        return None
    if kind == "json_object":
        return ResponseFormat(None)
    if isinstance(response_format, Mapping) and kind == "json_schema":
        json_schema = response_format.get("json_schema")
        schema = json_schema.get("schema") if isinstance(json_schema, Mapping) else None
        if isinstance(schema, Mapping):
            return ResponseFormat(schema)
    raise InvalidArgumentError(
        "response_format",
        '`response_format` has to have the type "text", "json_object", or "json_schema" with a schema in it.',
        hint='Pass {"type": "json_schema", "json_schema": {"name": "answer", "schema": {...}}}.',
    )


def parse_tool_choice(tool_choice: object) -> ToolChoice | None:
    """Return the way of choosing tools, or None if `tool_choice` is None.

    Raises:
        InvalidArgumentError: `tool_choice` is none of those that the OpenAI chat API has.
    """
    if tool_choice is None:
        return None
    if tool_choice in ("auto", "none", "required"):
        return ToolChoice(tool_choice)
    if isinstance(tool_choice, Mapping) and tool_choice.get("type") == "function":
        function = tool_choice.get("function")
        name = function.get("name") if isinstance(function, Mapping) else None
        if isinstance(name, str) and name:
            return ToolChoice("function", name)
    raise InvalidArgumentError(
        "tool_choice",
        '`tool_choice` has to be "auto", "none", "required", or name a function.',
        hint='Pass {"type": "function", "function": {"name": "get_weather"}}, say.',
    )


def function_of_tool(index: int, tool: object) -> Mapping[str, Any] | None:
    """Return the function definition in `tool`, or None if `tool` has the service's own shape.

    Args:
        index: the position of the tool in `tools`.
        tool: a tool, in OpenAI's shape or in the service's own.

    Raises:
        InvalidArgumentError: `tool` is not a tool, or its function has no name.
    """
    if isinstance(tool, Mapping):
        function = tool.get("function")
        if isinstance(function, Mapping) and isinstance(function.get("name"), str):
            return function
        if "function" not in tool and tool.get("type") != "function":
            return None
    raise InvalidArgumentError(
        "tools",
        f"tools[{index}] is no function with a name.",
        hint='Pass {"type": "function", "function": {"name": ..., "parameters": {...}}}.',
    )


def parse_arguments(text: str) -> dict[str, Any]:
    """Return the arguments of a tool call as an object, for services that do not take them as text.

    Text that is not a JSON object goes back under the name ``INVALID_JSON``, as Anthropic's guide to tools
    proposes.
    """
    arguments = load_json_object(text or "{}")
    return {"INVALID_JSON": text} if arguments is None else arguments
