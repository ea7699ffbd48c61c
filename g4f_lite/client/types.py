"""What the clients return: the records of the OpenAI API, with its field names.

Each has the methods that programs use on the `openai` package's objects: `model_dump`, `to_dict`,
`model_dump_json`, `to_json`. Unlike those, they are plain objects: nothing is validated when one is made,
which is where that package spends most of a stream's time.

Shapes: https://platform.openai.com/docs/api-reference/chat/object, ".../chat/streaming",
".../embeddings/object" and ".../models/object".
"""

from dataclasses import dataclass
from typing import Any, Literal

from g4f_lite.client._list_records import CreateEmbeddingResponse, Embedding, EmbeddingUsage, Model, ModelList
from g4f_lite.client._record import Record
from g4f_lite.results import Provenance

__all__ = [
    "Annotation",
    "AnnotationURLCitation",
    "ChatCompletion",
    "ChatCompletionAudio",
    "ChatCompletionChunk",
    "ChatCompletionMessage",
    "ChatCompletionMessageToolCall",
    "ChatCompletionTokenLogprob",
    "Choice",
    "ChoiceDelta",
    "ChoiceDeltaAudio",
    "ChoiceDeltaToolCall",
    "ChoiceDeltaToolCallFunction",
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
    "PromptTokensDetails",
    "Record",
    "TopLogprob",
]

FinishReason = Literal["stop", "length", "tool_calls", "content_filter", "function_call"]


# --- what a call of a tool looks like ---------------------------------------------------------


@dataclass(slots=True)
class Function(Record):
    """The tool that is called, and its arguments as JSON text."""

    arguments: str
    name: str


@dataclass(slots=True)
class ChatCompletionMessageToolCall(Record):
    """A call of a tool.

    Attributes:
        signature: what the service wants back with this call, unread; no part of OpenAI's API.
    """

    id: str
    function: Function
    type: Literal["function"] = "function"
    signature: str | None = None


@dataclass(slots=True)
class ChoiceDeltaToolCallFunction(Record):
    """A piece of a `Function`."""

    arguments: str | None = None
    name: str | None = None


@dataclass(slots=True)
class ChoiceDeltaToolCall(Record):
    """A piece of a call of a tool; `index` says of which."""

    index: int
    id: str | None = None
    function: ChoiceDeltaToolCallFunction | None = None
    type: Literal["function"] | None = None
    signature: str | None = None


# --- a whole answer ---------------------------------------------------------------------------


@dataclass(slots=True)
class AnnotationURLCitation(Record):
    """A source, and the part of the answer that rests on it, in characters."""

    end_index: int | None
    start_index: int | None
    title: str | None
    url: str | None


@dataclass(slots=True)
class Annotation(Record):
    """A remark about the answer: a source of it."""

    url_citation: AnnotationURLCitation
    type: Literal["url_citation"] = "url_citation"


@dataclass(slots=True)
class ChatCompletionAudio(Record):
    """A spoken answer: base64, and its words."""

    id: str | None
    data: str
    transcript: str | None
    expires_at: int | None = None


@dataclass(slots=True)
class ChatCompletionMessage(Record):
    """The assistant's message.

    Attributes:
        reasoning_content: what the model thought; the name that services which tell it use.
        reasoning: the same in its blocks, with the signatures that services want back.
        images: references of generated pictures: ``{"type": "image_url", "image_url": {"url": ...}}``.
        parsed: the object that `response_format` asked for.
    """

    content: str | None
    refusal: str | None = None
    role: Literal["assistant"] = "assistant"
    annotations: list[Annotation] | None = None
    audio: ChatCompletionAudio | None = None
    function_call: None = None
    tool_calls: list[ChatCompletionMessageToolCall] | None = None
    reasoning_content: str | None = None
    reasoning: list[dict[str, Any]] | None = None
    images: list[dict[str, Any]] | None = None
    parsed: Any = None


@dataclass(slots=True)
class TopLogprob(Record):
    """A token that could have stood in a place, and its log probability."""

    token: str
    bytes: list[int] | None
    logprob: float


@dataclass(slots=True)
class ChatCompletionTokenLogprob(Record):
    """A token of the answer, its log probability, and the likeliest ones for its place."""

    token: str
    bytes: list[int] | None
    logprob: float
    top_logprobs: list[TopLogprob]


@dataclass(slots=True)
class Logprobs(Record):
    """Tokens and their log probabilities."""

    content: list[ChatCompletionTokenLogprob] | None
    refusal: list[ChatCompletionTokenLogprob] | None = None


@dataclass(slots=True)
class Choice(Record):
    """One of the answers."""

    finish_reason: FinishReason | None
    index: int
    message: ChatCompletionMessage
    logprobs: Logprobs | None = None


@dataclass(slots=True)
class PromptTokensDetails(Record):
    """Of the prompt's tokens, those read from a cache, and those written to it."""

    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


@dataclass(slots=True)
class CompletionTokensDetails(Record):
    """Of the answer's tokens, those of reasoning."""

    reasoning_tokens: int | None = None


@dataclass(slots=True)
class CompletionUsage(Record):
    """Tokens counted by whoever answered."""

    completion_tokens: int
    prompt_tokens: int
    total_tokens: int
    completion_tokens_details: CompletionTokensDetails | None = None
    prompt_tokens_details: PromptTokensDetails | None = None


@dataclass(slots=True)
class ChatCompletion(Record):
    """A whole answer.

    Attributes:
        provenance: who answered, and how it came to that; no part of the API's JSON.
    """

    id: str
    choices: list[Choice]
    created: int
    model: str
    object: Literal["chat.completion"] = "chat.completion"
    service_tier: str | None = None
    system_fingerprint: str | None = None
    usage: CompletionUsage | None = None
    provenance: Provenance | None = None


# --- a streamed answer ------------------------------------------------------------------------


@dataclass(slots=True)
class ChoiceDeltaAudio(Record):
    """A piece of a spoken answer: base64, or its words."""

    id: str | None = None
    data: str | None = None
    transcript: str | None = None


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
