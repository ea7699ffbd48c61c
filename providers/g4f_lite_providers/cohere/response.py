"""Responses of Cohere's chat API as text and events: the events of a stream, and whole responses."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from g4f_lite.errors import ProviderResponseError
from g4f_lite.events import (
    Citation,
    Finish,
    FinishReason,
    Logprobs,
    Metadata,
    Reasoning,
    Served,
    ToolCallDelta,
    Usage,
)
from g4f_lite.kit.json_events import mapping
from g4f_lite.kit.service_errors import from_value
from g4f_lite_providers._shared.json_values import as_list, nonempty_str

__all__ = ["ChatResponseDecoder", "as_whole_count", "decode_models"]

_FINISH_REASONS: dict[str, FinishReason] = {
    "COMPLETE": "stop",
    "STOP_SEQUENCE": "stop",
    "MAX_TOKENS": "length",
    "ERROR_LIMIT": "length",
    "TOOL_CALL": "tool_calls",
    "ERROR_TOXIC": "content_filter",
}
_FAILURES = {"ERROR": 500, "TIMEOUT": 504}
"""Finish reasons that mean an error, and the HTTP status that says the same."""


class ChatResponseDecoder:
    """Decodes one answer of `/v2/chat`: the events of a stream, or a whole response. A handler for `JSONStream`.

    Args:
        model: the name of the model.
        secrets: strings that errors must not show.
    """

    def __init__(self, model: str, secrets: tuple[str, ...]) -> None:
        self._model = model
        self._secrets = secrets
        self._is_complete = False
        self._text_length = 0
        self._block_starts: dict[int, int] = {}
        """The position in the text at which each content block begins."""
        self._tool_call_count = 0
        self._call_positions: dict[int, int] = {}
        """The position among the tool calls for each index of the service."""

    def event(self, name: str, value: Any) -> Iterable[Any]:
        """Take the next event. Return its text and events.

        Raises:
            ProviderStatusError: the event is an error.
        """
        value = mapping(value)
        kind = value.get("type", name)
        if kind == "content-delta":  # nearly every event
            return self._decode_content(value)
        decode = _EVENT_DECODERS.get(kind) if isinstance(kind, str) else None
        if decode is not None:
            return decode(self, value)
        if kind in ("", "error", "message") and ("error" in value or "message" in value):
            raise from_value(value, secrets=self._secrets)
        return ()

    def end(self) -> tuple[()]:
        """Take the end of the stream.

        Raises:
            ProviderResponseError: the answer is not complete.
        """
        if not self._is_complete:
            raise ProviderResponseError(
                "The answer was cut short: Cohere's last event is missing.",
                hint="Ask again, or ask another provider.",
            )
        return ()

    def decode_body(self, value: Any) -> list[Any]:
        """Return the text and events of a whole response. An error leaves no part of it.

        Raises:
            ProviderStatusError: `value` is an error.
            ProviderResponseError: `value` has no message.
        """
        return list(self._decode_response(mapping(value)))

    # --- a stream --------------------------------------------------------------------------------

    def _start_message(self, value: Mapping[str, Any]) -> Iterator[Any]:
        yield Served(self._model, id=nonempty_str(value.get("id")))

    def _start_block(self, value: Mapping[str, Any]) -> Iterator[Any]:
        self._block_starts[_index_of(value)] = self._text_length
        return self._decode_content(value)

    def _decode_content(self, value: Mapping[str, Any]) -> Iterator[Any]:
        content = mapping(_delta_message(value).get("content"))
        text = content.get("text")
        if text and isinstance(text, str):
            self._text_length += len(text)
            yield text
        if thinking := nonempty_str(content.get("thinking")):
            yield Reasoning(thinking)
        if logprobs := value.get("logprobs"):
            yield Logprobs((_decode_logprobs(logprobs),))

    def _decode_tool_plan(self, value: Mapping[str, Any]) -> Iterator[Any]:
        if tool_plan := nonempty_str(_delta_message(value).get("tool_plan")):
            yield Reasoning(tool_plan)

    def _start_tool_call(self, value: Mapping[str, Any]) -> Iterator[Any]:
        position = self._call_positions[_index_of(value)] = self._tool_call_count
        self._tool_call_count += 1
        yield _decode_tool_call(position, mapping(_delta_message(value).get("tool_calls")))

    def _decode_tool_call_delta(self, value: Mapping[str, Any]) -> Iterator[Any]:
        position = self._call_positions.get(_index_of(value))
        function = mapping(mapping(_delta_message(value).get("tool_calls")).get("function"))
        if position is not None and (arguments := nonempty_str(function.get("arguments"))):
            yield ToolCallDelta(position, arguments=arguments)

    def _decode_citation(self, value: Mapping[str, Any]) -> Iterator[Any]:
        citation = mapping(_delta_message(value).get("citations"))
        return _decode_citations(citation, self._block_starts)

    def _finish_message(self, value: Mapping[str, Any]) -> Iterator[Any]:
        self._is_complete = True
        delta = mapping(value.get("delta"))
        return self._finish(delta, delta.get("error"))

    # --- a whole response --------------------------------------------------------------------------

    def _decode_response(self, response: Mapping[str, Any]) -> Iterator[Any]:
        message = response.get("message")
        if not isinstance(message, dict):
            if message or "error" in response:
                raise from_value(response, secrets=self._secrets)
            raise ProviderResponseError(
                "Cohere's answer has no message in it.", hint="Ask again, or ask another provider."
            )
        yield Served(self._model, id=nonempty_str(response.get("id")))
        if tool_plan := nonempty_str(message.get("tool_plan")):
            yield Reasoning(tool_plan)
        block_starts: dict[int, int] = {}
        text_length = 0
        for index, block in enumerate(as_list(message.get("content"))):
            block_starts[index] = text_length
            if thinking := nonempty_str(mapping(block).get("thinking")):
                yield Reasoning(thinking)
            if text := nonempty_str(mapping(block).get("text")):
                text_length += len(text)
                yield text
        for position, call in enumerate(as_list(message.get("tool_calls"))):
            yield _decode_tool_call(position, mapping(call))
        for citation in as_list(message.get("citations")):
            yield from _decode_citations(mapping(citation), block_starts)
        if logprobs := as_list(response.get("logprobs")):
            yield Logprobs(tuple(map(_decode_logprobs, logprobs)))
        yield from self._finish(response, None)

    # --- streams and whole responses -----------------------------------------------------------------

    def _finish(self, value: Mapping[str, Any], error: object) -> Iterator[Any]:
        """Yield the usage and the finish reason, or raise if the reason is a failure."""
        usage = mapping(value.get("usage"))
        if "billed_units" in usage:
            yield Metadata({"billed_units": usage["billed_units"]})
        counts = mapping(usage.get("tokens")) or mapping(usage.get("billed_units"))
        if counts:
            yield Usage(
                as_whole_count(counts.get("input_tokens")) or 0,
                as_whole_count(counts.get("output_tokens")) or 0,
                cached_tokens=as_whole_count(usage.get("cached_tokens")),
            )
        raw = nonempty_str(value.get("finish_reason"))
        if raw in _FAILURES:
            message = error or f"the generation ended with {raw}"
            raise from_value({"message": message}, secrets=self._secrets, status=_FAILURES[raw])
        yield Finish(_FINISH_REASONS.get(raw or "", "stop"), raw=raw)


_EVENT_DECODERS: dict[str, Callable[[ChatResponseDecoder, Mapping[str, Any]], Iterable[Any]]] = {
    "message-start": ChatResponseDecoder._start_message,
    "content-start": ChatResponseDecoder._start_block,
    "tool-plan-delta": ChatResponseDecoder._decode_tool_plan,
    "tool-call-start": ChatResponseDecoder._start_tool_call,
    "tool-call-delta": ChatResponseDecoder._decode_tool_call_delta,
    "citation-start": ChatResponseDecoder._decode_citation,
    "message-end": ChatResponseDecoder._finish_message,
}


def _decode_tool_call(position: int, call: Mapping[str, Any]) -> ToolCallDelta:
    function = mapping(call.get("function"))
    return ToolCallDelta(
        position,
        nonempty_str(call.get("id")),
        nonempty_str(function.get("name")),
        nonempty_str(function.get("arguments")) or "",
    )


def _decode_citations(citation: Mapping[str, Any], block_starts: Mapping[int, int]) -> Iterator[Citation]:
    """Yield one event for each source of a citation, with positions in the whole text of the answer."""
    block_start = block_starts.get(_index_of(citation, "content_index"), 0)
    is_in_text = citation.get("type") in (
        None,
        "TEXT_CONTENT",
    )  # Others are in the thinking or the tool plan.
    offsets = [as_whole_count(citation.get(name)) if is_in_text else None for name in ("start", "end")]
    start, end = (None if offset is None else block_start + offset for offset in offsets)
    for item in as_list(citation.get("sources")) or [{}]:
        source = mapping(item)
        document = mapping(source.get("document"))
        yield Citation(
            url=nonempty_str(document.get("url")),
            title=nonempty_str(document.get("title")) or nonempty_str(source.get("id")),
            text=nonempty_str(document.get("snippet")) or nonempty_str(document.get("text")),
            start=start,
            end=end,
        )


def _decode_logprobs(value: Any) -> dict[str, Any]:
    """Return a chunk as a token in OpenAI's shape; its probability is that of all tokens in the chunk."""
    chunk = mapping(value)
    logprobs = as_list(chunk.get("logprobs"))
    text = nonempty_str(chunk.get("text")) or ""
    return {
        "token": text,
        "logprob": sum(item for item in logprobs if isinstance(item, (int, float))),
        "bytes": list(text.encode(errors="replace")),
        "top_logprobs": [],
        "token_ids": as_list(chunk.get("token_ids")),
    }


def _delta_message(value: Mapping[str, Any]) -> Mapping[str, Any]:
    return mapping(mapping(value.get("delta")).get("message"))


def _index_of(value: Mapping[str, Any], name: str = "index") -> int:
    """Return an index, or 0 if it is missing."""
    index = value.get(name)
    return index if isinstance(index, int) else 0


def as_whole_count(value: object) -> int | None:
    """Return a count as an integer, or None if `value` is not a count. Cohere writes counts as 7.0."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    return int(value) if 0 <= value < float("inf") else None


def decode_models(value: Any) -> Iterator[str]:
    """Yield the names in the list of `/v1/models`.

    Raises:
        ProviderResponseError: `value` is not a list of models.
    """
    models = mapping(value).get("models")
    if not isinstance(models, list):
        raise ProviderResponseError("Cohere did not send a list of models.", hint="Check base_url.")
    for item in models:
        name = mapping(item).get("name")
        if isinstance(name, str):
            yield name
