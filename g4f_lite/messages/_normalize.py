"""Normalization of one message: its content, and the other keys that its role allows."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from g4f_lite._utils.text import find_similar_names, format_suggestion, join_names, shorten
from g4f_lite.messages._content_parts import normalize_part
from g4f_lite.messages._media import ContentError, type_name_of
from g4f_lite.messages._values import copy_unknown_keys, copy_value, require_text
from g4f_lite.results import ToolCall

__all__ = ["normalize_message"]


def normalize_message(message: object, where: str, roles: Sequence[str], example: str) -> dict[str, Any]:
    """Return a new message in normalized form.

    Raises:
        ContentError: `message` is not a valid message.
    """
    if not isinstance(message, Mapping):
        raise ContentError(f"{where} has to be a dictionary, not {type_name_of(message)}.", example)
    if not all(isinstance(key, str) for key in message):
        raise ContentError(f"{where} has a key that is no string.", "Write its keys as strings.")
    role = _require_role(message, where, roles, example)
    normalized: dict[str, Any] = {}
    for key, value in message.items():
        normalize = _NORMALIZERS.get(key)
        if normalize is None:
            normalized[key] = copy_value(value, f"{where}[{key!r}]")
        elif value is not None:  # services write None for missing values
            normalized[key] = normalize(value, f"{where}[{key!r}]", role)
    if not normalized.get("tool_calls", True):
        del normalized["tool_calls"]
    if role == "tool" and not normalized.get("tool_call_id"):
        hint = "Write the `id` of the tool call that it answers."
        raise ContentError(f"{where} is of the role 'tool' and has no 'tool_call_id'.", hint)
    if "content" not in normalized:
        _check_missing_content(message, normalized, where, example)
        normalized["content"] = None
    return normalized


def _require_role(message: Mapping[str, Any], where: str, roles: Sequence[str], example: str) -> str:
    if "role" not in message:
        raise ContentError(f"{where} has no 'role'.", example)
    role = message["role"]
    if isinstance(role, str) and role in roles:
        return str.__str__(role)
    if role == "function":
        hint = "Use the role 'tool', with the `tool_call_id` of the call that it answers."
        raise ContentError(f"{where}['role'] is 'function', which services have given up.", hint)
    suggestion = format_suggestion(find_similar_names(role, roles) if isinstance(role, str) else ())
    raise ContentError(
        f"{where}['role'] is {shorten(repr(role), 60)}; it has to be one of {join_names(roles)}.{suggestion}",
        "Change the role.",
    )


def _check_missing_content(
    message: Mapping[str, Any], normalized: dict[str, Any], where: str, example: str
) -> None:
    """Check that a message without content is from the assistant and has tool calls, a refusal or reasoning."""
    if normalized["role"] == "assistant" and any(
        normalized.get(key) for key in ("tool_calls", "refusal", "reasoning")
    ):
        return
    if "content" not in message:
        raise ContentError(f"{where} has no 'content'.", example)
    hint = "Pass the text; only an assistant's message with tool calls can be without."
    raise ContentError(f"{where}['content'] has to be a string or a list of parts, not None.", hint)


# --- the keys -----------------------------------------------------------------------------------


def _normalize_text(value: object, where: str, role: str) -> str:
    del role
    return require_text(value, where)


def _normalize_content(value: object, where: str, role: str) -> str | list[dict[str, Any]]:
    if isinstance(value, str):
        return require_text(value, where)
    if isinstance(value, (bytes, bytearray, Mapping)) or not isinstance(value, Sequence):
        hint = "Pass the text, or a list of parts; a part by itself goes into a list."
        raise ContentError(f"{where} has to be a string or a list of parts, not {type_name_of(value)}.", hint)
    if not value:
        raise ContentError(f"{where} is an empty list.", "Pass the text, or a list of parts.")
    return [normalize_part(part, f"{where}[{number}]", role) for number, part in enumerate(value)]


def _normalize_tool_calls(value: object, where: str, role: str) -> list[dict[str, Any]]:
    if role != "assistant":
        raise ContentError(
            f"{where} stands in a message of the role {role!r}.", "Only the assistant calls tools."
        )
    return [
        _normalize_tool_call(call, f"{where}[{number}]")
        for number, call in enumerate(_require_list(value, where))
    ]


def _normalize_tool_call(tool_call: object, where: str) -> dict[str, Any]:
    call = tool_call
    if isinstance(tool_call, ToolCall):
        fields = {"name": tool_call.name, "arguments": tool_call.arguments}
        call = {"id": tool_call.id, "function": fields, "signature": tool_call.signature}
    if not isinstance(call, Mapping):
        hint = 'Write {"id": "...", "type": "function", "function": {"name": "...", "arguments": "{}"}}.'
        raise ContentError(f"{where} has to be a dictionary, not {type_name_of(call)}.", hint)
    if call.get("type", "function") != "function":
        shown = shorten(repr(call["type"]), 60)
        raise ContentError(f"{where}['type'] is {shown}; it has to be 'function'.", "Leave the call out.")
    function = call.get("function")
    if not isinstance(function, Mapping):
        hint = 'Write {"name": "...", "arguments": "{}"}.'
        raise ContentError(f"{where}['function'] has to be a dictionary, not {type_name_of(function)}.", hint)
    normalized = {
        "id": _require_nonempty_text(call.get("id"), f"{where}['id']"),
        "type": "function",
        "function": {
            "name": _require_nonempty_text(function.get("name"), f"{where}['function']['name']"),
            "arguments": _normalize_arguments(function.get("arguments"), f"{where}['function']['arguments']"),
            **copy_unknown_keys(function, ("name", "arguments"), f"{where}['function']"),
        },
    }
    if call.get("signature") is not None:
        normalized["signature"] = require_text(call["signature"], f"{where}['signature']")
    return {**normalized, **copy_unknown_keys(call, ("id", "type", "function", "signature"), where)}


def _normalize_arguments(value: object, where: str) -> str:
    """Return the JSON text of the arguments; a text of the model is kept unchanged, valid or not."""
    if not isinstance(value, Mapping):
        return require_text(value, where)
    import json

    try:
        return require_text(json.dumps(dict(value), ensure_ascii=False, allow_nan=False), where)
    except (TypeError, ValueError, RecursionError):
        raise ContentError(
            f"{where} cannot be written as JSON.", "Pass plain data, or the JSON text."
        ) from None


def _normalize_reasoning(value: object, where: str, role: str) -> list[dict[str, Any]]:
    if role != "assistant":
        raise ContentError(
            f"{where} stands in a message of the role {role!r}.", "Only the assistant reasons."
        )
    if isinstance(value, str):
        return [{"text": require_text(value, where), "signature": None}]
    return [
        _normalize_reasoning_block(item, f"{where}[{number}]")
        for number, item in enumerate(_require_list(value, where))
    ]


def _normalize_reasoning_block(item: object, where: str) -> dict[str, Any]:
    if not isinstance(item, Mapping) or "text" not in item:
        raise ContentError(
            f"{where} has to be a dictionary with a 'text'.", "Pass on what `completion.message` has."
        )
    signature = item.get("signature")
    return {
        "text": require_text(item["text"], f"{where}['text']"),
        "signature": None if signature is None else require_text(signature, f"{where}['signature']"),
        **copy_unknown_keys(item, ("text", "signature"), where),
    }


def _refuse_function_call(value: object, where: str, role: str) -> None:
    del value, role
    hint = 'Write "tool_calls": [{"id": "...", "function": {...}}].'
    raise ContentError(f"{where} is what services had before tools, and have given up.", hint)


_NORMALIZERS: dict[str, Callable[[Any, str, str], Any]] = {
    "role": _normalize_text,
    "content": _normalize_content,
    "name": _normalize_text,
    "refusal": _normalize_text,
    "tool_call_id": _normalize_text,
    "tool_calls": _normalize_tool_calls,
    "reasoning": _normalize_reasoning,
    "function_call": _refuse_function_call,
}


# --- values -------------------------------------------------------------------------------------


def _require_list(value: object, where: str) -> Sequence[object]:
    if isinstance(value, (str, bytes, bytearray, Mapping)) or not isinstance(value, Sequence):
        raise ContentError(f"{where} has to be a list, not {type_name_of(value)}.", "Put it into a list.")
    return value


def _require_nonempty_text(value: object, where: str) -> str:
    text = require_text(value, where)
    if not text:
        raise ContentError(f"{where} is empty.", "Pass on what the model wrote.")
    return text
