"""Responses of the Gemini API as text and events: the responses of a stream, and whole ones."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from g4f_lite.errors import ContentFilterError, ProviderResponseError
from g4f_lite.events import (
    Finish,
    FinishReason,
    Logprobs,
    Media,
    Metadata,
    Reasoning,
    Served,
    Text,
    ToolCallDelta,
    Usage,
)
from g4f_lite.kit.json_events import mapping
from g4f_lite_providers._shared.block_order import OTHER, REASONING, TEXT, TOOL_CALL, OrderedBlock, pack_order
from g4f_lite_providers._shared.json_values import as_count, as_list, as_str, dump_json, nonempty_str
from g4f_lite_providers.gemini import errors
from g4f_lite_providers.gemini.citations import decode_citations
from g4f_lite_providers.gemini.contents import ORDER_PREFIX, THOUGHT_PREFIX

__all__ = ["ChatResponseDecoder", "decode_models"]

_FINISH_REASONS: dict[str, FinishReason] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "CONTINUATION": "length",
    **dict.fromkeys(
        (
            "SAFETY",
            "RECITATION",
            "LANGUAGE",
            "BLOCKLIST",
            "PROHIBITED_CONTENT",
            "SPII",
            "IMAGE_SAFETY",
            "IMAGE_PROHIBITED_CONTENT",
            "IMAGE_RECITATION",
            "ESCALATION",
            "MODEL_ARMOR",
            "PUP_LIMITED_DISABLED",
        ),
        "content_filter",
    ),
}
_FAILURES = (
    "MALFORMED_FUNCTION_CALL",
    "UNEXPECTED_TOOL_CALL",
    "TOO_MANY_TOOL_CALLS",
    "MISSING_THOUGHT_SIGNATURE",
    "MALFORMED_RESPONSE",
)
"""Finish reasons that mean an error: the service could not use the model's output, and dropped it."""

_METADATA = (
    "safetyRatings",
    "finishMessage",
    "citationMetadata",
    "groundingMetadata",
    "urlContextMetadata",
    "avgLogprobs",
)


class _Candidate:
    """One candidate of an answer, as far as it has been received.

    Attributes:
        text: the pieces of the text.
        tool_call_count: the number of function calls.
        is_finished: whether the finish reason has been received.
        metadata: the last value of each metadata field.
        other_parts: the parts that are only metadata.
        order: the order of the parts so far.
        ordered_length: the number of characters of text in `order`.
    """

    __slots__ = (
        "is_finished",
        "metadata",
        "order",
        "ordered_length",
        "other_parts",
        "text",
        "tool_call_count",
    )

    def __init__(self) -> None:
        self.text: list[str] = []
        self.tool_call_count = 0
        self.is_finished = False
        self.metadata: dict[str, Any] = {}
        self.other_parts: list[Mapping[str, Any]] = []
        self.order: list[OrderedBlock] = []
        self.ordered_length = 0

    def add_to_order(self, *blocks: OrderedBlock) -> None:
        """Add parts to the order, after the text that came before them."""
        length = sum(map(len, self.text)) - sum(block.length for block in blocks)
        if length > self.ordered_length:
            self.order.append(OrderedBlock(TEXT, {}, length - self.ordered_length))
        self.order += blocks
        self.ordered_length = length + sum(block.length for block in blocks)


class ChatResponseDecoder:
    """Decodes one answer: the responses of a stream, or a whole one. A handler for `JSONStream`.

    Args:
        secrets: strings that errors must not show.
    """

    def __init__(self, secrets: tuple[str, ...] = ()) -> None:
        self._secrets = secrets
        self._candidates: dict[int, _Candidate] = {}
        self._response_id = ""
        self._has_served = False
        self._usage: Mapping[str, Any] = {}

    def event(self, name: str, value: Any) -> Iterator[Any]:  # noqa: ARG002 - the handler's
        """Take the next response of a stream. Yield its text and events.

        Raises:
            ProviderError: the service has failed, or refuses the prompt.
        """
        if not isinstance(value, dict) or value.get("error"):
            raise self._error(value)
        if not self._has_served and value.get("modelVersion"):
            self._has_served = True
            self._response_id = str(value.get("responseId") or "")
            yield Served(str(value["modelVersion"]), self._response_id or None)
        usage = value.get("usageMetadata")
        if usage is not None:
            self._usage = mapping(usage)
        for candidate in as_list(value.get("candidates")):
            yield from self._decode_candidate(mapping(candidate))
        if "promptFeedback" in value:
            yield from self._decode_prompt_feedback(mapping(value["promptFeedback"]))

    def end(self) -> Iterator[Any]:
        """Take the end of a stream. Yield citations, metadata and usage.

        Raises:
            ProviderResponseError: the answer is not complete.
        """
        for index, candidate in self._candidates.items():
            yield from self._decode_metadata(index, candidate)
        usage = self._usage
        if usage:
            thoughts = as_count(usage.get("thoughtsTokenCount"))
            prompt_tokens = as_count(usage.get("promptTokenCount")) or 0
            tool_use_tokens = as_count(usage.get("toolUsePromptTokenCount")) or 0
            candidates_tokens = as_count(usage.get("candidatesTokenCount")) or 0
            yield Usage(
                prompt_tokens + tool_use_tokens,
                candidates_tokens + (thoughts or 0),
                as_count(usage.get("cachedContentTokenCount")),
                thoughts,
            )
        if not (self._candidates and all(item.is_finished for item in self._candidates.values())):
            raise ProviderResponseError(
                "The answer was cut short: it ended without a reason for its end.",
                hint="Ask again, or ask another provider.",
            )

    def decode_body(self, value: Any) -> Iterator[Any]:
        """Yield the text and events of a whole answer, which may be a list of responses.

        Raises:
            ProviderError: as `event` and `end` do.
        """
        for response in value if isinstance(value, list) and value else [value]:
            yield from self.event("", response)
        yield from self.end()

    def _error(self, value: Any) -> Exception:
        if isinstance(value, dict):
            return errors.from_value(value, secrets=self._secrets)
        return ProviderResponseError(
            "The service's answer is no JSON object.", hint="Check the base URL, or ask another provider."
        )

    def _decode_prompt_feedback(self, feedback: Mapping[str, Any]) -> Iterator[Any]:
        reason = feedback.get("blockReason")
        if reason is not None:
            raise ContentFilterError(
                200,
                detail=f"The service refuses the prompt ({reason})",
                body=as_str(feedback.get("blockReasonMessage")) or "",
                kind=str(reason),
            )
        yield Metadata({"promptFeedback": feedback})

    # --- a candidate -------------------------------------------------------------------------

    def _decode_candidate(self, value: Mapping[str, Any]) -> Iterator[Any]:
        index = as_count(value.get("index")) or 0
        candidate = self._candidates.get(index)
        if candidate is None:
            candidate = self._candidates[index] = _Candidate()
        for item in as_list(mapping(value.get("content")).get("parts")):
            part = mapping(item)
            text = part.get("text")
            if isinstance(text, str) and not part.get("thought"):  # nearly every part
                if text:
                    candidate.text.append(text)
                    yield text if index == 0 else Text(text, index)
                signature = part.get("thoughtSignature")
                if signature:
                    candidate.add_to_order(OrderedBlock(TEXT, {"thoughtSignature": signature}, len(text)))
            else:
                yield from self._decode_part(index, candidate, part)
        candidate.metadata.update((name, value[name]) for name in _METADATA if value.get(name) is not None)
        if value.get("logprobsResult") is not None:
            yield from _decode_logprobs(index, mapping(value["logprobsResult"]))
        reason = value.get("finishReason")
        if reason is not None and not candidate.is_finished:
            candidate.add_to_order()
            if (order := pack_order(ORDER_PREFIX, candidate.order)) is not None:
                yield Reasoning("", index, order)
            yield self._finish_candidate(index, candidate, str(reason))

    def _finish_candidate(self, index: int, candidate: _Candidate, raw: str) -> Finish:
        if raw in _FAILURES:
            message = candidate.metadata.get("finishMessage")
            raise ProviderResponseError(
                f"The model's answer could not be used ({raw}){f': {message}' if message else ''}.",
                hint="Ask again, or simplify the tools.",
            )
        candidate.is_finished = True
        reason = _FINISH_REASONS.get(raw, "stop")
        return Finish("tool_calls" if reason == "stop" and candidate.tool_call_count else reason, index, raw)

    def _decode_part(self, index: int, candidate: _Candidate, part: Mapping[str, Any]) -> Iterator[Any]:
        """Yield the events of a part that is not text of the answer."""
        signature = part.get("thoughtSignature")
        is_thought = bool(part.get("thought"))
        if is_thought and isinstance(part.get("text"), str):
            if signature:
                candidate.add_to_order(OrderedBlock(REASONING, {}))
            yield Reasoning(part["text"], index, f"{THOUGHT_PREFIX}{signature}" if signature else None)
        elif isinstance(part.get("functionCall"), dict):
            candidate.add_to_order(OrderedBlock(TOOL_CALL, {}))
            yield self._decode_function_call(index, candidate, part["functionCall"], signature)
        elif media := self._decode_media(part):
            if signature:  # Media without a signature need not be sent back.
                candidate.add_to_order(OrderedBlock(OTHER, part))
            yield media
        else:
            if signature or not is_thought:  # A draft without a signature need not be sent back.
                candidate.add_to_order(OrderedBlock(OTHER, part))
            # Code that the service ran, calls of its own tools, and parts that are not known here.
            candidate.other_parts.append(part)
            yield Metadata({_metadata_name("parts", index): tuple(candidate.other_parts)})

    def _decode_function_call(
        self, index: int, candidate: _Candidate, call: Mapping[str, Any], signature: Any
    ) -> ToolCallDelta:
        """Return a call, which always comes whole. If it has no identifier, it gets a unique one."""
        position = candidate.tool_call_count
        candidate.tool_call_count += 1
        return ToolCallDelta(
            position,
            str(call.get("id") or f"call_{self._response_id}_{index}_{position}"),
            str(call.get("name") or ""),
            dump_json(call.get("args") or {}),
            index,
            str(signature) if signature else None,
        )

    def _decode_media(self, part: Mapping[str, Any]) -> Media | None:
        if part.get("thought"):  # a draft
            return None
        data, file = mapping(part.get("inlineData")), mapping(part.get("fileData"))
        mime_type = data.get("mimeType") or file.get("mimeType")
        for kind in ("image", "audio"):
            if isinstance(mime_type, str) and mime_type.startswith(f"{kind}/"):
                # Sound comes in several parts, which belong together.
                identifier = self._response_id or None if kind == "audio" else None
                url, base64 = nonempty_str(file.get("fileUri")), nonempty_str(data.get("data"))
                return Media(kind, url, base64, mime_type, identifier)
        return None

    def _decode_metadata(self, index: int, candidate: _Candidate) -> Iterator[Any]:
        metadata = candidate.metadata
        if index == 0:
            yield from decode_citations(metadata, "".join(candidate.text))
        if metadata:
            yield Metadata({_metadata_name(name, index): value for name, value in metadata.items()})


def _metadata_name(name: str, index: int) -> str:
    return name if index == 0 else f"{name}[{index}]"


def _decode_logprobs(index: int, result: Mapping[str, Any]) -> Iterable[Logprobs]:
    chosen = as_list(result.get("chosenCandidates"))
    top_candidates = as_list(result.get("topCandidates"))
    content = []
    for place, item in enumerate(chosen):
        top = as_list(mapping(top_candidates[place]).get("candidates")) if place < len(top_candidates) else []
        content.append({**_decode_token(item), "top_logprobs": [_decode_token(other) for other in top]})
    return (Logprobs(tuple(content), index),) if content else ()


def _decode_token(item: Any) -> dict[str, Any]:
    token = str(mapping(item).get("token", ""))
    return {
        "token": token,
        "logprob": mapping(item).get("logProbability"),
        "bytes": list(token.encode("utf-8", "replace")),
    }


def decode_models(value: Any) -> Iterator[str]:
    """Yield the names of the models that generate content.

    Raises:
        ProviderResponseError: `value` is not a list of models.
    """
    models = [] if value == {} else mapping(value).get("models")  # Google's JSON leaves empty lists out.
    if not isinstance(models, list):
        raise ProviderResponseError(
            "The service's answer has no list of models.", hint="Check base_url, or ask another provider."
        )
    for item in models:
        name, methods = mapping(item).get("name"), mapping(item).get("supportedGenerationMethods")
        if isinstance(name, str) and (methods is None or "generateContent" in as_list(methods)):
            yield name.removeprefix("models/")
