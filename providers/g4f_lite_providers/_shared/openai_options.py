"""Options in OpenAI's shape, read for services that have the same under other names.

What is wrong with a value is said here: sent on, a service would often ignore it without a word.
"""

import json
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from g4f_lite.errors import InvalidArgumentError

__all__ = ["Format", "Mode", "arguments_of", "format_of", "function_of", "mode_of", "stops_of"]


class Format(NamedTuple):
    """What `response_format` asks for: JSON; with a schema, or with None any object."""

    schema: Mapping[str, Any] | None


class Mode(NamedTuple):
    """What `tool_choice` asks for; `name` is the function's, if it has to be a certain one."""

    kind: Literal["auto", "none", "required", "function"]
    name: str = ""


def stops_of(stop: object) -> list[str]:
    """Return the texts that end an answer; empty: there are none.

    Raises:
        InvalidArgumentError: `stop` is neither a string nor a list of strings.
    """
    found = [] if stop is None else [stop] if isinstance(stop, str) else stop
    if isinstance(found, (list, tuple)) and all(isinstance(item, str) and item for item in found):
        return list(found)
    raise InvalidArgumentError(
        "stop",
        "`stop` has to be a string or a list of strings, none of them empty.",
        hint='Pass stop=["END"], say.',
    )


def format_of(response_format: object) -> Format | None:
    """Return the JSON that is asked for; None: text will do.

    Raises:
        InvalidArgumentError: `response_format` is none of the three that the OpenAI chat API has.
    """
    if response_format is None:
        return None
    kind = response_format.get("type") if isinstance(response_format, Mapping) else None
    if kind == "text":
        return None
    if kind == "json_object":
        return Format(None)
    if isinstance(response_format, Mapping) and kind == "json_schema":
        named = response_format.get("json_schema")
        schema = named.get("schema") if isinstance(named, Mapping) else None
        if isinstance(schema, Mapping):
            return Format(schema)
    raise InvalidArgumentError(
        "response_format",
        '`response_format` has to have the type "text", "json_object", or "json_schema" with a schema in it.',
        hint='Pass {"type": "json_schema", "json_schema": {"name": "answer", "schema": {...}}}.',
    )


def mode_of(tool_choice: object) -> Mode | None:
    """Return how tools are to be chosen; None: nothing is said about that.

    Raises:
        InvalidArgumentError: `tool_choice` is nothing that the OpenAI chat API has.
    """
    if tool_choice is None:
        return None
    if tool_choice in ("auto", "none", "required"):
        return Mode(tool_choice)
    if isinstance(tool_choice, Mapping) and tool_choice.get("type") == "function":
        function = tool_choice.get("function")
        name = function.get("name") if isinstance(function, Mapping) else None
        if isinstance(name, str) and name:
            return Mode("function", name)
    raise InvalidArgumentError(
        "tool_choice",
        '`tool_choice` has to be "auto", "none", "required", or name a function.',
        hint='Pass {"type": "function", "function": {"name": "get_weather"}}, say.',
    )


def function_of(place: int, tool: object) -> Mapping[str, Any] | None:
    """Return the function that the tool at `place` is; None: it is in the service's own shape.

    Raises:
        InvalidArgumentError: it is no tool.
    """
    if isinstance(tool, Mapping):
        function = tool.get("function")
        if isinstance(function, Mapping) and isinstance(function.get("name"), str):
            return function
        if "function" not in tool and tool.get("type") != "function":
            return None
    raise InvalidArgumentError(
        "tools",
        f"tools[{place}] is no function with a name.",
        hint='Pass {"type": "function", "function": {"name": ..., "parameters": {...}}}.',
    )


def arguments_of(text: str) -> dict[str, Any]:
    """Return a call's arguments as the object that a service wants which takes no text for them.

    What the model wrote wrong goes back under a name that says so, as Anthropic's guide to tools proposes.
    """
    try:
        value = json.loads(text or "{}")
    except (ValueError, RecursionError):
        value = None
    return value if isinstance(value, dict) else {"INVALID_JSON": text}
