"""Grounding and citation metadata of the Gemini API as citations."""

from collections.abc import Iterator, Mapping
from typing import Any

from g4f_lite.events import Citation
from g4f_lite.kit.json_events import mapping
from g4f_lite_providers._shared.json_values import as_list, as_str

__all__ = ["decode_citations"]

_CHUNK_KINDS = ("web", "retrievedContext", "maps", "image")


def decode_citations(metadata: Mapping[str, Any], text: str) -> Iterator[Citation]:
    """Yield the sources of an answer.

    Args:
        metadata: the candidate's `groundingMetadata` and `citationMetadata`.
        text: the text of the answer. The service counts bytes, and an event counts characters.
    """
    data = text.encode("utf-8", "surrogatepass")
    grounding = mapping(metadata.get("groundingMetadata"))
    sources = [_decode_chunk(mapping(chunk)) for chunk in as_list(grounding.get("groundingChunks"))]
    supports = [mapping(support) for support in as_list(grounding.get("groundingSupports"))]
    for support in supports:
        start, end = _character_range(data, mapping(support.get("segment")))
        for index in as_list(support.get("groundingChunkIndices")):
            if type(index) is int and 0 <= index < len(sources):
                yield sources[index]._replace(start=start, end=end)
    if not supports:
        yield from sources
    citation_metadata = mapping(metadata.get("citationMetadata"))
    for item in as_list(citation_metadata.get("citations") or citation_metadata.get("citationSources")):
        source = mapping(item)
        start, end = _character_range(data, source)
        yield Citation(as_str(source.get("uri")), as_str(source.get("title")), None, start, end)


def _decode_chunk(chunk: Mapping[str, Any]) -> Citation:
    source = next((mapping(chunk[kind]) for kind in _CHUNK_KINDS if kind in chunk), mapping(None))
    return Citation(
        as_str(source.get("uri") or source.get("sourceUri")),
        as_str(source.get("title")),
        as_str(source.get("text")),
    )


def _character_range(data: bytes, segment: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Return the start and the end of a segment in characters; without an end, both are None."""
    end = _character_index(data, segment.get("endIndex"))
    return (_character_index(data, segment.get("startIndex", 0)) if end is not None else None), end


def _character_index(data: bytes, byte_index: Any) -> int | None:
    if type(byte_index) is not int or byte_index < 0:
        return None
    return len(data[:byte_index].decode("utf-8", "ignore"))
