"""Results of the clients: the records of the OpenAI API, with its field names.

Each record has the methods that programs use on the `openai` package's objects: `model_dump`, `to_dict`,
`model_dump_json`, `to_json`. Unlike those objects, records are not validated when they are created, because
that package spends most of a stream's time on validation.

Reference: https://platform.openai.com/docs/api-reference/chat/object, ".../chat/streaming",
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


# --- complete answers -------------------------------------------------------------------------


@dataclass(slots=True)
class ChatCompletionMessage(Record, Generic[Parsed]):
    """The message of the assistant.

    Attributes:
        reasoning_content: the text of the model's reasoning, under the name that services use for it.
        reasoning: the blocks of the reasoning, with the signatures that services require back.
        images: generated images: ``{"type": "image_url", "image_url": {"url": ...}}``.
        parsed: the object that `response_format` requested, or None.
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
    """One answer of a `ChatCompletion`."""

    finish_reason: FinishReason | None
    index: int
    message: ChatCompletionMessage[Parsed]
    logprobs: Logprobs | None = None


@dataclass(slots=True)
class ChatCompletion(Record, Generic[Parsed]):
    """A complete answer; for type checkers `ChatCompletion[City]` if `response_format` of `parse` is `City`.

    Attributes:
        provenance: the provider, and the attempts of the call; not part of the API's JSON.
        model_extra: additional fields of the service's answer, by their names; not part of the API's JSON.
        _request_id: the identifier of the request at the service, for its support, or None if the service
            sent none.
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


# --- streamed answers -------------------------------------------------------------------------


@dataclass(slots=True)
class ChoiceDelta(Record):
    """The additions of a chunk to a message; the fields are those of `ChatCompletionMessage`.

    Attributes:
        reasoning: the signature at the end of a reasoning block; its text is in earlier `reasoning_content`.
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
    """The additions of a chunk to one answer."""

    delta: ChoiceDelta
    finish_reason: FinishReason | None = None
    index: int = 0
    logprobs: Logprobs | None = None


@dataclass(slots=True)
class ChatCompletionChunk(Record):
    """A chunk of a streamed answer."""

    id: str
    choices: list[ChunkChoice]
    created: int
    model: str
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"
    service_tier: str | None = None
    system_fingerprint: str | None = None
    usage: CompletionUsage | None = None


# Defined in private modules; `g4f_lite/__init__.py` has the reason.
for _value in [globals()[name] for name in __all__]:
    if getattr(_value, "__module__", "").startswith("g4f_lite.client._"):
        _value.__module__ = __name__
