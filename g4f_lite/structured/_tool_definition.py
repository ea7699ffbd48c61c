"""Definitions of tools, built from typed functions."""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, NoReturn

from g4f_lite._utils.text import shorten
from g4f_lite.errors import InvalidArgumentError
from g4f_lite.structured._docstrings import Docstring, docstring_of
from g4f_lite.structured._from_hints import HintConverter, resolve_hints
from g4f_lite.structured._objects import NO_DEFAULT, Field, ObjectType
from g4f_lite.structured._parsing import validate_json
from g4f_lite.structured._strict_mode import strict_mode_problem
from g4f_lite.structured._types import JSONType, describe_kind, write_schema
from g4f_lite.structured._validator import RawSchema

__all__ = ["TOOL_ATTRIBUTE", "Tool", "ToolOverrides", "build_tool", "overrides_of"]

TOOL_ATTRIBUTE = "__g4f_lite_tool__"
"""The attribute of a function in which the decorator `tool` stores its `ToolOverrides`."""

_ARGUMENT = "tools"
_MAX_NAME_LENGTH = 64


class ToolOverrides(NamedTuple):
    """Parts of a tool's definition that the caller sets instead of the function's own.

    Attributes:
        name: the name, or None for the function's name.
        description: the description, or None for the function's docstring.
        parameters: a JSON schema, or None for one built from the function's type hints.
        strict: whether services must enforce the schema.
    """

    name: str | None = None
    description: str | None = None
    parameters: Mapping[str, Any] | None = None
    strict: bool = False

    def with_defaults(self, defaults: "ToolOverrides") -> "ToolOverrides":
        """Return these overrides, with `defaults` for the parts that are not set."""
        return ToolOverrides(
            defaults.name if self.name is None else self.name,
            defaults.description if self.description is None else self.description,
            defaults.parameters if self.parameters is None else self.parameters,
            self.strict or defaults.strict,
        )


class Tool(NamedTuple):
    """A function that a model can call.

    Attributes:
        name: the name, as sent to the model.
        description: the description, as sent to the model.
        function: the function, which is called with keyword arguments.
        arguments: the type of the arguments.
        strict: whether services must enforce the schema of `arguments`.
        is_async: whether the result of the function has to be awaited.
    """

    name: str
    description: str
    function: Callable[..., Any]
    arguments: JSONType
    strict: bool
    is_async: bool

    @property
    def dictionary(self) -> dict[str, Any]:
        """The tool in the form of OpenAI's API."""
        function: dict[str, Any] = {"name": self.name}
        if self.description:
            function["description"] = self.description
        function["parameters"] = write_schema(self.arguments, strict=self.strict)
        if self.strict:
            function["strict"] = True
        return {"type": "function", "function": function}

    def parse_arguments(self, text: str) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Return the arguments in the JSON text that the model wrote, and the problems with them."""
        result, problems = validate_json(self.arguments, text or "{}", strict=self.strict)
        if not problems and not isinstance(result, dict):  # the caller's schema may allow it
            problems = (f"expected an object, not {describe_kind(result)}",)
        return ({}, problems) if problems else (result, ())


def build_tool(function: Any) -> Tool:
    """Return the tool of a function.

    Raises:
        InvalidArgumentError: the function cannot be a tool; the message names the parameter and a remedy.
    """
    unwrapped = _unwrap_partial(function)
    if not callable(function) or isinstance(unwrapped, type):
        kind = "a class" if isinstance(unwrapped, type) else type(function).__name__
        _refuse(f"A tool has to be a function or a dictionary, not {kind}.", "Pass a typed function.")
    overrides = overrides_of(function)
    body = unwrapped if inspect.isroutine(unwrapped) else type(unwrapped).__call__
    doc = docstring_of(body)
    name = str(overrides.name or getattr(unwrapped, "__name__", type(unwrapped).__name__))
    _check_name(name)
    if overrides.parameters is not None:
        arguments: JSONType = RawSchema(overrides.parameters, _ARGUMENT)
    else:
        arguments = _build_arguments_type(name, function, body, doc)
    description = doc.summary if overrides.description is None else overrides.description
    tool = Tool(name, description, function, arguments, overrides.strict, is_async(function))
    problem = strict_mode_problem(tool.dictionary["function"]["parameters"]) if overrides.strict else None
    if problem:
        advice = "Leave `strict` out, or change the types."
        _refuse(f"The parameters of the tool {name!r} cannot be strict: {problem}.", advice)
    return tool


def overrides_of(function: Any) -> ToolOverrides:
    """Return the overrides that `tool` stored in a function, or in the function inside a `partial`."""
    stored = getattr(function, TOOL_ATTRIBUTE, None)
    stored = stored or getattr(_unwrap_partial(function), TOOL_ATTRIBUTE, None)
    return stored or ToolOverrides()


def is_async(function: Any) -> bool:
    """Whether the result of the function has to be awaited."""
    unwrapped = _unwrap_partial(function)
    return inspect.iscoroutinefunction(unwrapped) or inspect.iscoroutinefunction(type(unwrapped).__call__)


def _unwrap_partial(function: Any) -> Any:
    while isinstance(function, functools.partial):
        function = function.func
    return function


def _check_name(name: str) -> None:
    normalized = name.replace("-", "_")
    if not (
        normalized.isascii() and normalized.replace("_", "a").isalnum() and len(name) <= _MAX_NAME_LENGTH
    ):
        _refuse(
            f"{shorten(repr(name), 80)} is no name for a tool: services take up to {_MAX_NAME_LENGTH} letters, "
            "digits, `_` and `-`.",
            'Name it: `tool(function, name="...")`.',
        )


def _build_arguments_type(name: str, function: Any, body: Any, doc: Docstring) -> ObjectType:
    converter = HintConverter(_ARGUMENT)
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        _refuse(f"The signature of the tool {name!r} cannot be read.", "Write a function around it.")
    hints = resolve_hints(body, converter, f"The tool `{name}`")
    bound = _bound_parameters(function)
    object_type = ObjectType(name, dict)
    object_type.fields = [
        _build_field(name, parameter, hints, converter, doc.parameters.get(parameter.name, ""))
        for parameter in parameters
        if parameter.name not in bound
    ]
    return object_type


def _bound_parameters(function: Any) -> set[str]:
    """Return the parameters that `functools.partial` has bound: the program sets them, not the model."""
    bound: set[str] = set()
    while isinstance(function, functools.partial):
        bound |= set(function.keywords)
        function = function.func
    return bound


def _build_field(
    tool: str,
    parameter: inspect.Parameter,
    hints: Mapping[str, Any],
    converter: HintConverter,
    description: str,
) -> Field:
    where = f"The parameter `{parameter.name}` of the tool `{tool}`"
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
        stars = "*" if parameter.kind is parameter.VAR_POSITIONAL else "**"
        advice = "Name each parameter, or take one list or dict."
        converter.refuse(where, f"is `{stars}{parameter.name}`, which does not say what it takes", advice)
    if parameter.kind is parameter.POSITIONAL_ONLY:
        converter.refuse(where, "cannot be given by keyword", "Remove the `/`.")
    if parameter.name not in hints:
        converter.refuse(where, "has no type hint", f"Write `{parameter.name}: str`, or what it is.")
    is_required = parameter.default is parameter.empty
    default = NO_DEFAULT if is_required else parameter.default
    json_type = converter.convert(hints[parameter.name], where)
    return Field(parameter.name, json_type, is_required, default, description)


def _refuse(message: str, advice: str) -> NoReturn:
    raise InvalidArgumentError(_ARGUMENT, message, hint=advice)
