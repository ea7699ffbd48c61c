"""Parts of Cohere's answers, which are the same in a stream and in an answer that comes whole."""

from collections.abc import Iterator, Mapping
from typing import Any

from g4f_lite.events import Citation, Finish, FinishReason, Metadata, ToolCallDelta, Usage
from g4f_lite.kit.json_events import mapping
from g4f_lite.kit.service_errors import from_value

__all__ = [
    "citations",
    "count",
    "ending",
    "index_of",
    "list_of",
    "logprob",
    "message_of",
    "tool_call",
    "word",
]

_REASONS: dict[str, FinishReason] = {
    "COMPLETE": "stop",
    "STOP_SEQUENCE": "stop",
    "MAX_TOKENS": "length",
    "ERROR_LIMIT": "length",
    "TOOL_CALL": "tool_calls",
    "ERROR_TOXIC": "content_filter",
}
_FAILURES = {"ERROR": 500, "TIMEOUT": 504}


def ending(said: Mapping[str, Any], trouble: object, secrets: tuple[str, ...]) -> Iterator[Any]:
    """Yield the counts and the reason that an answer ends with, or raise if that is a failure."""
    usage = mapping(said.get("usage"))
    if "billed_units" in usage:
        yield Metadata({"billed_units": usage["billed_units"]})
    counted = mapping(usage.get("tokens")) or mapping(usage.get("billed_units"))
    if counted:
        yield Usage(
            count(counted.get("input_tokens")) or 0,
            count(counted.get("output_tokens")) or 0,
            cached_tokens=count(usage.get("cached_tokens")),
        )
    raw = word(said.get("finish_reason"))
    if raw in _FAILURES:
        words = trouble or f"the generation ended with {raw}"
        raise from_value({"message": words}, secrets=secrets, status=_FAILURES[raw])
    yield Finish(_REASONS.get(raw or "", "stop"), raw=raw)


def tool_call(position: int, call: Mapping[str, Any]) -> ToolCallDelta:
    """Return a call, or its beginning."""
    function = mapping(call.get("function"))
    return ToolCallDelta(
        position, word(call.get("id")), word(function.get("name")), word(function.get("arguments")) or ""
    )


def citations(found: Mapping[str, Any], start: int) -> Iterator[Citation]:
    """Yield a citation for each of its sources; `start` is where in the text its block begins."""
    in_text = found.get("type") in (None, "TEXT_CONTENT")  # and not in the thoughts or the plan
    places = [count(found.get(name)) if in_text else None for name in ("start", "end")]
    first, last = (place if place is None else start + place for place in places)
    for item in list_of(found, "sources") or [{}]:
        source = mapping(item)
        document = mapping(source.get("document"))
        yield Citation(
            url=word(document.get("url")),
            title=word(document.get("title")) or word(source.get("id")),
            text=word(document.get("snippet")) or word(document.get("text")),
            start=first,
            end=last,
        )


def logprob(chunk: Any) -> dict[str, Any]:
    """Return a chunk as OpenAI has a token; its probability is that of all the tokens in it."""
    values = list_of(mapping(chunk), "logprobs")
    text = word(mapping(chunk).get("text")) or ""
    return {
        "token": text,
        "logprob": sum(item for item in values if isinstance(item, (int, float))),
        "bytes": list(text.encode(errors="replace")),
        "top_logprobs": [],
        "token_ids": list_of(mapping(chunk), "token_ids"),
    }


def message_of(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the part of the message that an event brings."""
    return mapping(mapping(value.get("delta")).get("message"))


def list_of(value: Mapping[str, Any], name: str) -> list[Any]:
    """Return what is there if it is a list, else an empty one."""
    found = value.get(name)
    return found if isinstance(found, list) else []


def index_of(value: Mapping[str, Any], name: str = "index") -> int:
    """Return an index, 0 if there is none."""
    index = value.get(name)
    return index if isinstance(index, int) else 0


def word(value: object) -> str | None:
    """Return text that is not empty; None for anything else."""
    return value if isinstance(value, str) and value else None


def count(value: object) -> int | None:
    """Return a count, which Cohere writes as a number with a fraction."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    return int(value) if 0 <= value < float("inf") else None
