"""From the chunks of a stream to the answer so far, and to the events of the `stream` helper."""

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
    """The answer so far; `parsing` says what of it becomes objects."""

    def __init__(self, parsing: ResponseParser) -> None:
        self._parsing = parsing
        self._so_far: ChatCompletion[Any] | None = None
        self._final: ChatCompletion[Any] | None = None
        self._choices: dict[int, _Side] = {}

    @property
    def current(self) -> ChatCompletion[Any]:
        """The answer so far.

        Raises:
            StreamStateError: nothing has come.
        """
        found = self._final or self._so_far
        if found is None:
            raise StreamStateError(
                "Nothing of the answer has come yet.", hint="Read the stream's first event."
            )
        return found

    def take(self, chunk: ChatCompletionChunk) -> Iterator[Any]:
        """Yield the events of a chunk; the snapshot has it before the first of them comes."""
        if self._so_far is None:
            self._so_far = ChatCompletion(chunk.id, [], chunk.created, chunk.model)
        known = self._so_far
        known.service_tier, known.system_fingerprint = chunk.service_tier, chunk.system_fingerprint
        known.usage = chunk.usage or known.usage
        made = [event for choice in chunk.choices for event in self._side(choice).take(choice)]
        yield events.ChunkEvent(chunk, known)
        yield from made

    def _side(self, choice: ChunkChoice) -> "_Side":
        side = self._choices.get(choice.index)
        if side is None:
            side = self._choices[choice.index] = _Side(choice.index, self._parsing)
            self.current.choices.append(side.choice)
        return side

    def end(self, completion: Completion) -> Iterator[Any]:
        """Yield the events of the end; of an answer that was left, nothing is done."""
        if completion.finish_reason == "cancelled":
            return
        whole = {choice.index: choice.message for choice in self.final(completion).choices}
        for index, side in self._choices.items():
            yield from side.end(whole[index])

    def final(self, completion: Completion) -> ChatCompletion[Any]:
        """Return the whole answer."""
        if self._final is None:
            self._final = self._parsing.parse_completion(completion)
        return self._final


class _Side:
    """One of the answers so far."""

    def __init__(self, index: int, parsing: ResponseParser) -> None:
        self._parsing = parsing
        self._message: ChatCompletionMessage[Any] = ChatCompletionMessage(None)
        self.choice: Choice[Any] = Choice(None, index, self._message)
        self._calls: dict[int, ChatCompletionMessageToolCall] = {}
        self._calling: int | None = None
        self._done: set[int] = set()
        self._tokens: list[ChatCompletionTokenLogprob] = []

    def take(self, choice: ChunkChoice) -> Iterator[Any]:
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
        self._note(delta)
        for piece in delta.tool_calls or ():
            yield from self._tool_call(piece)
        if choice.logprobs is not None and choice.logprobs.content:
            yield self._logprobs(choice.logprobs)

    def _note(self, delta: ChoiceDelta) -> None:
        """Keep what has no event of its own."""
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
        before, self._calling = self._calling, piece.index
        # Pieces of several calls may come mixed: then the end of one is known at the end of all.
        if before is not None and before != piece.index and is_json(self._calls[before].function.arguments):
            yield from self._call_done(before)

    def _call_done(self, place: int) -> Iterator[Any]:
        if place in self._done:
            return
        self._done.add(place)
        function = self._calls[place].function
        function.parsed_arguments = self._parsing.parse_arguments(function.name, function.arguments)
        yield events.FunctionToolCallArgumentsDoneEvent(
            function.name, place, function.arguments, function.parsed_arguments
        )

    def _logprobs(self, said: Logprobs) -> events.LogprobsContentDeltaEvent:
        new = said.content or []
        if self.choice.logprobs is None:
            self.choice.logprobs = Logprobs(self._tokens)
        known = self._tokens
        known += new
        return events.LogprobsContentDeltaEvent(new, known)

    def end(self, whole: ChatCompletionMessage[Any]) -> Iterator[Any]:
        """Yield that it is done; `whole` is what it came to."""
        if whole.content:
            yield events.ContentDoneEvent(whole.content, whole.parsed)
        if whole.refusal is not None:
            yield events.RefusalDoneEvent(whole.refusal)
        if self.choice.logprobs is not None:
            yield events.LogprobsContentDoneEvent(self._tokens)
        for place in list(self._calls):
            yield from self._call_done(place)
