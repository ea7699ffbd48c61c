"""Types, their schemas and the validated objects, compared with each other and with the package `jsonschema`."""

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
"""The time that Hypothesis needs to generate a type does not matter for the property."""


class TypedStrategy(NamedTuple):
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
    TypedStrategy(int, st.integers(-(2**70), 2**70)),
    TypedStrategy(float, st.floats(allow_nan=False, allow_infinity=False)),
    TypedStrategy(str, st.text(st.characters(codec="utf-8"))),
    TypedStrategy(bool, st.booleans()),
    TypedStrategy(type(None), st.none()),
    TypedStrategy(Literal["a", 1, True, None], st.sampled_from(["a", 1, True, None])),  # noqa: PYI061
    TypedStrategy(Color, st.sampled_from(Color)),
]
FORMATTED = [
    TypedStrategy(date, st.dates()),
    TypedStrategy(datetime, st.datetimes(timezones=OFFSETS)),
    TypedStrategy(time, st.times(timezones=OFFSETS)),
    TypedStrategy(UUID, st.uuids()),
    TypedStrategy(Decimal, st.decimals(allow_nan=False, allow_infinity=False)),
]


def records(inner: st.SearchStrategy[TypedStrategy]) -> st.SearchStrategy[TypedStrategy]:
    """Return classes of all kinds with a few fields; the last field has a default where that is possible."""

    def build_class(keys: dict[str, TypedStrategy], kind: str) -> TypedStrategy:
        hints = {f"k_{name}": typed.hint for name, typed in keys.items()}
        values = {f"k_{name}": typed.values for name, typed in keys.items()}
        if kind == "typed dictionary":
            typed_dict = TypedDict("Table", hints, total=False)  # type: ignore[misc]
            return TypedStrategy(typed_dict, st.fixed_dictionaries({}, optional=values))
        if kind == "named tuple":
            row = NamedTuple("Row", list(hints.items()))  # type: ignore[misc]
            return TypedStrategy(row, st.builds(row, **values))
        last = ("k_last", int, dataclasses.field(default=7))
        cls = dataclasses.make_dataclass("Record", [*hints.items(), last])
        return TypedStrategy(cls, st.builds(cls, **values, k_last=st.integers()))

    kinds = st.sampled_from(["typed dictionary", "named tuple", "dataclass"])
    return st.builds(build_class, st.dictionaries(WORDS, inner, max_size=3), kinds)


def containers(inner: st.SearchStrategy[TypedStrategy]) -> st.SearchStrategy[TypedStrategy]:
    """Return types that contain others."""
    return st.one_of(
        inner.map(lambda one: TypedStrategy(list[one.hint], st.lists(one.values, max_size=3))),
        inner.map(
            lambda one: TypedStrategy(dict[str, one.hint], st.dictionaries(WORDS, one.values, max_size=3))
        ),
        inner.map(
            lambda one: TypedStrategy(tuple[one.hint, ...], st.lists(one.values, max_size=3).map(tuple))
        ),
        inner.map(lambda one: TypedStrategy(one.hint | None, st.none() | one.values)),
        st.lists(inner, max_size=3).map(
            lambda many: TypedStrategy(
                tuple[tuple(m.hint for m in many)], st.tuples(*(m.values for m in many))
            )
        ),
        st.sampled_from(
            [
                TypedStrategy(set[int], st.sets(st.integers())),
                TypedStrategy(frozenset[str], st.frozensets(WORDS)),
            ]
        ),
        records(inner),
    )


def types(leaves: list[TypedStrategy]) -> st.SearchStrategy[TypedStrategy]:
    """Return types built from these."""
    return st.recursive(st.sampled_from(leaves), containers, max_leaves=8)


ANY_TYPE = types([*EXACT, *FORMATTED])
COMPARABLE = types(EXACT)  # `jsonschema` does not validate `format`
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


def mutate(value: Any, draw: Callable[[Any], Any]) -> Any:
    """Return the value with one part replaced, removed or added."""
    if isinstance(value, list) and value and draw(st.booleans()):
        place = draw(st.integers(0, len(value) - 1))
        return [mutate(item, draw) if at == place else item for at, item in enumerate(value)]
    if isinstance(value, list) and draw(st.booleans()):
        return [*value, *value[:1]]
    if isinstance(value, dict) and value and draw(st.booleans()):
        key = draw(st.sampled_from(sorted(value)))
        return {**value, key: mutate(value[key], draw)}
    if isinstance(value, dict) and value and draw(st.booleans()):
        return dict(list(value.items())[1:])
    if isinstance(value, dict) and draw(st.booleans()):
        return {**value, "unknown": 1}
    return draw(JSON)


@UNHURRIED
@given(st.data(), st.booleans())
def test_serialized_values_are_restored(data: st.DataObject, strict: bool) -> None:
    """A value of any type, serialized as JSON, is validated as an equal value of the same type."""
    typed = data.draw(ANY_TYPE)
    value = data.draw(typed.values)
    json_type = HintConverter("hint").convert(typed.hint, "it")
    built, problems = validate_json(json_type, serialize(value), strict=strict)
    assert problems == ()
    assert built == value
    assert type(built) is type(value)


@UNHURRIED
@given(st.data())
def test_schema_and_validation_accept_the_same_values(data: st.DataObject) -> None:
    """Validation accepts exactly the values that the schema allows, whether right, nearly right or random."""
    typed = data.draw(COMPARABLE)
    json_type = HintConverter("hint").convert(typed.hint, "it")
    value = json.loads(serialize(data.draw(typed.values)))
    for _ in range(data.draw(st.integers(0, 2))):
        value = mutate(value, data.draw)
    fits = jsonschema.Draft202012Validator(require_valid_schema(write_schema(json_type))).is_valid(value)
    fits_strictly = jsonschema.Draft202012Validator(
        require_valid_schema(write_schema(json_type, strict=True))
    ).is_valid(value)
    assert (not validate_value(json_type, value)[1]) is fits
    # A service that does not support strict mode may omit keys with a default.
    if fits or fits_strictly:
        assert validate_value(json_type, value, strict=True)[1] == ()


def require_valid_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema after checking that it is valid."""
    jsonschema.Draft202012Validator.check_schema(schema)
    return schema


@UNHURRIED
@given(records(COMPARABLE))
def test_strict_schemas_name_every_key(typed: TypedStrategy) -> None:
    """The strict schema of a class has no problem except keywords that strict mode does not support."""
    fault = strict_mode_problem(write_schema(HintConverter("hint").convert(typed.hint, "it"), strict=True))
    unsayable = ("uniqueItems", "prefixItems", "does not name", "does not say")
    assert fault is None or any(word in fault for word in unsayable)


# --- schemas of the caller -------------------------------------------------------------------------------

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
    """Return schemas with nested schemas."""
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
    return with_some_keywords({**KEYWORDS, **nested})


def with_some_keywords(keywords: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return schemas with a few of these keywords."""
    some = st.lists(st.sampled_from(sorted(keywords)), max_size=4, unique=True)
    return some.flatmap(lambda names: st.fixed_dictionaries({name: keywords[name] for name in names}))


SCHEMAS = st.recursive(st.booleans() | with_some_keywords(KEYWORDS), schemas_of, max_leaves=6).filter(
    lambda schema: isinstance(schema, dict)
)


@UNHURRIED
@given(SCHEMAS, st.lists(JSON, min_size=1, max_size=5))
def test_validation_equals_the_reference_implementation(schema: dict[str, Any], values: list[Any]) -> None:
    """Values are valid exactly if the package `jsonschema` says so, also through a `$ref`."""
    for whole in (schema, {"$defs": {"part": schema}, "$ref": "#/$defs/part"}):
        json_type = RawSchema(whole, "response_format")
        oracle = jsonschema.Draft202012Validator(whole)
        for value in values:
            _, problems = validate_value(json_type, value)
            assert (not problems) is oracle.is_valid(value), (problems, value)


@UNHURRIED
@given(SCHEMAS, JSON)
def test_the_package_gives_the_same_result(schema: dict[str, Any], value: Any) -> None:
    """A keyword that needs the package makes the package validate the schema, with the same result."""
    builtin = RawSchema(schema, "response_format")
    by_package = RawSchema({**schema, "minProperties": 0}, "response_format")
    assert bool(validate_value(builtin, value)[1]) is bool(validate_value(by_package, value)[1])
