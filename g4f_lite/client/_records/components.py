"""The smaller records that answers and chunks are made of; `types` has them among the others."""

from dataclasses import dataclass
from typing import Any, Literal

from g4f_lite.client._records.base import Record

__all__ = [
    "Annotation",
    "AnnotationURLCitation",
    "ChatCompletionAudio",
    "ChatCompletionMessageToolCall",
    "ChatCompletionTokenLogprob",
    "ChoiceDeltaAudio",
    "ChoiceDeltaToolCall",
    "ChoiceDeltaToolCallFunction",
    "CompletionTokensDetails",
    "CompletionUsage",
    "Function",
    "Logprobs",
    "PromptTokensDetails",
    "TopLogprob",
]


# --- what a call of a tool looks like ---------------------------------------------------------


@dataclass(slots=True)
class Function(Record):
    """The tool that is called, and its arguments as JSON text.

    Attributes:
        parsed_arguments: these as `parse` and `stream` read them, of tools that are strict.
    """

    arguments: str
    name: str
    parsed_arguments: Any = None


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


# --- sources and sounds -----------------------------------------------------------------------


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
class ChoiceDeltaAudio(Record):
    """A piece of a spoken answer: base64, or its words."""

    id: str | None = None
    data: str | None = None
    transcript: str | None = None


# --- counts ------------------------------------------------------------------------------------


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
