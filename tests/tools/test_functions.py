"""From typed functions to the tools of OpenAI's API, and from the model's arguments to the functions'."""

import functools
import json
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pytest

from g4f_lite import InvalidArgumentError
from g4f_lite.structured._tool_definition import build_tool
from g4f_lite.structured._tool_set import ToolSet
from g4f_lite.tools._api import tool, tool_dictionaries


@dataclass
class Place:
    """Where it is."""

    city: str
    country: str = "DE"


def weather(  # noqa: D417 - the hints say the rest
    place: Place,
    days: Annotated[int, "how many days"] = 1,
    unit: Literal["C", "F"] = "C",
    note: str | None = None,
) -> str:
    """Say what the weather will be.

    Args:
        place: the place
        unit: Celsius or Fahrenheit
    """
    return f"{place.city} {days} {unit} {note}"


async def wait(seconds: float) -> None:
    """Wait."""


class Shop:
    """A shop."""

    def price(self, item: str) -> float:
        """Say a price."""
        return float(len(item))

    async def __call__(self, item: str) -> str:
        """Buy something."""
        return item


def parameters(function: Any) -> dict[str, Any]:
    """The schema of a function's arguments."""
    return build_tool(function).dictionary["function"]["parameters"]


def test_a_function_is_described_in_full() -> None:
    """The name, the docstring, the types, the defaults and the required ones are what the function says."""
    place = {
        "description": "the place",
        "type": "object",
        "properties": {"city": {"type": "string"}, "country": {"type": "string", "default": "DE"}},
        "required": ["city"],
        "additionalProperties": False,
    }
    assert tool_dictionaries([weather]) == [
        {
            "type": "function",
            "function": {
                "name": "weather",
                "description": "Say what the weather will be.",
                "parameters": {
                    "type": "object",
                    "properties": {
                        "place": place,
                        "days": {"type": "integer", "default": 1, "description": "how many days"},
                        "unit": {
                            "type": "string",
                            "enum": ["C", "F"],
                            "default": "C",
                            "description": "Celsius or Fahrenheit",
                        },
                        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                    },
                    "required": ["place"],
                    "additionalProperties": False,
                },
            },
        }
    ]


def test_arguments_are_built_and_checked() -> None:
    """The model's text becomes the function's arguments, or all that is wrong with it."""
    read = build_tool(weather).parse_arguments
    assert read('{"place": {"city": "Bonn"}, "days": 2}') == ({"place": Place("Bonn"), "days": 2}, ())
    assert read('{"days": "2", "more": 1}') == (
        {},
        ("place: is missing", "days: expected an integer, not a string", "more: is not a known key"),
    )
    assert read("[]")[1] == ("expected an object, not an array",)
    assert read("{")[1][0].startswith("it is not JSON")


def test_no_arguments_may_be_no_text() -> None:
    """Some services send nothing for a function without parameters."""

    def now() -> str:
        return "noon"

    assert build_tool(now).parse_arguments("") == ({}, ())
    assert build_tool(now).dictionary["function"] == {
        "name": "now",
        "parameters": {"type": "object", "properties": {}, "required": [], "additionalProperties": False},
    }


def test_methods_objects_and_partials_are_functions_too() -> None:
    """`self` is not the model's, nor is what a partial has set; an object is named for its class."""
    shop = Shop()
    assert list(parameters(shop.price)["properties"]) == ["item"]
    named = build_tool(shop)
    assert (named.name, named.description, named.is_async) == ("Shop", "Buy something.", True)
    bound = functools.partial(weather, Place("Bonn"), note="set")
    assert list(parameters(bound)["properties"]) == ["days", "unit"]
    assert build_tool(bound).name == "weather"
    assert build_tool(bound).function(days=3) == "Bonn 3 C set"


def test_what_is_awaited_is_known() -> None:
    """An asynchronous function is one also inside a partial."""
    assert build_tool(wait).is_async
    assert build_tool(functools.partial(wait, seconds=1)).is_async
    assert not build_tool(weather).is_async


def test_strict_names_every_key_and_gives_defaults_for_null() -> None:
    """A strict tool requires all keys; null stands for the default, and what cannot be strict is refused."""
    strict = tool(weather, strict=True)
    function = build_tool(strict).dictionary["function"]
    assert function["strict"] is True
    assert function["parameters"]["required"] == ["place", "days", "unit", "note"]
    arguments, problems = build_tool(strict).parse_arguments(
        '{"place": {"city": "Bonn", "country": null}, "days": null, "unit": null, "note": null}'
    )
    assert problems == ()
    assert weather(**arguments) == "Bonn 1 C None"

    @tool(strict=True)
    def count(words: dict[str, int]) -> int:
        return len(words)

    with pytest.raises(InvalidArgumentError, match="'count' cannot be strict: `words` allows keys"):
        build_tool(count)


def test_the_decorator_says_what_the_code_does_not() -> None:
    """A name, a description and a schema of the caller's come before the function's own."""
    schema = {"type": "object", "properties": {"q": {"type": "string", "minLength": 2}}, "required": ["q"]}

    @tool(name="search-web", description="Search.", parameters=schema)
    def run(**arguments: Any) -> str:
        """Not this."""
        return json.dumps(arguments)

    assert run(q="x") == '{"q": "x"}'
    assert tool_dictionaries([run]) == [
        {
            "type": "function",
            "function": {"name": "search-web", "description": "Search.", "parameters": schema},
        }
    ]
    assert build_tool(run).parse_arguments('{"q": "x"}')[1] == ("q: expected at least 2 characters, not 1",)
    assert build_tool(run).parse_arguments('{"q": "xy"}') == ({"q": "xy"}, ())
    other = build_tool(tool(run, name="other"))
    assert (other.name, other.description) == ("other", "Search.")
    assert other.parse_arguments('{"q": "x"}')[1]


def test_arguments_are_an_object_whatever_the_schema_says() -> None:
    """A schema that allows a list still leaves nothing else to call a function with."""
    assert build_tool(tool(weather, parameters={})).parse_arguments("[1]") == (
        {},
        ("expected an object, not an array",),
    )


def test_a_decorated_method_is_a_tool_of_its_object() -> None:
    """The decorator leaves a method a method."""

    class Store:
        name = "corner"

        @tool(name="buy")
        def take(self, item: str) -> str:
            """Buy it."""
            return f"{item} at the {self.name}"

    made = build_tool(Store().take)
    assert (made.name, made.function(**made.parse_arguments('{"item": "pen"}')[0])) == (
        "buy",
        "pen at the corner",
    )


def test_an_object_without_words_has_none() -> None:
    """What Python says of every call is no description."""

    class Silent:
        def __call__(self, item: str) -> None: ...

    assert build_tool(Silent()).description == ""


def test_one_function_can_be_several_tools() -> None:
    """`tool(function, ...)` leaves the function as it is; so does the bare decorator."""
    first, second = tool(weather, name="first"), tool(weather, name="second")
    assert [item["function"]["name"] for item in tool_dictionaries([first, second, tool(weather)])] == [
        "first",
        "second",
        "weather",
    ]
    assert tool(Shop().price, name="price-of")("abc") == 3.0


def variadic(*words: str) -> None: ...
def any_keyword(**words: str) -> None: ...
def positional(word: str, /) -> None: ...
def no_hint(word) -> None: ...
def of_bytes(data: list[bytes]) -> None: ...
def unresolved(word: "NoSuchName") -> None: ...  # noqa: F821


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (variadic, "`words` of the tool `variadic` is `\\*words`, which does not say"),
        (any_keyword, "is `\\*\\*words`"),
        (positional, "`word` of the tool `positional` cannot be given by keyword. Remove the `/`"),
        (no_hint, "`word` of the tool `no_hint` has no type hint. Write `word: str`"),
        (of_bytes, "An item of the parameter `data` of the tool `of_bytes` is of the type `bytes`"),
        (unresolved, "The tool `unresolved` has a type hint that cannot be resolved"),
        (lambda: None, "'<lambda>' is no name for a tool"),
        (tool(weather, name="x" * 65), "is no name for a tool"),
        (Place, "not a class"),
        (3, "not int"),
        (min, "signature|hint"),
    ],
)
def test_what_cannot_be_a_tool_is_refused_with_the_reason(function: Any, words: str) -> None:
    """The error names the parameter and the next step."""
    with pytest.raises(InvalidArgumentError, match=words) as caught:
        tool_dictionaries([function])
    assert caught.value.argument == "tools"
    assert caught.value.hint


def test_a_set_takes_functions_and_dictionaries_in_order() -> None:
    """Dictionaries stay as they are, those of the services' own tools too."""
    search = {"type": "web_search"}
    given = {"type": "function", "function": {"name": "given", "parameters": {}}}
    names = [item.get("function", {}).get("name") for item in tool_dictionaries([search, weather, given])]
    assert names == [None, "weather", "given"]
    assert tool_dictionaries([search, given]) == [search, given]


@pytest.mark.parametrize(
    ("tools", "words"),
    [
        ([weather, weather], "Two of the tools have the name 'weather'"),
        ([weather, {"type": "function", "function": {"name": "weather"}}], "Two of the tools"),
        (weather, "has to be a list of functions and dictionaries, not function"),
        ({"type": "function"}, "not dict"),
        ([{"type": "function", "function": {}}], "tools\\[0\\] is a dictionary without a type"),
        ([{"name": "x"}], "tools\\[0\\]"),
    ],
)
def test_a_wrong_set_is_refused(tools: Any, words: str) -> None:
    """Two tools of one name, and what is no list of tools, are errors before anything is sent."""
    with pytest.raises(InvalidArgumentError, match=words):
        ToolSet(tools)
