"""Parsing for `parse` and `stream`: the objects of the answers, and the arguments of strict tools."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from g4f_lite.client._conversion import to_chat_completion
from g4f_lite.client._settings import is_omitted
from g4f_lite.client.types import ChatCompletion
from g4f_lite.errors import InvalidArgumentError, StructuredOutputError
from g4f_lite.results import Completion
from g4f_lite.structured import plan
from g4f_lite.structured._parsing import parse_json

__all__ = ["ResponseParser", "TypedFunction", "build_parser", "is_json", "pydantic_function_tool"]

_ArgumentsParser = Callable[[str], Any]


class TypedFunction(dict[str, Any]):
    """The function dictionary of a tool; `model` is the type of its arguments."""

    def __init__(self, model: Any, function: Mapping[str, Any]) -> None:
        super().__init__(function)
        self.model = model


def pydantic_function_tool(
    model: type, *, name: str | None = None, description: str | None = None
) -> dict[str, Any]:
    """Return a tool with the fields of a type as arguments, like the `openai` package's function.

    Args:
        model: a pydantic model, or another type that `response_format` supports.
        name: the name of the tool; the default is the name of the type.
        description: the purpose of the tool; the default is the docstring of the type.

    Raises:
        InvalidArgumentError: `model` has no JSON type.
    """
    option = plan(model, native=True).option or {}
    json_schema = option["json_schema"]
    function = {
        "name": name or model.__name__,
        "strict": json_schema["strict"],
        "parameters": json_schema["schema"],
    }
    text = description if description is not None else model.__doc__
    if text:
        function["description"] = text
    return {"type": "function", "function": TypedFunction(model, function)}


def build_parser(options: dict[str, Any]) -> "ResponseParser":
    """Return the parser for the answers of a call with these options.

    If `tools` is an iterator, it is replaced by a list in `options`.

    Raises:
        InvalidArgumentError: `options` has the key ``"stream"``.
    """
    if "stream" in options:
        hint = "Leave it out: `parse` gives a whole answer, `stream` one that comes piece by piece."
        raise InvalidArgumentError("stream", "`parse` and `stream` take no `stream`.", hint=hint)
    response_format, tools = options.get("response_format"), options.get("tools")
    if isinstance(tools, Iterator):
        options["tools"] = list(tools)  # the parser and the call both iterate over it
    return ResponseParser(None if is_omitted(response_format) else response_format, options.get("tools"))


class ResponseParser:
    """Parses the answers of one call.

    Args:
        response_format: the call's `response_format`, or None.
        tools: the call's `tools`, or None.
    """

    def __init__(self, response_format: Any, tools: Any) -> None:
        self._response_format = response_format
        self._argument_parsers = dict(_argument_parsers(tools))

    @property
    def has_response_type(self) -> bool:
        """Whether the requested format is a type, so that the answer's text is JSON."""
        return self._response_format is not None and not isinstance(self._response_format, Mapping)

    def is_strict_tool(self, tool: str) -> bool:
        """Whether the arguments of a tool are parsed, because the tool is strict."""
        return tool in self._argument_parsers

    def parse_arguments(self, tool: str, text: str) -> Any:
        """Return the parsed arguments of a tool call, or None if the tool is not strict.

        Raises:
            StructuredOutputError: the arguments are not valid for the tool.
        """
        parse = self._argument_parsers.get(tool)
        return None if parse is None else parse(text)

    def parse_completion(self, completion: Completion) -> ChatCompletion[Any]:
        """Return a completion with its parsed objects and parsed arguments of tool calls.

        Raises:
            StructuredOutputError: an answer, or the arguments of a tool call, do not have the requested format.
        """
        result = to_chat_completion(completion)
        if completion.finish_reason == "cancelled":  # every part may be incomplete
            return result
        way = completion.provenance.structured
        if way is not None and len(result.choices) > 1:
            response_plan = plan(self._response_format, native=way == "native")
            for record, choice in zip(result.choices[1:], completion.choices[1:], strict=True):
                record.message.parsed = response_plan.parsed(choice)
        for record in result.choices:
            for call in record.message.tool_calls or () if self._argument_parsers else ():
                function = call.function
                function.parsed_arguments = self.parse_arguments(function.name, function.arguments)
        return result


def _argument_parsers(tools: Any) -> Iterable[tuple[str, _ArgumentsParser]]:
    """Yield the name of each strict tool with the function that parses its arguments."""
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
            yield function["name"], _parse_json_arguments


def _parse_json_arguments(text: str) -> Any:
    value, problem = parse_json(text)
    if problem:
        hint = "Ask again, or raise max_tokens."
        raise StructuredOutputError(
            "The arguments of a tool call are no JSON.", text=text, problems=[problem], hint=hint
        )
    return value


def is_json(text: str) -> bool:
    """Whether a text is complete JSON."""
    return not parse_json(text)[1]
