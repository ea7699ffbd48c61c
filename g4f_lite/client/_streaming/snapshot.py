"""The conversion of a stream's chunks to the answer so far and to the events of the `stream` helper."""

from collections.abc import Iterator
from typing import Any

from g4f_lite.client._parsing import ResponseParser, is_json
from g4f_lite.client._streaming import events
from g4f_lite.client.types import (
    ChatCompletion,
    ChatCompletionChunk,
    ChatCompletionMessage,
    ChatCompletionMessageToolCall,
    ChatCompletionTokenLogprob,
    Choice,
    ChoiceDelta,
    ChoiceDeltaToolCall,
    ChunkChoice,
    Function,
    Logprobs,
)
from g4f_lite.errors import StreamStateError
from g4f_lite.results import Completion

__all__ = ["SnapshotBuilder"]


class SnapshotBuilder:
    """The builder of the answer so far. `parsing` determines which parts become objects."""

    def __init__(self, parsing: ResponseParser) -> None:
        self._parsing = parsing
        self._so_far: ChatCompletion[Any] | None = None
        self._final: ChatCompletion[Any] | None = None
        self._choices: dict[int, _ChoiceBuilder] = {}

    @property
    def current(self) -> ChatCompletion[Any]:
        """The answer so far.

        Raises:
            StreamStateError: no chunk has arrived.
        """
        snapshot = self._final or self._so_far
        if snapshot is None:
            raise StreamStateError(
                "Nothing of the answer has come yet.", hint="Read the stream's first event."
            )
        return snapshot

    def add_chunk(self, chunk: ChatCompletionChunk) -> Iterator[Any]:
        """Yield the events of a chunk, after adding the chunk to the snapshot."""
        if self._so_far is None:
            self._so_far = ChatCompletion(chunk.id, [], chunk.created, chunk.model)
        snapshot = self._so_far
        snapshot.service_tier, snapshot.system_fingerprint = chunk.service_tier, chunk.system_fingerprint
        snapshot.usage = chunk.usage or snapshot.usage
        choice_events = [
            event for choice in chunk.choices for event in self._choice_builder(choice).add_delta(choice)
        ]
        yield events.ChunkEvent(chunk, snapshot)
        yield from choice_events

    def _choice_builder(self, choice: ChunkChoice) -> "_ChoiceBuilder":
        builder = self._choices.get(choice.index)
        if builder is None:
            builder = self._choices[choice.index] = _ChoiceBuilder(choice.index, self._parsing)
            self.current.choices.append(builder.choice)
        return builder

    def finish(self, completion: Completion) -> Iterator[Any]:
        """Yield the events of the end, or none if the stream was closed before its end."""
        if completion.finish_reason == "cancelled":
            return
        messages = {choice.index: choice.message for choice in self.final(completion).choices}
        for index, builder in self._choices.items():
            yield from builder.finish(messages[index])

    def final(self, completion: Completion) -> ChatCompletion[Any]:
        """Return the complete answer."""
        if self._final is None:
            self._final = self._parsing.parse_completion(completion)
        return self._final


class _ChoiceBuilder:
    """The builder of one choice of the answer."""

    def __init__(self, index: int, parsing: ResponseParser) -> None:
        self._parsing = parsing
        self._message: ChatCompletionMessage[Any] = ChatCompletionMessage(None)
        self.choice: Choice[Any] = Choice(None, index, self._message)
        self._calls: dict[int, ChatCompletionMessageToolCall] = {}
        self._last_index: int | None = None
        self._done: set[int] = set()
        self._tokens: list[ChatCompletionTokenLogprob] = []

    def add_delta(self, choice: ChunkChoice) -> Iterator[Any]:
        delta, message = choice.delta, self._message
        self.choice.finish_reason = choice.finish_reason or self.choice.finish_reason
        if delta.content is not None:
            message.content = (message.content or "") + delta.content
            yield events.ContentDeltaEvent(
                delta.content, message.content, is_object=self._parsing.has_response_type
            )
        if delta.refusal is not None:
            message.refusal = (message.refusal or "") + delta.refusal
            yield events.RefusalDeltaEvent(delta.refusal, message.refusal)
        self._add_without_event(delta)
        for piece in delta.tool_calls or ():
            yield from self._tool_call(piece)
        if choice.logprobs is not None and choice.logprobs.content:
            yield self._add_logprobs(choice.logprobs)

    def _add_without_event(self, delta: ChoiceDelta) -> None:
        """Add the fields that have no event of their own."""
        message = self._message
        if delta.reasoning_content is not None:
            message.reasoning_content = (message.reasoning_content or "") + delta.reasoning_content
        if delta.annotations:
            message.annotations = [*(message.annotations or ()), *delta.annotations]
        if delta.images:
            message.images = [*(message.images or ()), *delta.images]

    def _tool_call(self, piece: ChoiceDeltaToolCall) -> Iterator[Any]:
        call = self._calls.get(piece.index)
        if call is None:
            call = self._calls[piece.index] = ChatCompletionMessageToolCall("", Function("", ""))
            self._message.tool_calls = list(self._calls.values())
        call.id = piece.id or call.id
        function, added = call.function, ""
        if piece.function is not None:
            added = piece.function.arguments or ""
            function.name = function.name or piece.function.name or ""
            function.arguments += added
        yield events.FunctionToolCallArgumentsDeltaEvent(
            function.name,
            piece.index,
            function.arguments,
            added,
            is_strict=self._parsing.is_strict_tool(function.name),
        )
        previous, self._last_index = self._last_index, piece.index
        # The pieces of several calls may be interleaved. The end of each is then known at the end of the answer.
        if (
            previous is not None
            and previous != piece.index
            and is_json(self._calls[previous].function.arguments)
        ):
            yield from self._finish_tool_call(previous)

    def _finish_tool_call(self, position: int) -> Iterator[Any]:
        if position in self._done:
            return
        self._done.add(position)
        function = self._calls[position].function
        function.parsed_arguments = self._parsing.parse_arguments(function.name, function.arguments)
        yield events.FunctionToolCallArgumentsDoneEvent(
            function.name, position, function.arguments, function.parsed_arguments
        )

    def _add_logprobs(self, logprobs: Logprobs) -> events.LogprobsContentDeltaEvent:
        new = logprobs.content or []
        if self.choice.logprobs is None:
            self.choice.logprobs = Logprobs(self._tokens)
        self._tokens += new
        return events.LogprobsContentDeltaEvent(new, self._tokens)

    def finish(self, message: ChatCompletionMessage[Any]) -> Iterator[Any]:
        """Yield the events of the end. `message` is the complete message."""
        if message.content:
            yield events.ContentDoneEvent(message.content, message.parsed)
        if message.refusal is not None:
            yield events.RefusalDoneEvent(message.refusal)
        if self.choice.logprobs is not None:
            yield events.LogprobsContentDoneEvent(self._tokens)
        for position in list(self._calls):
            yield from self._finish_tool_call(position)
