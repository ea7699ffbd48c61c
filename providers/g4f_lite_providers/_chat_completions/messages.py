"""Messages as a service of the OpenAI chat API takes them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from g4f_lite.contract import Message
from g4f_lite.errors import InvalidMessageError
from g4f_lite_providers._chat_completions.quirks import Quirks
from g4f_lite_providers._shared.json_values import load_json_object

__all__ = ["add_instruction", "convert_messages"]

_TEXT_MESSAGE_FIELDS = 2
"""The number of fields of a message that has text only: `role` and `content`."""

_UNCHANGED_ROLES = ("system", "user", "assistant")


def convert_messages(messages: Sequence[Message], quirks: Quirks) -> list[Message]:
    """Return the messages to send: OpenAI's own shape, except where the service differs."""
    return [_convert_message(index, message, quirks) for index, message in enumerate(messages)]


def _convert_message(index: int, message: Message, quirks: Quirks) -> Message:
    if (
        len(message) == _TEXT_MESSAGE_FIELDS
        and type(message["content"]) is str
        and message["role"] in _UNCHANGED_ROLES
    ):
        return message
    converted = dict(message)
    if converted["role"] == "developer" and not quirks.has_developer_role:
        converted["role"] = "system"
    if converted.get("refusal", "") is None:
        del converted["refusal"]
    if isinstance(converted.get("content"), list):
        converted["content"] = _convert_parts(index, converted["content"], quirks)
    if converted.get("tool_calls"):
        converted["tool_calls"] = [_convert_tool_call(call) for call in converted["tool_calls"]]
    blocks = converted.pop("reasoning", None)
    if isinstance(blocks, list):
        converted = _add_reasoning(converted, blocks, quirks.reasoning_back)
    elif blocks is not None:
        converted["reasoning"] = blocks  # The caller uses the service's own field.
    return converted


def _convert_tool_call(call: Any) -> Any:
    """Return a tool call without its signature, or with it if this API made it (`ToolCallAssembler`)."""
    if not isinstance(call, Mapping) or "signature" not in call:
        return call
    fields = {name: value for name, value in call.items() if name != "signature"}
    return {**fields, **_unpack_signature(call["signature"], "extra_content")}


def _unpack_signature(signature: object, name: str) -> dict[str, Any]:
    """Return the field `name` that a signature holds, or nothing if another service made the signature."""
    fields = load_json_object(signature) if isinstance(signature, str) else None
    return {name: fields[name]} if fields is not None and name in fields else {}


def _add_reasoning(message: Message, blocks: Sequence[Mapping[str, Any]], field: str) -> Message:
    """Return the message with its reasoning where `Quirks.reasoning_back` says."""
    text = "".join(block.get("text") or "" for block in blocks)
    if not field or not blocks:
        return message
    if field == "reasoning_details":
        details = [
            item
            for block in blocks
            for item in _unpack_signature(block.get("signature"), field).get(field, [])
        ]
        return {**message, field: details} if details else {**message, "reasoning": text}
    if field == "parts":
        thinking = {"type": "thinking", "thinking": [{"type": "text", "text": text}]}
        return {**message, "content": [thinking, *_as_parts(message.get("content"))]}
    return {**message, field: text}


def _as_parts(content: Any) -> list[Any]:
    return content if isinstance(content, list) else [{"type": "text", "text": content}] if content else []


# --- parts ----------------------------------------------------------------------------------------


def _convert_parts(index: int, parts: Sequence[Mapping[str, Any]], quirks: Quirks) -> Any:
    if quirks.needs_text_as_string and all(part.get("type") == "text" for part in parts):
        return "\n".join(part["text"] for part in parts)
    return [_convert_file(index, part, quirks) if part.get("type") == "file" else part for part in parts]


def _convert_file(index: int, part: Mapping[str, Any], quirks: Quirks) -> Mapping[str, Any]:
    """Return a file as the API takes it: with a name, and with its data or its identifier."""
    file = dict(part.get("file") or {})
    url = file.pop("file_url", None)
    if url is not None:
        if not quirks.can_fetch_files:
            raise InvalidMessageError(
                index,
                f"messages[{index}] has a file by its URL, which this service does not fetch.",
                hint="Pass the file's data.",
            )
        file["file_data"] = url
    data = file.get("file_data")
    if isinstance(data, str) and not file.get("filename"):
        file["filename"] = _file_name(data)
    return {**part, "file": file}


def _file_name(url: str) -> str:
    """Return a name for a file without one: the API needs a name with the data."""
    if not url.startswith("data:"):
        return url.partition("?")[0].rstrip("/").rpartition("/")[2] or "file"
    subtype = url[5:].partition(",")[0].partition(";")[0].rpartition("/")[2]
    return f"file.{subtype}" if subtype.isalnum() else "file"


def add_instruction(messages: Iterable[Message], text: str) -> list[Message]:
    """Return the messages with `text` at the end of the first system message, or in a new one before them."""
    first, *others = messages
    if first["role"] == "system" and isinstance(first["content"], str):
        return [{**first, "content": f"{first['content']}\n\n{text}"}, *others]
    return [{"role": "system", "content": text}, first, *others]
