"""Structured output: how a provider is asked for what `response_format` says, and what is made of its answer.

Two ways lead there. A provider that takes the option `response_format` gets it as OpenAI's API has it
(``"native"``). Any other is told in a message, and its answer is searched for the JSON (``"instructed"``).
Both ways, the answer is validated here.
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
from g4f_lite.structured._parsing import build, objects_in, parse
from g4f_lite.structured._response_format import WRAPPER, ResponseFormat, response_format_of
from g4f_lite.structured._strict_mode import not_strict
from g4f_lite.structured._types import JSONType, Schema, write

__all__ = ["Plan", "Way", "plan", "schema_of"]

Way = Literal["native", "instructed"]
"""How a provider was asked for structured output: by its own option, or by an instruction."""

_MOST_PROBLEMS = 20
_FENCE = re.compile(r"```[ \t]*(?:json|JSON)?[ \t]*\n(.*?)```", re.DOTALL)
_INSTRUCTION = (
    "Answer with one JSON object and nothing else: no explanation, no code fence. "
    "The object has to fit this JSON schema:\n"
)


class Plan(NamedTuple):
    """How one call gets its structured output.

    Attributes:
        way: how the provider is asked; None where plain text is asked for.
        option: the option `response_format` for the provider, None: it gets none.
        instruction: what a message tells it instead, None: nothing.
    """

    way: Way | None
    option: dict[str, Any] | None
    instruction: str | None
    wanted: ResponseFormat
    strict: bool = False

    def messages(self, messages: Sequence[Message]) -> list[Message]:
        """Return the messages with the instruction: behind the system's message if there is one, else as one."""
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
        """Return the object that an answer is; None for one that refuses or asks for tools instead.

        Raises:
            StructuredOutputError: it is none, with all that is wrong.
        """
        if choice.refusal is not None or (choice.tool_calls and not choice.text.strip()):
            return None
        return self.parse(choice.text, cut=choice.finish_reason == "length")

    def parse(self, text: str, *, cut: bool = False) -> Any:
        """Return the object that a text is; `cut` says that the text is not whole.

        Raises:
            StructuredOutputError: it is none, with all that is wrong.
        """
        shape = self.wanted.shape
        if shape is None:
            return None
        value, problem = parse(text) if self.way == "native" else _found(text)
        problems: tuple[str, ...] = (problem,)
        built: Any = None
        if not problem:
            built, problems = build(shape, value, strict=self.strict)
        if problems:
            raise _error(text, problems, cut=cut, way=self.way)
        return built[WRAPPER] if self.wanted.wrapped else built


def plan(response_format: Any, *, native: bool) -> Plan:
    """Return how to ask for what `response_format` says.

    Args:
        response_format: one of OpenAI's dictionaries, a JSON schema, or a type.
        native: whether the provider takes the option itself.

    Raises:
        InvalidArgumentError: it is none of these.
        MissingExtraError: its JSON schema needs the extra ``schema``.
    """
    if isinstance(response_format, type) and not get_args(response_format):
        return _plan_of_class(response_format, native)
    # Not kept: `int | str` and `str | int` are equal, and not the same to a reader of unions.
    return _plan(response_format, native)


@lru_cache(maxsize=64)
def _plan_of_class(cls: type, native: bool) -> Plan:
    return _plan(cls, native)


def _plan(response_format: Any, native: bool) -> Plan:
    wanted = response_format_of(response_format)
    if wanted.shape is None:
        return Plan(None, dict(wanted.option or {}) if native else None, None, wanted)
    if not native:
        # Not the strict form: a model that is only told may leave out what has a default.
        shown = json.dumps(write(wanted.shape), ensure_ascii=False)
        return Plan("instructed", None, f"{_INSTRUCTION}{shown}", wanted)
    if wanted.option is not None:
        return Plan("native", dict(wanted.option), None, wanted)
    schema, strict = _written(wanted.shape)
    described = {"name": wanted.name, "strict": strict, "schema": schema}
    return Plan("native", {"type": "json_schema", "json_schema": described}, None, wanted, strict)


def schema_of(hint: Any) -> dict[str, Any]:
    """Return the JSON schema of a type.

    Raises:
        InvalidArgumentError: no JSON value stands for the type.
    """
    return write(HintConverter("hint").shape(hint, "`hint`"))


def _written(shape: JSONType) -> tuple[Schema, bool]:
    """Return the schema in its strict form, and True; in its plain form, and False, if it has no strict one."""
    schema = write(shape, strict=True)
    return (schema, True) if not_strict(schema) is None else (write(shape), False)


def _found(text: str) -> tuple[Any, str]:
    """Return the one JSON object in a text, and why there is none."""
    whole, problem = parse(text)
    if not problem:
        return whole, ""
    fences = _FENCE.findall(text)
    if len(fences) == 1:
        fenced, fault = parse(fences[0])
        if not fault:
            return fenced, ""
    objects = objects_in(text)
    if len(objects) == 1:
        return objects[0], ""
    return None, f"it has {len(objects)} JSON objects, not one" if objects else problem


def _error(text: str, problems: Sequence[str], *, cut: bool, way: Way | None) -> StructuredOutputError:
    if cut:
        problems = ("it was cut at the limit of tokens", *problems)
    lines = "".join(f"\n  - {shorten(item)}" for item in problems[:_MOST_PROBLEMS])
    number = f"{len(problems)} problem{'s' if len(problems) != 1 else ''}"
    step = "Allow more tokens" if cut else "Ask again"
    other = "" if way == "native" else ", or ask a provider that takes `response_format` itself"
    return StructuredOutputError(
        f"The answer does not fit what `response_format` asked for ({number}):{lines}\n",
        text=text,
        problems=problems,
        hint=f"{step}{other}.",
    )
