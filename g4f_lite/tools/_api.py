"""The public functions of `g4f_lite.tools`: `tool`, `run_tools` and `arun_tools`."""

import functools
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Literal, TypeVar, overload

import g4f_lite
from g4f_lite._core.api.chat import ChatCompletion
from g4f_lite.structured._tool_definition import TOOL_ATTRIBUTE, ToolOverrides, overrides_of
from g4f_lite.structured._tool_set import tool_dictionaries
from g4f_lite.tools._conversation import Conversation, ToolRun
from g4f_lite.tools._invocation import ToolResult
from g4f_lite.tools._loop import OnCall, ToolLoop
from g4f_lite.tools._stream import ToolStream

__all__ = ["OnCall", "ToolResult", "ToolRun", "arun_tools", "run_tools", "tool", "tool_dictionaries"]

Messages = Sequence[Mapping[str, Any]]
_Function = TypeVar("_Function", bound=Callable[..., Any])


@overload
def tool(function: _Function) -> _Function: ...
@overload
def tool(
    function: Callable[..., Any],
    *,
    name: str | None = None,
    description: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    strict: bool = False,
) -> Callable[..., Any]: ...
@overload
def tool(
    function: None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    strict: bool = False,
) -> Callable[[_Function], _Function]: ...
def tool(
    function: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    strict: bool = False,
) -> Any:
    """Set what a model reads about a function, where the function's own code does not fit.

    As a decorator, ``@tool(...)``, it returns the function itself. ``tool(function, ...)`` returns a new
    function that calls it, so that one function can be several tools.

    Args:
        function: the function that the model can call.
        name: the tool's name; by default the name of the function.
        description: the tool's description; by default the first paragraph of the function's docstring.
        parameters: a JSON schema of the arguments; by default it is built from the type hints.
        strict: whether the service must make the model follow the schema. Parameters with a default value
            can then be null.
    """
    overrides = ToolOverrides(name, description, parameters, strict)
    if function is not None:
        if overrides == ToolOverrides():
            return function
        return _set_overrides(functools.partial(function), overrides.with_defaults(overrides_of(function)))
    return lambda decorated: _set_overrides(decorated, overrides)


tool.__module__ = "g4f_lite"


def _set_overrides(function: _Function, overrides: ToolOverrides) -> _Function:
    setattr(function, TOOL_ATTRIBUTE, overrides)
    return function


# --- the loop -----------------------------------------------------------------------------------


@overload
def run_tools(
    *,
    messages: Messages,
    tools: Sequence[Any],
    model: str | None = None,
    provider: Any = None,
    stream: Literal[False] = False,
    max_rounds: int = 10,
    on_call: OnCall | None = None,
    parallel: int = 1,
    **options: Any,
) -> ToolRun: ...
@overload
def run_tools(
    *,
    messages: Messages,
    tools: Sequence[Any],
    model: str | None = None,
    provider: Any = None,
    stream: Literal[True],
    max_rounds: int = 10,
    on_call: OnCall | None = None,
    parallel: int = 1,
    **options: Any,
) -> ToolStream: ...
def run_tools(
    *,
    messages: Messages,
    tools: Sequence[Any],
    model: str | None = None,
    provider: Any = None,
    stream: bool = False,
    max_rounds: int = 10,
    on_call: OnCall | None = None,
    parallel: int = 1,
    **options: Any,
) -> ToolRun | ToolStream:
    """Call a model, and the functions that it asks for, until it answers without a tool call. Blocks.

    Errors of a tool call are sent to the model, which can try again: wrong arguments, an unknown tool, and
    the exception of a function, without its traceback.

    Args:
        messages: the conversation so far.
        tools: functions with type hints.
        model: as for `ChatCompletion.create`.
        provider: as for `ChatCompletion.create`.
        stream: whether to return the text of all rounds piece by piece.
        max_rounds: the greatest number of calls of the model.
        on_call: called with the name and the arguments before each tool call; if it returns False, the
            function is not called.
        parallel: how many functions of one round may run at once; they run in threads if it is above 1.
        **options: further arguments of `ChatCompletion.create`.

    Returns:
        A `ToolRun`; with `stream=True` a `ToolStream`, an iterator over `str` whose `run` is set at its end.

    Raises:
        ToolRoundsError: the model still asked for tools in the last round; the error has the messages.
        InvalidArgumentError: a function cannot be a tool, or is asynchronous.
        G4FLiteError: the errors of `ChatCompletion.create`.
    """
    conversation = Conversation(messages, tools, max_rounds, asynchronous=False)
    request = {"model": model, "provider": provider, **options}
    loop = ToolLoop(conversation, request, on_call, parallel)
    if stream:
        return ToolStream(loop)
    while loop.step(ChatCompletion.create(**loop.arguments()).completion):
        pass
    return loop.run


run_tools.__module__ = "g4f_lite"


@overload
def arun_tools(
    *,
    messages: Messages,
    tools: Sequence[Any],
    model: str | None = None,
    provider: Any = None,
    stream: Literal[False] = False,
    max_rounds: int = 10,
    on_call: OnCall | None = None,
    parallel: int = 8,
    **options: Any,
) -> Coroutine[Any, Any, ToolRun]: ...
@overload
def arun_tools(
    *,
    messages: Messages,
    tools: Sequence[Any],
    model: str | None = None,
    provider: Any = None,
    stream: Literal[True],
    max_rounds: int = 10,
    on_call: OnCall | None = None,
    parallel: int = 8,
    **options: Any,
) -> "g4f_lite.AsyncToolStream": ...
def arun_tools(
    *,
    messages: Messages,
    tools: Sequence[Any],
    model: str | None = None,
    provider: Any = None,
    stream: bool = False,
    max_rounds: int = 10,
    on_call: OnCall | None = None,
    parallel: int = 8,
    **options: Any,
) -> "Coroutine[Any, Any, ToolRun] | g4f_lite.AsyncToolStream":
    """Do the same as `run_tools` without blocking the event loop.

    The functions and `on_call` may be asynchronous; other functions run in threads. Up to `parallel` tool
    calls of one round run at the same time; the model gets their results in the order of the calls.
    ``await`` it for a `ToolRun`; with `stream=True`, read it with ``async for``.
    """
    conversation = Conversation(messages, tools, max_rounds, asynchronous=True)
    request = {"model": model, "provider": provider, **options}
    loop = ToolLoop(conversation, request, on_call, parallel)
    if stream:
        from g4f_lite.tools._async_stream import AsyncToolStream

        return AsyncToolStream(loop)
    return _run_loop_async(loop)


arun_tools.__module__ = "g4f_lite"


async def _run_loop_async(loop: ToolLoop) -> ToolRun:
    while True:
        answer = await ChatCompletion.acreate(**loop.arguments())
        if not await loop.step_async(answer.completion):
            return loop.run
