"""What the clients return: the records of the OpenAI API, with its field names.

Each has the methods that programs use on the `openai` package's objects: `model_dump`, `to_dict`,
`model_dump_json`, `to_json`. Unlike those, they are plain objects: nothing is validated when one is made,
which is where that package spends most of a stream's time.

Shapes: https://platform.openai.com/docs/api-reference/chat/object, ".../chat/streaming",
".../embeddings/object" and ".../models/object".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeAlias

from g4f_lite.client._records.base import Parsed, Record
from g4f_lite.client._records.components import (
    Annotation,
    AnnotationURLCitation,
    ChatCompletionAudio,
    ChatCompletionMessageToolCall,
    ChatCompletionTokenLogprob,
    ChoiceDeltaAudio,
    ChoiceDeltaToolCall,
    ChoiceDeltaToolCallFunction,
    CompletionTokensDetails,
    CompletionUsage,
    Function,
    Logprobs,
    PromptTokensDetails,
    TopLogprob,
)
from g4f_lite.client._records.lists import (
    CreateEmbeddingResponse,
    Embedding,
    EmbeddingUsage,
    Model,
    ModelList,
)
from g4f_lite.client._records.params import (
    ChatCompletionAssistantMessageParam,
    ChatCompletionContentPartImageParam,
    ChatCompletionContentPartParam,
    ChatCompletionContentPartTextParam,
    ChatCompletionDeveloperMessageParam,
    ChatCompletionMessageParam,
    ChatCompletionMessageToolCallParam,
    ChatCompletionSystemMessageParam,
    ChatCompletionToolChoiceOptionParam,
    ChatCompletionToolMessageParam,
    ChatCompletionToolParam,
    ChatCompletionUserMessageParam,
)
from g4f_lite.results import Provenance

__all__ = [
    "Annotation",
    "AnnotationURLCitation",
    "ChatCompletion",
    "ChatCompletionAssistantMessageParam",
    "ChatCompletionAudio",
    "ChatCompletionChunk",
    "ChatCompletionContentPartImageParam",
    "ChatCompletionContentPartParam",
    "ChatCompletionContentPartTextParam",
    "ChatCompletionDeveloperMessageParam",
    "ChatCompletionFunctionToolParam",
    "ChatCompletionMessage",
    "ChatCompletionMessageFunctionToolCall",
    "ChatCompletionMessageParam",
    "ChatCompletionMessageToolCall",
    "ChatCompletionMessageToolCallParam",
    "ChatCompletionSystemMessageParam",
    "ChatCompletionTokenLogprob",
    "ChatCompletionToolChoiceOptionParam",
    "ChatCompletionToolMessageParam",
    "ChatCompletionToolParam",
    "ChatCompletionUserMessageParam",
    "Choice",
    "ChoiceDelta",
    "ChoiceDeltaAudio",
    "ChoiceDeltaToolCall",
    "ChoiceDeltaToolCallFunction",
    "ChoiceLogprobs",
    "ChunkChoice",
    "CompletionTokensDetails",
    "CompletionUsage",
    "CreateEmbeddingResponse",
    "Embedding",
    "EmbeddingUsage",
    "Function",
    "Logprobs",
    "Model",
    "ModelList",
    "ParsedChatCompletion",
    "ParsedChatCompletionMessage",
    "ParsedChoice",
    "PromptTokensDetails",
    "Record",
    "TopLogprob",
]

FinishReason = Literal["stop", "length", "tool_calls", "content_filter", "function_call"]


# --- a whole answer ---------------------------------------------------------------------------


@dataclass(slots=True)
class ChatCompletionMessage(Record, Generic[Parsed]):
    """The assistant's message.

    Attributes:
        reasoning_content: what the model thought; the name that services which tell it use.
        reasoning: the same in its blocks, with the signatures that services want back.
        images: references of generated pictures: ``{"type": "image_url", "image_url": {"url": ...}}``.
        parsed: the object that `response_format` asked for.
    """

    content: str | None = None
    refusal: str | None = None
    role: Literal["assistant"] = "assistant"
    annotations: list[Annotation] | None = None
    audio: ChatCompletionAudio | None = None
    function_call: None = None
    tool_calls: list[ChatCompletionMessageToolCall] | None = None
    reasoning_content: str | None = None
    reasoning: list[dict[str, Any]] | None = None
    images: list[dict[str, Any]] | None = None
    parsed: Parsed | None = None


@dataclass(slots=True)
class Choice(Record, Generic[Parsed]):
    """One of the answers."""

    finish_reason: FinishReason | None
    index: int
    message: ChatCompletionMessage[Parsed]
    logprobs: Logprobs | None = None


@dataclass(slots=True)
class ChatCompletion(Record, Generic[Parsed]):
    """A whole answer; to a type checker, `ChatCompletion[City]` if `parse` was asked for a `City`.

    Attributes:
        provenance: who answered, and how it came to that; no part of the API's JSON.
        model_extra: what else the service said, under its own names; no part of the JSON either.
        _request_id: the request's name at the service, to be told its support; None if it gave none.
    """

    id: str
    choices: list[Choice[Parsed]]
    created: int
    model: str
    object: Literal["chat.completion"] = "chat.completion"
    service_tier: str | None = None
    system_fingerprint: str | None = None
    usage: CompletionUsage | None = None
    provenance: Provenance | None = None
    model_extra: Mapping[str, Any] | None = None
    _request_id: str | None = None


ChatCompletionFunctionToolParam: TypeAlias = ChatCompletionToolParam
ChatCompletionMessageFunctionToolCall = ChatCompletionMessageToolCall
ChoiceLogprobs = Logprobs
ParsedChatCompletion = ChatCompletion
ParsedChatCompletionMessage = ChatCompletionMessage
ParsedChoice = Choice


# --- a streamed answer ------------------------------------------------------------------------


@dataclass(slots=True)
class ChoiceDelta(Record):
    """What a chunk adds to a message; the fields are those of `ChatCompletionMessage`.

    Attributes:
        reasoning: the signature that ends a block of reasoning; its text came in `reasoning_content`.
    """

    content: str | None = None
    function_call: None = None
    refusal: str | None = None
    role: Literal["assistant"] | None = None
    tool_calls: list[ChoiceDeltaToolCall] | None = None
    reasoning_content: str | None = None
    reasoning: list[dict[str, Any]] | None = None
    annotations: list[Annotation] | None = None
    audio: ChoiceDeltaAudio | None = None
    images: list[dict[str, Any]] | None = None


@dataclass(slots=True)
class ChunkChoice(Record):
    """What a chunk adds to one of the answers."""

    delta: ChoiceDelta
    finish_reason: FinishReason | None = None
    index: int = 0
    logprobs: Logprobs | None = None


@dataclass(slots=True)
class ChatCompletionChunk(Record):
    """A piece of a streamed answer."""

    id: str
    choices: list[ChunkChoice]
    created: int
    model: str
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"
    service_tier: str | None = None
    system_fingerprint: str | None = None
    usage: CompletionUsage | None = None
