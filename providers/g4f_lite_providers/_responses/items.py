"""The output items of an answer of the Responses API, found in whichever way an event identifies them.

OpenAI's own events identify an item by its identifier and by its index. llama.cpp's leave the index out, and
some gateways give one item another identifier in each event.
"""

from collections.abc import Mapping
from typing import Any

from g4f_lite.kit.json_events import mapping

__all__ = ["ARGUMENT_FIELDS", "ItemPart", "OutputItem", "OutputItems"]

ARGUMENT_FIELDS = {"function_call": "arguments", "custom_tool_call": "input"}
"""The items that are calls of the caller's own tools, and the field with the arguments."""


class ItemPart:
    """A part of an item, and how much of it has been emitted.

    Attributes:
        emitted: the number of emitted characters.
        annotations: the number of emitted annotations.
        logprobs: the number of emitted log probabilities.
        start: the position of the part in the answer's text.
    """

    __slots__ = ("annotations", "emitted", "logprobs", "start")

    def __init__(self) -> None:
        self.start = 0
        self.emitted = 0
        self.annotations = 0
        self.logprobs = 0


class OutputItem:
    """One output item, as far as it has been received.

    Attributes:
        kind: the type of the item.
        position: the position among the items of the answer, in the order in which they began.
        call_position: the position among the tool calls of the answer.
        preceding_phase: the phase of the text before the item, empty if that text has no phase, None if there
            is no text before the item.
        text_offset: the number of characters of the text before the item.
        parts: the parts, by type and index.
        phase: the phase of a message.
        has_emitted_id: whether the identifier of a tool call has been emitted.
        has_emitted_name: whether the name of a tool call has been emitted.
        is_complete: whether the whole item has been received.
        is_repeated: whether the response at the end of the stream has repeated the item.
    """

    __slots__ = (
        "call_position",
        "has_emitted_id",
        "has_emitted_name",
        "is_complete",
        "is_repeated",
        "kind",
        "parts",
        "phase",
        "position",
        "preceding_phase",
        "text_offset",
    )

    def __init__(
        self, kind: str, *, position: int, call_position: int, preceding_phase: str | None, text_offset: int
    ) -> None:
        self.kind = kind
        self.position = position
        self.call_position = call_position
        self.preceding_phase = preceding_phase
        self.text_offset = text_offset
        self.parts: dict[tuple[str, int], ItemPart] = {}
        self.phase = ""
        self.has_emitted_id = self.has_emitted_name = self.is_complete = self.is_repeated = False


class OutputItems:
    """The output items of one answer.

    Attributes:
        by_id: the items by each of their identifiers.
        last_phase: the phase of the text so far, empty if that text has no phase, None if there is no text.
    """

    def __init__(self) -> None:
        self.by_id: dict[str, OutputItem] = {}
        self.last_phase: str | None = None
        self._items: list[OutputItem] = []
        self._by_index: dict[int, OutputItem] = {}

    def find(self, event: Mapping[str, Any], kind: str, *, is_repeated: bool = False) -> OutputItem:
        """Return the item of this kind that an event is about, or a new one.

        Args:
            event: has the identifiers and the index of the item.
            kind: the type of the item.
            is_repeated: whether the event may repeat complete items. In any other event, the index of a
                complete item has been given twice, and means a new item.
        """
        value = mapping(event.get("item"))
        # A tool call of llama.cpp has no `id`; the events about it contain its `call_id`.
        identifiers = [event.get("item_id"), value.get("id"), value.get("call_id")]
        index = event.get("output_index")
        candidates = [self.by_id.get(name) for name in identifiers if isinstance(name, str)]
        at_index = self._by_index.get(index) if type(index) is int else self._last_item(identifiers)
        if at_index is not None and (is_repeated or not at_index.is_complete):
            candidates.append(at_index)
        same_kind = (item for item in candidates if item is not None and item.kind == kind)
        item = next((item for item in same_kind if not (is_repeated and item.is_repeated)), None)
        if item is None:
            item = self._add(kind, index)
        item.is_repeated = is_repeated
        self.by_id.update({name: item for name in identifiers if isinstance(name, str) and name})
        return item

    @property
    def text_length(self) -> int:
        """The number of characters of text that have been emitted."""
        return sum(
            part.emitted
            for item in self._items
            for (kind, _), part in item.parts.items()
            if kind == "output_text"
        )

    @property
    def tool_call_count(self) -> int:
        """The number of tool calls."""
        return sum(item.kind in ARGUMENT_FIELDS for item in self._items)

    def _last_item(self, identifiers: list[Any]) -> OutputItem | None:
        """Return the last item if an event without an index may mean it.

        That is so if the event has no identifier, or if the last item has none yet.
        """
        last = self._items[-1] if self._items else None
        return last if not any(identifiers) or last not in self.by_id.values() else None

    def _add(self, kind: str, index: object) -> OutputItem:
        item = OutputItem(
            kind,
            position=len(self._items),
            call_position=self.tool_call_count,
            preceding_phase=self.last_phase,
            text_offset=self.text_length,
        )
        self._by_index[index if type(index) is int else len(self._items)] = item
        self._items.append(item)
        return item
