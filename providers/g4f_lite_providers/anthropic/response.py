"""Responses of the Messages API as text and events: the events of a stream, and whole messages."""

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
from g4f_lite_providers._shared.block_order import OrderedBlock, pack_order
from g4f_lite_providers._shared.json_values import (
    as_count,
    as_int,
    as_list,
    as_str,
    dump_json,
    nonempty_str,
)
from g4f_lite_providers.anthropic.blocks import MESSAGE_FIELDS, ContentBlock
from g4f_lite_providers.anthropic.messages import ORDER_PREFIX, REDACTED_PREFIX

__all__ = ["ChatResponseDecoder", "decode_models"]

_FINISH_REASONS: dict[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}
_METADATA = ("stop_sequence", "stop_details", "container", "context_management", "diagnostics")
_USAGE_METADATA = ("server_tool_use", "service_tier", "inference_geo", "speed", "cache_creation")


class ChatResponseDecoder:
    """Decodes one answer: the events of a stream, or a whole message. A handler for `JSONStream`.

    Args:
        secrets: strings that errors must not show.
    """

    def __init__(self, secrets: tuple[str, ...] = ()) -> None:
        self._secrets = secrets
        self._request_id: str | None = None
        self._blocks: dict[int | None, ContentBlock] = {}
        self._text_length = 0
        self._tool_call_count = 0
        self._usage: dict[str, Any] = {}
        self._other_blocks: list[Mapping[str, Any]] = []
        self._order: list[OrderedBlock] | None = []
        """The order of the blocks so far, or None if the service would not take the blocks back."""
        self._citations: list[Mapping[str, Any]] = []
        self._is_complete = False

    def see_headers(self, headers: Mapping[str, str]) -> None:
        """Take the response's headers: they have the identifier of the request."""
        self._request_id = headers.get("request-id")

    def event(self, name: str, value: Any) -> Iterable[Any]:
        """Take the next event of a stream. Return its text and events.

        Raises:
            ProviderError: the event is an error.
        """
        if not isinstance(value, dict):
            return ()
        kind = str(value.get("type", name))
        if kind == "content_block_delta":
            delta = mapping(value.get("delta"))
            if delta.get("type") == "text_delta":  # nearly every event
                return self._decode_text(delta.get("text"))
            return self._decode_delta(self._blocks.get(as_int(value.get("index"))), delta)
        decode = _EVENT_DECODERS.get("error" if value.get("error") else kind)
        return decode(self, value) if decode is not None else ()

    def end(self) -> tuple[()]:
        """Take the end of a stream.

        Raises:
            ProviderResponseError: the answer is not complete.
        """
        if not self._is_complete:
            raise ProviderResponseError(
                "The answer was cut short: its stream ended without its last event.",
                hint="Ask again, or ask another provider.",
            )
        return ()

    def decode_body(self, value: Any) -> Iterator[Any]:
        """Yield the text and events of a whole message.

        Raises:
            ProviderError: `value` is an error, or not a message.
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
        yield from self._start_message({"message": message})
        for index, block in enumerate(content):
            yield from self._start_block({"index": index, "content_block": block})
            yield from self._finish_block({"index": index})
        yield from self._decode_message_delta({"delta": message})
        self._is_complete = True

    # --- the message -------------------------------------------------------------------------

    def _start_message(self, value: Mapping[str, Any]) -> Iterator[Any]:
        message = mapping(value.get("message"))
        model = message.get("model")
        if isinstance(model, str):
            yield Served(model, as_str(message.get("id")))
        if self._request_id:
            yield Metadata({"request_id": self._request_id})
        yield from self._decode_usage(message.get("usage"))

    def _decode_message_delta(self, value: Mapping[str, Any]) -> Iterator[Any]:
        delta = mapping(value.get("delta"))
        yield from self._decode_usage(value.get("usage"))
        metadata = {name: delta[name] for name in _METADATA if delta.get(name) is not None}
        metadata |= {name: self._usage[name] for name in _USAGE_METADATA if self._usage.get(name) is not None}
        if metadata:
            yield Metadata(metadata)
        reason = delta.get("stop_reason")
        if reason is None:
            return
        if (order := pack_order(ORDER_PREFIX, self._order or ())) is not None:
            yield Reasoning("", signature=order)
        explanation = mapping(delta.get("stop_details")).get("explanation")
        if reason == "refusal" and isinstance(explanation, str):
            yield Refusal(explanation)
        yield Finish(_FINISH_REASONS.get(str(reason), "stop"), raw=str(reason))

    def _finish_message(self, _value: Mapping[str, Any]) -> tuple[()]:
        self._is_complete = True
        return ()

    def _raise_error(self, value: Mapping[str, Any]) -> Iterable[Any]:
        raise from_value(value, secrets=self._secrets)

    def _decode_usage(self, usage: Any) -> Iterator[Usage]:
        """Yield the counts so far. The input is the sum of three counts, and each event updates some counts."""
        new = {name: count for name, count in mapping(usage).items() if count is not None}
        if not new:
            return
        counts = self._usage
        counts.update(new)
        cache_read = as_count(counts.get("cache_read_input_tokens"))
        cache_write = as_count(counts.get("cache_creation_input_tokens"))
        yield Usage(
            (as_count(counts.get("input_tokens")) or 0) + (cache_read or 0) + (cache_write or 0),
            as_count(counts.get("output_tokens")) or 0,
            cache_read,
            as_count(mapping(counts.get("output_tokens_details")).get("thinking_tokens")),
            cache_write,
        )

    # --- its blocks --------------------------------------------------------------------------

    def _start_block(self, value: Mapping[str, Any]) -> Iterator[Any]:
        fields = mapping(value.get("content_block"))
        block = ContentBlock(fields, start=self._text_length, call_position=self._tool_call_count)
        self._blocks[as_int(value.get("index"))] = block
        if block.kind == "text":
            yield from self._decode_text(fields.get("text"))
            block.citations += [mapping(citation) for citation in as_list(fields.get("citations"))]
        elif block.kind == "thinking":
            text, signature = fields.get("thinking"), nonempty_str(fields.get("signature"))
            if text or signature:
                yield Reasoning(str(text or ""), signature=signature)
        elif block.kind == "redacted_thinking":
            yield Reasoning("", signature=f"{REDACTED_PREFIX}{fields.get('data', '')}")
        elif block.kind == "tool_use":
            self._tool_call_count += 1
            yield ToolCallDelta(
                block.call_position, str(fields.get("id") or ""), str(fields.get("name") or "")
            )

    def _decode_text(self, text: Any) -> tuple[str, ...]:
        if isinstance(text, str) and text:
            self._text_length += len(text)
            return (text,)
        return ()

    def _decode_delta(self, block: ContentBlock | None, delta: Mapping[str, Any]) -> Iterator[Any]:
        kind = delta.get("type")
        if kind == "thinking_delta":
            yield Reasoning(str(delta.get("thinking") or ""))
        elif kind == "signature_delta":
            if block is not None:
                block.has_signature = True
            yield Reasoning("", signature=str(delta.get("signature") or ""))
        elif block is None:
            return
        elif kind == "input_json_delta":
            json_delta = str(delta.get("partial_json") or "")
            if json_delta:
                block.json_deltas.append(json_delta)
                if block.kind == "tool_use":
                    yield ToolCallDelta(block.call_position, arguments=json_delta)
        elif kind == "citations_delta":
            block.citations.append(mapping(delta.get("citation")))
        elif block.kind not in MESSAGE_FIELDS:
            block.add_unknown_delta(delta)

    def _finish_block(self, value: Mapping[str, Any]) -> Iterator[Any]:
        block = self._blocks.pop(as_int(value.get("index")), None)
        if block is None:
            return
        self._add_to_order(block)
        if block.kind == "tool_use":
            if not block.json_deltas:  # The input was in the first event, or there are no arguments.
                arguments = dump_json(block.fields.get("input") or {})
                yield ToolCallDelta(block.call_position, arguments=arguments)
        elif block.kind == "text":
            yield from self._decode_citations(block)
        elif block.kind not in MESSAGE_FIELDS:
            # Inputs and outputs of the service's own tools, and types that are not known here.
            self._other_blocks.append(block.complete_fields)
            yield Metadata({"content_blocks": tuple(self._other_blocks)})

    def _add_to_order(self, block: ContentBlock) -> None:
        length = self._text_length - block.start
        if self._order is None or (block.kind == "text" and not length):
            return  # The service refuses a block with an empty text.
        if block.kind == "thinking" and not block.has_signature:
            self._order = None  # Compatible services send it so, and no service takes it back.
        else:
            self._order.append(block.as_ordered(length))

    def _decode_citations(self, block: ContentBlock) -> Iterator[Any]:
        if not block.citations:
            return
        for citation in block.citations:
            yield Citation(
                as_str(citation.get("url") or citation.get("source")),
                as_str(citation.get("title") or citation.get("document_title")),
                as_str(citation.get("cited_text")),
                block.start,
                self._text_length,
            )
        self._citations += block.citations
        # Pages and indices, which `Citation` has no fields for.
        yield Metadata({"citations": tuple(self._citations)})


_EVENT_DECODERS: dict[Any, Callable[[ChatResponseDecoder, Mapping[str, Any]], Iterable[Any]]] = {
    "message_start": ChatResponseDecoder._start_message,
    "content_block_start": ChatResponseDecoder._start_block,
    "content_block_stop": ChatResponseDecoder._finish_block,
    "message_delta": ChatResponseDecoder._decode_message_delta,
    "message_stop": ChatResponseDecoder._finish_message,
    "error": ChatResponseDecoder._raise_error,
}


def decode_models(value: Any) -> list[str]:
    """Return the names in a list of models.

    Raises:
        ProviderResponseError: `value` is not a list of models.
    """
    models = mapping(value).get("data")
    if not isinstance(models, list):
        raise ProviderResponseError(
            "The service's answer has no list of models.", hint="Check base_url, or ask another provider."
        )
    return [mapping(item)["id"] for item in models if nonempty_str(mapping(item).get("id"))]
