"""The state of a conversation with tools: its messages, tool calls and usage. No I/O."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from g4f_lite.errors import InvalidArgumentError, ToolRoundsError
from g4f_lite.events import Usage
from g4f_lite.results import Completion, Provenance, ToolCall
from g4f_lite.structured._tool_set import ToolSet
from g4f_lite.tools._invocation import PendingToolCall, ToolResult, prepare_tool_call

__all__ = ["Conversation", "ToolRun"]


class ToolRun(NamedTuple):
    """A complete conversation in which the model could call tools.

    Attributes:
        completion: the last answer of the model.
        messages: the whole conversation with the last answer; append the next question to continue it.
        rounds: the number of calls of the model.
        calls: the result of every tool call, in order.
        usage: the tokens of all rounds together, or None if the provider does not count them.
    """

    completion: Completion
    messages: list[dict[str, Any]]
    rounds: int
    calls: tuple[ToolResult, ...]
    usage: Usage | None

    @property
    def text(self) -> str:
        """The text of the last answer."""
        return self.completion.text

    @property
    def parsed(self) -> Any:
        """The object that `response_format` requested, or None without `response_format`."""
        return self.completion.parsed

    @property
    def provenance(self) -> Provenance:
        """The provider of the last answer, and the attempts of that call."""
        return self.completion.provenance


ToolRun.__module__ = "g4f_lite"


class Conversation:
    """The messages, tool calls and usage so far. No I/O."""

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

    def add_completion(self, completion: Completion) -> list[PendingToolCall]:
        """Add an answer of the model, and return the tool calls in it.

        Raises:
            ToolRoundsError: the answer has tool calls, and `max_rounds` is reached.
        """
        self.rounds += 1
        self._usage = _add_usage(self._usage, completion.usage)
        calls = [_with_id(call, self.rounds, position) for position, call in enumerate(completion.tool_calls)]
        if calls and self.rounds >= self._max_rounds:
            raise ToolRoundsError(self.rounds, self.messages)
        self.messages.append(_to_message(completion, calls))
        return [prepare_tool_call(self.tools, call) for call in calls]

    def add_results(self, results: Sequence[ToolResult]) -> None:
        """Add the results of the tool calls."""
        self.calls += results
        self.messages += [result.message for result in results]

    def to_run(self, completion: Completion) -> ToolRun:
        """Return the complete conversation, whose last answer is `completion`."""
        return ToolRun(completion, self.messages, self.rounds, tuple(self.calls), self._usage)


def _with_id(call: ToolCall, round_number: int, position: int) -> ToolCall:
    """Return the call, with a generated identifier if the service sent none."""
    return call if call.id else call._replace(id=f"call_{round_number}_{position}")


def _to_message(completion: Completion, calls: Sequence[ToolCall]) -> dict[str, Any]:
    message = completion.message
    for tool_call, call in zip(message.get("tool_calls", ()), calls, strict=True):
        tool_call["id"] = call.id
    return message


def _add_usage(one: Usage | None, other: Usage | None) -> Usage | None:
    if one is None or other is None:
        return one or other
    return Usage(*(_add_counts(left, right) for left, right in zip(one, other, strict=True)))


def _add_counts(left: Any, right: Any) -> Any:
    return right if left is None else left if right is None else left + right
