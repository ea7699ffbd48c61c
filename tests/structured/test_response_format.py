"""`response_format`: the native option, the instruction, and the validation of the answer."""

import enum
import json
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import pytest

from g4f_lite import InvalidArgumentError
from g4f_lite.errors import StructuredOutputError
from g4f_lite.results import Choice, ToolCall
from g4f_lite.structured import plan


@dataclass
class City:
    """A city."""

    name: str
    people: int = 0


class Mood(enum.Enum):
    GOOD = "good"
    BAD = "bad"


class Row(NamedTuple):
    city: City


SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
MESSAGES = [{"role": "user", "content": "Which city?"}]


def native_json_schema(response_format: Any) -> dict[str, Any]:
    """Return the entry `json_schema` of the native option."""
    option = plan(response_format, native=True).option
    assert option is not None
    assert option["type"] == "json_schema"
    json_schema: dict[str, Any] = option["json_schema"]
    return json_schema


# --- native option ---------------------------------------------------------------------------------------


def test_a_type_becomes_openais_option() -> None:
    """The option has the name and the strict schema, and is marked as strict."""
    assert native_json_schema(City) == {
        "name": "City",
        "strict": True,
        "schema": {
            "description": "A city.",
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "people": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            },
            "required": ["name", "people"],
            "additionalProperties": False,
        },
    }
    response_plan = plan(City, native=True)
    assert (response_plan.way, response_plan.instruction) == ("native", None)
    assert response_plan.messages(MESSAGES) == MESSAGES
    assert response_plan.parse(' {"name": "Bonn", "people": null}\n') == City("Bonn")


def test_a_type_without_a_strict_schema_uses_the_plain_one() -> None:
    """A dictionary with arbitrary keys has no strict schema, so the plain schema is sent."""
    json_schema = native_json_schema(dict[str, int])
    assert json_schema["strict"] is False
    assert json_schema["schema"] == {"type": "object", "additionalProperties": {"type": "integer"}}


@pytest.mark.parametrize(
    ("response_format", "text", "value"),
    [
        (list[City], '{"value": [{"name": "Bonn", "people": 1}]}', [City("Bonn", 1)]),
        (Mood, '{"value": "good"}', Mood.GOOD),
        (int | None, '{"value": null}', None),
        (Literal["a", "b"], '{"value": "b"}', "b"),
        ({"type": "array", "items": {"type": "integer"}}, '{"value": [1]}', [1]),
        ({"enum": ["x"]}, '{"value": "x"}', "x"),
    ],
)
@pytest.mark.parametrize("native", [True, False])
def test_a_type_that_is_not_an_object_is_wrapped(
    response_format: Any, text: str, value: Any, native: bool
) -> None:
    """Services require an object, so the value is requested in a wrapper and then unwrapped."""
    response_plan = plan(response_format, native=native)
    schema = (
        response_plan.option["json_schema"]["schema"]
        if response_plan.option
        else _schema_in(response_plan.instruction)
    )
    assert list(schema["properties"]) == ["value"]
    assert schema["required"] == ["value"]
    assert response_plan.parse(text) == value
    with pytest.raises(StructuredOutputError) as caught:
        response_plan.parse('{"value": {"not": "it"}}')
    assert caught.value.problems[0].startswith("value")


def _schema_in(instruction: str | None) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(str(instruction).partition("\n")[2])
    return schema


def test_a_wrapped_schema_keeps_its_pointers() -> None:
    """References of a schema into itself point to the same schema inside the wrapper."""
    tree = {
        "$defs": {"leaf": {"type": "integer"}},
        "anyOf": [{"$ref": "#/$defs/leaf"}, {"type": "array", "items": {"$ref": "#"}}],
    }
    response_plan = plan(tree, native=True)
    assert response_plan.parse('{"value": [1, [2, []]]}') == [1, [2, []]]
    with pytest.raises(StructuredOutputError) as caught:
        response_plan.parse('{"value": [1, ["2"]]}')
    assert caught.value.problems == ("value[1][0]: expected an integer, not a string",)


def test_a_named_tuple_and_a_schema_are_objects() -> None:
    """Types that are objects are not wrapped, and the title of a schema is its name."""
    assert plan(Row, native=True).parse('{"city": {"name": "Bonn"}}') == Row(City("Bonn"))
    assert native_json_schema({**SCHEMA, "title": "A city!"}) == {
        "name": "A_city",
        "strict": False,
        "schema": {**SCHEMA, "title": "A city!"},
    }
    assert native_json_schema(SCHEMA)["name"] == "answer"
    assert native_json_schema({**SCHEMA, "additionalProperties": False})["strict"] is True
    assert plan(SCHEMA, native=False).parse('{"name": "Bonn", "more": 1}') == {"name": "Bonn", "more": 1}


@pytest.mark.parametrize(
    "option",
    [
        {"type": "json_object"},
        {"type": "json_object", "schema": SCHEMA},
        {"type": "json_schema", "json_schema": {"name": "city", "schema": SCHEMA, "strict": False}},
        {"type": "json_schema", "json_schema": {"name": "anything"}},
    ],
)
def test_openais_dictionaries_are_passed_on_unchanged(option: dict[str, Any]) -> None:
    """Natively they are unchanged, otherwise they become an instruction; both answers are validated."""
    native, instructed = plan(option, native=True), plan(option, native=False)
    assert native.option == option
    assert instructed.option is None
    assert _schema_in(instructed.instruction)["type"] == "object"
    for response_plan in (native, instructed):
        assert response_plan.parse('{"name": "Bonn"}') == {"name": "Bonn"}
        with pytest.raises(StructuredOutputError, match="expected an object, not an array"):
            response_plan.parse("[]")


def test_openais_text_format_requests_nothing() -> None:
    """The format `text` is not parsed, and a provider without the option gets no instruction."""
    native, other = plan({"type": "text"}, native=True), plan({"type": "text"}, native=False)
    assert (native.way, native.option, native.parse("Bonn")) == (None, {"type": "text"}, None)
    assert (other.way, other.option, other.messages(MESSAGES)) == (None, None, MESSAGES)


@pytest.mark.parametrize(
    ("response_format", "words"),
    [
        ({}, "is a dictionary without keys, which is no JSON schema"),
        ({"name": "x", "schema": {}}, "with the keys name, schema"),
        ({"type": "json_schema"}, "no 'json_schema' with a 'name'"),
        (
            {"type": "json_schema", "json_schema": {"name": "x", "schema": 3}},
            "has to be a dictionary, not a number",
        ),
        ({"type": "objekt"}, "The JSON schema has 'objekt' as 'type'"),
        (bytes, "`response_format` is of the type `bytes`"),
        ("City", r"`response_format` is 'City', which is no .* Pass \{\"type\": \"json_object\"\} for any"),
        ("json", r"`response_format` is 'json', which is no .* Pass \{\"type\": \"json_object\"\} for any"),
        ({"type": "json"}, r"`response_format` is of the type 'json', which is no .* Pass \{\"type\""),
    ],
)
def test_an_unknown_format_is_refused(response_format: Any, words: str) -> None:
    """The error names the argument and what can be passed."""
    with pytest.raises(InvalidArgumentError, match=words) as caught:
        plan(response_format, native=True)
    assert caught.value.argument == "response_format"
    assert caught.value.hint


# --- instruction -----------------------------------------------------------------------------------------


def test_the_instruction_is_added_to_the_system_message() -> None:
    """The instruction follows the system message's text, or is a new message; the caller's messages are unchanged."""
    response_plan = plan(City, native=False)
    text = response_plan.instruction
    assert (response_plan.way, response_plan.option) == ("instructed", None)
    assert response_plan.messages(MESSAGES) == [{"role": "system", "content": text}, *MESSAGES]
    system = {"role": "developer", "content": "Be brief.", "name": "x"}
    assert response_plan.messages([system, *MESSAGES]) == [
        {**system, "content": f"Be brief.\n\n{text}"},
        *MESSAGES,
    ]
    parts = {"role": "system", "content": [{"type": "text", "text": "Be brief."}]}
    (first, _) = response_plan.messages([parts, *MESSAGES])
    assert first["content"] == [{"type": "text", "text": "Be brief."}, {"type": "text", "text": text}]
    assert parts["content"] == [{"type": "text", "text": "Be brief."}]


def test_the_instruction_has_the_plain_schema() -> None:
    """With an instruction, the model may omit keys that have a default."""
    schema = _schema_in(plan(City, native=False).instruction)
    assert schema["required"] == ["name"]
    assert schema["properties"]["people"] == {"type": "integer", "default": 0}


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "Bonn", "people": 1}',
        '```json\n{"name": "Bonn", "people": 1}\n```',
        'Here it is:\n```\n{"name": "Bonn",\n "people": 1}\n```\nAnything else?',
        'The city {as JSON}: {"name": "Bonn", "people": 1}. Good?',
        '```python\nprint("{")\n```\n{"name": "Bonn", "people": 1}',
    ],
)
def test_one_object_is_found_in_surrounding_text(text: str) -> None:
    """A code fence and text around the object are ignored, but only after an instruction."""
    assert plan(City, native=False).parse(text) == City("Bonn", 1)
    if not text.startswith("{"):
        with pytest.raises(StructuredOutputError, match="it is not JSON"):
            plan(City, native=True).parse(text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("No city.", "it is not JSON: Expecting value at line 1, column 1"),
        ('{"name": "Bonn"} or {"name": "Ulm"}', "it has 2 JSON objects, not one"),
        ('{"name": "Bonn"', "it is not JSON: Expecting ',' delimiter at line 1, column 16"),
        (
            "{" * 10_000,
            "it is not JSON: Expecting property name enclosed in double quotes at line 1, column 2",
        ),
        ('It is {"name": 1, "people": "many"}', "name: expected a string, not a number"),
    ],
)
def test_an_invalid_answer_is_an_error_with_its_problems(text: str, problem: str) -> None:
    """The error has the answer and all its problems."""
    with pytest.raises(StructuredOutputError) as caught:
        plan(City, native=False).parse(text)
    assert caught.value.text == text
    assert caught.value.problems[0] == problem
    assert problem in str(caught.value)
    assert caught.value.hint.startswith("Ask again")


# --- complete answers ------------------------------------------------------------------------------------


def test_a_refusal_and_a_tool_call_have_no_object() -> None:
    """A refusal and a tool call have no object, and are not errors."""
    response_plan = plan(City, native=True)
    call = ToolCall("1", "look_up", "{}")
    assert response_plan.parsed(Choice(0, "", "stop", refusal="No.")) is None
    assert response_plan.parsed(Choice(0, "", "tool_calls", tool_calls=(call,))) is None
    assert response_plan.parsed(Choice(0, '{"name": "Bonn"}', "stop")) == City("Bonn")
    with pytest.raises(StructuredOutputError):
        response_plan.parsed(Choice(0, "", "stop"))


def test_a_truncated_answer_names_the_token_limit() -> None:
    """The token limit is the first problem, and the hint is to raise it."""
    with pytest.raises(StructuredOutputError) as caught:
        plan(City, native=True).parsed(Choice(0, '{"name": "Bo', "length"))
    assert caught.value.problems[0] == "it was cut at the limit of tokens"
    assert caught.value.hint == "Allow more tokens."
