"""The items that an answer of the Responses API is made of, found again however a service numbers them.

OpenAI's own events name an item by its identifier and by its place. llama.cpp's leave the place out, and
gateways have been seen to give one item another identifier in each event.
"""

from collections.abc import Mapping
from typing import Any

from g4f_lite.kit.json_events import mapping

__all__ = ["CALLS", "Item", "Items", "Part"]

CALLS = {"function_call": "arguments", "custom_tool_call": "input"}
"""The calls of the caller's own tools, and the field that has what the tool is called with."""


class Part:
    """What has been handed out of one part of an item.

    Attributes:
        given: how many characters; `annotations`, `logprobs`: how many of these.
        start: where the part begins in the answer's text.
    """

    __slots__ = ("annotations", "given", "logprobs", "start")

    def __init__(self) -> None:
        self.start = 0
        self.given = 0
        self.annotations = 0
        self.logprobs = 0


class Item:
    """One item, as far as it has come.

    Attributes:
        kind: its type; `place`: which of the answer's, in the order in which they began.
        parts: by type and number.
        position: of a call, which of the calls; `identified`, `named`: whether that has been told.
        behind: the phase of the text that came before it, `""` if that has none; None: no text did.
        at: the characters of that text.
        phase: of a message, what it says of itself.
        closed: whether all of it has come; `repeated`: and was said again, in the whole answer.
    """

    __slots__ = (
        "at",
        "behind",
        "closed",
        "identified",
        "kind",
        "named",
        "parts",
        "phase",
        "place",
        "position",
        "repeated",
    )

    def __init__(self, kind: str, place: int, position: int, behind: str | None, at: int) -> None:
        self.kind = kind
        self.place = place
        self.position = position
        self.behind = behind
        self.at = at
        self.parts: dict[tuple[str, int], Part] = {}
        self.phase = ""
        self.identified = self.named = self.closed = self.repeated = False


class Items:
    """The items of one answer.

    Attributes:
        by_id: those that were named, by each of their names.
        behind: the phase of the text so far, `""` if that has none; None: there is no text.
    """

    def __init__(self) -> None:
        self.by_id: dict[str, Item] = {}
        self.behind: str | None = None
        self._all: list[Item] = []
        self._by_number: dict[int, Item] = {}

    def find(self, event: Mapping[str, Any], kind: str, *, again: bool = False) -> Item:
        """Return the item of this kind that an event is about; a new one if there is none yet.

        Args:
            event: what names the item.
            kind: its type.
            again: whether the event repeats items that are whole: else a number that stands for one of
                those was given twice, and means another.
        """
        inner = mapping(event.get("item"))
        # A call of llama.cpp's has no `id`; its `call_id` is what the events about it name.
        names = [event.get("item_id"), inner.get("id"), inner.get("call_id")]
        number = event.get("output_index")
        known = [self.by_id.get(name) for name in names if isinstance(name, str)]
        placed = self._by_number.get(number) if type(number) is int else self._last(names)
        if placed is not None and (again or not placed.closed):
            known.append(placed)
        fitting = (item for item in known if item is not None and item.kind == kind)
        found = next((item for item in fitting if not (again and item.repeated)), None)
        if found is None:
            found = self._new(kind, number)
        found.repeated = again
        self.by_id.update({name: found for name in names if isinstance(name, str) and name})
        return found

    def text_before(self) -> int:
        """Return how many characters of text have been handed out."""
        return sum(
            part.given
            for item in self._all
            for (kind, _), part in item.parts.items()
            if kind == "output_text"
        )

    @property
    def called(self) -> int:
        """How many calls there are."""
        return sum(item.kind in CALLS for item in self._all)

    def _last(self, names: list[Any]) -> Item | None:
        """Return the last item, if it may be meant: the event names none, or nothing has named that one yet."""
        last = self._all[-1] if self._all else None
        return last if not any(names) or last not in self.by_id.values() else None

    def _new(self, kind: str, number: object) -> Item:
        item = Item(kind, len(self._all), self.called, self.behind, self.text_before())
        self._by_number[number if type(number) is int else len(self._all)] = item
        self._all.append(item)
        return item
