"""Types, their schemas and what is built from JSON, compared with each other and with the package `jsonschema`."""

import dataclasses
import enum
import json
import string
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any, Literal, NamedTuple, TypedDict
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from g4f_lite.structured._from_hints import HintConverter
from g4f_lite.structured._parsing import validate_json, validate_value
from g4f_lite.structured._serialization import serialize
from g4f_lite.structured._strict_mode import strict_mode_problem
from g4f_lite.structured._types import write_schema
from g4f_lite.structured._validator import RawSchema

jsonschema = pytest.importorskip("jsonschema")
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""How long a type takes to be made up says nothing about the property."""


class Typed(NamedTuple):
    """A type hint, and a strategy for its values."""

    hint: Any
    values: st.SearchStrategy[Any]


class Color(enum.Enum):
    """Values of several types."""

    RED = "red"
    ONE = 1
    YES = True
    HALF = 0.5


OFFSETS = st.one_of(st.none(), st.integers(-1439, 1439).map(lambda n: timezone(timedelta(minutes=n))))
WORDS = st.text(string.ascii_lowercase, min_size=1, max_size=6)
EXACT = [
    Typed(int, st.integers(-(2**70), 2**70)),
    Typed(float, st.floats(allow_nan=False, allow_infinity=False)),
    Typed(str, st.text(st.characters(codec="utf-8"))),
    Typed(bool, st.booleans()),
    Typed(type(None), st.none()),
    Typed(Literal["a", 1, True, None], st.sampled_from(["a", 1, True, None])),  # noqa: PYI061
    Typed(Color, st.sampled_from(Color)),
]
FORMATTED = [
    Typed(date, st.dates()),
    Typed(datetime, st.datetimes(timezones=OFFSETS)),
    Typed(time, st.times(timezones=OFFSETS)),
    Typed(UUID, st.uuids()),
    Typed(Decimal, st.decimals(allow_nan=False, allow_infinity=False)),
]


def records(inner: st.SearchStrategy[Typed]) -> st.SearchStrategy[Typed]:
    """Classes of all kinds with a few keys, the last of which has a default where that is possible."""

    def made(keys: dict[str, Typed], kind: str) -> Typed:
        hints = {f"k_{name}": typed.hint for name, typed in keys.items()}
        values = {f"k_{name}": typed.values for name, typed in keys.items()}
        if kind == "typed dictionary":
            typed_dict = TypedDict("Table", hints, total=False)  # type: ignore[misc]
            return Typed(typed_dict, st.fixed_dictionaries({}, optional=values))
        if kind == "named tuple":
            row = NamedTuple("Row", list(hints.items()))  # type: ignore[misc]
            return Typed(row, st.builds(row, **values))
        last = ("k_last", int, dataclasses.field(default=7))
        cls = dataclasses.make_dataclass("Record", [*hints.items(), last])
        return Typed(cls, st.builds(cls, **values, k_last=st.integers()))

    kinds = st.sampled_from(["typed dictionary", "named tuple", "dataclass"])
    return st.builds(made, st.dictionaries(WORDS, inner, max_size=3), kinds)


def containers(inner: st.SearchStrategy[Typed]) -> st.SearchStrategy[Typed]:
    """Types that hold others."""
    return st.one_of(
        inner.map(lambda one: Typed(list[one.hint], st.lists(one.values, max_size=3))),
        inner.map(lambda one: Typed(dict[str, one.hint], st.dictionaries(WORDS, one.values, max_size=3))),
        inner.map(lambda one: Typed(tuple[one.hint, ...], st.lists(one.values, max_size=3).map(tuple))),
        inner.map(lambda one: Typed(one.hint | None, st.none() | one.values)),
        st.lists(inner, max_size=3).map(
            lambda many: Typed(tuple[tuple(m.hint for m in many)], st.tuples(*(m.values for m in many)))
        ),
        st.sampled_from(
            [Typed(set[int], st.sets(st.integers())), Typed(frozenset[str], st.frozensets(WORDS))]
        ),
        records(inner),
    )


def types(leaves: list[Typed]) -> st.SearchStrategy[Typed]:
    """Types made of these."""
    return st.recursive(st.sampled_from(leaves), containers, max_leaves=8)


ANY_TYPE = types([*EXACT, *FORMATTED])
COMPARABLE = types(EXACT)  # what a format is, `jsonschema` does not check by itself
JSON_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([0.5, 1.0, -2.0]),
    st.sampled_from(["", "a", "red"]),
)
JSON = st.recursive(
    JSON_LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["k_a", "k_b", "a", "b"]), inner)
    ),
    max_leaves=8,
)


def changed(value: Any, draw: Callable[[Any], Any]) -> Any:
    """The value with one part of it replaced, left out, or added."""
    if isinstance(value, list) and value and draw(st.booleans()):
        place = draw(st.integers(0, len(value) - 1))
        return [changed(item, draw) if at == place else item for at, item in enumerate(value)]
    if isinstance(value, list) and draw(st.booleans()):
        return [*value, *value[:1]]
    if isinstance(value, dict) and value and draw(st.booleans()):
        key = draw(st.sampled_from(sorted(value)))
        return {**value, key: changed(value[key], draw)}
    if isinstance(value, dict) and value and draw(st.booleans()):
        return dict(list(value.items())[1:])
    if isinstance(value, dict) and draw(st.booleans()):
        return {**value, "unknown": 1}
    return draw(JSON)


@UNHURRIED
@given(st.data(), st.booleans())
def test_what_is_written_is_read_back(data: st.DataObject, strict: bool) -> None:
    """A value of any type, written as JSON, is built again as an equal value of the same type."""
    typed = data.draw(ANY_TYPE)
    value = data.draw(typed.values)
    json_type = HintConverter("hint").convert(typed.hint, "it")
    built, problems = validate_json(json_type, serialize(value), strict=strict)
    assert problems == ()
    assert built == value
    assert type(built) is type(value)


@UNHURRIED
@given(st.data())
def test_schema_and_build_accept_the_same(data: st.DataObject) -> None:
    """Of a type's right values, of nearly right ones and of any others, build takes those that the schema allows."""
    typed = data.draw(COMPARABLE)
    json_type = HintConverter("hint").convert(typed.hint, "it")
    value = json.loads(serialize(data.draw(typed.values)))
    for _ in range(data.draw(st.integers(0, 2))):
        value = changed(value, data.draw)
    fits = jsonschema.Draft202012Validator(checked(write_schema(json_type))).is_valid(value)
    fits_strictly = jsonschema.Draft202012Validator(checked(write_schema(json_type, strict=True))).is_valid(
        value
    )
    assert (not validate_value(json_type, value)[1]) is fits
    # A service that does not know the strict form may leave out what has a default.
    if fits or fits_strictly:
        assert validate_value(json_type, value, strict=True)[1] == ()


def checked(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema, which is one."""
    jsonschema.Draft202012Validator.check_schema(schema)
    return schema


@UNHURRIED
@given(records(COMPARABLE))
def test_strict_schemas_name_every_key(typed: Typed) -> None:
    """The strict schema of a class has no fault but what no strict schema can say."""
    fault = strict_mode_problem(write_schema(HintConverter("hint").convert(typed.hint, "it"), strict=True))
    unsayable = ("uniqueItems", "prefixItems", "does not name", "does not say")
    assert fault is None or any(word in fault for word in unsayable)


# --- schemas that a caller wrote -------------------------------------------------------------------------

NUMBERS = st.integers(-3, 3) | st.sampled_from([0.5, 1.0])
LENGTHS = st.integers(0, 3)
NAMES = ["null", "boolean", "number", "integer", "string", "array", "object"]
KEYS = st.sampled_from(["k_a", "k_b", "a", "b"])
KEYWORDS: dict[str, Any] = {
    "type": st.sampled_from(NAMES) | st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True),
    "enum": st.lists(JSON, min_size=1, max_size=3),
    "const": JSON,
    "minimum": NUMBERS,
    "maximum": NUMBERS,
    "exclusiveMinimum": NUMBERS,
    "exclusiveMaximum": NUMBERS,
    "multipleOf": st.sampled_from([1, 2, 0.5]),
    "minLength": LENGTHS,
    "maxLength": LENGTHS,
    "minItems": LENGTHS,
    "maxItems": LENGTHS,
    "uniqueItems": st.booleans(),
    "pattern": st.sampled_from(["a", "^r", "d$"]),
    "required": st.lists(KEYS, max_size=2, unique=True),
    "title": st.just("A title"),
    "x-unknown": st.just(1),
}


def schemas_of(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Schemas with others inside."""
    several = st.lists(inner, min_size=1, max_size=3)
    nested = {
        "properties": st.dictionaries(KEYS, inner, max_size=3),
        "additionalProperties": inner,
        "items": inner,
        "prefixItems": several,
        "anyOf": several,
        "oneOf": several,
        "allOf": several,
    }
    return chosen({**KEYWORDS, **nested})


def chosen(keywords: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Schemas with a few of these keywords."""
    some = st.lists(st.sampled_from(sorted(keywords)), max_size=4, unique=True)
    return some.flatmap(lambda names: st.fixed_dictionaries({name: keywords[name] for name in names}))


SCHEMAS = st.recursive(st.booleans() | chosen(KEYWORDS), schemas_of, max_leaves=6).filter(
    lambda schema: isinstance(schema, dict)
)


@UNHURRIED
@given(SCHEMAS, st.lists(JSON, min_size=1, max_size=5))
def test_a_callers_schema_means_what_it_means(schema: dict[str, Any], values: list[Any]) -> None:
    """Values fit a schema here when they do to the reference implementation, also by way of a `$ref`."""
    for whole in (schema, {"$defs": {"part": schema}, "$ref": "#/$defs/part"}):
        json_type = RawSchema(whole, "response_format")
        oracle = jsonschema.Draft202012Validator(whole)
        for value in values:
            _, problems = validate_value(json_type, value)
            assert (not problems) is oracle.is_valid(value), (problems, value)


@UNHURRIED
@given(SCHEMAS, JSON)
def test_by_the_package_it_means_the_same(schema: dict[str, Any], value: Any) -> None:
    """A keyword that only the package knows leads there, and changes nothing else."""
    here = RawSchema(schema, "response_format")
    there = RawSchema({**schema, "minProperties": 0}, "response_format")
    assert bool(validate_value(here, value)[1]) is bool(validate_value(there, value)[1])
