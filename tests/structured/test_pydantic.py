"""Pydantic models, which have their own schemas and their own validation."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Optional

import pytest

from g4f_lite.errors import StructuredOutputError
from g4f_lite.structured import plan, schema_of
from g4f_lite.structured._from_hints import HintConverter
from g4f_lite.structured._parsing import validate_json
from g4f_lite.structured._strict_mode import strict_mode_problem
from g4f_lite.structured._types import write_schema

pydantic = pytest.importorskip("pydantic")


class Person(pydantic.BaseModel):
    """A person."""

    model_config = pydantic.ConfigDict(strict=True)
    name: Annotated[str, pydantic.Field(min_length=2)]
    born: date
    friends: "list[Person]" = []  # noqa: RUF012 - pydantic copies it


class Team(pydantic.BaseModel):
    lead: Person
    other: Optional[Person] = None  # noqa: UP045


class Numbers(pydantic.RootModel[list[int]]):
    pass


@dataclass
class Club:
    team: Team
    people: list[Person]


def test_a_model_uses_its_own_validation() -> None:
    """The model's own rules apply, strict ones too, and its problems have locations."""
    json_type = HintConverter("hint").convert(Club, "it")
    text = '{"team": {"lead": {"name": "Ada", "born": "1815-12-10"}}, "people": []}'
    club, problems = validate_json(json_type, text)
    assert problems == ()
    assert club == Club(Team(lead=Person(name="Ada", born=date(1815, 12, 10))), [])
    wrong = '{"team": {"lead": {"name": "A", "born": "x"}}, "people": [{"name": "Bo"}]}'
    _, problems = validate_json(json_type, wrong)
    assert [problem.partition(":")[0] for problem in problems] == [
        "team.lead.name",
        "team.lead.born",
        "people[0].born",
    ]


@pytest.mark.parametrize("hint", [Person, Team, Club, list[Team], tuple[Person, Team]])
@pytest.mark.parametrize("strict", [False, True])
def test_references_in_schemas_of_models_are_defined(hint: type, strict: bool) -> None:
    """Each reference in a schema with models has a definition at the root."""
    jsonschema = pytest.importorskip("jsonschema")
    schema = write_schema(HintConverter("hint").convert(hint, "it"), strict=strict)
    jsonschema.Draft202012Validator.check_schema(schema)
    pointers = set(_pointers(schema))
    assert pointers
    assert pointers <= {f"#/$defs/{name}" for name in schema["$defs"]}
    assert schema["type"] in ("object", "array")


def _pointers(node: object) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if "$ref" in node else []
        return [*own, *(pointer for item in node.values() for pointer in _pointers(item))]
    return [pointer for item in node for pointer in _pointers(item)] if isinstance(node, list) else []


def test_a_model_has_a_strict_schema_if_possible() -> None:
    """A strict schema requires every key; a model with unsupported keywords gets the plain schema."""

    class Point(pydantic.BaseModel):
        x: int
        y: int = 0

    option = plan(Point, native=True).option
    assert option is not None
    assert option["json_schema"]["strict"] is True
    assert option["json_schema"]["schema"]["required"] == ["x", "y"]
    assert schema_of(Point)["required"] == ["x"]
    assert "minLength" in str(
        strict_mode_problem(write_schema(HintConverter("hint").convert(Person, "it"), strict=True))
    )


def test_a_pydantic_dataclass_uses_pydantics_rules() -> None:
    """The fields and rules of a pydantic dataclass are pydantic's."""

    @pydantic.dataclasses.dataclass
    class Size:
        width: int = pydantic.Field(gt=0)
        height: int = pydantic.Field(default=1)

    assert schema_of(Size)["required"] == ["width"]
    json_type = HintConverter("hint").convert(list[Size], "it")
    assert validate_json(json_type, '[{"width": 2}]') == ([Size(2, 1)], ())
    assert validate_json(json_type, '[{"width": 0}]')[1] == ("[0].width: Input should be greater than 0",)


def test_a_root_model_of_a_list_is_wrapped() -> None:
    """A model of a list is wrapped under `value`, and the result is the model again."""
    response_plan = plan(Numbers, native=True)
    assert response_plan.parse('{"value": [1, 2]}') == Numbers([1, 2])
    with pytest.raises(StructuredOutputError, match=r"value\[1\]"):
        response_plan.parse('{"value": [1, "x"]}')
