"""From a typed function to a tool that a model can call."""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, NoReturn

from g4f_lite._utils.text import shorten
from g4f_lite.errors import InvalidArgumentError
from g4f_lite.structured._docstrings import Docstring, docstring_of
from g4f_lite.structured._from_hints import HintConverter, hints_of
from g4f_lite.structured._objects import NO_DEFAULT, Field, ObjectType
from g4f_lite.structured._parsing import read
from g4f_lite.structured._strict_mode import not_strict
from g4f_lite.structured._types import JSONType, kind_of, write
from g4f_lite.structured._validator import RawSchema

__all__ = ["FACTS", "Tool", "ToolOverrides", "facts_of", "tool_of"]

FACTS = "__g4f_lite_tool__"
"""The attribute of a function in which the decorator `tool` leaves its `Facts`."""

_ARGUMENT = "tools"
_LONGEST_NAME = 64


class ToolOverrides(NamedTuple):
    """What the caller says of a tool, in place of what its function does.

    Attributes:
        name, description: None: the function's own.
        parameters: a JSON schema, None: from the function's type hints.
        strict: whether services are to hold their model to the schema.
    """

    name: str | None = None
    description: str | None = None
    parameters: Mapping[str, Any] | None = None
    strict: bool = False

    def over(self, known: "ToolOverrides") -> "ToolOverrides":
        """Return these, and where nothing is said, what was said before."""
        return ToolOverrides(
            known.name if self.name is None else self.name,
            known.description if self.description is None else self.description,
            known.parameters if self.parameters is None else self.parameters,
            self.strict or known.strict,
        )


class Tool(NamedTuple):
    """A function that a model can call.

    Attributes:
        name, description: what the model is told.
        function: what is called, with the arguments by keyword.
        arguments: what they have to be.
        strict: whether services are to hold their model to it.
        is_async: whether the function has to be awaited.
    """

    name: str
    description: str
    function: Callable[..., Any]
    arguments: JSONType
    strict: bool
    is_async: bool

    @property
    def dictionary(self) -> dict[str, Any]:
        """The tool as OpenAI's API has it."""
        function: dict[str, Any] = {"name": self.name}
        if self.description:
            function["description"] = self.description
        function["parameters"] = write(self.arguments, strict=self.strict)
        if self.strict:
            function["strict"] = True
        return {"type": "function", "function": function}

    def read(self, text: str) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Return the arguments that the model wrote, and all that is wrong with them."""
        built, problems = read(self.arguments, text or "{}", strict=self.strict)
        if not problems and not isinstance(built, dict):  # a schema of the caller's may allow it
            problems = (f"expected an object, not {kind_of(built)}",)
        return ({}, problems) if problems else (built, ())


def tool_of(function: Any) -> Tool:
    """Return the tool that a function is.

    Raises:
        InvalidArgumentError: it is none, naming the parameter and what can be done.
    """
    own = _innermost(function)
    if not callable(function) or isinstance(own, type):
        kind = "a class" if isinstance(own, type) else type(function).__name__
        _refuse(f"A tool has to be a function or a dictionary, not {kind}.", "Pass a typed function.")
    facts = facts_of(function)
    body = own if inspect.isroutine(own) else type(own).__call__
    doc = docstring_of(body)
    name = str(facts.name or getattr(own, "__name__", type(own).__name__))
    _check_name(name)
    if facts.parameters is not None:
        arguments: JSONType = RawSchema(facts.parameters, _ARGUMENT)
    else:
        arguments = _arguments(name, function, body, doc)
    description = doc.summary if facts.description is None else facts.description
    tool = Tool(name, description, function, arguments, facts.strict, is_async(function))
    fault = not_strict(tool.dictionary["function"]["parameters"]) if facts.strict else None
    if fault:
        step = "Leave `strict` out, or change the types."
        _refuse(f"The parameters of the tool {name!r} cannot be strict: {fault}.", step)
    return tool


def facts_of(function: Any) -> ToolOverrides:
    """Return what `tool` was told of a function, also of one inside a partial."""
    known = getattr(function, FACTS, None) or getattr(_innermost(function), FACTS, None)
    return known or ToolOverrides()


def is_async(function: Any) -> bool:
    """Whether what the function returns has to be awaited."""
    own = _innermost(function)
    return inspect.iscoroutinefunction(own) or inspect.iscoroutinefunction(type(own).__call__)


def _innermost(function: Any) -> Any:
    while isinstance(function, functools.partial):
        function = function.func
    return function


def _check_name(name: str) -> None:
    plain = name.replace("-", "_")
    if not (plain.isascii() and plain.replace("_", "a").isalnum() and len(name) <= _LONGEST_NAME):
        _refuse(
            f"{shorten(repr(name), 80)} is no name for a tool: services take up to {_LONGEST_NAME} letters, "
            "digits, `_` and `-`.",
            'Name it: `tool(function, name="...")`.',
        )


def _arguments(name: str, function: Any, body: Any, doc: Docstring) -> ObjectType:
    shaper = HintConverter(_ARGUMENT)
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        _refuse(f"The signature of the tool {name!r} cannot be read.", "Write a function around it.")
    hints = hints_of(body, shaper, f"The tool `{name}`")
    bound = _bound(function)
    record = ObjectType(name, dict)
    record.fields = [
        _field(name, item, hints, shaper, doc.parameters.get(item.name, ""))
        for item in parameters
        if item.name not in bound
    ]
    return record


def _bound(function: Any) -> set[str]:
    """Return the parameters that `functools.partial` has set: they are the program's, not the model's."""
    bound: set[str] = set()
    while isinstance(function, functools.partial):
        bound |= set(function.keywords)
        function = function.func
    return bound


def _field(
    tool: str, item: inspect.Parameter, hints: Mapping[str, Any], shaper: HintConverter, description: str
) -> Field:
    where = f"The parameter `{item.name}` of the tool `{tool}`"
    if item.kind in (item.VAR_POSITIONAL, item.VAR_KEYWORD):
        stars = "*" if item.kind is item.VAR_POSITIONAL else "**"
        step = "Name each parameter, or take one list or dict."
        shaper.refuse(where, f"is `{stars}{item.name}`, which does not say what it takes", step)
    if item.kind is item.POSITIONAL_ONLY:
        shaper.refuse(where, "cannot be given by keyword", "Remove the `/`.")
    if item.name not in hints:
        shaper.refuse(where, "has no type hint", f"Write `{item.name}: str`, or what it is.")
    required = item.default is item.empty
    default = NO_DEFAULT if required else item.default
    return Field(item.name, shaper.shape(hints[item.name], where), required, default, description)


def _refuse(message: str, step: str) -> NoReturn:
    raise InvalidArgumentError(_ARGUMENT, message, hint=step)
