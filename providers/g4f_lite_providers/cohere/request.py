"""Chat messages and options, as version 2 of Cohere's API takes them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from g4f_lite.contract import Message
from g4f_lite.errors import InvalidArgumentError, InvalidMessageError

__all__ = [
    "answer_format",
    "bare_tools",
    "chosen_tools",
    "given",
    "is_strict",
    "messages_of",
    "one_of",
    "thinking",
]

Tools = list[dict[str, Any]]


def given(**values: Any) -> dict[str, Any]:
    """Return those that are not None."""
    return {name: value for name, value in values.items() if value is not None}


def one_of(name: str, value: str | None, allowed: Sequence[str]) -> str | None:
    """Return the value of an option.

    Raises:
        InvalidArgumentError: it is none of those that there are.
    """
    if value is None or value in allowed:
        return value
    raise InvalidArgumentError(name, f"`{name}` has to be one of {', '.join(allowed)}.", hint="Correct it.")


# --- options -----------------------------------------------------------------------------------


def chosen_tools(tools: Tools | None, choice: Any) -> tuple[Tools | None, str | None]:
    """Return the tools to send, and Cohere's `tool_choice`.

    Raises:
        InvalidArgumentError: the choice is none of OpenAI's, or names a tool that there is not.
    """
    if choice in (None, "auto"):
        return tools or None, None
    if choice in ("none", "required"):
        return tools or None, choice.upper()
    name = _named(choice)
    chosen = [tool for tool in tools or () if tool["function"]["name"] == name]
    if name is None or not chosen:
        raise InvalidArgumentError(
            "tool_choice",
            '`tool_choice` has to be "auto", "none", "required" or '
            '{"type": "function", "function": {"name": ...}} with the name of one of the tools.',
            hint="Correct it.",
        )
    return chosen, "REQUIRED"


def _named(choice: Any) -> Any:
    function = choice.get("function") if isinstance(choice, dict) else None
    return function.get("name") if isinstance(function, dict) else None


def is_strict(tools: Tools | None) -> bool | None:
    """Whether one of the tools asks for calls that keep to its schema; None if none does."""
    return any(tool["function"].get("strict") for tool in tools or ()) or None


def bare_tools(tools: Tools | None) -> Tools | None:
    """Return the tools without `strict`, which at Cohere is said of all of them at once."""
    if tools is None:
        return None
    return [
        {**tool, "function": {key: value for key, value in tool["function"].items() if key != "strict"}}
        for tool in tools
    ]


def answer_format(response_format: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return Cohere's `response_format` for OpenAI's.

    Raises:
        InvalidArgumentError: it is none of the three that there are.
    """
    if response_format is None:
        return None
    kind, inner = response_format.get("type"), response_format.get("json_schema")
    if kind in ("text", "json_object") and inner is None:
        return {"type": kind}
    if kind == "json_schema" and isinstance(inner, dict) and isinstance(inner.get("schema"), dict):
        return {"type": "json_object", "json_schema": inner["schema"]}
    raise InvalidArgumentError(
        "response_format",
        '`response_format` has to be {"type": "text"}, {"type": "json_object"} or '
        '{"type": "json_schema", "json_schema": {"name": ..., "schema": {...}}}.',
        hint="Correct it.",
    )


def thinking(own: dict[str, Any] | None, effort: str | None) -> dict[str, Any] | None:
    """Return Cohere's `thinking`.

    Raises:
        InvalidArgumentError: both are given, or the effort is one that Cohere does not know.
    """
    if effort is None:
        return own
    if own is not None:
        raise InvalidArgumentError(
            "reasoning_effort",
            "`thinking` and `reasoning_effort` say the same, and both are given.",
            hint="Pass one of the two.",
        )
    if effort not in ("none", "high"):  # as at Cohere's own OpenAI endpoint
        raise InvalidArgumentError(
            "reasoning_effort",
            '`reasoning_effort` has to be "none" or "high": Cohere knows no other.',
            hint='Limit what is thought with thinking={"type": "enabled", "token_budget": 1000}, say.',
        )
    return {"type": "disabled" if effort == "none" else "enabled"}


# --- messages ----------------------------------------------------------------------------------


def messages_of(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Return the conversation."""
    return [_WRITERS[message["role"]](place, message) for place, message in enumerate(messages)]


def _system(place: int, message: Message) -> dict[str, Any]:
    return {"role": "system", "content": _text(place, message)}


def _user(place: int, message: Message) -> dict[str, Any]:
    content = message["content"]
    if not isinstance(content, str):
        content = [_part(place, number, part) for number, part in enumerate(content or ())]
    return {"role": "user", "content": content}


def _assistant(place: int, message: Message) -> dict[str, Any]:
    said: dict[str, Any] = {"role": "assistant"}
    text = _text(place, message)
    thoughts = "".join(block["text"] for block in message.get("reasoning") or ())
    calls = message.get("tool_calls")
    if calls:
        said["tool_calls"] = [
            {"id": call["id"], "type": "function", "function": dict(call["function"])} for call in calls
        ]
        if thoughts:  # what is thought before tools are used has a place of its own
            said["tool_plan"] = thoughts
    if thoughts and not calls:
        said["content"] = [{"type": "thinking", "thinking": thoughts}, {"type": "text", "text": text}]
    elif text or not calls:
        said["content"] = text
    return said


def _tool(place: int, message: Message) -> dict[str, Any]:
    content = message["content"]
    if not isinstance(content, str):
        content = [
            {"type": "document", "document": {"data": _data(text)}} for text in _texts(place, content or ())
        ]
    return {"role": "tool", "tool_call_id": message["tool_call_id"], "content": content}


def _data(text: str) -> dict[str, Any]:
    """Return what a part of a tool's result says, as the object that Cohere's documents have to be."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    return value if isinstance(value, dict) else {"text": text}


_WRITERS = {"system": _system, "developer": _system, "user": _user, "assistant": _assistant, "tool": _tool}


def _text(place: int, message: Message) -> str:
    content = message["content"] or message.get("refusal") or ""
    return content if isinstance(content, str) else "\n".join(_texts(place, content))


def _texts(place: int, parts: Sequence[Mapping[str, Any]]) -> list[str]:
    for number, part in enumerate(parts):
        if part["type"] not in ("text", "refusal"):
            raise _untaken(place, number, part, "text here")
    return [part[part["type"]] for part in parts]


def _part(place: int, number: int, part: Mapping[str, Any]) -> dict[str, Any]:
    if part["type"] == "text":
        return {"type": "text", "text": part["text"]}
    if part["type"] == "image_url":
        return {"type": "image_url", "image_url": dict(part["image_url"])}
    raise _untaken(place, number, part, "text and pictures")


def _untaken(place: int, number: int, part: Mapping[str, Any], taken: str) -> InvalidMessageError:
    return InvalidMessageError(
        place,
        f"messages[{place}]['content'][{number}] is a part of the type {part['type']!r}; Cohere takes {taken}.",
        hint="Put what it says into the text.",
    )
