"""Records of the parts of answers and chunks; `types` exports them."""

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


# --- tool calls -------------------------------------------------------------------------------


@dataclass(slots=True)
class Function(Record):
    """The name of the called tool, and its arguments as JSON text.

    Attributes:
        parsed_arguments: the parsed arguments; only set by `parse` and `stream`, for strict tools.
    """

    arguments: str
    name: str
    parsed_arguments: Any = None


@dataclass(slots=True)
class ChatCompletionMessageToolCall(Record):
    """A tool call.

    Attributes:
        signature: an opaque text that the service requires back with this tool call; not part of OpenAI's API.
    """

    id: str
    function: Function
    type: Literal["function"] = "function"
    signature: str | None = None


@dataclass(slots=True)
class ChoiceDeltaToolCallFunction(Record):
    """A delta of a `Function`."""

    arguments: str | None = None
    name: str | None = None


@dataclass(slots=True)
class ChoiceDeltaToolCall(Record):
    """A delta of a tool call; `index` is the position of the tool call in the answer."""

    index: int
    id: str | None = None
    function: ChoiceDeltaToolCallFunction | None = None
    type: Literal["function"] | None = None
    signature: str | None = None


# --- citations and audio ----------------------------------------------------------------------


@dataclass(slots=True)
class AnnotationURLCitation(Record):
    """A source, and the part of the answer that cites it, as offsets in characters."""

    end_index: int | None
    start_index: int | None
    title: str | None
    url: str | None


@dataclass(slots=True)
class Annotation(Record):
    """An annotation of the answer: the citation of a source."""

    url_citation: AnnotationURLCitation
    type: Literal["url_citation"] = "url_citation"


@dataclass(slots=True)
class ChatCompletionAudio(Record):
    """A spoken answer: the audio data in base64, and its transcript."""

    id: str | None
    data: str
    transcript: str | None
    expires_at: int | None = None


@dataclass(slots=True)
class ChoiceDeltaAudio(Record):
    """A delta of a spoken answer: audio data in base64, or a part of the transcript."""

    id: str | None = None
    data: str | None = None
    transcript: str | None = None


# --- tokens ------------------------------------------------------------------------------------


@dataclass(slots=True)
class TopLogprob(Record):
    """An alternative token for a position, and its log probability."""

    token: str
    bytes: list[int] | None
    logprob: float


@dataclass(slots=True)
class ChatCompletionTokenLogprob(Record):
    """A token of the answer, its log probability, and the most likely tokens for its position."""

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
    """Prompt tokens that were read from a cache, and those that were written to it."""

    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


@dataclass(slots=True)
class CompletionTokensDetails(Record):
    """Completion tokens that were used for reasoning."""

    reasoning_tokens: int | None = None


@dataclass(slots=True)
class CompletionUsage(Record):
    """The numbers of tokens that the service counted."""

    completion_tokens: int
    prompt_tokens: int
    total_tokens: int
    completion_tokens_details: CompletionTokensDetails | None = None
    prompt_tokens_details: PromptTokensDetails | None = None
