"""The events of ``client.chat.completions.stream``, with the `openai` package's names and fields."""

from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeAlias

from g4f_lite.client._records.base import Parsed, Record
from g4f_lite.client._records.components import ChatCompletionTokenLogprob
from g4f_lite.client._streaming.partial_json import partial_json
from g4f_lite.client.types import ChatCompletion, ChatCompletionChunk

__all__ = [
    "ChatCompletionStreamEvent",
    "ChunkEvent",
    "ContentDeltaEvent",
    "ContentDoneEvent",
    "FunctionToolCallArgumentsDeltaEvent",
    "FunctionToolCallArgumentsDoneEvent",
    "LogprobsContentDeltaEvent",
    "LogprobsContentDoneEvent",
    "RefusalDeltaEvent",
    "RefusalDoneEvent",
]


@dataclass(slots=True)
class ChunkEvent(Record, Generic[Parsed]):
    """A chunk arrived. `snapshot` is the answer so far, the same object each time."""

    chunk: ChatCompletionChunk
    snapshot: ChatCompletion[Parsed]
    type: Literal["chunk"] = "chunk"


@dataclass(slots=True)
class ContentDeltaEvent(Record):
    """A piece of the text arrived.

    Attributes:
        snapshot: the text so far.
        is_object: whether the text is the JSON of the object that `response_format` requested.
    """

    delta: str
    snapshot: str
    type: Literal["content.delta"] = "content.delta"
    is_object: bool = False

    @property
    def parsed(self) -> Any:
        """The object so far as plain data, or None without `response_format`. Parsed at each access."""
        return partial_json(self.snapshot) if self.is_object else None


@dataclass(slots=True)
class ContentDoneEvent(Record, Generic[Parsed]):
    """The text is complete. `parsed` is the object that `response_format` requested."""

    content: str
    parsed: Parsed | None = None
    type: Literal["content.done"] = "content.done"


@dataclass(slots=True)
class RefusalDeltaEvent(Record):
    """A piece of a refusal arrived."""

    delta: str
    snapshot: str
    type: Literal["refusal.delta"] = "refusal.delta"


@dataclass(slots=True)
class RefusalDoneEvent(Record):
    """The refusal is complete."""

    refusal: str
    type: Literal["refusal.done"] = "refusal.done"


@dataclass(slots=True)
class FunctionToolCallArgumentsDeltaEvent(Record):
    """A piece of the arguments of a tool call arrived.

    Attributes:
        arguments: the arguments so far, as JSON text.
        is_strict: whether the arguments of the tool are parsed.
    """

    name: str
    index: int
    arguments: str
    arguments_delta: str
    type: Literal["tool_calls.function.arguments.delta"] = "tool_calls.function.arguments.delta"
    is_strict: bool = False

    @property
    def parsed_arguments(self) -> Any:
        """The arguments so far as plain data, or None for a tool that is not strict. Parsed at each access."""
        return partial_json(self.arguments) if self.is_strict else None


@dataclass(slots=True)
class FunctionToolCallArgumentsDoneEvent(Record):
    """The arguments of a tool call are complete."""

    name: str
    index: int
    arguments: str
    parsed_arguments: Any = None
    type: Literal["tool_calls.function.arguments.done"] = "tool_calls.function.arguments.done"


@dataclass(slots=True)
class LogprobsContentDeltaEvent(Record):
    """Log probabilities of further tokens arrived. `snapshot` has all so far."""

    content: list[ChatCompletionTokenLogprob]
    snapshot: list[ChatCompletionTokenLogprob]
    type: Literal["logprobs.content.delta"] = "logprobs.content.delta"


@dataclass(slots=True)
class LogprobsContentDoneEvent(Record):
    """The log probabilities are complete."""

    content: list[ChatCompletionTokenLogprob]
    type: Literal["logprobs.content.done"] = "logprobs.content.done"


ChatCompletionStreamEvent: TypeAlias = (
    ChunkEvent[Parsed]
    | ContentDeltaEvent
    | ContentDoneEvent[Parsed]
    | RefusalDeltaEvent
    | RefusalDoneEvent
    | FunctionToolCallArgumentsDeltaEvent
    | FunctionToolCallArgumentsDoneEvent
    | LogprobsContentDeltaEvent
    | LogprobsContentDoneEvent
)
