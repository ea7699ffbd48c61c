"""The parts of an answer's items as text and events, each handed out once, as early as it comes."""

from collections.abc import Iterator, Mapping
from typing import Any

from g4f_lite.events import Citation, Logprobs, Media, Metadata, Reasoning, Refusal, ToolCallDelta
from g4f_lite.kit.json_events import mapping
from g4f_lite_providers._responses.items import CALLS, Item, Items, Part
from g4f_lite_providers._responses.signatures import pack

__all__ = ["Parts"]

_TEXTS = {
    "output_text": "text",
    "refusal": "refusal",
    "summary_text": "text",
    "reasoning_text": "text",
}
"""The parts that are text, and the field that has it."""


class Parts:
    """What of one answer has been handed out.

    Args:
        stored: whether the service knows its items again by their identifiers.
    """

    def __init__(self, *, stored: bool) -> None:
        self.items = Items()
        self._stored = stored
        self._thought = False
        self._told = 0  # characters of text whose phase stands with what came behind them
        self._kept: dict[str, list[Any]] = {}

    def delta(self, kind: str, part: str, field: str, event: Mapping[str, Any]) -> Iterator[Any]:
        """Yield the next piece of a part."""
        yield from self._give(self.items.find(event, kind), part, _number(event.get(field)), event, "delta")

    def rest(self, kind: str, part: str, field: str, text: str, event: Mapping[str, Any]) -> Iterator[Any]:
        """Yield what has not come yet of a part that is whole; `text` is the field that has it."""
        yield from self._give(self.items.find(event, kind), part, _number(event.get(field)), event, text)

    def part(self, event: Mapping[str, Any]) -> Iterator[Any]:
        """Yield what has not come yet of a part that an event hands over as a whole."""
        part = mapping(event.get("part"))
        thought = part.get("type") in ("summary_text", "reasoning_text")
        item = self.items.find(event, "reasoning" if thought else "message")
        yield from self._whole(item, _number(event.get("summary_index", event.get("content_index"))), part)

    def annotation(self, event: Mapping[str, Any]) -> Iterator[Any]:
        """Yield the source that a piece of the text rests on."""
        part = self._part(
            self.items.find(event, "message"), "output_text", _number(event.get("content_index"))
        )
        if part.given:  # else its text is still to come, and the source again with it
            part.annotations += 1
            yield from self._source(part, mapping(event.get("annotation")))

    # --- items ----------------------------------------------------------------------------------

    def begin(self, event: Mapping[str, Any]) -> Iterator[Any]:
        """Yield what an item says that begins: of a call, what is called."""
        value = mapping(event.get("item"))
        item = self.items.find(event, str(value.get("type")))
        item.phase = _text(value.get("phase"))
        if item.kind in CALLS:
            yield from self._called(item, value.get("call_id"), value.get("name"))

    def end(self, event: Mapping[str, Any], *, again: bool = False) -> Iterator[Any]:
        """Yield what has not come yet of an item that is whole; `again`: it may have been whole before."""
        value = mapping(event.get("item"))
        if not value:
            return
        item = self.items.find(event, str(value.get("type")), again=again)
        item.phase = _text(value.get("phase")) or item.phase
        if item.kind in CALLS:
            identifier = value.get("call_id") or value.get("id") or f"call_{item.position}"
            yield from self._called(item, identifier, value.get("name"))
            yield from self._give(item, CALLS[item.kind], 0, value, CALLS[item.kind])
        for field in ("summary", "content") if item.kind in ("message", "reasoning") else ():
            for number, part in enumerate(_parts_of(value.get(field))):
                yield from self._whole(item, number, mapping(part))
        if not item.closed:
            item.closed = True
            yield from self._closed(item, value)

    def last(self) -> Iterator[Reasoning]:
        """Yield what is to go back with the text that nothing came after: its phase, or that calls came before."""
        phase = self.items.behind
        if (phase or (phase is not None and self.items.called)) and self.items.text_before() > self._told:
            yield Reasoning("", 0, pack({"last": True, "text": phase}))

    def _closed(self, item: Item, value: Mapping[str, Any]) -> Iterator[Any]:
        """Yield what is to go back with an item, and an item that is neither text nor thought nor a call."""
        identifier = value.get("id")
        named = {"id": identifier} if identifier and isinstance(identifier, str) else {}
        if item.kind in CALLS:
            custom = item.kind == "custom_tool_call"
            if item.place > item.position or custom:  # else it stands for itself: nothing came before
                facts = {**named, **({"custom": True} if custom else {})}
                yield ToolCallDelta(item.position, signature=self._signature(item, facts))
        elif item.kind == "reasoning":
            facts = self._thoughts(item, value)
            if facts:
                yield Reasoning("", 0, self._signature(item, {**named, **facts}))
        elif item.kind != "message":
            yield from self._foreign(item, value)

    def _thoughts(self, item: Item, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return what makes this reasoning known again; nothing if the service could not make use of it."""
        facts: dict[str, Any] = {}
        if value.get("encrypted_content"):
            facts["encrypted_content"] = value["encrypted_content"]
        if any(kind == "reasoning_text" and part.given for (kind, _), part in item.parts.items()):
            facts["raw"] = True
        return facts or ({"stored": True} if self._stored else {})

    def _foreign(self, item: Item, value: Mapping[str, Any]) -> Iterator[Any]:
        """Yield an item of the service's own tools: the picture in it, and its facts; it goes back as it is."""
        if item.kind == "image_generation_call" and isinstance(value.get("result"), str):
            kind = f"image/{_text(value.get('output_format')) or 'png'}"
            yield Media("image", data=value["result"], mime_type=kind, id=_text(value.get("id")) or None)
        yield self._keep("output_items", {name: fact for name, fact in value.items() if name != "result"})
        yield Reasoning("", 0, self._signature(item, {"item": dict(value)}))

    def _signature(self, item: Item, facts: Mapping[str, Any]) -> str:
        self._told = max(self._told, item.at)
        behind = {} if item.behind is None else {"text": item.behind, "at": item.at}
        return pack({**facts, "place": item.place, **behind})

    def _called(self, item: Item, identifier: Any, name: Any) -> Iterator[ToolCallDelta]:
        """Yield what a call is called and which tool it is for, what of that is new."""
        told = (_text(identifier) if not item.identified else "", _text(name) if not item.named else "")
        if any(told):
            item.identified = item.identified or bool(told[0])
            item.named = item.named or bool(told[1])
            yield ToolCallDelta(item.position, told[0] or None, told[1] or None)

    # --- parts ----------------------------------------------------------------------------------

    def _part(self, item: Item, kind: str, number: int) -> Part:
        part = item.parts.get((kind, number))
        if part is None:
            part = item.parts[kind, number] = Part()
        return part

    def _whole(self, item: Item, number: int, value: Mapping[str, Any]) -> Iterator[Any]:
        """Yield what has not come yet of a part: its text, and of text the sources."""
        kind = str(value.get("type"))
        if kind not in _TEXTS:
            if (kind, number) not in item.parts:
                self._part(item, kind, number)
                yield self._keep("output_parts", value)
            return
        yield from self._give(item, kind, number, value, _TEXTS[kind])
        part = self._part(item, kind, number)
        sources = _list(value.get("annotations"))
        fresh, part.annotations = sources[part.annotations :], max(part.annotations, len(sources))
        for source in fresh:
            yield from self._source(part, mapping(source))

    def _give(
        self, item: Item, kind: str, number: int, value: Mapping[str, Any], field: str
    ) -> Iterator[Any]:
        """Yield the text in `field`, and its probabilities: the next ones if it is a delta, else what is left."""
        part = self._part(item, kind, number)
        text, chances = _text(value.get(field)), _list(value.get("logprobs"))
        if field != "delta":
            text, chances = text[part.given :], chances[part.logprobs :]
        if text:
            begins = not part.given
            if begins:
                part.start = self.items.text_before()
            part.given += len(text)
            yield self._said(item, kind, text, begins=begins)
        if chances:
            part.logprobs += len(chances)
            yield Logprobs(tuple(entry for entry in chances if isinstance(entry, dict)))

    def _said(self, item: Item, kind: str, text: str, *, begins: bool) -> Any:
        if kind == "output_text":
            self.items.behind = item.phase
            return text
        if kind == "refusal":
            return Refusal(text)
        if item.kind in CALLS:
            return ToolCallDelta(item.position, arguments=text)
        apart = "\n\n" if begins and self._thought else ""
        self._thought = True
        return Reasoning(apart + text)

    def _source(self, part: Part, value: Mapping[str, Any]) -> Iterator[Any]:
        """Yield what a piece of the text rests on, counted from the beginning of the whole text."""
        start, end = (_place(value.get(name), part.start) for name in ("start_index", "end_index"))
        if value.get("type") == "url_citation":
            url, title = (_text(value.get(name)) or None for name in ("url", "title"))
            yield Citation(url, title, None, start, end)
            return
        if value.get("filename"):
            where = _place(value.get("index"), part.start) if start is None else start
            yield Citation(None, _text(value["filename"]) or None, None, where, where if end is None else end)
        yield self._keep("annotations", value)  # files are had by their numbers, which a citation has not

    def _keep(self, name: str, value: Mapping[str, Any]) -> Metadata:
        """Return all that was kept under a name: what is said later replaces what was said before."""
        self._kept[name] = [*self._kept.get(name, ()), dict(value)]
        return Metadata({name: self._kept[name]})


def _parts_of(value: Any) -> list[Any]:
    """Return the parts of an item; a text by itself, as some services have it, is one."""
    return [{"type": "output_text", "text": value}] if isinstance(value, str) else _list(value)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> int:
    return value if type(value) is int else 0


def _place(value: Any, start: int) -> int | None:
    return value + start if type(value) is int and value >= 0 else None
