"""The conversion of a stream's events to the chunks of the OpenAI API."""

import time
from collections.abc import Callable, Iterator
from typing import Any, Literal

from g4f_lite import events
from g4f_lite.client import types
from g4f_lite.client._conversion import (
    generate_completion_id,
    str_or_none,
    to_annotation,
    to_image,
    to_logprobs,
    to_usage,
)

__all__ = ["ChunkBuilder"]

_KIND: Literal["chat.completion.chunk"] = "chat.completion.chunk"


class ChunkBuilder:
    """The builder of the chunks of one stream.

    Args:
        requested_model: returns the requested model, for providers that do not report the serving model.
        with_usage: whether a last chunk without choices has the usage, which it has only if the caller
            requests it (``stream_options={"include_usage": True}``).
    """

    def __init__(self, requested_model: Callable[[], str], *, with_usage: bool = False) -> None:
        self._requested_model = requested_model
        self._with_usage = with_usage
        self._id = ""
        self._created = int(time.time())
        self._model = ""
        self._tier: str | None = None
        self._fingerprint: str | None = None
        self._started_choices: set[int] = set()
        self._started_tool_calls: set[tuple[int, int]] = set()
        self._usage: events.Usage | None = None

    def chunks(self, items: Iterator[Any]) -> Iterator[types.ChatCompletionChunk]:
        """Yield a chunk for each item that belongs in one, and the chunk of the usage at the end."""
        started = self._started_choices
        for item in items:
            if type(item) is str and 0 in started:  # nearly every item
                yield self._to_chunk([types.ChunkChoice(types.ChoiceDelta(item))])
                continue
            chunk = self.chunk(item)
            if chunk is not None:
                yield chunk
        usage_chunk = self.usage_chunk()
        if usage_chunk is not None:
            yield usage_chunk

    def chunk(self, item: Any) -> types.ChatCompletionChunk | None:
        """Return the chunk for one item, or None if chunks have no field for it."""
        if isinstance(item, str):
            return self._choice_chunk(0, types.ChoiceDelta(item))
        make = _DELTAS.get(type(item))
        if make is not None:
            return self._choice_chunk(getattr(item, "choice", 0), make(item))
        if isinstance(item, events.ToolCallDelta):
            return self._choice_chunk(item.choice, self._tool_call(item))
        if isinstance(item, events.Finish):
            return self._choice_chunk(item.choice, types.ChoiceDelta(), item.reason)
        if isinstance(item, events.Logprobs):
            return self._choice_chunk(item.choice, types.ChoiceDelta(), None, to_logprobs(item.content))
        self._store_metadata(item)
        return None

    def usage_chunk(self) -> types.ChatCompletionChunk | None:
        """Return the chunk of the usage, or None if it was not requested or not reported."""
        if not self._with_usage or self._usage is None:
            return None
        self._fill_id_and_model()
        chunk = self._to_chunk([])
        chunk.usage = to_usage(self._usage)
        return chunk

    def _store_metadata(self, item: Any) -> None:
        if isinstance(item, events.Usage):
            self._usage = item
        elif isinstance(item, events.Served):
            self._model = item.model
            self._id = item.id or self._id
            self._created = item.created if item.created is not None else self._created
        elif isinstance(item, events.Metadata):
            self._tier = str_or_none(item.values.get("service_tier")) or self._tier
            self._fingerprint = str_or_none(item.values.get("system_fingerprint")) or self._fingerprint

    def _choice_chunk(
        self,
        choice: int,
        delta: types.ChoiceDelta,
        reason: Any = None,
        log_probabilities: types.Logprobs | None = None,
    ) -> types.ChatCompletionChunk:
        if choice not in self._started_choices:
            self._started_choices.add(choice)
            self._fill_id_and_model()
            delta.role = "assistant"
        return self._to_chunk([types.ChunkChoice(delta, reason, choice, log_probabilities)])

    def _fill_id_and_model(self) -> None:
        """Set the identifier and the model that the service did not send."""
        self._id = self._id or generate_completion_id()
        self._model = self._model or self._requested_model()

    def _to_chunk(self, choices: list[types.ChunkChoice]) -> types.ChatCompletionChunk:
        return types.ChatCompletionChunk(
            self._id, choices, self._created, self._model, _KIND, self._tier, self._fingerprint
        )

    def _tool_call(self, item: events.ToolCallDelta) -> types.ChoiceDelta:
        tool_call = (item.choice, item.position)
        is_first = tool_call not in self._started_tool_calls
        self._started_tool_calls.add(tool_call)
        function = types.ChoiceDeltaToolCallFunction(item.arguments, item.name)
        call = types.ChoiceDeltaToolCall(
            item.position, item.id, function, "function" if is_first else None, item.signature
        )
        return types.ChoiceDelta(tool_calls=[call])


def _media_delta(item: events.Media) -> types.ChoiceDelta:
    if item.kind == "audio":
        return types.ChoiceDelta(audio=types.ChoiceDeltaAudio(item.id, item.data, item.transcript))
    return types.ChoiceDelta(images=[to_image(item)])


def _reasoning_delta(item: events.Reasoning) -> types.ChoiceDelta:
    blocks = None if item.signature is None else [{"text": "", "signature": item.signature}]
    return types.ChoiceDelta(reasoning_content=item.text, reasoning=blocks)


_DELTAS: dict[type, Callable[[Any], types.ChoiceDelta]] = {
    events.Text: lambda item: types.ChoiceDelta(item.text),
    events.Reasoning: _reasoning_delta,
    events.Refusal: lambda item: types.ChoiceDelta(refusal=item.text),
    events.Citation: lambda item: types.ChoiceDelta(annotations=[to_annotation(item)]),
    events.Media: _media_delta,
}
