"""What a provider can yield beside text.

A provider yields `str` for text. Whatever else it knows about the answer it yields as one of these;
the text of the answer never contains them. The call collects them on its `Completion`, and who reads
``stream.events()`` gets them as they come.

Where a service makes several answers at once (``n=2``), `choice` says which one an event belongs to,
from 0; a plain `str` belongs to the first.
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
"""Why an answer ended, in the words of the OpenAI chat API; ``"cancelled"`` is ours: the caller closed it."""


class Text(NamedTuple):
    """A piece of an answer's text; for the first choice, a plain `str` says the same."""

    text: str
    choice: int = 0


class Reasoning(NamedTuple):
    """A piece of what the model thought before or while it answered.

    Attributes:
        text: the piece; `""` where the service only sends a signature.
        signature: what the service wants back with this reasoning in a later turn, unread; it ends a
            block of reasoning.
    """

    text: str
    choice: int = 0
    signature: str | None = None


class Refusal(NamedTuple):
    """A piece of the model's refusal to answer, from services that tell one from an answer."""

    text: str
    choice: int = 0


class ToolCallDelta(NamedTuple):
    """A piece of a call of one of the tools.

    Attributes:
        position: which of the answer's calls, from 0.
        id: the call's identifier, and `name` the tool's: each with the first piece, later None.
        arguments: the next characters of the arguments, which together are JSON.
        signature: what the service wants back with this call in a later turn, unread.
    """

    position: int
    id: str | None = None
    name: str | None = None
    arguments: str = ""
    choice: int = 0
    signature: str | None = None


class Usage(NamedTuple):
    """Tokens counted by whoever answered.

    Attributes:
        prompt_tokens: tokens of the conversation sent, those read from a cache too.
        completion_tokens: tokens of the answer so far, reasoning too; a later `Usage` replaces an
            earlier one.
        cached_tokens: of the prompt's, those read from the service's cache.
        reasoning_tokens: of the answer's, those of reasoning.
        cache_write_tokens: of the prompt's, those written to the service's cache.
            Each of these three is None where the service does not say.
    """

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None
    cache_write_tokens: int | None = None

    @property
    def total_tokens(self) -> int:
        """Both counts together."""
        return self.prompt_tokens + self.completion_tokens


class Finish(NamedTuple):
    """The answer is whole, and why it ended.

    Attributes:
        raw: the reason in the service's own word, where it has more of them.
    """

    reason: FinishReason
    choice: int = 0
    raw: str | None = None


class Served(NamedTuple):
    """The model that answered, in the service's own words, where it may differ from the one asked for.

    Attributes:
        id: the service's identifier of the answer.
        created: when it says that the answer was made, in seconds since 1970.
    """

    model: str
    id: str | None = None
    created: int | None = None


class Citation(NamedTuple):
    """A source that the answer rests on.

    Attributes:
        url, title: where it is, and what it is called.
        text: the words of the source.
        start, end: the part of the answer's text that rests on it, in characters.
    """

    url: str | None = None
    title: str | None = None
    text: str | None = None
    start: int | None = None
    end: int | None = None


class Media(NamedTuple):
    """A picture or a sound that was made, or a piece of a streamed one.

    Attributes:
        kind: which of the two.
        url: where it is to be had; or
        data: itself, base64 as the service sent it; pieces of one `id` belong together, in order.
        mime_type: what it is, ``"image/png"``.
        transcript: the words that are spoken.
    """

    kind: Literal["image", "audio"]
    url: str | None = None
    data: str | None = None
    mime_type: str | None = None
    id: str | None = None
    transcript: str | None = None


class Logprobs(NamedTuple):
    """The log probabilities of the next tokens, as the OpenAI chat API has them (``logprobs.content``)."""

    content: tuple[Mapping[str, Any], ...]
    choice: int = 0


class Metadata(NamedTuple):
    """What else the service says about its answer, under its own names; later ones are added."""

    values: Mapping[str, Any] = MappingProxyType({})


class Vector(NamedTuple):
    """The embedding of the input at `position`, in any order; yielded by `_create_embedding` only."""

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
"""Any of the events of a chat answer; good for hints and for `isinstance`."""
