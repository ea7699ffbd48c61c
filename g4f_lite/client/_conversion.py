"""Conversion of completions and events to the records of the OpenAI API."""

import time
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from g4f_lite import events, results
from g4f_lite.client import types

__all__ = [
    "generate_completion_id",
    "str_or_none",
    "to_annotation",
    "to_chat_completion",
    "to_image",
    "to_logprobs",
    "to_usage",
]


def to_chat_completion(completion: results.Completion) -> types.ChatCompletion:
    """Return a completion in the form of the API."""
    choices = [_to_choice(choice, completion) for choice in completion.choices]
    return types.ChatCompletion(
        id=completion.id or generate_completion_id(),
        choices=choices,
        created=completion.created if completion.created is not None else int(time.time()),
        model=completion.model,
        service_tier=str_or_none(completion.metadata.get("service_tier")),
        system_fingerprint=str_or_none(completion.metadata.get("system_fingerprint")),
        usage=to_usage(completion.usage),
        provenance=completion.provenance,
        model_extra=completion.metadata,
        _request_id=str_or_none(completion.metadata.get("request_id")),
    )


def generate_completion_id() -> str:
    return f"chatcmpl-{uuid4().hex}"


def str_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _to_choice(choice: results.Choice, completion: results.Completion) -> types.Choice:
    is_first = choice.position == 0  # a completion has citations and media of the first choice only
    media = completion.media if is_first else ()
    has_other_content = choice.tool_calls or choice.refusal is not None or media
    message = types.ChatCompletionMessage(
        content=choice.text or (None if has_other_content else ""),
        refusal=choice.refusal,
        annotations=[to_annotation(item) for item in completion.citations] if is_first else [],
        audio=_merge_audio(media),
        tool_calls=[_to_tool_call(call) for call in choice.tool_calls] or None,
        reasoning_content=choice.reasoning or None,
        reasoning=[{"text": text, "signature": signature} for text, signature in choice.reasoning_parts]
        or None,
        images=[to_image(item) for item in media if item.kind == "image"] or None,
        parsed=completion.parsed if is_first else None,
    )
    reason: Any = choice.finish_reason
    return types.Choice(reason, choice.position, message, to_logprobs(choice.logprobs))


def to_logprobs(entries: Sequence[Mapping[str, Any]] | None) -> types.Logprobs | None:
    if entries is None:
        return None
    return types.Logprobs(
        [
            types.ChatCompletionTokenLogprob(
                *_token_fields(entry),
                [types.TopLogprob(*_token_fields(other)) for other in entry.get("top_logprobs") or ()],
            )
            for entry in entries
        ]
    )


def _token_fields(entry: Mapping[str, Any]) -> tuple[str, list[int] | None, float]:
    return entry.get("token", ""), entry.get("bytes"), entry.get("logprob", 0.0)


def _to_tool_call(call: results.ToolCall) -> types.ChatCompletionMessageToolCall:
    return types.ChatCompletionMessageToolCall(
        call.id, types.Function(call.arguments, call.name), signature=call.signature
    )


def to_annotation(citation: events.Citation) -> types.Annotation:
    url_citation = types.AnnotationURLCitation(citation.end, citation.start, citation.title, citation.url)
    return types.Annotation(url_citation)


def to_image(media: events.Media) -> dict[str, Any]:
    url = media.url or f"data:{media.mime_type or 'image/png'};base64,{media.data or ''}"
    return {"type": "image_url", "image_url": {"url": url}}


def _merge_audio(media: tuple[events.Media, ...]) -> types.ChatCompletionAudio | None:
    parts = [item for item in media if item.kind == "audio"]
    if not parts:
        return None
    transcript = "".join(item.transcript or "" for item in parts)
    audio_id = next((item.id for item in parts if item.id), None)
    return types.ChatCompletionAudio(audio_id, "".join(item.data or "" for item in parts), transcript or None)


def to_usage(usage: events.Usage | None) -> types.CompletionUsage | None:
    """Return the token counts in the form of the API, or None if there are none."""
    if usage is None:
        return None
    reasoning, cached, written = usage.reasoning_tokens, usage.cached_tokens, usage.cache_write_tokens
    return types.CompletionUsage(
        usage.completion_tokens,
        usage.prompt_tokens,
        usage.total_tokens,
        None if reasoning is None else types.CompletionTokensDetails(reasoning),
        None if cached is None and written is None else types.PromptTokensDetails(cached, written),
    )
