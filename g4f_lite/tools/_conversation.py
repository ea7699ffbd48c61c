"""A conversation with tools: the messages so far, and what was counted on the way. It asks nobody itself."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from g4f_lite.errors import InvalidArgumentError, ToolRoundsError
from g4f_lite.events import Usage
from g4f_lite.results import Completion, Provenance, ToolCall
from g4f_lite.structured._tool_set import ToolSet
from g4f_lite.tools._invocation import PendingToolCall, ToolResult, prepare

__all__ = ["Conversation", "ToolRun"]


class ToolRun(NamedTuple):
    """A conversation in which the model called tools, up to its answer.

    Attributes:
        completion: the last answer.
        messages: the whole conversation, the answer with it: put the next question behind it.
        rounds: how often the model was asked.
        calls: every call of a tool, in order.
        usage: the tokens of all rounds together; None if the provider does not say.
    """

    completion: Completion
    messages: list[dict[str, Any]]
    rounds: int
    calls: tuple[ToolResult, ...]
    usage: Usage | None

    @property
    def text(self) -> str:
        """The answer."""
        return self.completion.text

    @property
    def parsed(self) -> Any:
        """The object that `response_format` asked for; None if nothing was asked for."""
        return self.completion.parsed

    @property
    def provenance(self) -> Provenance:
        """Who gave the answer."""
        return self.completion.provenance


ToolRun.__module__ = "g4f_lite"


class Conversation:
    """The messages so far, and what was counted on the way; it asks nobody itself."""

    def __init__(
        self,
        messages: Sequence[Mapping[str, Any]],
        tools: Sequence[Any],
        max_rounds: int,
        *,
        asynchronous: bool,
    ) -> None:
        if type(max_rounds) is not int or max_rounds < 1:
            raise InvalidArgumentError(
                "max_rounds",
                f"`max_rounds` has to be a whole number from 1, not {max_rounds!r}.",
                hint="Leave it out, or pass 10.",
            )
        self.tools = ToolSet(tools)
        self.tools.require_functions(asynchronous=asynchronous)
        self.messages: list[Any] = list(messages)
        self.rounds = 0
        self.calls: list[ToolResult] = []
        self._usage: Usage | None = None
        self._max_rounds = max_rounds

    def take(self, completion: Completion) -> list[PendingToolCall]:
        """Take what the model answered; return the calls that it asks for.

        Raises:
            ToolRoundsError: it asks for more of them than is allowed.
        """
        self.rounds += 1
        self._usage = _sum(self._usage, completion.usage)
        calls = [_with_id(call, self.rounds, place) for place, call in enumerate(completion.tool_calls)]
        if calls and self.rounds >= self._max_rounds:
            raise ToolRoundsError(self.rounds, self.messages)
        self.messages.append(_message(completion, calls))
        return [prepare(self.tools, call) for call in calls]

    def answer(self, results: Sequence[ToolResult]) -> None:
        """Take what the calls came to."""
        self.calls += results
        self.messages += [result.message for result in results]

    def ended(self, completion: Completion) -> ToolRun:
        """Return the whole."""
        return ToolRun(completion, self.messages, self.rounds, tuple(self.calls), self._usage)


def _with_id(call: ToolCall, number: int, place: int) -> ToolCall:
    """Return the call with an identifier of ours, if the service gave it none."""
    return call if call.id else call._replace(id=f"call_{number}_{place}")


def _message(completion: Completion, calls: Sequence[ToolCall]) -> dict[str, Any]:
    message = completion.message
    for shown, call in zip(message.get("tool_calls", ()), calls, strict=True):
        shown["id"] = call.id
    return message


def _sum(one: Usage | None, other: Usage | None) -> Usage | None:
    if one is None or other is None:
        return one or other
    return Usage(*(_plus(left, right) for left, right in zip(one, other, strict=True)))


def _plus(left: Any, right: Any) -> Any:
    return right if left is None else left if right is None else left + right
