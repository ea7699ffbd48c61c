"""What a provider can yield beside text.

A provider yields `str` for text. Whatever else it knows about the answer it yields as one of these;
the text of the answer never contains them. The call collects them on its `Completion`.
"""

from typing import Literal, NamedTuple

__all__ = ["Event", "Finish", "FinishReason", "Served", "Usage"]

FinishReason = Literal["stop", "length", "tool_calls", "content_filter", "cancelled"]
"""Why an answer ended, in the words of the OpenAI chat API; ``"cancelled"`` is ours: the caller closed it."""


class Usage(NamedTuple):
    """Tokens counted by whoever answered.

    Attributes:
        prompt_tokens: tokens of the conversation sent.
        completion_tokens: tokens of the answer so far; a later `Usage` replaces an earlier one.
    """

    prompt_tokens: int
    completion_tokens: int

    @property
    def total_tokens(self) -> int:
        """Both counts together."""
        return self.prompt_tokens + self.completion_tokens


class Finish(NamedTuple):
    """The answer is whole, and why it ended."""

    reason: FinishReason


class Served(NamedTuple):
    """The model that answered, in the service's own words, where it may differ from the one asked for."""

    model: str


Event = Usage | Finish | Served
"""Any of the events; good for hints and for `isinstance`."""
