"""Events that a provider can yield in addition to text.

A provider yields text as `str`, and all other facts about the answer as these events. The text of the answer
never contains them. The call collects them in its `Completion`, and ``stream.events()`` yields them as they
arrive.

If a service writes several answers at once (``n=2``), `choice` is the index of the answer that an event belongs
to, from 0. A plain `str` belongs to the first.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

__all__ = [
    "Citation",
    "Event",
    "Finish",
    "FinishReason",
    "Logprobs",
    "Media",
    "Metadata",
    "Reasoning",
    "Refusal",
    "Served",
    "Text",
    "ToolCallDelta",
    "Usage",
    "Vector",
]

FinishReason = Literal["stop", "length", "tool_calls", "content_filter", "cancelled"]
"""Why an answer ended, as in OpenAI's chat API. ``"cancelled"`` is added: the caller closed the stream."""


class Text(NamedTuple):
    """A piece of the text of an answer. For the first choice, a plain `str` has the same meaning."""

    text: str
    choice: int = 0


class Reasoning(NamedTuple):
    """A piece of the reasoning of the model.

    Attributes:
        text: the piece, or `""` if the service sends only a signature.
        choice: the index of the answer.
        signature: an opaque string that the service needs back with this reasoning in a later turn. It ends a
            block of reasoning.
    """

    text: str
    choice: int = 0
    signature: str | None = None


class Refusal(NamedTuple):
    """A piece of the model's refusal, from services that separate refusals from answers."""

    text: str
    choice: int = 0


class ToolCallDelta(NamedTuple):
    """A piece of a tool call.

    Attributes:
        position: the index of the tool call in the answer, from 0.
        id: the identifier of the tool call, in its first piece only.
        name: the name of the tool, in the first piece only.
        arguments: the next characters of the arguments, which form JSON when they are joined.
        choice: the index of the answer.
        signature: an opaque string that the service needs back with this tool call in a later turn.
    """

    position: int
    id: str | None = None
    name: str | None = None
    arguments: str = ""
    choice: int = 0
    signature: str | None = None


class Usage(NamedTuple):
    """Token counts of the service. A later `Usage` replaces an earlier one.

    Attributes:
        prompt_tokens: tokens of the messages, including those read from a cache.
        completion_tokens: tokens of the answer so far, including reasoning.
        cached_tokens: tokens of the prompt that were read from the service's cache, or None if not reported.
        reasoning_tokens: tokens of the answer that are reasoning, or None if not reported.
        cache_write_tokens: tokens of the prompt that were written to the service's cache, or None if not reported.
    """

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None
    cache_write_tokens: int | None = None

    @property
    def total_tokens(self) -> int:
        """The sum of `prompt_tokens` and `completion_tokens`."""
        return self.prompt_tokens + self.completion_tokens


class Finish(NamedTuple):
    """The end of a complete answer.

    Attributes:
        reason: why the answer ended.
        choice: the index of the answer.
        raw: the service's own name of the reason, for services that have more reasons.
    """

    reason: FinishReason
    choice: int = 0
    raw: str | None = None


class Served(NamedTuple):
    """The model that answered, which may differ from the requested model.

    Attributes:
        model: the service's name of the model.
        id: the service's identifier of the answer.
        created: the time of the answer in seconds since 1970.
    """

    model: str
    id: str | None = None
    created: int | None = None


class Citation(NamedTuple):
    """A source that the answer cites.

    Attributes:
        url: the address of the source.
        title: the title of the source.
        text: the cited text of the source.
        start: the first character of the answer's text that the citation supports.
        end: the character after the last one that it supports.
    """

    url: str | None = None
    title: str | None = None
    text: str | None = None
    start: int | None = None
    end: int | None = None


class Media(NamedTuple):
    """A generated picture or sound, or a piece of a streamed one. It has a `url` or `data`.

    Attributes:
        kind: ``"image"`` or ``"audio"``.
        url: the address of the medium.
        data: the medium itself in base64, as the service sent it.
        mime_type: the media type, such as ``"image/png"``.
        id: the identifier of the medium. Pieces with the same `id` are joined in order.
        transcript: the spoken text.
    """

    kind: Literal["image", "audio"]
    url: str | None = None
    data: str | None = None
    mime_type: str | None = None
    id: str | None = None
    transcript: str | None = None


class Logprobs(NamedTuple):
    """The log probabilities of the next tokens, as in OpenAI's chat API (``logprobs.content``)."""

    content: tuple[Mapping[str, Any], ...]
    choice: int = 0


class Metadata(NamedTuple):
    """Other facts that the service reports about its answer, under its own names. Later ones are added."""

    values: Mapping[str, Any] = MappingProxyType({})


class Vector(NamedTuple):
    """The embedding of the input at index `position`. `_create_embedding` yields them in any order."""

    position: int
    values: list[float]


Event = (
    Text
    | Reasoning
    | Refusal
    | ToolCallDelta
    | Usage
    | Finish
    | Served
    | Citation
    | Media
    | Logprobs
    | Metadata
)
"""Any event of a chat answer, for type hints and `isinstance`."""
