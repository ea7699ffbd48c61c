"""Chat messages and options as fields of Cohere's chat API, version 2."""

from collections.abc import Mapping, Sequence
from typing import Any

from g4f_lite.contract import Message
from g4f_lite.errors import InvalidArgumentError, InvalidMessageError
from g4f_lite_providers._shared.json_values import load_json_object, without_none

__all__ = [
    "check_choice",
    "convert_messages",
    "response_format_field",
    "thinking_field",
    "tool_fields",
]

_Tools = list[dict[str, Any]]


def check_choice(name: str, value: str | None, allowed: Sequence[str]) -> str | None:
    """Return the value of an option.

    Raises:
        InvalidArgumentError: `value` is neither None nor in `allowed`.
    """
    if value is None or value in allowed:
        return value
    raise InvalidArgumentError(name, f"`{name}` has to be one of {', '.join(allowed)}.", hint="Correct it.")


# --- options -----------------------------------------------------------------------------------


def tool_fields(tools: _Tools | None, tool_choice: Any, strict_tools: bool | None) -> dict[str, Any]:
    """Return the fields `tools`, `tool_choice` and `strict_tools`.

    Cohere has one `strict_tools` for all tools instead of `strict` in each.

    Raises:
        InvalidArgumentError: `tool_choice` is none of OpenAI's, or names a tool that is not in `tools`.
    """
    selected, choice = _select_tools(tools, tool_choice)
    if strict_tools is None:
        strict_tools = any(tool["function"].get("strict") for tool in selected or ()) or None
    return without_none(
        tools=None if selected is None else [_remove_strict(tool) for tool in selected],
        tool_choice=choice,
        strict_tools=strict_tools,
    )


def _select_tools(tools: _Tools | None, tool_choice: Any) -> tuple[_Tools | None, str | None]:
    """Return the tools to send and Cohere's `tool_choice`, which cannot name a tool."""
    if tool_choice in (None, "auto"):
        return tools or None, None
    if tool_choice in ("none", "required"):
        return tools or None, tool_choice.upper()
    name = _function_name(tool_choice)
    selected = [tool for tool in tools or () if tool["function"]["name"] == name]
    if name is None or not selected:
        raise InvalidArgumentError(
            "tool_choice",
            '`tool_choice` has to be "auto", "none", "required" or '
            '{"type": "function", "function": {"name": ...}} with the name of one of the tools.',
            hint="Correct it.",
        )
    return selected, "REQUIRED"


def _function_name(tool_choice: Any) -> Any:
    function = tool_choice.get("function") if isinstance(tool_choice, dict) else None
    return function.get("name") if isinstance(function, dict) else None


def _remove_strict(tool: dict[str, Any]) -> dict[str, Any]:
    function = {name: value for name, value in tool["function"].items() if name != "strict"}
    return {**tool, "function": function}


def response_format_field(response_format: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return Cohere's `response_format` for OpenAI's.

    Raises:
        InvalidArgumentError: `response_format` is none of OpenAI's three.
    """
    if response_format is None:
        return None
    kind, json_schema = response_format.get("type"), response_format.get("json_schema")
    if kind in ("text", "json_object") and json_schema is None:
        return {"type": kind}
    if (
        kind == "json_schema"
        and isinstance(json_schema, dict)
        and isinstance(json_schema.get("schema"), dict)
    ):
        return {"type": "json_object", "json_schema": json_schema["schema"]}
    raise InvalidArgumentError(
        "response_format",
        '`response_format` has to be {"type": "text"}, {"type": "json_object"} or '
        '{"type": "json_schema", "json_schema": {"name": ..., "schema": {...}}}.',
        hint="Correct it.",
    )


def thinking_field(thinking: dict[str, Any] | None, reasoning_effort: str | None) -> dict[str, Any] | None:
    """Return Cohere's `thinking`.

    Raises:
        InvalidArgumentError: both options are given, or Cohere does not have the effort.
    """
    if reasoning_effort is None:
        return thinking
    if thinking is not None:
        raise InvalidArgumentError(
            "reasoning_effort",
            "`thinking` and `reasoning_effort` say the same, and both are given.",
            hint="Pass one of the two.",
        )
    if reasoning_effort not in ("none", "high"):  # as at Cohere's own OpenAI endpoint
        raise InvalidArgumentError(
            "reasoning_effort",
            '`reasoning_effort` has to be "none" or "high": Cohere knows no other.',
            hint='Limit what is thought with thinking={"type": "enabled", "token_budget": 1000}, say.',
        )
    return {"type": "disabled" if reasoning_effort == "none" else "enabled"}


# --- messages ----------------------------------------------------------------------------------


def convert_messages(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Return the messages in Cohere's shape.

    Raises:
        InvalidMessageError: a message has a part that Cohere does not take.
    """
    return [_CONVERTERS[message["role"]](index, message) for index, message in enumerate(messages)]


def _convert_system(index: int, message: Message) -> dict[str, Any]:
    return {"role": "system", "content": _text(index, message)}


def _convert_user(index: int, message: Message) -> dict[str, Any]:
    content = message["content"]
    if not isinstance(content, str):
        content = [_convert_part(index, part_index, part) for part_index, part in enumerate(content or ())]
    return {"role": "user", "content": content}


def _convert_assistant(index: int, message: Message) -> dict[str, Any]:
    converted: dict[str, Any] = {"role": "assistant"}
    text = _text(index, message)
    reasoning = "".join(block["text"] for block in message.get("reasoning") or ())
    calls = message.get("tool_calls")
    if calls:
        converted["tool_calls"] = [
            {"id": call["id"], "type": "function", "function": dict(call["function"])} for call in calls
        ]
        if reasoning:  # Reasoning before tool calls has a field of its own.
            converted["tool_plan"] = reasoning
    if reasoning and not calls:
        converted["content"] = [{"type": "thinking", "thinking": reasoning}, {"type": "text", "text": text}]
    elif text or not calls:
        converted["content"] = text
    return converted


def _convert_tool_result(index: int, message: Message) -> dict[str, Any]:
    content = message["content"]
    if not isinstance(content, str):
        content = [
            {"type": "document", "document": {"data": _document_data(text)}}
            for text in _texts(index, content or ())
        ]
    return {"role": "tool", "tool_call_id": message["tool_call_id"], "content": content}


def _document_data(text: str) -> dict[str, Any]:
    """Return the text of a part of a tool's result as an object: the data of a document has to be one."""
    data = load_json_object(text)
    return {"text": text} if data is None else data


_CONVERTERS = {
    "system": _convert_system,
    "developer": _convert_system,
    "user": _convert_user,
    "assistant": _convert_assistant,
    "tool": _convert_tool_result,
}


def _text(index: int, message: Message) -> str:
    content = message["content"] or message.get("refusal") or ""
    return content if isinstance(content, str) else "\n".join(_texts(index, content))


def _texts(index: int, parts: Sequence[Mapping[str, Any]]) -> list[str]:
    for part_index, part in enumerate(parts):
        if part["type"] not in ("text", "refusal"):
            raise _unsupported_part_error(index, part_index, part, "text here")
    return [part[part["type"]] for part in parts]


def _convert_part(index: int, part_index: int, part: Mapping[str, Any]) -> dict[str, Any]:
    if part["type"] == "text":
        return {"type": "text", "text": part["text"]}
    if part["type"] == "image_url":
        return {"type": "image_url", "image_url": dict(part["image_url"])}
    raise _unsupported_part_error(index, part_index, part, "text and pictures")


def _unsupported_part_error(
    index: int, part_index: int, part: Mapping[str, Any], supported: str
) -> InvalidMessageError:
    return InvalidMessageError(
        index,
        f"messages[{index}]['content'][{part_index}] is a part of the type {part['type']!r}; "
        f"Cohere takes {supported}.",
        hint="Put what it says into the text.",
    )
