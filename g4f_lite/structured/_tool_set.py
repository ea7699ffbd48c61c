"""The tools of a call: what the model is told of them, and which function is whose."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from g4f_lite._utils.text import join_names
from g4f_lite.errors import InvalidArgumentError
from g4f_lite.structured._tool_definition import Tool, tool_of

__all__ = ["ToolSet", "tool_dictionaries"]


class ToolSet:
    """Tools by their names: functions, and dictionaries as OpenAI's API has them.

    Args:
        tools: any mix of the two.

    Attributes:
        dictionaries: all of them as the API has them, in order.

    Raises:
        InvalidArgumentError: one cannot be a tool, or two have the same name.
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
        for place, item in enumerate(tools):
            name = self._add(item, place)
            if name in names:
                raise InvalidArgumentError(
                    "tools",
                    f"Two of the tools have the name {name!r}.",
                    hint='Give one another: `tool(function, name="...")`.',
                )
            names |= {name} if name else set()

    def find(self, name: str) -> Tool | None:
        """Return the tool of that name that has a function here."""
        return self._functions.get(name)

    @property
    def names(self) -> list[str]:
        """The names of the tools that have a function here."""
        return list(self._functions)

    def __iter__(self) -> Iterator[Tool]:
        return iter(self._functions.values())

    def _add(self, item: Any, place: int) -> str:
        if not isinstance(item, Mapping):
            tool = tool_of(item)
            self._functions[tool.name] = tool
            self.dictionaries.append(tool.dictionary)
            return tool.name
        name = _name_in(item, place)
        self.dictionaries.append(dict(item))
        if name:
            self._without_function.append(name)
        return name

    def require_functions(self, *, asynchronous: bool) -> None:
        """Check that each tool can be called here.

        Raises:
            InvalidArgumentError: one has no function, or one that has to be awaited and nothing does.
        """
        if self._without_function:
            raise InvalidArgumentError(
                "tools",
                f"There is no function for {join_names(self._without_function)}.",
                hint="Pass a function, or `tool(function, parameters=schema)`, in place of the dictionary.",
            )
        waiting = [tool.name for tool in self if tool.is_async]
        if waiting and not asynchronous:
            raise InvalidArgumentError(
                "tools",
                f"`run_tools` cannot await, and these tools are asynchronous: {join_names(waiting)}.",
                hint="Use `arun_tools`.",
            )


def _name_in(item: Mapping[str, Any], place: int) -> str:
    """Return the name of a function's dictionary; `""` for another kind of tool, which the service runs."""
    if item.get("type") != "function" and isinstance(item.get("type"), str):
        return ""
    function = item.get("function")
    name = function.get("name") if isinstance(function, Mapping) else None
    if item.get("type") == "function" and isinstance(name, str) and name:
        return name
    raise InvalidArgumentError(
        "tools",
        f"tools[{place}] is a dictionary without a type, or of a function without a name.",
        hint='Write {"type": "function", "function": {"name": ..., "parameters": ...}}, or pass a function.',
    )


def tool_dictionaries(tools: Sequence[Any]) -> list[dict[str, Any]]:
    """Return tools as OpenAI's API has them: functions are described, dictionaries stay as they are.

    Raises:
        InvalidArgumentError: one cannot be a tool, or two have the same name.
    """
    return ToolSet(tools).dictionaries
