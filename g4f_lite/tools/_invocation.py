"""One tool call: validate its arguments, call the function, and build the message for the model."""

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

__all__ = ["PendingToolCall", "ToolResult", "prepare_tool_call"]

_MAX_ERROR_LENGTH = 2000
"""Characters of an exception's message that the model gets at most."""


class ToolResult(NamedTuple):
    """One tool call and its result.

    Attributes:
        call: the tool call as the model wrote it.
        arguments: the arguments of the function; empty if it was not called.
        result: the return value of the function, or None if it failed.
        error: the reason of the failure, on one line, or None if there is a result.
        text: the content of the message to the model.
        seconds: how long the function ran.
    """

    call: ToolCall
    arguments: Mapping[str, Any]
    result: Any
    error: str | None
    text: str
    seconds: float

    @property
    def name(self) -> str:
        """The name of the tool, as the model wrote it."""
        return self.call.name

    @property
    def message(self) -> dict[str, Any]:
        """The message with the result, for the model."""
        return {"role": "tool", "tool_call_id": self.call.id, "content": self.text}


ToolResult.__module__ = "g4f_lite"


class PendingToolCall(NamedTuple):
    """A tool call that can be performed, or the reason why it cannot.

    Attributes:
        tool: the tool to call, or None if there is an error.
        arguments: the arguments for its function.
    """

    call: ToolCall
    tool: Tool | None
    arguments: dict[str, Any]
    error: str | None = None

    def with_error(self, error: str) -> "PendingToolCall":
        """Return the same call with an error; its function is not called."""
        return self._replace(tool=None, arguments={}, error=error)

    def perform(self) -> ToolResult:
        """Call the function, and return its result or its exception as a `ToolResult`.

        Raises:
            ToolError: the function returned an awaitable.
        """
        if self.tool is None:
            return self._to_result(None, self.error, 0.0)
        result, error, seconds = _call_function(self.tool.function, self.arguments)
        if inspect.isawaitable(result):
            _dispose(result)
            message = f"The tool {self.tool.name!r} returned something that has to be awaited."
            raise ToolError(message, hint="Use `arun_tools`, or return its result.")
        return self._to_result(result, error, seconds)

    async def perform_async(self) -> ToolResult:
        """Do the same as `perform`, in a thread if the function is not asynchronous."""
        import asyncio  # not at the top, because most programs run tools without it

        if self.tool is None:
            return self._to_result(None, self.error, 0.0)
        function, arguments = self.tool.function, self.arguments
        result: Any
        if self.tool.is_async:
            result, error, seconds = function(**arguments), None, 0.0
        else:
            result, error, seconds = await asyncio.to_thread(_call_function, function, arguments)
        if inspect.isawaitable(result):
            started = time.monotonic()
            try:
                result = await result
            except Exception as failure:
                result, error = None, describe_exception(failure, _MAX_ERROR_LENGTH)
            seconds += time.monotonic() - started
        return self._to_result(result, error, seconds)

    def _to_result(self, result: Any, error: str | None, seconds: float) -> ToolResult:
        if error is None:
            try:
                text = replace_surrogates(result) if isinstance(result, str) else serialize(result)
                return ToolResult(self.call, self.arguments, result, None, text, seconds)
            except Exception as failure:  # also of an object whose `str` raises
                error = (
                    f"The result cannot be written as JSON: {describe_exception(failure, _MAX_ERROR_LENGTH)}"
                )
        return ToolResult(self.call, self.arguments, None, error, serialize({"error": error}), seconds)


def _call_function(function: Callable[..., Any], arguments: dict[str, Any]) -> tuple[Any, str | None, float]:
    """Return the result or the error of the function, and the seconds that it took.

    It does not raise, because a future cannot hold `StopIteration`.
    """
    started = time.monotonic()
    try:
        result, error = function(**arguments), None
    except Exception as failure:
        result, error = None, describe_exception(failure, _MAX_ERROR_LENGTH)
    return result, error, time.monotonic() - started


def _dispose(awaitable: Any) -> None:
    close = getattr(awaitable, "close", None) or getattr(awaitable, "cancel", None)
    if callable(close):
        close()


def prepare_tool_call(tools: ToolSet, call: ToolCall) -> PendingToolCall:
    """Return a tool call of the model with validated arguments, or with the error in it."""
    tool = tools.find(call.name)
    if tool is None:
        error = f"There is no tool {shorten(repr(call.name), 80)}. The tools: {join_names(tools.names)}."
        return PendingToolCall(call, None, {}, error)
    arguments, problems = tool.parse_arguments(call.arguments)
    if problems:
        return PendingToolCall(call, None, {}, f"The arguments are wrong: {'; '.join(problems)}")
    return PendingToolCall(call, tool, arguments)
