"""From a completion and its events to the OpenAI API's records."""

import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

from g4f_lite import events, results
from g4f_lite.client import types

__all__ = ["ChunkMaker", "chat_completion", "usage_record"]


def chat_completion(completion: results.Completion) -> types.ChatCompletion:
    """Return a whole answer as the API has it."""
    choices = [_choice(choice, completion) for choice in completion.choices]
    return types.ChatCompletion(
        id=completion.id or _made_up_id(),
        choices=choices,
        created=completion.created if completion.created is not None else int(time.time()),
        model=completion.model,
        service_tier=_word(completion.metadata.get("service_tier")),
        system_fingerprint=_word(completion.metadata.get("system_fingerprint")),
        usage=usage_record(completion.usage),
        provenance=completion.provenance,
    )


def _made_up_id() -> str:
    return f"chatcmpl-{uuid4().hex}"


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _choice(choice: results.Choice, completion: results.Completion) -> types.Choice:
    first = choice.position == 0  # sources, pictures and sounds are told for the first answer only
    message = types.ChatCompletionMessage(
        content=choice.text or (None if choice.tool_calls or choice.refusal is not None else ""),
        refusal=choice.refusal,
        annotations=_listed(map(_annotation, completion.citations)) if first else None,
        audio=_audio(completion.media) if first else None,
        tool_calls=_listed(map(_tool_call, choice.tool_calls)),
        reasoning_content=choice.reasoning or None,
        reasoning=_listed({"text": text, "signature": mark} for text, mark in choice.reasoning_parts),
        images=_listed(_image(item) for item in completion.media if item.kind == "image") if first else None,
        parsed=completion.parsed if first else None,
    )
    logprobs = None if choice.logprobs is None else types.Logprobs(list(choice.logprobs))
    reason: Any = choice.finish_reason
    return types.Choice(finish_reason=reason, index=choice.position, message=message, logprobs=logprobs)


def _listed(items: Any) -> Any:
    return list(items) or None


def _tool_call(call: results.ToolCall) -> types.ChatCompletionMessageToolCall:
    return types.ChatCompletionMessageToolCall(
        call.id, types.Function(call.arguments, call.name), signature=call.signature
    )


def _annotation(citation: events.Citation) -> types.Annotation:
    place = types.AnnotationURLCitation(citation.end, citation.start, citation.title, citation.url)
    return types.Annotation(place)


def _image(media: events.Media) -> dict[str, Any]:
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
    made, read = usage.reasoning_tokens, usage.cached_tokens
    return types.CompletionUsage(
        usage.completion_tokens,
        usage.prompt_tokens,
        usage.total_tokens,
        None if made is None else types.CompletionTokensDetails(reasoning_tokens=made),
        None if read is None else types.PromptTokensDetails(cached_tokens=read),
    )


class ChunkMaker:
    """Turn the events of one stream into chunks.

    Args:
        model: what was asked for, until the service says what serves it.
        with_usage: whether the counts come as a last chunk without choices, which they do only on the
            caller's wish (``stream_options={"include_usage": True}``).
    """

    def __init__(self, model: str, *, with_usage: bool = False) -> None:
        self._model = model
        self._with_usage = with_usage
        self._id = _made_up_id()
        self._created = int(time.time())
        self._begun: set[int] = set()
        self._called: set[int] = set()
        self._usage: events.Usage | None = None

    def chunks(self, items: Iterator[Any]) -> Iterator[types.ChatCompletionChunk]:
        """Yield a chunk for each item that says something about an answer, and the counts at the end."""
        begun = self._begun
        for item in items:
            if type(item) is str and 0 in begun:  # nearly every item
                choice = types.ChunkChoice(types.ChoiceDelta(item))
                yield types.ChatCompletionChunk(self._id, [choice], self._created, self._model)
                continue
            chunk = self.chunk(item)
            if chunk is not None:
                yield chunk
        last = self.last()
        if last is not None:
            yield last

    def chunk(self, item: Any) -> types.ChatCompletionChunk | None:
        """Return the chunk for one item, None if it says nothing that a chunk has."""
        if isinstance(item, str):
            return self._made(0, types.ChoiceDelta(item))
        make = _DELTAS.get(type(item))
        if make is not None:
            return self._made(getattr(item, "choice", 0), make(item))
        if isinstance(item, events.ToolCallDelta):
            return self._made(item.choice, self._tool_call(item))
        if isinstance(item, events.Finish):
            reason: Any = item.reason
            return self._made(item.choice, types.ChoiceDelta(), finish_reason=reason)
        if isinstance(item, events.Logprobs):
            return self._made(item.choice, types.ChoiceDelta(), logprobs=types.Logprobs(list(item.content)))
        self._note(item)
        return None

    def last(self) -> types.ChatCompletionChunk | None:
        """Return the chunk of the counts, if it was asked for and there are any."""
        if not self._with_usage or self._usage is None:
            return None
        usage = usage_record(self._usage)
        return types.ChatCompletionChunk(self._id, [], self._created, self._model, usage=usage)

    def _note(self, item: Any) -> None:
        if isinstance(item, events.Usage):
            self._usage = item
        elif isinstance(item, events.Served):
            self._model = item.model
            self._id = item.id or self._id
            self._created = item.created if item.created is not None else self._created

    def _made(self, choice: int, delta: types.ChoiceDelta, **more: Any) -> types.ChatCompletionChunk:
        if choice not in self._begun:
            self._begun.add(choice)
            delta.role = "assistant"
        return types.ChatCompletionChunk(
            self._id, [types.ChunkChoice(delta, index=choice, **more)], self._created, self._model
        )

    def _tool_call(self, item: events.ToolCallDelta) -> types.ChoiceDelta:
        place = item.choice * 1_000_000 + item.position
        first = place not in self._called
        self._called.add(place)
        function = types.ChoiceDeltaToolCallFunction(item.arguments, item.name)
        call = types.ChoiceDeltaToolCall(item.position, item.id, function, "function" if first else None)
        return types.ChoiceDelta(tool_calls=[call])


def _audio_piece(item: events.Media) -> dict[str, Any]:
    told = {"id": item.id, "data": item.data, "transcript": item.transcript}
    return {name: value for name, value in told.items() if value is not None}


def _media_delta(item: events.Media) -> types.ChoiceDelta:
    if item.kind == "audio":
        return types.ChoiceDelta(audio=_audio_piece(item))
    return types.ChoiceDelta(images=[_image(item)])


_DELTAS: dict[type, Callable[[Any], types.ChoiceDelta]] = {
    events.Text: lambda item: types.ChoiceDelta(item.text),
    events.Reasoning: lambda item: types.ChoiceDelta(reasoning_content=item.text),
    events.Refusal: lambda item: types.ChoiceDelta(refusal=item.text),
    events.Citation: lambda item: types.ChoiceDelta(annotations=[_annotation(item)]),
    events.Media: _media_delta,
}
