"""JSON schemas of the caller: validated before any request is sent, and enforced with clear messages."""

import sys
from typing import Any

import pytest

from g4f_lite import InvalidArgumentError
from g4f_lite.errors import MissingExtraError
from g4f_lite.structured._parsing import validate_value
from g4f_lite.structured._validator import RawSchema


def problems(schema: dict[str, Any], value: Any) -> tuple[str, ...]:
    """Return the problems of a value."""
    return validate_value(RawSchema(schema, "response_format"), value)[1]


@pytest.mark.parametrize(
    ("schema", "value", "found"),
    [
        ({"type": "integer"}, 1.5, "expected an integer, not a number"),
        ({"type": ["string", "null"]}, 1, "expected a string or null, not a number"),
        ({"enum": ["a", 1]}, True, "expected one of 'a', 1, not True"),
        ({"const": 1}, [1], "expected one of 1, not an array"),
        ({"minimum": 2}, 1, "expected at least 2, not 1"),
        ({"maximum": 2}, 3, "expected at most 2, not 3"),
        ({"exclusiveMinimum": 2}, 2, "expected more than 2, not 2"),
        ({"exclusiveMaximum": 2}, 2, "expected less than 2, not 2"),
        ({"multipleOf": 0.1}, 0.35, "expected a multiple of 0.1, not 0.35"),
        ({"minLength": 2}, "a", "expected at least 2 characters, not 1"),
        ({"maxItems": 1}, [1, 2], "expected at most 1 items, not 2"),
        ({"uniqueItems": True}, [1, 1.0], "expected no item twice"),
        ({"pattern": "^a"}, "ba", "expected a string that matches '^a', not 'ba'"),
        ({"properties": {"a": False}}, {"a": 1}, "a: is not allowed"),
        ({"additionalProperties": False}, {"a": 1}, "a: is not a known key"),
        ({"required": ["a"]}, {}, "a: is missing"),
        (
            {"oneOf": [{"type": "integer"}, {"minimum": 0}]},
            1,
            "fits 2 of the alternatives, and has to fit one",
        ),
        (
            {"anyOf": [{"type": "string"}, {"properties": {"a": {"type": "string"}}, "type": "object"}]},
            {"a": 1},
            "a: expected a string, not a number",
        ),
        ({"prefixItems": [{"type": "string"}], "items": False}, ["a", 1], "[1]: is not allowed"),
    ],
)
def test_each_keyword_has_a_clear_message(schema: dict[str, Any], value: Any, found: str) -> None:
    """The message for each keyword states the expected and the actual value."""
    assert problems(schema, value) == (found,)


def test_multiple_of_is_decimal() -> None:
    """0.3 is a multiple of 0.1, although it is not one in binary floating point."""
    assert problems({"multipleOf": 0.1}, 0.3) == ()


def test_pointers_are_resolved_anywhere_in_the_schema() -> None:
    """Escaped and numbered steps of a pointer are resolved."""
    schema = {
        "properties": {
            "a/b": {"type": "string"},
            "c": {"$ref": "#/properties/a~1b"},
            "d": {"$ref": "#/anyOf/0"},
        },
        "anyOf": [{"type": "object"}],
    }
    assert problems(schema, {"c": 1, "d": 1}) == (
        "c: expected a string, not a number",
        "d: expected an object, not a number",
    )


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "text"}, "has 'text' as 'type'"),
        ({"properties": {"a": {"type": 3}}}, "at `/properties/a` has 3 as 'type'"),
        ({"items": [{"type": "string"}]}, "at `/items` has to be a dictionary, not an array"),
        ({"required": "a"}, "has 'a' as 'required'"),
        ({"pattern": "("}, "has '\\(' as 'pattern'"),
        ({"anyOf": []}, "has \\[\\] as 'anyOf'"),
        ({"multipleOf": 0}, "has 0 as 'multipleOf'"),
        ({"minLength": -1}, "has -1 as 'minLength'"),
        ({"exclusiveMinimum": True}, "has True as 'exclusiveMinimum'"),
        ({"$ref": "#/$defs/a"}, "refers to '#/\\$defs/a', which is no place in it"),
        ({"$ref": "https://example.org/schema"}, "which is no place in it"),
        ({"$ref": "#/type/x", "type": "object"}, "which is no place in it"),
    ],
)
def test_an_invalid_schema_is_refused_with_the_location(schema: dict[str, Any], words: str) -> None:
    """An invalid schema is an error before any request is sent, and nothing is ever fetched."""
    with pytest.raises(InvalidArgumentError, match=words) as caught:
        RawSchema(schema, "response_format")
    assert caught.value.argument == "response_format"


def test_rare_keywords_need_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package `jsonschema`, a schema that needs it is an error with the way to install it."""
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'g4f-lite\[schema\]'"):
        RawSchema({"properties": {"a": {"not": {"type": "string"}}}}, "response_format")


def test_rare_keywords_are_validated_by_the_package() -> None:
    """With the package, rare keywords are enforced, and problems have the same locations."""
    pytest.importorskip("jsonschema")
    schema = {"properties": {"a": {"patternProperties": {"^x": {"type": "string"}}}}}
    assert problems(schema, {"a": {"x1": "a"}}) == ()
    assert problems(schema, {"a": {"x1": 1}}) == ("a.x1: 1 is not of type 'string'",)
    with pytest.raises(InvalidArgumentError, match="The JSON schema is wrong: 3 is not of type"):
        RawSchema({"not": 3}, "response_format")


def test_the_callers_schema_is_copied() -> None:
    """A later change of the caller's schema has no effect."""
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    json_type = RawSchema(schema, "response_format")
    schema["properties"]["a"]["type"] = "integer"  # type: ignore[index]
    assert validate_value(json_type, {"a": "x"})[1] == ()
