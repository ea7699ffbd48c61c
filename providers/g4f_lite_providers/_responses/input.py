"""Chat messages as the input items of the Responses API.

Wire facts: OpenAI's API reference, "Create a model response", `input`, and its guide "Reasoning models",
"Keeping reasoning items in context": a reasoning item has to come right before the item that it led to.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from g4f_lite.contract import Message
from g4f_lite_providers._responses.signatures import unpack_signature

__all__ = ["convert_messages"]

_Item = dict[str, Any]
_SignedItem = tuple[Mapping[str, Any], _Item]
"""The facts in an item's signature, and the item."""


def convert_messages(messages: Sequence[Message]) -> list[_Item]:
    """Return the input items for `messages`, in their order.

    System and developer messages stay messages, at their position: `instructions` would hold one of them
    only, and put it first.
    """
    items: list[_Item] = []
    custom_calls: set[str] = set()
    for message in messages:
        role = message["role"]
        if role == "assistant":
            new_items = _assistant_items(message)
            custom_calls.update(item["call_id"] for item in new_items if item["type"] == "custom_tool_call")
            items += new_items
        elif role == "tool":
            items.append(_tool_result(message, custom_calls))
        else:
            items.append({"type": "message", "role": role, "content": _convert_content(message["content"])})
    return items


def _convert_content(content: Any) -> Any:
    return content if isinstance(content, str) else [_convert_part(part) for part in content]


def _convert_part(part: Mapping[str, Any]) -> _Item:
    kind = part["type"]
    if kind == "image_url":
        image = part["image_url"]
        return {"type": "input_image", "image_url": image["url"], "detail": image.get("detail") or "auto"}
    if kind == "file":
        return {"type": "input_file", **part["file"]}
    if kind == "input_audio":
        return {"type": "input_audio", "input_audio": part["input_audio"]}
    return {"type": "input_text", "text": part["text"]}


def _tool_result(message: Message, custom_calls: set[str]) -> _Item:
    """Return the result of a tool; `custom_calls` has the calls of tools that take plain text."""
    call_id = message["tool_call_id"]
    kind = "custom_tool_call_output" if call_id in custom_calls else "function_call_output"
    return {"type": kind, "call_id": call_id, "output": _convert_content(message["content"])}


# --- the assistant's messages -------------------------------------------------------------------


def _assistant_items(message: Message) -> list[_Item]:
    """Return an assistant's message as the items of the answer that it was, in the order of that answer.

    In the facts of a signature, ``place`` is the position of the item, ``at`` the number of characters of the
    text before it, and ``text`` the phase of that text.
    """
    reasoning = list(_reasoning_items(message.get("reasoning")))
    calls = list(_tool_call_items(message.get("tool_calls") or ()))
    text_item, last = _text_item(message), _last_text_facts(message.get("reasoning"))
    if last is not None or any("place" in facts for facts, _ in (*reasoning, *calls)):
        # A tool call without a signature has only such calls before it.
        calls = [(facts or {"place": number, "at": 0}, item) for number, (facts, item) in enumerate(calls)]
    items: list[_Item] = []
    start = 0
    for facts, item in sorted((*reasoning, *calls), key=_position):
        at, content = facts.get("at"), text_item["content"] if text_item else ""
        if text_item and isinstance(content, str) and type(at) is int and at < len(content):
            if at > start:
                items.append(_with_phase({**text_item, "content": content[start:at]}, facts))
                start = at
        elif text_item and ("text" in facts or not facts):  # Without facts, the text comes before the calls.
            items.append(_with_phase({**text_item, "content": content[start:]}, facts))
            text_item = None
        items.append(item)
    if text_item:
        items.append(_with_phase({**text_item, "content": text_item["content"][start:]}, last or {}))
    return items


def _with_phase(text_item: _Item, facts: Mapping[str, Any]) -> _Item:
    """Return a text item with the phase that `facts` has for the text."""
    return {**text_item, "phase": facts["text"]} if facts.get("text") else text_item


def _last_text_facts(blocks: Any) -> Mapping[str, Any] | None:
    """Return the facts about the text that no item follows, or None if no signature has them."""
    signatures = (
        [unpack_signature(block.get("signature")) for block in blocks] if isinstance(blocks, list) else []
    )
    return next((facts for facts in signatures if facts.get("last")), None)


def _position(signed_item: _SignedItem) -> float:
    """Return the position of an item in its answer; tool calls without a position come last."""
    position = signed_item[0].get("place")
    return position if isinstance(position, int) else float("inf")


def _text_item(message: Message) -> _Item | None:
    """Return the text and the refusal of a message, or None if it has neither."""
    content, refusal = message.get("content"), message.get("refusal")
    if refusal:
        parts = [{"type": "text", "text": content}] if isinstance(content, str) else content or []
        content = [*parts, {"type": "refusal", "refusal": refusal}]
    if isinstance(content, list):
        content = [_output_part(part) for part in content if part.get("text") or part.get("refusal")]
    if not content:
        return None
    # OpenAI's own field, for callers that keep OpenAI's items instead of the messages of this library.
    phase = message.get("phase")
    return {"type": "message", "role": "assistant", "content": content, **({"phase": phase} if phase else {})}


def _output_part(part: Mapping[str, Any]) -> _Item:
    if part["type"] == "refusal":
        return {"type": "refusal", "refusal": part["refusal"]}
    return {"type": "output_text", "text": part["text"]}


def _reasoning_items(blocks: Any) -> Iterator[_SignedItem]:
    """Yield the items of a message's reasoning, without the reasoning of other services."""
    for block in blocks if isinstance(blocks, list) else ():
        facts = unpack_signature(block.get("signature"))
        if isinstance(facts.get("item"), dict):  # An item of a tool that the service ran itself.
            yield facts, facts["item"]
        elif facts and "last" not in facts:
            yield facts, _reasoning_item(facts, block.get("text") or "")


def _reasoning_item(facts: Mapping[str, Any], text: str) -> _Item:
    text = text.removeprefix("\n\n")  # `OutputDecoder` puts it between two items.
    is_raw = facts.get("raw")
    item: _Item = {"type": "reasoning", **{name: facts[name] for name in ("id",) if facts.get(name)}}
    item["summary"] = [{"type": "summary_text", "text": text}] if text and not is_raw else []
    if text and is_raw:
        item["content"] = [{"type": "reasoning_text", "text": text}]
    if facts.get("encrypted_content"):
        item["encrypted_content"] = facts["encrypted_content"]
    return item


def _tool_call_items(calls: Sequence[Mapping[str, Any]]) -> Iterator[_SignedItem]:
    for call in calls:
        facts, function = unpack_signature(call.get("signature")), call["function"]
        item_id = {"id": facts["id"]} if facts.get("id") else {}
        fields = {**item_id, "call_id": call["id"], "name": function["name"]}
        if facts.get("custom"):
            yield facts, {"type": "custom_tool_call", **fields, "input": function["arguments"]}
        else:
            yield facts, {"type": "function_call", **fields, "arguments": function["arguments"]}
