"""Type hints as JSON schemas, and JSON as objects, with all problems at once."""

from __future__ import annotations

import enum
import sys
import typing
from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass, field, make_dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Annotated, Any, Generic, Literal, NamedTuple, NewType, TypedDict, TypeVar

import pytest

from g4f_lite import InvalidArgumentError
from g4f_lite.structured import schema_of
from g4f_lite.structured._from_hints import HintConverter
from g4f_lite.structured._parsing import validate_json, validate_value
from g4f_lite.structured._strict_mode import strict_mode_problem
from g4f_lite.structured._types import write_schema


class Unit(enum.Enum):
    """The unit of a price."""

    EURO = "EUR"
    CENT = "cent"


class Color(enum.Flag):
    """Flags, which have no JSON type."""

    RED = 1


@dataclass
class Item:
    """One thing to buy.

    Longer words about it.

    Attributes:
        name: what it is called,
            in English
        price: what it costs
    """

    name: str
    price: float
    unit: Unit = Unit.EURO
    tags: list[str] = field(default_factory=list, metadata={"description": "words for it"})
    number: int = 1
    secret: str = field(default="kept", init=False)


@dataclass
class Node:
    value: int
    children: list[Node]


class Base(TypedDict):
    name: str


class Table(Base, total=False):
    """A typed dictionary."""

    size: Annotated[int, "in bytes"]


class Row(NamedTuple):
    number: int
    items: Sequence[Item] = ()


@dataclass
class Positive:
    number: int

    def __post_init__(self) -> None:
        if self.number < 1:
            raise ValueError("the number has to be positive")


@dataclass
class Cat:
    kind: Literal["cat"]
    lives: int


@dataclass
class Dog:
    kind: Literal["dog"]
    name: str


@dataclass
class Unresolvable:
    value: NoSuchName  # noqa: F821


class UnresolvableTable(TypedDict):
    value: NoSuchName  # noqa: F821


class NoType(NamedTuple):
    value: int.nothing


@dataclass
class WithInitVar:
    value: InitVar[int]


T = TypeVar("T")


@dataclass
class Page(Generic[T]):
    items: list[T]


Name = NewType("Name", str)


def validated(hint: Any, text: str) -> Any:
    """Return the object of a text that has no problem."""
    value, problems = validate_json(HintConverter("hint").convert(hint, "it"), text)
    assert problems == ()
    return value


def problems(hint: Any, text: str, *, strict: bool = False) -> tuple[str, ...]:
    """Return the problems of a text that has some."""
    value, found = validate_json(HintConverter("hint").convert(hint, "it"), text, strict=strict)
    assert value is None
    assert found
    return found


# --- schemas ---------------------------------------------------------------------------------------------


def test_a_class_has_descriptions_and_defaults() -> None:
    """Descriptions come from the docstring and the fields; defaults are included, and fields with `init=False` are not."""
    assert schema_of(Item) == {
        "description": "One thing to buy.",
        "type": "object",
        "properties": {
            "name": {"type": "string", "description": "what it is called, in English"},
            "price": {"type": "number", "description": "what it costs"},
            "unit": {"type": "string", "enum": ["EUR", "cent"]},
            "tags": {"type": "array", "items": {"type": "string"}, "description": "words for it"},
            "number": {"type": "integer", "default": 1},
        },
        "required": ["name", "price"],
        "additionalProperties": False,
    }


def test_a_typed_dictionary_has_required_and_optional_keys() -> None:
    """`total=False` applies to the class that states it, and `Annotated` is a description."""
    assert schema_of(Table) == {
        "description": "A typed dictionary.",
        "type": "object",
        "properties": {"name": {"type": "string"}, "size": {"type": "integer", "description": "in bytes"}},
        "required": ["name"],
        "additionalProperties": False,
    }


def test_required_and_not_required_are_read_from_strings() -> None:
    """If annotations are strings, `Required` and `NotRequired` still apply."""
    extensions = pytest.importorskip("typing_extensions")
    keys = {"a": "Required[int]", "b": "NotRequired[int]", "c": "int"}
    typed_dict = extensions.TypedDict("made", keys, total=False)
    namespace = {"Required": extensions.Required, "NotRequired": extensions.NotRequired}
    globals().update(namespace)
    try:
        assert schema_of(typed_dict)["required"] == ["a"]
    finally:
        for name in namespace:
            del globals()[name]


def test_a_recursive_class_is_a_definition() -> None:
    """A recursive class is referenced, its root has its own type, and its values are validated."""
    schema = schema_of(Node)
    assert schema["type"] == "object"
    assert schema["properties"]["children"] == {"type": "array", "items": {"$ref": "#/$defs/Node"}}
    assert set(schema["$defs"]) == {"Node"}
    text = '{"value": 1, "children": [{"value": 2, "children": []}]}'
    assert validated(Node, text) == Node(1, [Node(2, [])])
    wrong = '{"value": 1, "children": [{"value": "2", "children": [{}]}]}'
    assert problems(Node, wrong) == (
        "children[0].value: expected an integer, not a string",
        "children[0].children[0].value: is missing",
        "children[0].children[0].children: is missing",
    )


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the statement `type` is new in Python 3.12")
def test_a_recursive_alias_is_a_definition() -> None:
    """A recursive type alias is referenced like a class."""
    known: dict[str, Any] = {}
    exec("type Tree = dict[str, Tree | int]", known)  # older versions cannot parse it
    tree = known["Tree"]
    json_type = HintConverter("hint").convert(tree, "it")
    pointer = {"$ref": "#/$defs/Tree"}
    schema = write_schema(json_type)
    assert schema["additionalProperties"] == {"anyOf": [pointer, {"type": "integer"}]}
    assert schema_of(tuple[tree, int])["prefixItems"][0] == pointer
    assert validate_json(json_type, '{"a": {"b": 1}}') == ({"a": {"b": 1}}, ())
    assert validate_json(json_type, '{"a": {"b": "x"}}')[1] == (
        "a.b: expected Tree or an integer, not a string",
    )


def test_a_value_that_is_too_deep_is_a_problem() -> None:
    """A value deeper than Python's recursion limit does not crash."""
    value: dict[str, Any] = {"value": 1, "children": []}
    for _ in range(5000):
        value = {"value": 1, "children": [value]}
    assert validate_value(HintConverter("hint").convert(Node, "it"), value) == (
        None,
        ("it is nested too deeply",),
    )


def test_a_class_used_twice_is_defined_once() -> None:
    """Only types with several uses are in `$defs`; a description next to a reference is kept."""

    class Pair(NamedTuple):
        left: Row
        right: Annotated[Row, "the other"]

    Pair.__annotations__ = {
        "left": Row,
        "right": Annotated[Row, "the other"],
    }  # local names cannot be resolved from strings
    schema = schema_of(Pair)
    assert schema["properties"]["left"] == {"$ref": "#/$defs/Row"}
    assert schema["properties"]["right"] == {"anyOf": [{"$ref": "#/$defs/Row"}], "description": "the other"}
    assert list(schema["$defs"]) == ["Row"]


def test_two_classes_with_one_name_have_two_definitions() -> None:
    """Definitions never share a name."""
    one, other = (make_dataclass("Same", [(name, int)]) for name in "ab")
    schema = schema_of(tuple[one, one, other, other])  # type: ignore[valid-type]
    assert [next(iter(body["properties"])) for body in schema["$defs"].values()] == ["a", "b"]


@pytest.mark.parametrize(
    ("hint", "schema"),
    [
        (str, {"type": "string"}),
        (None, {"type": "null"}),
        (Any, {}),
        (Name, {"type": "string"}),
        (list, {"type": "array", "items": {}}),
        (tuple, {"type": "array", "items": {}}),
        (typing.Tuple, {"type": "array", "items": {}}),  # noqa: UP006 - callers may write it
        (dict, {"type": "object", "additionalProperties": {}}),
        (Mapping[str, int], {"type": "object", "additionalProperties": {"type": "integer"}}),
        (int | None, {"anyOf": [{"type": "integer"}, {"type": "null"}]}),
        (Literal["a", 1], {"type": ["string", "integer"], "enum": ["a", 1]}),
        (Literal[Unit.CENT], {"type": "string", "enum": ["cent"]}),
        (datetime, {"type": "string", "format": "date-time"}),
        (set[int], {"type": "array", "items": {"type": "integer"}, "uniqueItems": True}),
        (tuple[()], {"type": "array", "minItems": 0, "maxItems": 0}),
        (
            tuple[int, str],
            {
                "type": "array",
                "prefixItems": [{"type": "integer"}, {"type": "string"}],
                "minItems": 2,
                "maxItems": 2,
            },
        ),
    ],
)
def test_each_type_has_its_schema(hint: Any, schema: dict[str, Any]) -> None:
    """Each type has the expected JSON schema."""
    assert schema_of(hint) == schema


@pytest.mark.parametrize(
    ("hint", "words"),
    [
        (bytes, "`hint` is of the type `bytes`, which no JSON value stands for"),
        (Color, "is of the flags `Color`"),
        (dict[int, str], "keys of the type `int`. Write dict\\[str"),
        (set[list[int]], "a set of `list\\[int\\]`"),
        (list[bytes], "An item of `hint` is of the type `bytes`"),
        (dict[str, bytes], "A value of `hint` is"),
        (tuple[int, bytes], "The item 1 of `hint` is"),
        (Literal[b"x"], "has the value b'x', which JSON does not have"),
        (enum.Enum("Nothing", {}), "has no values"),
        (Unresolvable, "The class `Unresolvable` has a type hint that cannot be resolved: .*NoSuchName"),
        (WithInitVar, "has an `InitVar`"),
        (Page, "An item of the field `Page.items` is of the type variable `~T`"),
        (UnresolvableTable, "The class `UnresolvableTable` has a type hint that cannot be resolved"),
        (Page[int], "is of the type `.*Page\\[int\\]`"),
        (object(), "is of the type `<object"),
        ([int], "is of the type `\\[<class 'int'>\\]`"),
        (NoType, "The class `NoType` has a type hint that is no type: .*nothing"),
    ],
)
def test_an_unsupported_type_is_refused_with_its_location(hint: Any, words: str) -> None:
    """The error names the type and its location, and ends with the supported types."""
    with pytest.raises(InvalidArgumentError, match=words) as caught:
        schema_of(hint)
    assert caught.value.argument == "hint"
    assert caught.value.hint


# --- validation ------------------------------------------------------------------------------------------


def test_omitted_keys_have_their_defaults() -> None:
    """Values become objects of their classes, and omitted keys have their defaults."""
    text = '{"number": 2, "items": [{"name": "a", "price": 3}]}'
    assert validated(Row, text) == Row(2, [Item("a", 3.0, Unit.EURO, [], 1)])


def test_all_problems_are_reported_at_once() -> None:
    """Every problem is reported with its location, not only the first one."""
    text = '{"number": "2", "items": [{"name": 1, "price": true, "unit": "USD", "a b": 0}], "more": 1}'
    assert problems(Row, text) == (
        "number: expected an integer, not a string",
        "items[0].name: expected a string, not a number",
        "items[0].price: expected a number, not a boolean",
        "items[0].unit: expected one of 'EUR', 'cent', not 'USD'",
        "items[0]['a b']: is not a known key",
        "more: is not a known key",
    )


@pytest.mark.parametrize(
    ("hint", "text", "problem"),
    [
        (int, "1.5", "expected an integer, not 1.5"),
        (int, "true", "expected an integer, not a boolean"),
        (float, '"3"', "expected a number, not a string"),
        (str, "null", "expected a string, not null"),
        (bool, "1", "expected a boolean, not a number"),
        (None, "{}", "expected null, not an object"),
        (list[int], "{}", "expected an array, not an object"),
        (dict[str, int], "[]", "expected an object, not an array"),
        (tuple[int, int], "[1]", "expected an array of 2 items, not of 1"),
        (set[int], "[1, 1.0]", "expected no item twice"),
        (Literal["a", 1, True], '"b"', "expected one of 'a', 1, True, not 'b'"),
        (Literal[1], "true", "expected one of 1, not True"),
        (Literal[1], "[]", "expected one of 1, not an array"),
        (int | None, '"x"', "expected an integer or null, not a string"),
        (date, '"2026-02-31"', "expected a date like 2026-01-31, not '2026-02-31'"),
        (Decimal, "1.5", "expected a decimal number in a string, not a number"),
        (Positive, '{"number": 0}', "the number has to be positive"),
        (Cat | Dog, '{"kind": "dog", "name": 1}', "name: expected a string, not a number"),
        (list[Cat | Dog], '["x"]', "[0]: expected an object, not a string"),
        (float, "1" + "0" * 400, f"expected a number, not 1{'0' * 39}… (361 more characters)"),
        (float, "NaN", "it is not JSON: NaN is no number there"),
        (int, "", "it is not JSON: Expecting value at line 1, column 1"),
        (Any, "[" * 100_000, "it is nested too deeply"),
    ],
)
def test_no_value_is_coerced(hint: Any, text: str, problem: str) -> None:
    """A value of another type is a problem with a clear message, and is never converted silently."""
    assert problems(hint, text) == (problem,)


@pytest.mark.parametrize(
    ("hint", "text", "value"),
    [
        (int, "1.0", 1),
        (float, "1", 1.0),
        (Literal[1], "1.0", 1),
        (frozenset[str], '["a"]', frozenset({"a"})),
        (Cat | Dog, '{"kind": "dog", "name": "Rex"}', Dog("dog", "Rex")),
        (datetime, '"2026-01-31T12:00:00Z"', datetime(2026, 1, 31, 12, tzinfo=timezone.utc)),
        (datetime, '"2026-01-31 12:00:00.5"', datetime(2026, 1, 31, 12, 0, 0, 500_000)),  # noqa: DTZ001 - the text has no time zone
        (
            datetime,
            '"2026-01-31t12:00:00.123456789+02:00"',
            datetime(2026, 1, 31, 12, 0, 0, 123_456, tzinfo=timezone(timedelta(hours=2))),
        ),
        (Decimal, '"1.50"', Decimal("1.50")),
        (list[str | int], '["1", 1]', ["1", 1]),
        (dict[str, Any], '{"a": [1, {}]}', {"a": [1, {}]}),
    ],
)
def test_json_forms_become_python_objects(hint: Any, text: str, value: Any) -> None:
    """The JSON forms of numbers, times, sets and unions become Python objects."""
    found = validated(hint, text)
    assert found == value
    assert type(found) is type(value)


def test_nested_unions_take_no_exponential_time() -> None:
    """Union members with common parts do not take time exponential in the depth."""
    one = HintConverter("hint")
    text = '{"a": ' * 60 + '{"wrong": 1}' + "}" * 60
    json_type = one.convert(Deep, "it")
    _, found = validate_json(json_type, text)
    assert found


@dataclass
class Deep:
    a: Deep | Deeper


@dataclass
class Deeper:
    a: Deeper | Deep
    b: int = 0


def test_null_means_omitted_in_strict_mode() -> None:
    """In a strict schema every key is required, and null means the default of an optional key."""
    json_type = HintConverter("hint").convert(Item, "it")
    schema = write_schema(json_type, strict=True)
    assert strict_mode_problem(schema) is None
    assert schema["properties"]["number"] == {"anyOf": [{"type": "integer"}, {"type": "null"}]}
    text = '{"name": "a", "price": 1, "unit": null, "tags": null, "number": null}'
    assert validate_json(json_type, text, strict=True) == (Item("a", 1.0), ())
    assert problems(Item, text) == (
        "unit: expected one of 'EUR', 'cent', not null",
        "tags: expected an array, not null",
        "number: expected an integer, not null",
    )


@pytest.mark.parametrize(
    ("schema", "fault"),
    [
        ({"type": "array"}, "its root is not an object"),
        ({"type": "object"}, "the root allows keys that it does not name"),
        ({"type": "object", "properties": {"a": {}}, "additionalProperties": False}, "may be left out"),
        (
            {
                "type": "object",
                "properties": {"a": {"type": "array", "items": {}}},
                "required": ["a"],
                "additionalProperties": False,
            },
            "`a[]` does not say",
        ),
        (
            {
                "type": "object",
                "properties": {"a": {"type": "string", "format": "uri"}},
                "required": ["a"],
                "additionalProperties": False,
            },
            "the format 'uri'",
        ),
    ],
)
def test_a_strict_mode_problem_has_its_location(schema: dict[str, Any], fault: str) -> None:
    """A schema that services would refuse as strict is detected before it is sent."""
    assert fault in str(strict_mode_problem(schema))
