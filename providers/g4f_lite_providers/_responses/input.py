"""Chat messages as the input items of the Responses API.

Wire facts: OpenAI's API reference, "Create a model response", `input`, and its guide "Reasoning models",
"Keeping reasoning items in context": a reasoning item has to stand right before what it led to.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from g4f_lite.contract import Message
from g4f_lite_providers._responses.signatures import unpack

__all__ = ["input_items"]

_Item = dict[str, Any]


def input_items(messages: Sequence[Message]) -> list[_Item]:
    """Return the items for `messages`, in their order.

    System and developer messages stay messages, where they stand: `instructions` would hold one of them only,
    and put it first.
    """
    items: list[_Item] = []
    custom: set[str] = set()
    for message in messages:
        role = message["role"]
        if role == "assistant":
            made = _assistant_items(message)
            custom.update(item["call_id"] for item in made if item["type"] == "custom_tool_call")
            items += made
        elif role == "tool":
            items.append(_result(message, custom))
        else:
            items.append({"type": "message", "role": role, "content": _content(message["content"])})
    return items


def _content(content: Any) -> Any:
    return content if isinstance(content, str) else [_part(part) for part in content]


def _part(part: Mapping[str, Any]) -> _Item:
    kind = part["type"]
    if kind == "image_url":
        image = part["image_url"]
        return {"type": "input_image", "image_url": image["url"], "detail": image.get("detail") or "auto"}
    if kind == "file":
        return {"type": "input_file", **part["file"]}
    if kind == "input_audio":
        return {"type": "input_audio", "input_audio": part["input_audio"]}
    return {"type": "input_text", "text": part["text"]}


def _result(message: Message, custom: set[str]) -> _Item:
    """Return a tool's result; `custom` has the calls of tools that take plain text."""
    call = message["tool_call_id"]
    kind = "custom_tool_call_output" if call in custom else "function_call_output"
    return {"type": kind, "call_id": call, "output": _content(message["content"])}


# --- the assistant's ----------------------------------------------------------------------------


def _assistant_items(message: Message) -> list[_Item]:
    """Return an assistant's message as the items that the answer was made of, in the answer's order."""
    thoughts, calls = list(_thoughts(message.get("reasoning"))), list(_calls(message.get("tool_calls") or ()))
    spoken, last = _spoken(message), _last(message.get("reasoning"))
    if last is not None or any("place" in facts for facts, _ in (*thoughts, *calls)):
        # A call that does not tell its place stood in front: nothing but calls came before it.
        calls = [(facts or {"place": number, "at": 0}, item) for number, (facts, item) in enumerate(calls)]
    items: list[_Item] = []
    start = 0
    for facts, item in sorted((*thoughts, *calls), key=_place):
        at, said = facts.get("at"), spoken["content"] if spoken else ""
        if spoken and isinstance(said, str) and type(at) is int and at < len(said):
            if at > start:
                items.append(_phased({**spoken, "content": said[start:at]}, facts))
                start = at
        elif spoken and ("text" in facts or not facts):  # of calls that do not tell, the text came first
            items.append(_phased({**spoken, "content": said[start:]}, facts))
            spoken = None
        items.append(item)
    return (
        [*items, _phased({**spoken, "content": spoken["content"][start:]}, last or {})] if spoken else items
    )


def _phased(spoken: _Item, facts: Mapping[str, Any]) -> _Item:
    """Return a text with the phase that is told of it."""
    return {**spoken, "phase": facts["text"]} if facts.get("text") else spoken


def _last(blocks: Any) -> Mapping[str, Any] | None:
    """Return what is told of the text that nothing came after."""
    told = [unpack(block.get("signature")) for block in blocks] if isinstance(blocks, list) else []
    return next((facts for facts in told if facts.get("last")), None)


def _place(found: tuple[Mapping[str, Any], _Item]) -> float:
    """Return where an item stood in its answer; of an answer that does not tell, calls stand behind the rest."""
    place = found[0].get("place")
    return place if isinstance(place, int) else float("inf")


def _spoken(message: Message) -> _Item | None:
    """Return the message's text and refusal, None if it has neither."""
    content, refusal = message.get("content"), message.get("refusal")
    if refusal:
        parts = [{"type": "text", "text": content}] if isinstance(content, str) else content or []
        content = [*parts, {"type": "refusal", "refusal": refusal}]
    if isinstance(content, list):
        content = [_said(part) for part in content if part.get("text") or part.get("refusal")]
    if not content:
        return None
    phase = message.get("phase")  # OpenAI's own word, for who keeps its items in place of our messages
    return {"type": "message", "role": "assistant", "content": content, **({"phase": phase} if phase else {})}


def _said(part: Mapping[str, Any]) -> _Item:
    if part["type"] == "refusal":
        return {"type": "refusal", "refusal": part["refusal"]}
    return {"type": "output_text", "text": part["text"]}


def _thoughts(blocks: Any) -> Iterator[tuple[Mapping[str, Any], _Item]]:
    """Yield the items behind a message's reasoning; what another service thought is left out."""
    for block in blocks if isinstance(blocks, list) else ():
        facts = unpack(block.get("signature"))
        if isinstance(facts.get("item"), dict):  # of a tool that the service ran itself
            yield facts, facts["item"]
        elif facts and "last" not in facts:
            yield facts, _reasoning(facts, block.get("text") or "")


def _reasoning(facts: Mapping[str, Any], text: str) -> _Item:
    text = text.removeprefix("\n\n")  # ours, between two items
    raw = facts.get("raw")
    item: _Item = {"type": "reasoning", **{name: facts[name] for name in ("id",) if facts.get(name)}}
    item["summary"] = [{"type": "summary_text", "text": text}] if text and not raw else []
    if text and raw:
        item["content"] = [{"type": "reasoning_text", "text": text}]
    if facts.get("encrypted_content"):
        item["encrypted_content"] = facts["encrypted_content"]
    return item


def _calls(calls: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], _Item]]:
    for call in calls:
        facts, function = unpack(call.get("signature")), call["function"]
        own = {"id": facts["id"]} if facts.get("id") else {}
        named = {"call_id": call["id"], "name": function["name"]}
        if facts.get("custom"):
            yield facts, {"type": "custom_tool_call", **own, **named, "input": function["arguments"]}
        else:
            yield facts, {"type": "function_call", **own, **named, "arguments": function["arguments"]}
