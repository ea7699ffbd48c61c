"""Bring one message into the one form: its content, and what else a message of its role can have."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from g4f_lite._utils.text import find_similar_names, format_suggestion, join_names, shorten
from g4f_lite.messages._content_parts import normal_part
from g4f_lite.messages._media import ContentError, kind
from g4f_lite.messages._values import copy_unknown_keys, copy_value, text_of
from g4f_lite.results import ToolCall

__all__ = ["normal_message"]


def normal_message(message: object, place: str, roles: Sequence[str], example: str) -> dict[str, Any]:
    """Return a fresh message in the one form.

    Raises:
        Unfit: it is no message.
    """
    if not isinstance(message, Mapping):
        raise ContentError(f"{place} has to be a dictionary, not {kind(message)}.", example)
    if not all(isinstance(key, str) for key in message):
        raise ContentError(f"{place} has a key that is no string.", "Write its keys as strings.")
    role = _role(message, place, roles, example)
    made: dict[str, Any] = {}
    for key, value in message.items():
        check = _CHECKS.get(key)
        if check is None:
            made[key] = copy_value(value, f"{place}[{key!r}]")
        elif value is not None:  # services write None for what is not there
            made[key] = check(value, f"{place}[{key!r}]", role)
    if not made.get("tool_calls", True):
        del made["tool_calls"]
    if role == "tool" and not made.get("tool_call_id"):
        hint = "Write the `id` of the tool call that it answers."
        raise ContentError(f"{place} is of the role 'tool' and has no 'tool_call_id'.", hint)
    if "content" not in made:
        _check_silence(message, made, place, example)
        made["content"] = None
    return made


def _role(message: Mapping[str, Any], place: str, roles: Sequence[str], example: str) -> str:
    if "role" not in message:
        raise ContentError(f"{place} has no 'role'.", example)
    role = message["role"]
    if isinstance(role, str) and role in roles:
        return str.__str__(role)
    if role == "function":
        hint = "Use the role 'tool', with the `tool_call_id` of the call that it answers."
        raise ContentError(f"{place}['role'] is 'function', which services have given up.", hint)
    near = format_suggestion(find_similar_names(role, roles) if isinstance(role, str) else ())
    raise ContentError(
        f"{place}['role'] is {shorten(repr(role), 60)}; it has to be one of {join_names(roles)}.{near}",
        "Change the role.",
    )


def _check_silence(message: Mapping[str, Any], made: dict[str, Any], place: str, example: str) -> None:
    """Only the assistant can say nothing, and only where it did something else."""
    if made["role"] == "assistant" and any(made.get(key) for key in ("tool_calls", "refusal", "reasoning")):
        return
    if "content" not in message:
        raise ContentError(f"{place} has no 'content'.", example)
    hint = "Pass the text; only an assistant's message with tool calls can be without."
    raise ContentError(f"{place}['content'] has to be a string or a list of parts, not None.", hint)


# --- the keys -----------------------------------------------------------------------------------


def _plain(value: object, place: str, role: str) -> str:
    del role
    return text_of(value, place)


def _content(value: object, place: str, role: str) -> str | list[dict[str, Any]]:
    if isinstance(value, str):
        return text_of(value, place)
    if isinstance(value, (bytes, bytearray, Mapping)) or not isinstance(value, Sequence):
        hint = "Pass the text, or a list of parts; a part by itself goes into a list."
        raise ContentError(f"{place} has to be a string or a list of parts, not {kind(value)}.", hint)
    if not value:
        raise ContentError(f"{place} is an empty list.", "Pass the text, or a list of parts.")
    return [normal_part(part, f"{place}[{number}]", role) for number, part in enumerate(value)]


def _tool_calls(value: object, place: str, role: str) -> list[dict[str, Any]]:
    if role != "assistant":
        raise ContentError(
            f"{place} stands in a message of the role {role!r}.", "Only the assistant calls tools."
        )
    return [_tool_call(call, f"{place}[{number}]") for number, call in enumerate(_listed(value, place))]


def _tool_call(given: object, place: str) -> dict[str, Any]:
    call = given
    if isinstance(given, ToolCall):
        names = {"name": given.name, "arguments": given.arguments}
        call = {"id": given.id, "function": names, "signature": given.signature}
    if not isinstance(call, Mapping):
        hint = 'Write {"id": "...", "type": "function", "function": {"name": "...", "arguments": "{}"}}.'
        raise ContentError(f"{place} has to be a dictionary, not {kind(call)}.", hint)
    if call.get("type", "function") != "function":
        shown = shorten(repr(call["type"]), 60)
        raise ContentError(f"{place}['type'] is {shown}; it has to be 'function'.", "Leave the call out.")
    function = call.get("function")
    if not isinstance(function, Mapping):
        hint = 'Write {"name": "...", "arguments": "{}"}.'
        raise ContentError(f"{place}['function'] has to be a dictionary, not {kind(function)}.", hint)
    made = {
        "id": _named(call.get("id"), f"{place}['id']"),
        "type": "function",
        "function": {
            "name": _named(function.get("name"), f"{place}['function']['name']"),
            "arguments": _arguments(function.get("arguments"), f"{place}['function']['arguments']"),
            **copy_unknown_keys(function, ("name", "arguments"), f"{place}['function']"),
        },
    }
    if call.get("signature") is not None:
        made["signature"] = text_of(call["signature"], f"{place}['signature']")
    return {**made, **copy_unknown_keys(call, ("id", "type", "function", "signature"), place)}


def _arguments(value: object, place: str) -> str:
    """Return the JSON text; what a model wrote is taken as it is, right or wrong."""
    if not isinstance(value, Mapping):
        return text_of(value, place)
    import json

    try:
        return text_of(json.dumps(dict(value), ensure_ascii=False, allow_nan=False), place)
    except (TypeError, ValueError, RecursionError):
        raise ContentError(
            f"{place} cannot be written as JSON.", "Pass plain data, or the JSON text."
        ) from None


def _reasoning(value: object, place: str, role: str) -> list[dict[str, Any]]:
    if role != "assistant":
        raise ContentError(
            f"{place} stands in a message of the role {role!r}.", "Only the assistant reasons."
        )
    if isinstance(value, str):
        return [{"text": text_of(value, place), "signature": None}]
    return [_thought(item, f"{place}[{number}]") for number, item in enumerate(_listed(value, place))]


def _thought(item: object, place: str) -> dict[str, Any]:
    if not isinstance(item, Mapping) or "text" not in item:
        raise ContentError(
            f"{place} has to be a dictionary with a 'text'.", "Pass on what `completion.message` has."
        )
    signature = item.get("signature")
    return {
        "text": text_of(item["text"], f"{place}['text']"),
        "signature": None if signature is None else text_of(signature, f"{place}['signature']"),
        **copy_unknown_keys(item, ("text", "signature"), place),
    }


def _function_call(value: object, place: str, role: str) -> None:
    del value, role
    hint = 'Write "tool_calls": [{"id": "...", "function": {...}}].'
    raise ContentError(f"{place} is what services had before tools, and have given up.", hint)


_CHECKS: dict[str, Callable[[Any, str, str], Any]] = {
    "role": _plain,
    "content": _content,
    "name": _plain,
    "refusal": _plain,
    "tool_call_id": _plain,
    "tool_calls": _tool_calls,
    "reasoning": _reasoning,
    "function_call": _function_call,
}


# --- values -------------------------------------------------------------------------------------


def _listed(value: object, place: str) -> Sequence[object]:
    if isinstance(value, (str, bytes, bytearray, Mapping)) or not isinstance(value, Sequence):
        raise ContentError(f"{place} has to be a list, not {kind(value)}.", "Put it into a list.")
    return value


def _named(value: object, place: str) -> str:
    text = text_of(value, place)
    if not text:
        raise ContentError(f"{place} is empty.", "Pass on what the model wrote.")
    return text
