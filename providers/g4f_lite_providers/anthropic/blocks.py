"""A content block of the Messages API while its deltas are received."""

import json
from collections.abc import Mapping
from typing import Any

from g4f_lite_providers._shared.block_order import OTHER, REASONING, TEXT, TOOL_CALL, OrderedBlock

__all__ = ["MESSAGE_FIELDS", "ContentBlock"]

MESSAGE_FIELDS = {
    "text": ("type", "text", "citations"),
    "thinking": ("type", "thinking", "signature"),
    "redacted_thinking": ("type", "data"),
    "tool_use": ("type", "id", "name", "input"),
}
"""The block types that become text and events, and the fields that a chat message has a place for."""


class ContentBlock:
    """One content block.

    Attributes:
        fields: the block as it began.
        kind: the type of the block.
        json_deltas: the deltas of its input.
        citations: the citations of its text.
        start: the number of characters of the answer's text before the block.
        call_position: the position among the tool calls, for a block of the type ``tool_use``.
        has_signature: whether the signature of thinking has been received.
    """

    __slots__ = ("call_position", "citations", "fields", "has_signature", "json_deltas", "kind", "start")

    def __init__(self, fields: Mapping[str, Any], *, start: int, call_position: int) -> None:
        self.fields = fields
        self.kind = str(fields.get("type"))
        self.start = start
        self.call_position = call_position
        self.has_signature = bool(fields.get("signature"))
        self.json_deltas: list[str] = []
        self.citations: list[Mapping[str, Any]] = []

    def add_unknown_delta(self, delta: Mapping[str, Any]) -> None:
        """Take a delta of a type that is not known here: each string in it continues the field of its name."""
        for name, text in delta.items():
            if name != "type" and isinstance(text, str):
                self.fields = {**self.fields, name: f"{self.fields.get(name) or ''}{text}"}

    @property
    def complete_fields(self) -> Mapping[str, Any]:
        """The block with its input, which a stream sends as deltas of JSON text."""
        if not self.json_deltas:
            return self.fields
        text = "".join(self.json_deltas)
        try:
            return {**self.fields, "input": json.loads(text)}
        except (ValueError, RecursionError):
            return {**self.fields, "input": text}

    def as_ordered(self, length: int) -> OrderedBlock:
        """Return the entry for the block in the order of its answer.

        Args:
            length: the number of characters, for a text.
        """
        if self.kind == "text":
            return OrderedBlock(TEXT, {"citations": self.citations} if self.citations else {}, length)
        message_fields = MESSAGE_FIELDS.get(self.kind)
        if message_fields is None:
            return OrderedBlock(OTHER, self.complete_fields)
        extra = {
            name: value
            for name, value in self.fields.items()
            if name not in message_fields and value is not None
        }
        return OrderedBlock(TOOL_CALL if self.kind == "tool_use" else REASONING, extra)
