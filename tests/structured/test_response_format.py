"""What `response_format` asks a provider for, natively or by instruction, and what is made of its answer."""

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


def asked_for(response_format: Any) -> dict[str, Any]:
    """What stands under `json_schema` in the native option."""
    option = plan(response_format, native=True).option
    assert option is not None
    assert option["type"] == "json_schema"
    described: dict[str, Any] = option["json_schema"]
    return described


# --- asking ----------------------------------------------------------------------------------------------


def test_a_type_is_asked_for_in_openais_shape() -> None:
    """The option has the name, the strict schema, and says so."""
    assert asked_for(City) == {
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
    made = plan(City, native=True)
    assert (made.way, made.instruction) == ("native", None)
    assert made.messages(MESSAGES) == MESSAGES
    assert made.parse(' {"name": "Bonn", "people": null}\n') == City("Bonn")


def test_what_cannot_be_strict_is_asked_for_plainly() -> None:
    """A dictionary with any keys has no strict schema, and is asked for without."""
    described = asked_for(dict[str, int])
    assert described["strict"] is False
    assert described["schema"] == {"type": "object", "additionalProperties": {"type": "integer"}}


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
def test_what_is_no_object_is_wrapped_in_one(
    response_format: Any, text: str, value: Any, native: bool
) -> None:
    """Services want an object, so one is asked for, and its value is the result."""
    made = plan(response_format, native=native)
    schema = made.option["json_schema"]["schema"] if made.option else _schema_in(made.instruction)
    assert list(schema["properties"]) == ["value"]
    assert schema["required"] == ["value"]
    assert made.parse(text) == value
    with pytest.raises(StructuredOutputError) as caught:
        made.parse('{"value": {"not": "it"}}')
    assert caught.value.problems[0].startswith("value")


def _schema_in(instruction: str | None) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(str(instruction).partition("\n")[2])
    return found


def test_a_wrapped_schema_keeps_its_pointers() -> None:
    """References of a schema into itself lead to the same place inside the wrapper."""
    tree = {
        "$defs": {"leaf": {"type": "integer"}},
        "anyOf": [{"$ref": "#/$defs/leaf"}, {"type": "array", "items": {"$ref": "#"}}],
    }
    made = plan(tree, native=True)
    assert made.parse('{"value": [1, [2, []]]}') == [1, [2, []]]
    with pytest.raises(StructuredOutputError) as caught:
        made.parse('{"value": [1, ["2"]]}')
    assert caught.value.problems == ("value[1][0]: expected an integer, not a string",)


def test_a_named_tuple_and_a_schema_are_objects() -> None:
    """What is an object is not wrapped; the name of a schema is its title."""
    assert plan(Row, native=True).parse('{"city": {"name": "Bonn"}}') == Row(City("Bonn"))
    assert asked_for({**SCHEMA, "title": "A city!"}) == {
        "name": "A_city",
        "strict": False,
        "schema": {**SCHEMA, "title": "A city!"},
    }
    assert asked_for(SCHEMA)["name"] == "answer"
    assert asked_for({**SCHEMA, "additionalProperties": False})["strict"] is True
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
def test_openais_dictionaries_are_passed_on_as_they_are(option: dict[str, Any]) -> None:
    """Natively they reach the provider untouched; elsewhere they become the instruction. Both are validated."""
    native, instructed = plan(option, native=True), plan(option, native=False)
    assert native.option == option
    assert instructed.option is None
    assert _schema_in(instructed.instruction)["type"] == "object"
    for made in (native, instructed):
        assert made.parse('{"name": "Bonn"}') == {"name": "Bonn"}
        with pytest.raises(StructuredOutputError, match="expected an object, not an array"):
            made.parse("[]")


def test_plain_text_stays_plain_text() -> None:
    """OpenAI's `text` asks for nothing, and a provider without the option is not told."""
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
def test_what_asks_for_nothing_known_is_refused(response_format: Any, words: str) -> None:
    """The error names the argument and what can be passed."""
    with pytest.raises(InvalidArgumentError, match=words) as caught:
        plan(response_format, native=True)
    assert caught.value.argument == "response_format"
    assert caught.value.hint


# --- by instruction --------------------------------------------------------------------------------------


def test_the_instruction_joins_the_systems_message() -> None:
    """It stands behind what the system says, or is a message of its own; the caller's messages stay."""
    made = plan(City, native=False)
    text = made.instruction
    assert (made.way, made.option) == ("instructed", None)
    assert made.messages(MESSAGES) == [{"role": "system", "content": text}, *MESSAGES]
    system = {"role": "developer", "content": "Be brief.", "name": "x"}
    assert made.messages([system, *MESSAGES]) == [{**system, "content": f"Be brief.\n\n{text}"}, *MESSAGES]
    parts = {"role": "system", "content": [{"type": "text", "text": "Be brief."}]}
    (first, _) = made.messages([parts, *MESSAGES])
    assert first["content"] == [{"type": "text", "text": "Be brief."}, {"type": "text", "text": text}]
    assert parts["content"] == [{"type": "text", "text": "Be brief."}]


def test_the_instruction_has_the_plain_schema() -> None:
    """A model that is only told may leave out what has a default."""
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
def test_one_object_is_found_in_what_stands_around_it(text: str) -> None:
    """A fence and words around the object are left out, only where the provider was told in words."""
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
def test_an_answer_that_does_not_fit_is_an_error(text: str, problem: str) -> None:
    """The error has the answer and all that is wrong with it."""
    with pytest.raises(StructuredOutputError) as caught:
        plan(City, native=False).parse(text)
    assert caught.value.text == text
    assert caught.value.problems[0] == problem
    assert problem in str(caught.value)
    assert caught.value.hint.startswith("Ask again")


# --- the whole answer ------------------------------------------------------------------------------------


def test_a_refusal_and_a_call_of_a_tool_are_no_objects() -> None:
    """An answer that is not meant to be the object has none, and is no error."""
    made = plan(City, native=True)
    call = ToolCall("1", "look_up", "{}")
    assert made.parsed(Choice(0, "", "stop", refusal="No.")) is None
    assert made.parsed(Choice(0, "", "tool_calls", tool_calls=(call,))) is None
    assert made.parsed(Choice(0, '{"name": "Bonn"}', "stop")) == City("Bonn")
    with pytest.raises(StructuredOutputError):
        made.parsed(Choice(0, "", "stop"))


def test_an_answer_that_was_cut_says_so() -> None:
    """The limit of tokens is named first, with what to do about it."""
    with pytest.raises(StructuredOutputError) as caught:
        plan(City, native=True).parsed(Choice(0, '{"name": "Bo', "length"))
    assert caught.value.problems[0] == "it was cut at the limit of tokens"
    assert caught.value.hint == "Allow more tokens."
