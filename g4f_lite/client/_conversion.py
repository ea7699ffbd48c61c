"""From a completion and its events to the OpenAI API's records."""

import time
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from g4f_lite import events, results
from g4f_lite.client import types

__all__ = ["annotation", "chat_completion", "image", "logprobs", "made_up_id", "str_or_none", "usage_record"]


def chat_completion(completion: results.Completion) -> types.ChatCompletion:
    """Return a whole answer as the API has it."""
    choices = [_choice(choice, completion) for choice in completion.choices]
    return types.ChatCompletion(
        id=completion.id or made_up_id(),
        choices=choices,
        created=completion.created if completion.created is not None else int(time.time()),
        model=completion.model,
        service_tier=str_or_none(completion.metadata.get("service_tier")),
        system_fingerprint=str_or_none(completion.metadata.get("system_fingerprint")),
        usage=usage_record(completion.usage),
        provenance=completion.provenance,
        model_extra=completion.metadata,
        _request_id=str_or_none(completion.metadata.get("request_id")),
    )


def made_up_id() -> str:
    return f"chatcmpl-{uuid4().hex}"


def str_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _choice(choice: results.Choice, completion: results.Completion) -> types.Choice:
    first = choice.position == 0  # sources, pictures and sounds are told for the first answer only
    media = completion.media if first else ()
    is_silent = choice.tool_calls or choice.refusal is not None or media
    message = types.ChatCompletionMessage(
        content=choice.text or (None if is_silent else ""),
        refusal=choice.refusal,
        annotations=[annotation(item) for item in completion.citations] if first else [],
        audio=_audio(media),
        tool_calls=[_tool_call(call) for call in choice.tool_calls] or None,
        reasoning_content=choice.reasoning or None,
        reasoning=[{"text": text, "signature": mark} for text, mark in choice.reasoning_parts] or None,
        images=[image(item) for item in media if item.kind == "image"] or None,
        parsed=completion.parsed if first else None,
    )
    reason: Any = choice.finish_reason
    return types.Choice(reason, choice.position, message, logprobs(choice.logprobs))


def logprobs(entries: Sequence[Mapping[str, Any]] | None) -> types.Logprobs | None:
    if entries is None:
        return None
    return types.Logprobs(
        [
            types.ChatCompletionTokenLogprob(
                *_token(entry),
                [types.TopLogprob(*_token(other)) for other in entry.get("top_logprobs") or ()],
            )
            for entry in entries
        ]
    )


def _token(entry: Mapping[str, Any]) -> tuple[str, list[int] | None, float]:
    return entry.get("token", ""), entry.get("bytes"), entry.get("logprob", 0.0)


def _tool_call(call: results.ToolCall) -> types.ChatCompletionMessageToolCall:
    return types.ChatCompletionMessageToolCall(
        call.id, types.Function(call.arguments, call.name), signature=call.signature
    )


def annotation(citation: events.Citation) -> types.Annotation:
    place = types.AnnotationURLCitation(citation.end, citation.start, citation.title, citation.url)
    return types.Annotation(place)


def image(media: events.Media) -> dict[str, Any]:
    url = media.url or f"data:{media.mime_type or 'image/png'};base64,{media.data or ''}"
    return {"type": "image_url", "image_url": {"url": url}}


def _audio(media: tuple[events.Media, ...]) -> types.ChatCompletionAudio | None:
    pieces = [item for item in media if item.kind == "audio"]
    if not pieces:
        return None
    words = "".join(item.transcript or "" for item in pieces)
    name = next((item.id for item in pieces if item.id), None)
    return types.ChatCompletionAudio(name, "".join(item.data or "" for item in pieces), words or None)


def usage_record(usage: events.Usage | None) -> types.CompletionUsage | None:
    """Return counted tokens as the API has them."""
    if usage is None:
        return None
    made, read, written = usage.reasoning_tokens, usage.cached_tokens, usage.cache_write_tokens
    return types.CompletionUsage(
        usage.completion_tokens,
        usage.prompt_tokens,
        usage.total_tokens,
        None if made is None else types.CompletionTokensDetails(made),
        None if read is None and written is None else types.PromptTokensDetails(read, written),
    )
