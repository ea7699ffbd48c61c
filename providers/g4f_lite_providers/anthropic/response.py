"""The Messages API's answers, streamed and whole, as text and events."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from g4f_lite.errors import ProviderResponseError
from g4f_lite.events import (
    Citation,
    Finish,
    FinishReason,
    Metadata,
    Reasoning,
    Refusal,
    Served,
    ToolCallDelta,
    Usage,
)
from g4f_lite.kit.json_events import mapping
from g4f_lite.kit.service_errors import from_value
from g4f_lite_providers._shared.block_order import Place, packed
from g4f_lite_providers._shared.json_values import count, integer, items, string, written
from g4f_lite_providers.anthropic.blocks import OWN, Block
from g4f_lite_providers.anthropic.messages import ORDER, REDACTED

__all__ = ["Answer"]

_REASONS: dict[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}
_KEPT = ("stop_sequence", "stop_details", "container", "context_management", "diagnostics")
_KEPT_OF_USAGE = ("server_tool_use", "service_tier", "inference_geo", "speed", "cache_creation")


class Answer:
    """What one answer says. A handler for `JSONStream`; `whole` is a meaning for `JSONBody`."""

    def __init__(self, secrets: tuple[str, ...] = ()) -> None:
        self._secrets = secrets
        self._request_id: str | None = None
        self._blocks: dict[int | None, Block] = {}
        self._length = 0
        self._calls = 0
        self._usage: dict[str, Any] = {}
        self._others: list[Mapping[str, Any]] = []
        self._places: list[Place] | None = []
        """Those of the blocks so far; None if the service would not take them back."""
        self._citations: list[Mapping[str, Any]] = []
        self._over = False

    def see_headers(self, headers: Mapping[str, str]) -> None:
        """Note what the response's headers say."""
        self._request_id = headers.get("request-id")

    def event(self, name: str, value: Any) -> Iterable[Any]:
        """Take the next event of a stream, return what it says."""
        if not isinstance(value, dict):
            return ()
        kind = str(value.get("type", name))
        if kind == "content_block_delta":
            delta = mapping(value.get("delta"))
            if delta.get("type") == "text_delta":  # nearly every event
                return self._text(delta.get("text"))
            return self._delta(self._blocks.get(integer(value.get("index"))), delta)
        take = _EVENTS.get("error" if value.get("error") else kind)
        return take(self, value) if take is not None else ()

    def end(self) -> tuple[()]:
        """Take the end of a stream.

        Raises:
            ProviderResponseError: the answer was not over.
        """
        if not self._over:
            raise ProviderResponseError(
                "The answer was cut short: its stream ended without its last event.",
                hint="Ask again, or ask another provider.",
            )
        return ()

    def whole(self, value: Any) -> Iterator[Any]:
        """Take an answer that came whole, yield what it says.

        Raises:
            ProviderError: it is an error, or no answer.
        """
        message = mapping(value)
        content = message.get("content")
        if message.get("error"):
            raise from_value(value, secrets=self._secrets)
        if not isinstance(content, list):
            raise ProviderResponseError(
                "The service's answer is no message: it has no content.",
                hint="Check the base URL, or ask another provider.",
            )
        yield from self._message_start({"message": message})
        for index, block in enumerate(content):
            yield from self._block_start({"index": index, "content_block": block})
            yield from self._block_stop({"index": index})
        yield from self._message_delta({"delta": message})
        self._over = True

    # --- the message -------------------------------------------------------------------------

    def _message_start(self, value: Mapping[str, Any]) -> Iterator[Any]:
        message = mapping(value.get("message"))
        model = message.get("model")
        if isinstance(model, str):
            ident = message.get("id")
            yield Served(model, ident if isinstance(ident, str) else None)
        if self._request_id:
            yield Metadata({"request_id": self._request_id})
        yield from self._counted(message.get("usage"))

    def _message_delta(self, value: Mapping[str, Any]) -> Iterator[Any]:
        delta = mapping(value.get("delta"))
        yield from self._counted(value.get("usage"))
        kept = {name: delta[name] for name in _KEPT if delta.get(name) is not None}
        kept |= {name: self._usage[name] for name in _KEPT_OF_USAGE if self._usage.get(name) is not None}
        if kept:
            yield Metadata(kept)
        reason = delta.get("stop_reason")
        if reason is None:
            return
        if (order := packed(ORDER, self._places or ())) is not None:
            yield Reasoning("", signature=order)
        said = mapping(delta.get("stop_details")).get("explanation")
        if reason == "refusal" and isinstance(said, str):
            yield Refusal(said)
        yield Finish(_REASONS.get(str(reason), "stop"), raw=str(reason))

    def _message_stop(self, _value: Mapping[str, Any]) -> tuple[()]:
        self._over = True
        return ()

    def _error(self, value: Mapping[str, Any]) -> Iterable[Any]:
        raise from_value(value, secrets=self._secrets)

    def _counted(self, usage: Any) -> Iterator[Usage]:
        """Take the counts so far; the input of an answer is counted in three parts."""
        found = {name: item for name, item in mapping(usage).items() if item is not None}
        if not found:
            return
        counts = self._usage
        counts.update(found)
        read, written = (
            _count(counts, "cache_read_input_tokens"),
            _count(counts, "cache_creation_input_tokens"),
        )
        yield Usage(
            (_count(counts, "input_tokens") or 0) + (read or 0) + (written or 0),
            _count(counts, "output_tokens") or 0,
            read,
            _count(mapping(counts.get("output_tokens_details")), "thinking_tokens"),
            written,
        )

    # --- its blocks --------------------------------------------------------------------------

    def _block_start(self, value: Mapping[str, Any]) -> Iterator[Any]:
        raw = mapping(value.get("content_block"))
        block = self._blocks[integer(value.get("index"))] = Block(raw, self._length, self._calls)
        if block.kind == "text":
            yield from self._text(raw.get("text"))
            block.citations += [mapping(item) for item in items(raw.get("citations"))]
        elif block.kind == "thinking":
            text, signature = raw.get("thinking"), string(raw.get("signature"))
            if text or signature:
                yield Reasoning(str(text or ""), signature=signature)
        elif block.kind == "redacted_thinking":
            yield Reasoning("", signature=f"{REDACTED}{raw.get('data', '')}")
        elif block.kind == "tool_use":
            self._calls += 1
            yield ToolCallDelta(block.position, str(raw.get("id") or ""), str(raw.get("name") or ""))

    def _text(self, text: Any) -> tuple[str, ...]:
        if isinstance(text, str) and text:
            self._length += len(text)
            return (text,)
        return ()

    def _delta(self, block: Block | None, delta: Mapping[str, Any]) -> Iterator[Any]:
        kind = delta.get("type")
        if kind == "thinking_delta":
            yield Reasoning(str(delta.get("thinking") or ""))
        elif kind == "signature_delta":
            if block is not None:
                block.signed = True
            yield Reasoning("", signature=str(delta.get("signature") or ""))
        elif block is None:
            return
        elif kind == "input_json_delta":
            piece = str(delta.get("partial_json") or "")
            if piece:
                block.pieces.append(piece)
                if block.kind == "tool_use":
                    yield ToolCallDelta(block.position, arguments=piece)
        elif kind == "citations_delta":
            block.citations.append(mapping(delta.get("citation")))
        elif block.kind not in OWN:
            block.add(delta)

    def _block_stop(self, value: Mapping[str, Any]) -> Iterator[Any]:
        block = self._blocks.pop(integer(value.get("index")), None)
        if block is None:
            return
        self._remember(block)
        if block.kind == "tool_use":
            if not block.pieces:  # it came whole, or has no arguments
                yield ToolCallDelta(block.position, arguments=written(block.raw.get("input") or {}))
        elif block.kind == "text":
            yield from self._cited(block)
        elif block.kind not in OWN:
            # What the service's own tools were asked and said, and what is not known here.
            self._others.append(block.whole)
            yield Metadata({"content_blocks": tuple(self._others)})

    def _remember(self, block: Block) -> None:
        """Note a block's place, and what of it a message has no place for."""
        length = self._length - block.start
        if self._places is None or (block.kind == "text" and not length):
            return  # the service takes no empty text
        if block.kind == "thinking" and not block.signed:
            self._places = None  # as compatible services send it; nobody takes it back
        else:
            self._places.append(block.place(length))

    def _cited(self, block: Block) -> Iterator[Any]:
        if not block.citations:
            return
        for item in block.citations:
            yield Citation(
                _word(item.get("url") or item.get("source")),
                _word(item.get("title") or item.get("document_title")),
                _word(item.get("cited_text")),
                block.start,
                self._length,
            )
        self._citations += block.citations
        yield Metadata({"citations": tuple(self._citations)})  # pages, indices: what only this service has


_EVENTS: dict[Any, Callable[[Answer, Mapping[str, Any]], Iterable[Any]]] = {
    "message_start": Answer._message_start,
    "content_block_start": Answer._block_start,
    "content_block_stop": Answer._block_stop,
    "message_delta": Answer._message_delta,
    "message_stop": Answer._message_stop,
    "error": Answer._error,
}


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _count(counts: Mapping[str, Any], name: str) -> int | None:
    return count(counts.get(name))
