"""Structured output: requests for the format of `response_format`, and validation of the answers.

There are two ways. A provider with the option `response_format` gets the option in the form of OpenAI's API
(``"native"``). Any other provider gets an instruction in a message, and the JSON is searched in its answer
(``"instructed"``). In both cases the answer is validated here.
"""

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal, NamedTuple, get_args

from g4f_lite._utils.text import shorten
from g4f_lite.contract import Message
from g4f_lite.errors import StructuredOutputError
from g4f_lite.results import Choice
from g4f_lite.structured._from_hints import HintConverter
from g4f_lite.structured._parsing import find_objects, parse_json, validate_value
from g4f_lite.structured._response_format import WRAPPER_KEY, ResponseFormat, parse_response_format
from g4f_lite.structured._strict_mode import strict_mode_problem
from g4f_lite.structured._types import JSONType, Schema, write_schema

__all__ = ["Plan", "Way", "plan", "schema_of"]

Way = Literal["native", "instructed"]
"""How structured output is requested from a provider: with its option, or with an instruction."""

_MAX_PROBLEMS_SHOWN = 20
_FENCE = re.compile(r"```[ \t]*(?:json|JSON)?[ \t]*\n(.*?)```", re.DOTALL)
_INSTRUCTION = (
    "Answer with one JSON object and nothing else: no explanation, no code fence. "
    "The object has to fit this JSON schema:\n"
)


class Plan(NamedTuple):
    """How one call requests and validates structured output.

    Attributes:
        way: how the output is requested, or None for plain text.
        option: the option `response_format` for the provider, or None if the provider gets no option.
        instruction: the text of the instruction for the model, or None if the provider gets none.
        wanted: the requested format.
        strict: whether the option has the strict schema, where null replaces an omitted key.
    """

    way: Way | None
    option: dict[str, Any] | None
    instruction: str | None
    wanted: ResponseFormat
    strict: bool = False

    def messages(self, messages: Sequence[Message]) -> list[Message]:
        """Return the messages with the instruction, at the end of the system message or in a new one."""
        if self.instruction is None:
            return list(messages)
        first = messages[0] if messages else {}
        if first.get("role") not in ("system", "developer"):
            return [{"role": "system", "content": self.instruction}, *messages]
        content = first["content"]
        if isinstance(content, str):
            content = f"{content}\n\n{self.instruction}"
        else:
            content = [*content, {"type": "text", "text": self.instruction}]
        return [{**first, "content": content}, *messages[1:]]

    def parsed(self, choice: Choice) -> Any:
        """Return the object of an answer, or None if the answer is a refusal or only has tool calls.

        Raises:
            StructuredOutputError: the answer does not have the requested format; `problems` lists why.
        """
        if choice.refusal is not None or (choice.tool_calls and not choice.text.strip()):
            return None
        return self.parse(choice.text, cut=choice.finish_reason == "length")

    def parse(self, text: str, *, cut: bool = False) -> Any:
        """Return the object of a text.

        Args:
            text: the text of an answer.
            cut: whether the text ended at the token limit, for the error's message.

        Raises:
            StructuredOutputError: the text does not have the requested format; `problems` lists why.
        """
        json_type = self.wanted.json_type
        if json_type is None:
            return None
        value, problem = parse_json(text) if self.way == "native" else _find_object(text)
        problems: tuple[str, ...] = (problem,)
        result: Any = None
        if not problem:
            result, problems = validate_value(json_type, value, strict=self.strict)
        if problems:
            raise _validation_error(text, problems, cut=cut, way=self.way)
        return result[WRAPPER_KEY] if self.wanted.is_wrapped else result


def plan(response_format: Any, *, native: bool) -> Plan:
    """Return the plan for a `response_format`.

    Args:
        response_format: one of OpenAI's dictionaries, a JSON schema, or a type.
        native: whether the provider has the option `response_format`.

    Raises:
        InvalidArgumentError: `response_format` is none of these.
        MissingExtraError: the JSON schema needs the extra ``schema``.
    """
    if isinstance(response_format, type) and not get_args(response_format):
        return _plan_of_class(response_format, native)
    # Not cached: `int | str` and `str | int` are equal keys, but a union tries its members in order.
    return _plan(response_format, native)


@lru_cache(maxsize=64)
def _plan_of_class(cls: type, native: bool) -> Plan:
    return _plan(cls, native)


def _plan(response_format: Any, native: bool) -> Plan:
    requested = parse_response_format(response_format)
    if requested.json_type is None:
        return Plan(None, dict(requested.option or {}) if native else None, None, requested)
    if not native:
        # Not the strict form: with an instruction, the model may omit keys that have a default.
        schema_text = json.dumps(write_schema(requested.json_type), ensure_ascii=False)
        return Plan("instructed", None, f"{_INSTRUCTION}{schema_text}", requested)
    if requested.option is not None:
        return Plan("native", dict(requested.option), None, requested)
    schema, strict = _write_strict_schema(requested.json_type)
    json_schema = {"name": requested.name, "strict": strict, "schema": schema}
    return Plan("native", {"type": "json_schema", "json_schema": json_schema}, None, requested, strict)


def schema_of(hint: Any) -> dict[str, Any]:
    """Return the JSON schema of a type.

    Raises:
        InvalidArgumentError: the type has no JSON type.
    """
    return write_schema(HintConverter("hint").convert(hint, "`hint`"))


def _write_strict_schema(json_type: JSONType) -> tuple[Schema, bool]:
    """Return the strict schema and True, or the plain schema and False if a strict one does not exist."""
    schema = write_schema(json_type, strict=True)
    return (schema, True) if strict_mode_problem(schema) is None else (write_schema(json_type), False)


def _find_object(text: str) -> tuple[Any, str]:
    """Return the only JSON object in a text, and the problem if there is not exactly one."""
    value, problem = parse_json(text)
    if not problem:
        return value, ""
    fenced_texts = _FENCE.findall(text)
    if len(fenced_texts) == 1:
        value, fence_problem = parse_json(fenced_texts[0])
        if not fence_problem:
            return value, ""
    objects = find_objects(text)
    if len(objects) == 1:
        return objects[0], ""
    return None, f"it has {len(objects)} JSON objects, not one" if objects else problem


def _validation_error(
    text: str, problems: Sequence[str], *, cut: bool, way: Way | None
) -> StructuredOutputError:
    if cut:
        problems = ("it was cut at the limit of tokens", *problems)
    lines = "".join(f"\n  - {shorten(item)}" for item in problems[:_MAX_PROBLEMS_SHOWN])
    number = f"{len(problems)} problem{'s' if len(problems) != 1 else ''}"
    advice = "Allow more tokens" if cut else "Ask again"
    other = "" if way == "native" else ", or ask a provider that takes `response_format` itself"
    return StructuredOutputError(
        f"The answer does not fit what `response_format` asked for ({number}):{lines}\n",
        text=text,
        problems=problems,
        hint=f"{advice}{other}.",
    )
