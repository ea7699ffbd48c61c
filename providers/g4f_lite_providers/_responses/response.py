"""Responses of the Responses API as text and events: the events of a stream, and whole responses.

Wire facts: OpenAI's API reference, "The Response object" and "Streaming events", and what its official Python
client reads. Deltas are optional: text that comes only at the end of a part, of an item or of the response is
emitted then, and nothing is emitted twice.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from g4f_lite.errors import ProviderResponseError
from g4f_lite.events import Finish, FinishReason, Metadata, Served
from g4f_lite.kit import service_errors
from g4f_lite.kit.json_events import mapping
from g4f_lite_providers._chat_completions.usage import decode_usage
from g4f_lite_providers._responses.parts import OutputDecoder

__all__ = ["ChatResponseDecoder"]

_DELTA_EVENTS = {
    "response.output_text.delta": ("message", "output_text", "content_index"),
    "response.refusal.delta": ("message", "refusal", "content_index"),
    "response.reasoning_summary_text.delta": ("reasoning", "summary_text", "summary_index"),
    "response.reasoning_text.delta": ("reasoning", "reasoning_text", "content_index"),
    "response.function_call_arguments.delta": ("function_call", "arguments", ""),
    "response.custom_tool_call_input.delta": ("custom_tool_call", "input", ""),
}
"""Events with a delta: the type of the item, the type of the part, the field with the index of the part."""

_TEXT_EVENTS = {
    "response.output_text.done": (*_DELTA_EVENTS["response.output_text.delta"], "text"),
    "response.refusal.done": (*_DELTA_EVENTS["response.refusal.delta"], "refusal"),
    "response.reasoning_summary_text.done": (
        *_DELTA_EVENTS["response.reasoning_summary_text.delta"],
        "text",
    ),
    "response.reasoning_text.done": (*_DELTA_EVENTS["response.reasoning_text.delta"], "text"),
    "response.function_call_arguments.done": (
        *_DELTA_EVENTS["response.function_call_arguments.delta"],
        "arguments",
    ),
    "response.custom_tool_call_input.done": (
        *_DELTA_EVENTS["response.custom_tool_call_input.delta"],
        "input",
    ),
}
"""Events with the whole text of a part: the same, and the field with the text."""

_END_EVENTS = {"response.completed", "response.incomplete", "response.failed", "response.cancelled"}

_FINISH_REASONS: dict[str, FinishReason] = {"content_filter": "content_filter"}
"""The reasons of an incomplete response; any other one counts as "length"."""

_FAILURES = {"server_error", "internal_error", "failed", "cancelled"}
"""Error codes that mean a failure of the service, not of the request."""

_METADATA = ("service_tier", "system_fingerprint", "moderation", "tool_usage")


class ChatResponseDecoder:
    """Decodes one answer: the events of a stream, or a whole response. A handler for `JSONStream`.

    Args:
        secrets: strings that errors must not show.
        is_stored: whether the service stores the answer, and knows its items by their identifiers.
    """

    def __init__(self, *, secrets: Iterable[str] = (), is_stored: bool = False) -> None:
        self._secrets = tuple(secrets)
        self._output = OutputDecoder(is_stored=is_stored)
        self._items_by_id = self._output.items.by_id
        self._served: Served | None = None
        self._header_metadata: dict[str, str] = {}
        self._emitted: dict[str, Any] = {}
        """The metadata that has been emitted."""
        self._is_finished = False

    def see_headers(self, headers: Mapping[str, str]) -> None:
        """Take the response's headers: they have the identifier of the request, which support asks for."""
        request_id = headers.get("x-request-id") or headers.get("apim-request-id")
        if request_id:
            self._header_metadata = {"request_id": request_id}

    # --- a stream --------------------------------------------------------------------------------

    def event(self, name: str, value: Any) -> Iterable[Any]:
        """Take the next event. Return its text and events.

        Raises:
            ProviderError: the event is an error, or not an event.
        """
        try:
            if value["type"] == "response.output_text.delta" and not value.get("logprobs"):
                text = value["delta"]
                item = self._items_by_id[value["item_id"]]
                part = item.parts["output_text", value.get("content_index", 0)]
                if part.emitted and type(text) is str:
                    part.emitted += len(text)
                    return (text,)  # Nearly every event continues a text that has started.
        except (KeyError, TypeError, AttributeError):
            pass
        return self._decode_event(name, value)

    def end(self) -> Iterable[Any]:
        """Take the end of the stream.

        Raises:
            ProviderResponseError: the answer is not complete.
        """
        if not self._is_finished:
            raise ProviderResponseError(
                "The service's answer was cut short: it has no end mark.",
                hint="Ask again, or ask another provider.",
            )
        return ()

    def _decode_event(self, name: str, value: Any) -> Iterator[Any]:
        if not isinstance(value, dict):
            if name == "error":
                self._raise_error(value)
            raise _malformed_error(f"a {type(value).__name__} in place of an event")
        if self._is_finished:
            return
        kind = str(value.get("type") or name)
        if kind == "error" or ("type" not in value and service_errors.read(value)):
            self._raise_error(value)
        elif kind in _DELTA_EVENTS:
            yield from self._output.feed_delta(*_DELTA_EVENTS[kind], value)
        elif kind in _TEXT_EVENTS:
            yield from self._output.feed_text(*_TEXT_EVENTS[kind], value)
        elif kind == "response.output_text.annotation.added":
            yield from self._output.feed_annotation(value)
        elif kind in ("response.content_part.done", "response.reasoning_summary_part.done"):
            yield from self._output.feed_part(value)
        elif kind == "response.output_item.added":
            yield from self._output.start_item(value)
        elif kind == "response.output_item.done":
            yield from self._output.finish_item(value)
        elif isinstance(value.get("response"), dict):
            yield from self._decode_metadata(value["response"])
            if kind in _END_EVENTS:
                yield from self._new_metadata({"timings": value.get("timings")})  # llama.cpp
                yield from self._finish(value["response"], kind.rpartition(".")[2])

    # --- a whole response --------------------------------------------------------------------------

    def decode_body(self, value: Any) -> Iterator[Any]:
        """Yield the text and events of a whole response.

        Raises:
            ProviderError: `value` is an error, not a response, or not complete.
        """
        response = mapping(value)
        if not isinstance(response.get("output"), list):
            if response.get("error") or service_errors.read(value):
                self._raise_error(value)
            raise _malformed_error("no output")
        yield from self._decode_metadata(response)
        yield from self._finish(response, "completed")

    # --- events and responses ------------------------------------------------------------------------

    def _decode_metadata(self, response: Mapping[str, Any]) -> Iterator[Any]:
        """Yield the model that answers, and metadata that is new."""
        model, identifier, created = (response.get(name) for name in ("model", "id", "created_at"))
        if isinstance(model, str) and model:
            served = Served(
                model,
                identifier if isinstance(identifier, str) and identifier else None,
                int(created) if isinstance(created, (int, float)) and abs(created) < float("inf") else None,
            )
            if self._served is None or self._served.model != model:
                self._served = served
                yield served
        metadata = {name: response.get(name) for name in _METADATA} | self._header_metadata
        yield from self._new_metadata(metadata)

    def _new_metadata(self, metadata: Mapping[str, Any]) -> Iterator[Metadata]:
        new = {name: item for name, item in metadata.items() if item and self._emitted.get(name) != item}
        if new:
            self._emitted.update(new)
            yield Metadata(new)

    def _finish(self, response: Mapping[str, Any], default_status: str) -> Iterator[Any]:
        """Yield what has not been emitted of the output, the usage, and the finish reason."""
        output = response.get("output")
        for index, item in enumerate(output if isinstance(output, list) else ()):
            yield from self._output.finish_item({"output_index": index, "item": item}, is_repeated=True)
        usage = _decode_usage(mapping(response.get("usage")))
        if usage is not None:
            yield usage
        status = response.get("status") or default_status
        if response.get("error") or status not in ("completed", "incomplete"):
            self._raise_failure(response, status)
        self._is_finished = True
        yield from self._output.flush()
        reason = mapping(response.get("incomplete_details")).get("reason")
        if status == "incomplete":
            raw = reason if isinstance(reason, str) else status
            yield Finish(_FINISH_REASONS.get(raw, "length"), 0, None if raw in _FINISH_REASONS else raw)
        else:
            yield Finish("tool_calls" if self._output.items.tool_call_count else "stop", 0, None)

    def _raise_failure(self, response: Mapping[str, Any], status: Any) -> None:
        """Raise the error of a response that has failed."""
        if response.get("error"):
            self._raise_error(response)
        if status in ("queued", "in_progress"):
            raise _malformed_error(f"the status {status!r}, and no end")
        self._raise_error({"error": {"message": f"It gave up ({status!r}).", "code": str(status)}})

    def _raise_error(self, value: Any) -> None:
        error = mapping(value).get("error") or value
        fields = {name: field for name, field in mapping(error).items() if (name, field) != ("type", "error")}
        code = fields.get("code")
        if isinstance(code, str) and "policy" in code:
            fields.setdefault("type", "content_filter")
        raise service_errors.from_value(
            {"error": fields or error}, secrets=self._secrets, status=_http_status(code)
        )


def _http_status(code: Any) -> int:
    """Return the HTTP status for an error code; most codes mean that the request is wrong."""
    is_failure = not isinstance(code, str) or code in _FAILURES or "timeout" in code
    return 500 if is_failure else 400


def _decode_usage(value: Mapping[str, Any]) -> Any:
    """Return the usage; its fields have other names than in the chat API."""
    return decode_usage(
        {
            "prompt_tokens": value.get("input_tokens"),
            "completion_tokens": value.get("output_tokens"),
            "total_tokens": value.get("total_tokens"),
            "prompt_tokens_details": value.get("input_tokens_details"),
            "completion_tokens_details": value.get("output_tokens_details"),
        }
    )


def _malformed_error(problem: str) -> ProviderResponseError:
    return ProviderResponseError(
        f"The service's answer has {problem}.",
        hint='Check that base_url leads to a service of the Responses API, or ask with api="chat".',
    )
