"""What `parse` and `stream` make objects of: each of the answers, and the arguments of strict tools."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from g4f_lite.client._conversion import chat_completion
from g4f_lite.client._settings import is_left_out
from g4f_lite.client.types import ChatCompletion
from g4f_lite.errors import InvalidArgumentError, StructuredOutputError
from g4f_lite.results import Completion
from g4f_lite.structured import plan
from g4f_lite.structured._parsing import parse_json

__all__ = ["Parsing", "ToolOfModel", "is_json", "parsing_of", "tool_of_model"]

Reader = Callable[[str], Any]


class ToolOfModel(dict[str, Any]):
    """The function of a tool that was made of a type, which its arguments become."""

    def __init__(self, model: Any, function: Mapping[str, Any]) -> None:
        super().__init__(function)
        self.model = model


def tool_of_model(model: type, *, name: str | None = None, description: str | None = None) -> dict[str, Any]:
    """Return a tool whose arguments are those of a type: the `openai` package's `pydantic_function_tool`.

    Args:
        model: a pydantic model, or whatever `response_format` takes.
        name: the tool's name, else the type's.
        description: what it is for, else the type's docstring.
    """
    option = plan(model, native=True).option or {}
    described = option["json_schema"]
    function = {
        "name": name or model.__name__,
        "strict": described["strict"],
        "parameters": described["schema"],
    }
    words = description if description is not None else model.__doc__
    if words:
        function["description"] = words
    return {"type": "function", "function": ToolOfModel(model, function)}


def parsing_of(options: dict[str, Any]) -> "Parsing":
    """Return what is to be parsed of a call with these options.

    Raises:
        InvalidArgumentError: there is a `stream` among them.
    """
    if "stream" in options:
        hint = "Leave it out: `parse` gives a whole answer, `stream` one that comes piece by piece."
        raise InvalidArgumentError("stream", "`parse` and `stream` take no `stream`.", hint=hint)
    wanted, tools = options.get("response_format"), options.get("tools")
    if isinstance(tools, Iterator):
        options["tools"] = list(tools)  # it is read twice
    return Parsing(None if is_left_out(wanted) else wanted, options.get("tools"))


class Parsing:
    """What is to be parsed of one call.

    Args:
        response_format: what the call asked for.
        tools: the tools that it has.
    """

    def __init__(self, response_format: Any, tools: Any) -> None:
        self._response_format = response_format
        self._readers = dict(_readers(tools))

    @property
    def is_of_type(self) -> bool:
        """Whether the answer's text is the JSON of a type."""
        return self._response_format is not None and not isinstance(self._response_format, Mapping)

    def is_strict(self, tool: str) -> bool:
        """Whether the arguments of a tool are parsed."""
        return tool in self._readers

    def arguments(self, tool: str, text: str) -> Any:
        """Return the arguments of a tool call; None for tools that are not strict.

        Raises:
            StructuredOutputError: they are not what the tool takes.
        """
        reader = self._readers.get(tool)
        return None if reader is None else reader(text)

    def answer(self, completion: Completion) -> ChatCompletion[Any]:
        """Return a whole answer with all that is to be parsed in it.

        Raises:
            StructuredOutputError: a part of it does not fit.
        """
        made = chat_completion(completion)
        if completion.finish_reason == "cancelled":  # there is no whole part
            return made
        way = completion.provenance.structured
        if way is not None and len(made.choices) > 1:
            wanted = plan(self._response_format, native=way == "native")
            for record, choice in zip(made.choices[1:], completion.choices[1:], strict=True):
                record.message.parsed = wanted.parsed(choice)
        for record in made.choices:
            for call in record.message.tool_calls or () if self._readers else ():
                function = call.function
                function.parsed_arguments = self.arguments(function.name, function.arguments)
        return made


def _readers(tools: Any) -> Iterable[tuple[str, Reader]]:
    """Yield the names of the strict tools, each with what reads its arguments."""
    if not isinstance(tools, Iterable):
        return
    for tool in tools:
        function = tool.get("function") if isinstance(tool, Mapping) else None
        if not isinstance(function, Mapping):
            continue
        model = getattr(function, "model", None)
        if model is not None:
            yield function["name"], plan(model, native=True).parse
        elif function.get("strict"):
            yield function["name"], _json


def _json(text: str) -> Any:
    value, problem = parse_json(text)
    if problem:
        hint = "Ask again, or raise max_tokens."
        raise StructuredOutputError(
            "The arguments of a tool call are no JSON.", text=text, problems=[problem], hint=hint
        )
    return value


def is_json(text: str) -> bool:
    """Whether a text is JSON, and so whole."""
    return not parse_json(text)[1]
