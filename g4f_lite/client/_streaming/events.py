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
    """A chunk came; `snapshot` is the answer so far, the same object each time."""

    chunk: ChatCompletionChunk
    snapshot: ChatCompletion[Parsed]
    type: Literal["chunk"] = "chunk"


@dataclass(slots=True)
class ContentDeltaEvent(Record):
    """A piece of the text came.

    Attributes:
        snapshot: the text so far.
        is_object: whether the text is the JSON of an object that was asked for.
    """

    delta: str
    snapshot: str
    type: Literal["content.delta"] = "content.delta"
    is_object: bool = False

    @property
    def parsed(self) -> Any:
        """What has come of the object that was asked for, as plain data; read when it is asked for."""
        return partial_json(self.snapshot) if self.is_object else None


@dataclass(slots=True)
class ContentDoneEvent(Record, Generic[Parsed]):
    """The text is whole; `parsed` is the object that was asked for."""

    content: str
    parsed: Parsed | None = None
    type: Literal["content.done"] = "content.done"


@dataclass(slots=True)
class RefusalDeltaEvent(Record):
    """A piece of a refusal came."""

    delta: str
    snapshot: str
    type: Literal["refusal.delta"] = "refusal.delta"


@dataclass(slots=True)
class RefusalDoneEvent(Record):
    """The refusal is whole."""

    refusal: str
    type: Literal["refusal.done"] = "refusal.done"


@dataclass(slots=True)
class FunctionToolCallArgumentsDeltaEvent(Record):
    """A piece of the arguments of a tool call came.

    Attributes:
        arguments: those so far, as JSON text.
        is_strict: whether the tool is one whose arguments are parsed.
    """

    name: str
    index: int
    arguments: str
    arguments_delta: str
    type: Literal["tool_calls.function.arguments.delta"] = "tool_calls.function.arguments.delta"
    is_strict: bool = False

    @property
    def parsed_arguments(self) -> Any:
        """What has come of the arguments, as plain data; None for tools that are not strict."""
        return partial_json(self.arguments) if self.is_strict else None


@dataclass(slots=True)
class FunctionToolCallArgumentsDoneEvent(Record):
    """The arguments of a tool call are whole."""

    name: str
    index: int
    arguments: str
    parsed_arguments: Any = None
    type: Literal["tool_calls.function.arguments.done"] = "tool_calls.function.arguments.done"


@dataclass(slots=True)
class LogprobsContentDeltaEvent(Record):
    """Log probabilities of further tokens came; `snapshot`: all so far."""

    content: list[ChatCompletionTokenLogprob]
    snapshot: list[ChatCompletionTokenLogprob]
    type: Literal["logprobs.content.delta"] = "logprobs.content.delta"


@dataclass(slots=True)
class LogprobsContentDoneEvent(Record):
    """The log probabilities are whole."""

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
