"""The order of an answer's content blocks, for the later turn that sends them back.

Anthropic's guide "Thinking in tool and multi-turn workflows" wants an assistant's message back as it was
received, and Google's "Thought Signatures" wants each signature in the part that it came in. A chat message
keeps reasoning, text and tool calls in separate fields. So the order of the blocks, and the fields that a
message has no place for, travel in the signature of a reasoning block without text: a list of the blocks,
each without what the message holds already.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from g4f_lite_providers._shared.json_values import dump_json

__all__ = [
    "OTHER",
    "REASONING",
    "TEXT",
    "TOOL_CALL",
    "OrderedBlock",
    "arrange_blocks",
    "pack_order",
    "unpack_order",
]

# These words stand in signatures that callers may have stored: they must not change.
REASONING, TEXT, TOOL_CALL, OTHER = "thought", "text", "call", "other"

_Block = dict[str, Any]


class OrderedBlock(NamedTuple):
    """One block in the order of its answer.

    Attributes:
        kind: `REASONING`, `TEXT` or `TOOL_CALL` is the next block of that kind in the message; `OTHER` is a
            block that a message has no place for.
        extra: the fields that the message has no place for; for `OTHER`, all fields.
        length: the number of characters, for `TEXT` only.
    """

    kind: str
    extra: Mapping[str, Any]
    length: int = 0


def pack_order(prefix: str, order: Sequence[OrderedBlock]) -> str | None:
    """Return the signature that holds `order`, or None if it is the default order and has no extra fields.

    Args:
        prefix: the beginning of the signature, with a colon; no other signature begins so.
        order: the blocks.
    """
    kinds = [block.kind for block in order]
    default = (
        [REASONING] * kinds.count(REASONING)
        + [TEXT][: kinds.count(TEXT)]
        + [TOOL_CALL] * kinds.count(TOOL_CALL)
    )
    if kinds == default and not any(block.extra for block in order):
        return None
    return prefix + dump_json([list(block) for block in order], separators=(",", ":"))


def unpack_order(prefix: str, message: Mapping[str, Any]) -> list[OrderedBlock]:
    """Return the order that a message carries, or an empty list if it carries none that can be read."""
    for reasoning in message.get("reasoning") or ():
        signature = reasoning.get("signature") or ""
        if signature.startswith(prefix):
            try:
                order = [OrderedBlock(*item) for item in json.loads(signature[len(prefix) :])]
            except (ValueError, TypeError, RecursionError):
                return []
            return order if all(map(_is_valid, order)) else []
    return []


def _is_valid(block: OrderedBlock) -> bool:
    return (
        block.kind in (REASONING, TEXT, TOOL_CALL, OTHER)
        and isinstance(block.extra, dict)
        and type(block.length) is int
        and block.length >= 0
    )


def arrange_blocks(
    order: Sequence[OrderedBlock],
    *,
    reasoning: Sequence[_Block],
    text: object,
    tool_calls: Sequence[_Block],
    text_block: _Block,
) -> list[_Block] | None:
    """Return the blocks of a message in `order`, or None if `order` belongs to another message.

    Args:
        order: from `unpack_order`.
        reasoning: the reasoning blocks of the message.
        text: the text of the message.
        tool_calls: the tool call blocks of the message.
        text_block: the fields of a text block except `text`.
    """
    kinds = [block.kind for block in order]
    if (
        not order
        or not isinstance(text, str)
        or kinds.count(REASONING) != len(reasoning)
        or kinds.count(TOOL_CALL) != len(tool_calls)
        or sum(block.length for block in order if block.kind == TEXT) != len(text)
    ):
        return None  # The caller has edited the message: what it says now counts.
    return list(_fill_order(order, iter(reasoning), text, iter(tool_calls), text_block))


def _fill_order(
    order: Sequence[OrderedBlock],
    reasoning: Iterator[_Block],
    text: str,
    tool_calls: Iterator[_Block],
    text_block: _Block,
) -> Iterator[_Block]:
    start = 0
    for kind, extra, length in order:
        if kind == REASONING:
            yield {**next(reasoning), **extra}
        elif kind == TOOL_CALL:
            yield {**next(tool_calls), **extra}
        elif kind == TEXT:
            yield {**text_block, "text": text[start : start + length], **extra}
            start += length
        else:
            yield dict(extra)
