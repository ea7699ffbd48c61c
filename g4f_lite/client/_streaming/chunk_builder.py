"""From the events of a stream to the OpenAI API's chunks."""

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
    """Turn the events of one stream into chunks.

    Args:
        asked: says which model is asked, for providers that do not say what serves it.
        with_usage: whether the counts come as a last chunk without choices, which they do only on the
            caller's wish (``stream_options={"include_usage": True}``).
    """

    def __init__(self, asked: Callable[[], str], *, with_usage: bool = False) -> None:
        self._asked = asked
        self._with_usage = with_usage
        self._id = ""
        self._created = int(time.time())
        self._model = ""
        self._tier: str | None = None
        self._fingerprint: str | None = None
        self._begun: set[int] = set()
        self._called: set[tuple[int, int]] = set()
        self._usage: events.Usage | None = None

    def chunks(self, items: Iterator[Any]) -> Iterator[types.ChatCompletionChunk]:
        """Yield a chunk for each item that says something about an answer, and the counts at the end."""
        begun = self._begun
        for item in items:
            if type(item) is str and 0 in begun:  # nearly every item
                yield self._around([types.ChunkChoice(types.ChoiceDelta(item))])
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
            return self._made(item.choice, types.ChoiceDelta(), item.reason)
        if isinstance(item, events.Logprobs):
            return self._made(item.choice, types.ChoiceDelta(), None, to_logprobs(item.content))
        self._note(item)
        return None

    def last(self) -> types.ChatCompletionChunk | None:
        """Return the chunk of the counts, if it was asked for and there are any."""
        if not self._with_usage or self._usage is None:
            return None
        self._name()
        chunk = self._around([])
        chunk.usage = to_usage(self._usage)
        return chunk

    def _note(self, item: Any) -> None:
        if isinstance(item, events.Usage):
            self._usage = item
        elif isinstance(item, events.Served):
            self._model = item.model
            self._id = item.id or self._id
            self._created = item.created if item.created is not None else self._created
        elif isinstance(item, events.Metadata):
            self._tier = str_or_none(item.values.get("service_tier")) or self._tier
            self._fingerprint = str_or_none(item.values.get("system_fingerprint")) or self._fingerprint

    def _made(
        self, choice: int, delta: types.ChoiceDelta, reason: Any = None, said: types.Logprobs | None = None
    ) -> types.ChatCompletionChunk:
        if choice not in self._begun:
            self._begun.add(choice)
            self._name()
            delta.role = "assistant"
        return self._around([types.ChunkChoice(delta, reason, choice, said)])

    def _name(self) -> None:
        """Name the answer and its model, where the service has not."""
        self._id = self._id or generate_completion_id()
        self._model = self._model or self._asked()

    def _around(self, choices: list[types.ChunkChoice]) -> types.ChatCompletionChunk:
        return types.ChatCompletionChunk(
            self._id, choices, self._created, self._model, _KIND, self._tier, self._fingerprint
        )

    def _tool_call(self, item: events.ToolCallDelta) -> types.ChoiceDelta:
        place = (item.choice, item.position)
        first = place not in self._called
        self._called.add(place)
        function = types.ChoiceDeltaToolCallFunction(item.arguments, item.name)
        call = types.ChoiceDeltaToolCall(
            item.position, item.id, function, "function" if first else None, item.signature
        )
        return types.ChoiceDelta(tool_calls=[call])


def _media_delta(item: events.Media) -> types.ChoiceDelta:
    if item.kind == "audio":
        return types.ChoiceDelta(audio=types.ChoiceDeltaAudio(item.id, item.data, item.transcript))
    return types.ChoiceDelta(images=[to_image(item)])


def _reasoning_delta(item: events.Reasoning) -> types.ChoiceDelta:
    signed = None if item.signature is None else [{"text": "", "signature": item.signature}]
    return types.ChoiceDelta(reasoning_content=item.text, reasoning=signed)


_DELTAS: dict[type, Callable[[Any], types.ChoiceDelta]] = {
    events.Text: lambda item: types.ChoiceDelta(item.text),
    events.Reasoning: _reasoning_delta,
    events.Refusal: lambda item: types.ChoiceDelta(refusal=item.text),
    events.Citation: lambda item: types.ChoiceDelta(annotations=[to_annotation(item)]),
    events.Media: _media_delta,
}
