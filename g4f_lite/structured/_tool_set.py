"""The tools of a call: their definitions for the model, and their functions."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from g4f_lite._utils.text import join_names
from g4f_lite.errors import InvalidArgumentError
from g4f_lite.structured._tool_definition import Tool, build_tool

__all__ = ["ToolSet", "tool_dictionaries"]


class ToolSet:
    """Tools by their names: functions, and dictionaries in the form of OpenAI's API.

    Args:
        tools: functions and dictionaries, in any order.

    Attributes:
        dictionaries: all tools in the form of OpenAI's API, in order.

    Raises:
        InvalidArgumentError: a function or dictionary cannot be a tool, or two tools have the same name.
    """

    def __init__(self, tools: Sequence[Any]) -> None:
        if isinstance(tools, (str, bytes, Mapping)) or not isinstance(tools, Sequence):
            raise InvalidArgumentError(
                "tools",
                f"`tools` has to be a list of functions and dictionaries, not {type(tools).__name__}.",
                hint="Pass a list: tools=[function].",
            )
        self.dictionaries: list[dict[str, Any]] = []
        self._functions: dict[str, Tool] = {}
        self._without_function: list[str] = []
        names: set[str] = set()
        for index, item in enumerate(tools):
            name = self._add(item, index)
            if name in names:
                raise InvalidArgumentError(
                    "tools",
                    f"Two of the tools have the name {name!r}.",
                    hint='Give one another: `tool(function, name="...")`.',
                )
            names |= {name} if name else set()

    def find(self, name: str) -> Tool | None:
        """Return the tool with that name, or None if it does not exist or has no function."""
        return self._functions.get(name)

    @property
    def names(self) -> list[str]:
        """The names of the tools that have a function."""
        return list(self._functions)

    def __iter__(self) -> Iterator[Tool]:
        return iter(self._functions.values())

    def _add(self, item: Any, index: int) -> str:
        if not isinstance(item, Mapping):
            tool = build_tool(item)
            self._functions[tool.name] = tool
            self.dictionaries.append(tool.dictionary)
            return tool.name
        name = _function_name(item, index)
        self.dictionaries.append(dict(item))
        if name:
            self._without_function.append(name)
        return name

    def require_functions(self, *, asynchronous: bool) -> None:
        """Check that each tool has a function that the caller can call.

        Raises:
            InvalidArgumentError: a tool has no function, or has an asynchronous one and not `asynchronous`.
        """
        if self._without_function:
            raise InvalidArgumentError(
                "tools",
                f"There is no function for {join_names(self._without_function)}.",
                hint="Pass a function, or `tool(function, parameters=schema)`, in place of the dictionary.",
            )
        async_names = [tool.name for tool in self if tool.is_async]
        if async_names and not asynchronous:
            raise InvalidArgumentError(
                "tools",
                f"`run_tools` cannot await, and these tools are asynchronous: {join_names(async_names)}.",
                hint="Use `arun_tools`.",
            )


def _function_name(item: Mapping[str, Any], index: int) -> str:
    """Return the function name in a dictionary, or `""` for another kind of tool, which the service runs."""
    if item.get("type") != "function" and isinstance(item.get("type"), str):
        return ""
    function = item.get("function")
    name = function.get("name") if isinstance(function, Mapping) else None
    if item.get("type") == "function" and isinstance(name, str) and name:
        return name
    raise InvalidArgumentError(
        "tools",
        f"tools[{index}] is a dictionary without a type, or of a function without a name.",
        hint='Write {"type": "function", "function": {"name": ..., "parameters": ...}}, or pass a function.',
    )


def tool_dictionaries(tools: Sequence[Any]) -> list[dict[str, Any]]:
    """Return tools in the form of OpenAI's API; dictionaries are copied unchanged.

    Raises:
        InvalidArgumentError: a function or dictionary cannot be a tool, or two tools have the same name.
    """
    return ToolSet(tools).dictionaries
