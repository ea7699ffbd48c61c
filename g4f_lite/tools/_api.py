"""Tools: let a model call Python functions.

def weather(city: str, days: int = 1) -> str:
    "Say what the weather will be."
    ...

run = run_tools(messages=[...], tools=[weather], provider="openai", model="gpt-4o-mini")
print(run.text)
"""

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
    """Say of a function what a model is to be told of it, where this is not what its code says.

    As a decorator, ``@tool(...)``, it returns the function itself; ``tool(function, ...)`` returns another
    that calls it, so that one function can be several tools.

    Args:
        function: the function.
        name: else the function's own.
        description: else the first paragraph of its docstring.
        parameters: a JSON schema of its arguments; else they are read from its type hints.
        strict: have services hold their model to the schema; what has a default can then be null.
    """
    overrides = ToolOverrides(name, description, parameters, strict)
    if function is not None:
        if overrides == ToolOverrides():
            return function
        return _marked(functools.partial(function), overrides.with_defaults(overrides_of(function)))
    return lambda decorated: _marked(decorated, overrides)


tool.__module__ = "g4f_lite"


def _marked(function: _Function, overrides: ToolOverrides) -> _Function:
    setattr(function, TOOL_ATTRIBUTE, overrides)
    return function


# --- the loops -----------------------------------------------------------------------------------


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
    """Ask a model, call the functions that it asks for, tell it their results, until it answers.

    What is wrong with a call goes to the model, which can try again: wrong arguments, an unknown tool, and
    what a function raises, without its traceback.

    Args:
        messages: the conversation so far.
        tools: typed functions.
        model: the model, as `ChatCompletion.create` takes it.
        provider: the provider, likewise.
        stream: whether to get the text of all rounds piece by piece.
        max_rounds: how often the model is asked at most.
        on_call: told of each call before it is made; one for which it returns False is not made.
        parallel: how many functions of one round may run at once, in threads if it is more than one.
        **options: what `ChatCompletion.create` takes beside these.

    Returns:
        A `ToolRun`; with `stream=True` a `ToolStream`, which is an iterator over `str` and has the `run`
        at its end.

    Raises:
        ToolRoundsError: the model still asked for tools in the last round; the error has the messages.
        InvalidArgumentError: a function cannot be a tool, or is asynchronous.
        G4FLiteError: what `ChatCompletion.create` raises.
    """
    conversation = Conversation(messages, tools, max_rounds, asynchronous=False)
    request = {"model": model, "provider": provider, **options}
    rounds = ToolLoop(conversation, request, on_call, parallel)
    if stream:
        return ToolStream(rounds)
    while rounds.step(ChatCompletion.create(**rounds.arguments()).completion):
        pass
    return rounds.run


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
    """Do what `run_tools` does, without blocking the event loop.

    Functions may be asynchronous, and so may `on_call`; plain functions run in threads. The calls of one
    round run at the same time, `parallel` of them at most; their results are told in the calls' order.
    ``await`` it for a `ToolRun`; with `stream=True` it is read with ``async for``.
    """
    conversation = Conversation(messages, tools, max_rounds, asynchronous=True)
    request = {"model": model, "provider": provider, **options}
    rounds = ToolLoop(conversation, request, on_call, parallel)
    if stream:
        from g4f_lite.tools._async_stream import AsyncToolStream

        return AsyncToolStream(rounds)
    return _run_async(rounds)


arun_tools.__module__ = "g4f_lite"


async def _run_async(rounds: ToolLoop) -> ToolRun:
    while True:
        answer = await ChatCompletion.acreate(**rounds.arguments())
        if not await rounds.step_async(answer.completion):
            return rounds.run
