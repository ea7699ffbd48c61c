"""A content block of the Messages API while its pieces come."""

import json
from collections.abc import Mapping
from typing import Any

from g4f_lite_providers._shared.block_order import CALL, OTHER, TEXT, THOUGHT, Place

__all__ = ["OWN", "Block"]

OWN = {
    "text": ("type", "text", "citations"),
    "thinking": ("type", "thinking", "signature"),
    "redacted_thinking": ("type", "data"),
    "tool_use": ("type", "id", "name", "input"),
}
"""The blocks that become text and events, and what of each those say."""


class Block:
    """One block.

    Attributes:
        raw: the block as it began; `pieces`: the rest of its input.
        start: the characters of the answer before it.
        position: of a tool's call, which of them.
        signed: of thinking, whether its signature has come.
    """

    __slots__ = ("citations", "kind", "pieces", "position", "raw", "signed", "start")

    def __init__(self, raw: Mapping[str, Any], start: int, position: int) -> None:
        self.raw = raw
        self.kind = str(raw.get("type"))
        self.start = start
        self.position = position
        self.signed = bool(raw.get("signature"))
        self.pieces: list[str] = []
        self.citations: list[Mapping[str, Any]] = []

    def add(self, delta: Mapping[str, Any]) -> None:
        """Take a piece of a block that is not known here: the texts in it go on."""
        for name, text in delta.items():
            if name != "type" and isinstance(text, str):
                self.raw = {**self.raw, name: f"{self.raw.get(name) or ''}{text}"}

    @property
    def whole(self) -> Mapping[str, Any]:
        """The block with its input, which a stream sends in pieces of JSON."""
        if not self.pieces:
            return self.raw
        text = "".join(self.pieces)
        try:
            return {**self.raw, "input": json.loads(text)}
        except (ValueError, RecursionError):
            return {**self.raw, "input": text}

    def place(self, length: int) -> Place:
        """Return the block's place in its answer, and what a message has no place for.

        Args:
            length: of text, its characters.
        """
        if self.kind == "text":
            return Place(TEXT, {"citations": self.citations} if self.citations else {}, length)
        said = OWN.get(self.kind)
        if said is None:
            return Place(OTHER, self.whole)
        more = {name: value for name, value in self.raw.items() if name not in said and value is not None}
        return Place(CALL if self.kind == "tool_use" else THOUGHT, more)
