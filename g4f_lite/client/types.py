"""What the clients return: the records of the OpenAI API, with its field names.

Each has the methods that programs use on the `openai` package's objects: `model_dump`, `to_dict`,
`model_dump_json`, `to_json`. Unlike those, they are plain objects: nothing is validated when one is made,
which is where that package spends most of a stream's time.

Shapes: https://platform.openai.com/docs/api-reference/chat/object, ".../chat/streaming",
".../embeddings/object" and ".../models/object".
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from g4f_lite.results import Provenance

__all__ = [
    "Annotation",
    "AnnotationURLCitation",
    "ChatCompletion",
    "ChatCompletionAudio",
    "ChatCompletionChunk",
    "ChatCompletionMessage",
    "ChatCompletionMessageToolCall",
    "Choice",
    "ChoiceDelta",
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
]

FinishReason = Literal["stop", "length", "tool_calls", "content_filter", "function_call"]


class Record:
    """The base of all of them."""

    __slots__ = ()

    def model_dump(self, *, exclude_none: bool = False, mode: str = "python") -> dict[str, Any]:  # noqa: ARG002
        """Return it as dictionaries and lists, as JSON has them.

        Args:
            exclude_none: leave out what is None.
            mode: taken for the sake of programs that pass ``"json"``; both are the same here.
        """
        return {
            name: _dumped(value, exclude_none)
            for name, value in _shown(self)
            if not (exclude_none and value is None)
        }

    def to_dict(self) -> dict[str, Any]:
        """Return it as dictionaries and lists, without what is None."""
        return self.model_dump(exclude_none=True)

    def model_dump_json(self, *, indent: int | None = None, exclude_none: bool = False) -> str:
        """Return it as JSON."""
        return json.dumps(self.model_dump(exclude_none=exclude_none), indent=indent, ensure_ascii=False)

    def to_json(self, *, indent: int | None = 2) -> str:
        """Return it as JSON, without what is None."""
        return self.model_dump_json(indent=indent, exclude_none=True)


def _shown(record: Record) -> list[tuple[str, Any]]:
    # `provenance` and `parsed` are ours, and Python objects: they are no part of the API's JSON.
    return [
        (field.name, getattr(record, field.name))
        for field in fields(record)  # type: ignore[arg-type]  # each of them is a dataclass
        if field.name not in ("provenance", "parsed")
    ]


def _dumped(value: Any, exclude_none: bool) -> Any:
    if isinstance(value, Record):
        return value.model_dump(exclude_none=exclude_none)
    if isinstance(value, (list, tuple)):
        return [_dumped(item, exclude_none) for item in value]
    if isinstance(value, Mapping):
        return {key: _dumped(item, exclude_none) for key, item in value.items()}
    return value


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
class Logprobs(Record):
    """Tokens and their log probabilities, entries as the API has them."""

    content: list[Mapping[str, Any]] | None
    refusal: list[Mapping[str, Any]] | None = None


@dataclass(slots=True)
class Choice(Record):
    """One of the answers."""

    finish_reason: FinishReason | None
    index: int
    message: ChatCompletionMessage
    logprobs: Logprobs | None = None


@dataclass(slots=True)
class PromptTokensDetails(Record):
    """Of the prompt's tokens, those read from a cache."""

    cached_tokens: int | None = None
    audio_tokens: int | None = None


@dataclass(slots=True)
class CompletionTokensDetails(Record):
    """Of the answer's tokens, those of reasoning."""

    reasoning_tokens: int | None = None
    accepted_prediction_tokens: int | None = None
    audio_tokens: int | None = None
    rejected_prediction_tokens: int | None = None


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
class ChoiceDelta(Record):
    """What a chunk adds to a message."""

    content: str | None = None
    function_call: None = None
    refusal: str | None = None
    role: Literal["assistant"] | None = None
    tool_calls: list[ChoiceDeltaToolCall] | None = None
    reasoning_content: str | None = None
    annotations: list[Annotation] | None = None
    audio: dict[str, Any] | None = None
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


# --- embeddings and models --------------------------------------------------------------------


@dataclass(slots=True)
class Embedding(Record):
    """The vector of the input at `index`; a base64 string of little-endian floats if that was asked for."""

    embedding: list[float] | str
    index: int
    object: Literal["embedding"] = "embedding"


@dataclass(slots=True)
class EmbeddingUsage(Record):
    """Tokens of the inputs."""

    prompt_tokens: int
    total_tokens: int


@dataclass(slots=True)
class CreateEmbeddingResponse(Record):
    """The vectors of all inputs, in their order."""

    data: list[Embedding]
    model: str
    object: Literal["list"] = "list"
    usage: EmbeddingUsage | None = None
    provenance: Provenance | None = None


@dataclass(slots=True)
class Model(Record):
    """A model that can be asked for; `owned_by` is the provider that lists it."""

    id: str
    created: int = 0
    object: Literal["model"] = "model"
    owned_by: str = ""


@dataclass(slots=True)
class ModelList(Record):
    """The models, to be iterated."""

    data: list[Model]
    object: Literal["list"] = "list"

    def __iter__(self) -> Any:
        return iter(self.data)

    def __len__(self) -> int:
        return len(self.data)
