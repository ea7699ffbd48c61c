"""What the Gemini API says its answers rest on, as citations."""

from collections.abc import Iterator, Mapping
from typing import Any

from g4f_lite.events import Citation
from g4f_lite.kit.json_events import mapping
from g4f_lite_providers._shared.json_values import items

__all__ = ["citations"]

_KINDS = ("web", "retrievedContext", "maps", "image")


def citations(said: Mapping[str, Any], text: str) -> Iterator[Citation]:
    """Yield the sources that an answer with this text names.

    Args:
        said: the candidate's `groundingMetadata` and `citationMetadata`.
        text: the answer's. The service counts its bytes, and an event has characters.
    """
    raw = text.encode("utf-8", "surrogatepass")
    grounding = mapping(said.get("groundingMetadata"))
    sources = [_source(mapping(chunk)) for chunk in items(grounding.get("groundingChunks"))]
    supports = [mapping(item) for item in items(grounding.get("groundingSupports"))]
    for support in supports:
        segment = mapping(support.get("segment"))
        end = _place(raw, segment.get("endIndex"))
        start = _place(raw, segment.get("startIndex", 0)) if end is not None else None
        for number in items(support.get("groundingChunkIndices")):
            if type(number) is int and 0 <= number < len(sources):
                yield sources[number]._replace(start=start, end=end)
    if not supports:
        yield from sources
    cited = mapping(said.get("citationMetadata"))
    for item in items(cited.get("citations") or cited.get("citationSources")):
        source = mapping(item)
        end = _place(raw, source.get("endIndex"))
        start = _place(raw, source.get("startIndex", 0)) if end is not None else None
        yield Citation(_word(source.get("uri")), _word(source.get("title")), None, start, end)


def _source(chunk: Mapping[str, Any]) -> Citation:
    found = next((mapping(chunk[kind]) for kind in _KINDS if kind in chunk), mapping(None))
    return Citation(
        _word(found.get("uri") or found.get("sourceUri")), _word(found.get("title")), _word(found.get("text"))
    )


def _place(raw: bytes, offset: Any) -> int | None:
    """Return the character that begins at a byte."""
    return len(raw[:offset].decode("utf-8", "ignore")) if type(offset) is int and offset >= 0 else None


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) else None
