"""The output items of the Responses API as text and events; each part is emitted once, as early as it comes."""

from collections.abc import Iterator, Mapping
from typing import Any

from g4f_lite.events import Citation, Logprobs, Media, Metadata, Reasoning, Refusal, ToolCallDelta
from g4f_lite.kit.json_events import mapping
from g4f_lite_providers._responses.items import ARGUMENT_FIELDS, ItemPart, OutputItem, OutputItems
from g4f_lite_providers._responses.signatures import pack_signature
from g4f_lite_providers._shared.json_values import as_int, as_list, nonempty_str

__all__ = ["OutputDecoder"]

_TEXT_FIELDS = {
    "output_text": "text",
    "refusal": "refusal",
    "summary_text": "text",
    "reasoning_text": "text",
}
"""The parts that are text, and the field that has it."""


class OutputDecoder:
    """Decodes the output items of one answer.

    Args:
        is_stored: whether the service stores the answer, and knows its items by their identifiers.
    """

    def __init__(self, *, is_stored: bool) -> None:
        self.items = OutputItems()
        self._is_stored = is_stored
        self._has_reasoning = False
        self._signed_length = 0
        """The number of characters of the text that has its phase in the signature of a later item."""
        self._metadata: dict[str, list[Any]] = {}

    def feed_delta(
        self, item_kind: str, part_kind: str, index_field: str, event: Mapping[str, Any]
    ) -> Iterator[Any]:
        """Take an event with a delta of a part, and yield the delta."""
        item = self.items.find(event, item_kind)
        yield from self._emit_text(item, part_kind, as_int(event.get(index_field)) or 0, event, "delta")

    def feed_text(
        self, item_kind: str, part_kind: str, index_field: str, text_field: str, event: Mapping[str, Any]
    ) -> Iterator[Any]:
        """Take an event with the whole text of a part, and yield the text that has not been emitted."""
        item = self.items.find(event, item_kind)
        yield from self._emit_text(item, part_kind, as_int(event.get(index_field)) or 0, event, text_field)

    def feed_part(self, event: Mapping[str, Any]) -> Iterator[Any]:
        """Take an event with a whole part, and yield what has not been emitted."""
        part = mapping(event.get("part"))
        is_reasoning = part.get("type") in ("summary_text", "reasoning_text")
        item = self.items.find(event, "reasoning" if is_reasoning else "message")
        index = as_int(event.get("summary_index", event.get("content_index"))) or 0
        yield from self._decode_part(item, index, part)

    def feed_annotation(self, event: Mapping[str, Any]) -> Iterator[Any]:
        """Take an event with an annotation, and yield its citation."""
        part = _get_part(
            self.items.find(event, "message"), "output_text", as_int(event.get("content_index")) or 0
        )
        if part.emitted:  # Otherwise the text follows, and the annotation once more with it.
            part.annotations += 1
            yield from self._decode_annotation(part, mapping(event.get("annotation")))

    # --- items ----------------------------------------------------------------------------------

    def start_item(self, event: Mapping[str, Any]) -> Iterator[Any]:
        """Take the beginning of an item. Yield the identifier and the name of a tool call."""
        value = mapping(event.get("item"))
        item = self.items.find(event, str(value.get("type")))
        item.phase = nonempty_str(value.get("phase")) or ""
        if item.kind in ARGUMENT_FIELDS:
            yield from _emit_tool_call(item, value.get("call_id"), value.get("name"))

    def finish_item(self, event: Mapping[str, Any], *, is_repeated: bool = False) -> Iterator[Any]:
        """Take a whole item, and yield what has not been emitted.

        Args:
            event: has the item.
            is_repeated: whether the item may have been complete before.
        """
        value = mapping(event.get("item"))
        if not value:
            return
        item = self.items.find(event, str(value.get("type")), is_repeated=is_repeated)
        item.phase = nonempty_str(value.get("phase")) or item.phase
        if item.kind in ARGUMENT_FIELDS:
            field = ARGUMENT_FIELDS[item.kind]
            identifier = value.get("call_id") or value.get("id") or f"call_{item.call_position}"
            yield from _emit_tool_call(item, identifier, value.get("name"))
            yield from self._emit_text(item, field, 0, value, field)
        for field in ("summary", "content") if item.kind in ("message", "reasoning") else ():
            for index, part in enumerate(_as_parts(value.get(field))):
                yield from self._decode_part(item, index, mapping(part))
        if not item.is_complete:
            item.is_complete = True
            yield from self._sign_item(item, value)

    def flush(self) -> Iterator[Reasoning]:
        """Yield the signature for text that no item follows: its phase, or that tool calls came before it."""
        phase = self.items.last_phase
        needs_signature = phase or (phase is not None and self.items.tool_call_count)
        if needs_signature and self.items.text_length > self._signed_length:
            yield Reasoning("", 0, pack_signature({"last": True, "text": phase}))

    def _sign_item(self, item: OutputItem, value: Mapping[str, Any]) -> Iterator[Any]:
        """Yield the signature of an item, and the events of an item of the service's own tools."""
        identifier = nonempty_str(value.get("id"))
        id_field = {"id": identifier} if identifier else {}
        if item.kind in ARGUMENT_FIELDS:
            is_custom = item.kind == "custom_tool_call"
            # A call of a function needs no signature if only such calls came before it.
            if item.position > item.call_position or is_custom:
                facts = {**id_field, **({"custom": True} if is_custom else {})}
                yield ToolCallDelta(item.call_position, signature=self._signature(item, facts))
        elif item.kind == "reasoning":
            facts = self._reasoning_facts(item, value)
            if facts:
                yield Reasoning("", 0, self._signature(item, {**id_field, **facts}))
        elif item.kind != "message":
            yield from self._decode_service_item(item, value)

    def _reasoning_facts(self, item: OutputItem, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the service needs to make use of this reasoning, or nothing if it cannot."""
        facts: dict[str, Any] = {}
        if value.get("encrypted_content"):
            facts["encrypted_content"] = value["encrypted_content"]
        if any(kind == "reasoning_text" and part.emitted for (kind, _), part in item.parts.items()):
            facts["raw"] = True
        return facts or ({"stored": True} if self._is_stored else {})

    def _decode_service_item(self, item: OutputItem, value: Mapping[str, Any]) -> Iterator[Any]:
        """Yield the image and the metadata of an item of the service's own tools; it is sent back unchanged."""
        if item.kind == "image_generation_call" and isinstance(value.get("result"), str):
            mime_type = f"image/{nonempty_str(value.get('output_format')) or 'png'}"
            yield Media("image", data=value["result"], mime_type=mime_type, id=nonempty_str(value.get("id")))
        fields = {name: field for name, field in value.items() if name != "result"}
        yield self._add_metadata("output_items", fields)
        yield Reasoning("", 0, self._signature(item, {"item": dict(value)}))

    def _signature(self, item: OutputItem, facts: Mapping[str, Any]) -> str:
        self._signed_length = max(self._signed_length, item.text_offset)
        text_facts = (
            {} if item.preceding_phase is None else {"text": item.preceding_phase, "at": item.text_offset}
        )
        return pack_signature({**facts, "place": item.position, **text_facts})

    # --- parts ----------------------------------------------------------------------------------

    def _decode_part(self, item: OutputItem, index: int, value: Mapping[str, Any]) -> Iterator[Any]:
        """Yield what has not been emitted of a part: its text and its annotations."""
        kind = str(value.get("type"))
        if kind not in _TEXT_FIELDS:
            if (kind, index) not in item.parts:
                _get_part(item, kind, index)
                yield self._add_metadata("output_parts", value)
            return
        yield from self._emit_text(item, kind, index, value, _TEXT_FIELDS[kind])
        part = _get_part(item, kind, index)
        annotations = as_list(value.get("annotations"))
        new = annotations[part.annotations :]
        part.annotations = max(part.annotations, len(annotations))
        for annotation in new:
            yield from self._decode_annotation(part, mapping(annotation))

    def _emit_text(
        self, item: OutputItem, kind: str, index: int, value: Mapping[str, Any], field: str
    ) -> Iterator[Any]:
        """Yield the text in `field` and its log probabilities, without those that have been emitted.

        A field named ``delta`` has the next text only; any other field has the text from its beginning.
        """
        part = _get_part(item, kind, index)
        text, logprobs = nonempty_str(value.get(field)) or "", as_list(value.get("logprobs"))
        if field != "delta":
            text, logprobs = text[part.emitted :], logprobs[part.logprobs :]
        if text:
            is_first = not part.emitted
            if is_first:
                part.start = self.items.text_length
            part.emitted += len(text)
            yield self._text_event(item, kind, text, is_first=is_first)
        if logprobs:
            part.logprobs += len(logprobs)
            yield Logprobs(tuple(entry for entry in logprobs if isinstance(entry, dict)))

    def _text_event(self, item: OutputItem, kind: str, text: str, *, is_first: bool) -> Any:
        if kind == "output_text":
            self.items.last_phase = item.phase
            return text
        if kind == "refusal":
            return Refusal(text)
        if item.kind in ARGUMENT_FIELDS:
            return ToolCallDelta(item.call_position, arguments=text)
        separator = "\n\n" if is_first and self._has_reasoning else ""
        self._has_reasoning = True
        return Reasoning(separator + text)

    def _decode_annotation(self, part: ItemPart, value: Mapping[str, Any]) -> Iterator[Any]:
        """Yield the citation of an annotation, with positions in the whole text of the answer."""
        start, end = (_text_position(value.get(name), part.start) for name in ("start_index", "end_index"))
        if value.get("type") == "url_citation":
            url, title = (nonempty_str(value.get(name)) for name in ("url", "title"))
            yield Citation(url, title, None, start, end)
            return
        if value.get("filename"):
            start = _text_position(value.get("index"), part.start) if start is None else start
            yield Citation(None, nonempty_str(value["filename"]), None, start, start if end is None else end)
        # A file is fetched by its identifier, which a citation has no place for.
        yield self._add_metadata("annotations", value)

    def _add_metadata(self, name: str, value: Mapping[str, Any]) -> Metadata:
        """Return all values under `name` so far, because a later event replaces an earlier one."""
        self._metadata[name] = [*self._metadata.get(name, ()), dict(value)]
        return Metadata({name: self._metadata[name]})


def _emit_tool_call(item: OutputItem, identifier: Any, name: Any) -> Iterator[ToolCallDelta]:
    """Yield the identifier and the name of a tool call, if they have not been emitted."""
    new_id = None if item.has_emitted_id else nonempty_str(identifier)
    new_name = None if item.has_emitted_name else nonempty_str(name)
    if new_id or new_name:
        item.has_emitted_id = item.has_emitted_id or bool(new_id)
        item.has_emitted_name = item.has_emitted_name or bool(new_name)
        yield ToolCallDelta(item.call_position, new_id, new_name)


def _get_part(item: OutputItem, kind: str, index: int) -> ItemPart:
    part = item.parts.get((kind, index))
    if part is None:
        part = item.parts[kind, index] = ItemPart()
    return part


def _as_parts(value: Any) -> list[Any]:
    """Return the parts of an item. Some services send a text instead, which is one part."""
    return [{"type": "output_text", "text": value}] if isinstance(value, str) else as_list(value)


def _text_position(value: Any, start: int) -> int | None:
    return value + start if type(value) is int and value >= 0 else None
