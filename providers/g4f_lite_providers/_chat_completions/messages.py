"""Messages as a service of the OpenAI chat API wants them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from g4f_lite.contract import Message
from g4f_lite.errors import InvalidMessageError
from g4f_lite_providers._chat_completions.quirks import Quirks

__all__ = ["wire_messages"]

_PLAIN = 2
"""What a message of text has: `role` and `content`."""

_USUAL = ("system", "user", "assistant")


def wire_messages(messages: Sequence[Message], quirks: Quirks) -> list[Message]:
    """Return what is sent for `messages`: OpenAI's own shape, but for what the service words otherwise."""
    return [_wired(place, message, quirks) for place, message in enumerate(messages)]


def _wired(place: int, message: Message, quirks: Quirks) -> Message:
    if len(message) == _PLAIN and type(message["content"]) is str and message["role"] in _USUAL:
        return message
    sent = dict(message)
    if sent["role"] == "developer" and not quirks.developer:
        sent["role"] = "system"
    if sent.get("refusal", "") is None:
        del sent["refusal"]
    if isinstance(sent.get("content"), list):
        sent["content"] = _content(place, sent["content"], quirks)
    if sent.get("tool_calls"):
        sent["tool_calls"] = [_tool_call(call) for call in sent["tool_calls"]]
    blocks = sent.pop("reasoning", None)
    if isinstance(blocks, list):
        sent = _with_reasoning(sent, blocks, quirks.reasoning_back)
    elif blocks is not None:
        sent["reasoning"] = blocks  # the caller's own words for the service
    return sent


def _tool_call(call: Any) -> Any:
    """Return a tool call without its signature, or with it where it came from this API (see `ToolPieces`)."""
    if not isinstance(call, Mapping) or "signature" not in call:
        return call
    plain = {name: value for name, value in call.items() if name != "signature"}
    return {**plain, **_opaque(call["signature"], "extra_content")}


def _opaque(signature: object, name: str) -> dict[str, Any]:
    """Return what a signature holds under `name`; nothing if another service made it."""
    try:
        value = json.loads(signature) if isinstance(signature, str) else None
    except ValueError:
        return {}
    return {name: value[name]} if isinstance(value, dict) and name in value else {}


def _with_reasoning(message: Message, blocks: Sequence[Mapping[str, Any]], way: str) -> Message:
    text = "".join(block.get("text") or "" for block in blocks)
    if not way or not blocks:
        return message
    if way == "reasoning_details":
        details = [item for block in blocks for item in _opaque(block.get("signature"), way).get(way, [])]
        return {**message, way: details} if details else {**message, "reasoning": text}
    if way == "parts":
        thought = {"type": "thinking", "thinking": [{"type": "text", "text": text}]}
        return {**message, "content": [thought, *_as_parts(message.get("content"))]}
    return {**message, way: text}


def _as_parts(content: Any) -> list[Any]:
    return content if isinstance(content, list) else [{"type": "text", "text": content}] if content else []


# --- parts ----------------------------------------------------------------------------------------


def _content(place: int, parts: Sequence[Mapping[str, Any]], quirks: Quirks) -> Any:
    if quirks.flat_text and all(part.get("type") == "text" for part in parts):
        return "\n".join(part["text"] for part in parts)
    return [_part(place, part, quirks) if part.get("type") == "file" else part for part in parts]


def _part(place: int, part: Mapping[str, Any], quirks: Quirks) -> Mapping[str, Any]:
    """Return a file as the API takes it: with a name, and its data or its number."""
    file = dict(part.get("file") or {})
    address = file.pop("file_url", None)
    if address is not None:
        if not quirks.file_urls:
            raise InvalidMessageError(
                place,
                f"messages[{place}] has a file by its URL, which this service does not fetch.",
                hint="Pass the file's data.",
            )
        file["file_data"] = address
    data = file.get("file_data")
    if isinstance(data, str) and not file.get("filename"):
        file["filename"] = _name_for(data)
    return {**part, "file": file}


def _name_for(address: str) -> str:
    """Return a file's name, which the API wants beside its data, for one that has none."""
    if not address.startswith("data:"):
        return address.partition("?")[0].rstrip("/").rpartition("/")[2] or "file"
    kind = address[5:].partition(",")[0].partition(";")[0].rpartition("/")[2]
    return f"file.{kind}" if kind.isalnum() else "file"


def instructed(messages: Iterable[Message], text: str) -> list[Message]:
    """Return the messages with an instruction at the end of the first system message, or in one before them."""
    first, *others = messages
    if first["role"] == "system" and isinstance(first["content"], str):
        return [{**first, "content": f"{first['content']}\n\n{text}"}, *others]
    return [{"role": "system", "content": text}, first, *others]
