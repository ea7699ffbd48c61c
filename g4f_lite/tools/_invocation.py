"""One call of a tool: made or refused, and what the model is told of it."""

import inspect
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from g4f_lite._utils.text import join_names, shorten
from g4f_lite._utils.untrusted import describe_exception
from g4f_lite.errors import ToolError
from g4f_lite.results import ToolCall
from g4f_lite.structured._serialization import replace_surrogates, serialize
from g4f_lite.structured._tool_definition import Tool
from g4f_lite.structured._tool_set import ToolSet

__all__ = ["PendingToolCall", "ToolResult"]

_ERROR_LENGTH = 2000


class ToolResult(NamedTuple):
    """One call of a tool, and what came of it.

    Attributes:
        call: what the model asked for.
        arguments: what the function was called with; empty if it was not.
        result: what it returned, None if it failed.
        error: why there is no result, on one line; None if there is one.
        text: what the model was told.
        seconds: how long the function took.
    """

    call: ToolCall
    arguments: Mapping[str, Any]
    result: Any
    error: str | None
    text: str
    seconds: float

    @property
    def name(self) -> str:
        """The tool's name, as the model wrote it."""
        return self.call.name

    @property
    def message(self) -> dict[str, Any]:
        """The message that tells the model."""
        return {"role": "tool", "tool_call_id": self.call.id, "content": self.text}


ToolResult.__module__ = "g4f_lite"


class PendingToolCall(NamedTuple):
    """A call that can be made, or why it cannot.

    Attributes:
        tool: the tool, None if there is an error.
        arguments: what its function is to be called with.
    """

    call: ToolCall
    tool: Tool | None
    arguments: dict[str, Any]
    error: str | None = None

    def refused(self, error: str) -> "PendingToolCall":
        """Return the same call, not to be made."""
        return self._replace(tool=None, arguments={}, error=error)

    def perform(self) -> ToolResult:
        """Call the function; what it raises is the result.

        Raises:
            ToolError: it returned something that has to be awaited.
        """
        if self.tool is None:
            return self._ended(None, self.error, 0.0)
        result, error, seconds = _called(self.tool.function, self.arguments)
        if inspect.isawaitable(result):
            _dispose(result)
            message = f"The tool {self.tool.name!r} returned something that has to be awaited."
            raise ToolError(message, hint="Use `arun_tools`, or return its result.")
        return self._ended(result, error, seconds)

    async def perform_async(self) -> ToolResult:
        """Call the function, in a thread if it is a plain one; what it raises is the result."""
        import asyncio  # only here: most programs run tools without it

        if self.tool is None:
            return self._ended(None, self.error, 0.0)
        function, arguments = self.tool.function, self.arguments
        result: Any
        if self.tool.is_async:
            result, error, seconds = function(**arguments), None, 0.0
        else:
            result, error, seconds = await asyncio.to_thread(_called, function, arguments)
        if inspect.isawaitable(result):
            started = time.monotonic()
            try:
                result = await result
            except Exception as failure:
                result, error = None, describe_exception(failure, _ERROR_LENGTH)
            seconds += time.monotonic() - started
        return self._ended(result, error, seconds)

    def _ended(self, result: Any, error: str | None, seconds: float) -> ToolResult:
        if error is None:
            try:
                text = replace_surrogates(result) if isinstance(result, str) else serialize(result)
                return ToolResult(self.call, self.arguments, result, None, text, seconds)
            except Exception as failure:  # an object of the caller's that cannot even say what it is
                error = f"The result cannot be written as JSON: {describe_exception(failure, _ERROR_LENGTH)}"
        return ToolResult(self.call, self.arguments, None, error, serialize({"error": error}), seconds)


def _called(function: Callable[..., Any], arguments: dict[str, Any]) -> tuple[Any, str | None, float]:
    """Return what the function returned or raised. It must not raise: a future cannot hold `StopIteration`."""
    started = time.monotonic()
    try:
        result, error = function(**arguments), None
    except Exception as failure:
        result, error = None, describe_exception(failure, _ERROR_LENGTH)
    return result, error, time.monotonic() - started


def _dispose(awaitable: Any) -> None:
    close = getattr(awaitable, "close", None) or getattr(awaitable, "cancel", None)
    if callable(close):
        close()


def prepare(tools: "ToolSet", call: ToolCall) -> PendingToolCall:
    """Return the call of a tool that the model asks for, checked."""
    tool = tools.find(call.name)
    if tool is None:
        error = f"There is no tool {shorten(repr(call.name), 80)}. The tools: {join_names(tools.names)}."
        return PendingToolCall(call, None, {}, error)
    arguments, problems = tool.parse_arguments(call.arguments)
    if problems:
        return PendingToolCall(call, None, {}, f"The arguments are wrong: {'; '.join(problems)}")
    return PendingToolCall(call, tool, arguments)
