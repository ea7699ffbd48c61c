"""Validation of functions."""

import functools
import io
import typing
from collections.abc import AsyncIterator, Generator, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4f_lite._core.validation.function_specs import location_of
from g4f_lite._core.validation.signatures import check_function

if TYPE_CHECKING:
    from decimal import Decimal  # noqa: F401 - a hint names it

NAME, TWIN = "_create_completion", "_acreate_completion"


def kinds(function: Any, *, asynchronous: bool = False) -> set[str]:
    """The kinds of the issues, with a star before one that is not fatal."""
    facts = check_function(TWIN if asynchronous else NAME, function)
    assert all(finding.message.endswith(".") and finding.fix for finding in facts.issues)
    return {("" if finding.fatal else "*") + finding.kind for finding in facts.issues}


def good(model: str, messages: list, stream: bool, **kwargs: Any) -> Iterator[str]:
    yield ""


def with_return(hint: Any, body: Any = None) -> Any:
    """A function, not a generator, with the return hint `hint`, or without one for `...`."""

    def function(model: str, messages: list, stream: bool) -> Any:
        return body

    function.__annotations__["return"] = hint
    if hint is ...:
        del function.__annotations__["return"]
    return function


class TestGood:
    """Valid functions in less usual forms."""

    def test_hints_are_compared_by_origin(self) -> None:
        """Any way to write the three hints is valid: strings, aliases, generics or annotated."""

        def function(
            model: "str",
            messages: "typing.List[dict[str, Any]]",  # noqa: UP006 - as authors write it
            stream: Annotated[bool, "x"],
            *,
            key: int = 1,
        ) -> "Generator[str, None, None]":
            yield ""

        assert kinds(function) == set()
        facts = check_function(NAME, function)
        assert (dict(facts.options), facts.any_option) == ({"key": int}, False)

    def test_decorators_methods_and_callables(self) -> None:
        """Wrapped functions, bound and static methods, and objects with ``__call__`` are checked by the code that runs."""

        class Holder:
            label: str = "its own annotations are not the call's"

            def __call__(self, model: str, messages: list, stream: bool) -> Iterator[str]:
                yield ""

            def method(self, model: str, messages: list, stream: bool, **kwargs: Any) -> Iterator[str]:
                yield ""

            @staticmethod
            def static(model: str, messages: list, stream: bool) -> Iterator[str]:
                yield ""

            @classmethod
            def of_class(cls, model: str, messages: list, stream: bool) -> Iterator[str]:
                yield ""

        @functools.wraps(good)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return good(*args, **kwargs)

        for function in (Holder(), Holder().method, Holder.static, Holder.of_class, wrapper, good):
            assert kinds(function) == set()
            assert location_of(function).rpartition(":")[0] == __file__
        assert check_function(NAME, Holder().method).any_option

    @pytest.mark.parametrize(
        "hint",
        [
            Iterator[str],
            Iterator,
            Iterable[str],
            Generator[str, None, None],
            io.StringIO,
            Iterator["str | Any"],
        ],
    )
    def test_a_plain_function_may_return_an_iterator(self, hint: Any) -> None:
        """A plain function with the return hint of an iterator, or of a class of one, is valid."""
        assert kinds(with_return(hint)) == set()

    def test_asynchronous_functions(self) -> None:
        """An asynchronous generator is valid, and so is a plain function that returns an asynchronous iterator."""

        async def generator(model: str, messages: list, stream: bool) -> AsyncIterator[str]:
            yield ""

        assert kinds(generator, asynchronous=True) == set()
        assert kinds(with_return(AsyncIterator[str]), asynchronous=True) == set()


BROKEN = {
    "not a function": (5, {"not-callable"}),
    "None": (None, {"not-callable"}),
    "built in": (dict.update, {"unreadable-signature"}),
    "no parameters": (lambda: iter(()), {"missing-parameter", "*not-a-generator"}),
    "returns a string": (with_return(str), {"*returns-string"}),
    "returns a string or an iterator": (with_return(str | Iterator[str]), {"*returns-string"}),
    "does not say": (with_return(...), {"*not-a-generator"}),
    "says Any": (with_return(Any), {"*not-a-generator"}),
    "returns None": (with_return(None), {"wrong-return"}),
    "returns a list": (with_return(list[str]), {"wrong-return"}),
    "returns a sequence": (with_return(Sequence[str]), {"wrong-return"}),
    "returns a string or nothing": (with_return(str | None), {"wrong-return"}),
    "returns what is asynchronous": (with_return(AsyncIterator[str]), {"wrong-return"}),
    "unknown hint": (with_return("NoSuchName"), {"unresolved-hint"}),
    "hint of type checkers": (with_return("Decimal"), {"unresolved-hint"}),
    "hint that raises": (with_return("1 / 0"), {"unreadable-hints"}),
    "hint that is no Python": (with_return("a b"), {"unreadable-hints"}),
    "partial": (functools.partial(good, x=1), {"partial"}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_each_mistake_is_an_issue(name: str) -> None:
    """Each broken function has exactly these issues, each with a message and a fix."""
    function, expected = BROKEN[name]
    assert kinds(function) == expected


def test_async_in_the_wrong_place() -> None:
    """Coroutines and asynchronous generators are not synchronous functions, and a coroutine is not a generator."""

    async def coroutine(model: str, messages: list, stream: bool) -> str:
        return ""

    async def claims(model: str, messages: list, stream: bool) -> AsyncIterator[str]:
        return None  # type: ignore[return-value]

    async def generator(model: str, messages: list, stream: bool):
        yield ""

    assert kinds(coroutine) == kinds(generator) == {"async-function"}
    assert kinds(coroutine, asynchronous=True) == {"wrong-return"}
    assert kinds(claims, asynchronous=True) == {"not-a-generator"}
    assert kinds(good, asynchronous=True) == {"wrong-return"}
    assert kinds(with_return(...), asynchronous=True) == {"not-a-generator"}


def test_a_generator_with_another_return_hint() -> None:
    """A generator with a return hint that is not an iterator works, with a warning."""

    def function(model: str, messages: list, stream: bool) -> str:
        yield ""

    assert kinds(function) == {"*wrong-return"}


PARTS = {
    "missing": ("", {"missing-parameter"}),
    "bare": ("{name}", {"missing-hint"}),
    "wrong": ("{name}: dict", {"wrong-hint"}),
    "variadic": ("*{name}: {hint}", {"missing-parameter"}),
    "good": ("{name}: {hint}", set()),
}
WANTED = {"model": "str", "messages": "list", "stream": "bool"}


@settings(deadline=None)
@given(st.tuples(*[st.sampled_from(list(PARTS))] * 3), st.booleans(), st.booleans())
def test_every_broken_parameter_is_found(parts: tuple[str, ...], required: bool, positional: bool) -> None:
    """Any combination of broken parameters has an issue for each of them, and no other."""
    if parts.count("variadic") > 1:
        return
    ordered = sorted(zip(WANTED.items(), parts, strict=True), key=lambda item: item[1] == "variadic")
    shown = [PARTS[part][0].format(name=name, hint=hint) for (name, hint), part in ordered]
    parameters = [item for item in shown if item]
    plain = [item for item in parameters if not item.startswith("*")]
    expected = {kind for part in parts for kind in PARTS[part][1]}
    if positional and plain:
        parameters.insert(len(plain), "/")
        expected.add("positional-only")
    if required:
        parameters.append("region" if "variadic" in parts else "*, region")
        expected.add("required-option")
    space: dict[str, Any] = {}
    exec(f"def function({', '.join(parameters)}):\n    yield ''", space)
    issues = check_function(NAME, space["function"]).issues
    assert {issue.kind for issue in issues if issue.fatal} == expected
    for (name, _), part in ordered:
        assert any(f"`{name}`" in issue.message for issue in issues) or part == "good"


class Hostile:
    """Raises in every operation."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __call__(self) -> None: ...


class Endless:
    """Has every attribute; each is another object of this class."""

    def __getattr__(self, name: str) -> Any:
        return Endless()

    def __call__(self, *args: Any) -> Any:
        return Endless()


@pytest.mark.parametrize("function", [mock.MagicMock(), mock.call, Endless(), type, int, Endless, print])
def test_odd_callables_are_checked(function: Any) -> None:
    """Mocks, classes, built-ins and objects that have every attribute get a verdict."""
    assert kinds(function)
    location_of(function)


def test_a_class_may_be_the_function() -> None:
    """A class that takes the three parameters and has iterable instances is checked by its ``__init__``."""

    class Answer:
        def __init__(self, model: str, messages: list, stream: bool) -> None:
            self.pieces = iter(["a"])

    assert "missing-parameter" not in kinds(Answer)
    assert "missing-hint" not in kinds(Answer)


# --- the other functions ------------------------------------------------------------------------------


class Both:
    """An iterator and an asynchronous iterator."""

    def __init__(self) -> None:
        self.pieces = iter(())

    def __iter__(self) -> Iterator[str]:
        return self.pieces

    def __next__(self) -> str:
        return next(self.pieces)

    def __aiter__(self) -> AsyncIterator[str]: ...

    async def __anext__(self) -> str: ...


Item = typing.TypeVar("Item")


class BothOf(Both, typing.Generic[Item]):
    """The same, as a generic class."""


@pytest.mark.parametrize("hint", [Both, BothOf, BothOf[str], "Both"])
@pytest.mark.parametrize("name", [NAME, TWIN])
def test_a_return_type_of_both_kinds_is_recognized(hint: Any, name: str) -> None:
    """A function that returns a class of both kinds of iterator is valid, and its facts have that."""
    facts = check_function(name, with_return(hint))
    assert (facts.issues, facts.both_ways) == ((), True)


@pytest.mark.parametrize(
    "hint", [Iterator[str], io.StringIO, Iterable[str], AsyncIterator[str], str, Any, ..., Both | None]
)
def test_a_return_type_of_one_kind_is_not_both(hint: Any) -> None:
    """Any other return type is read in one way."""
    assert not check_function(NAME, with_return(hint)).both_ways


def test_a_generator_cannot_be_read_both_ways() -> None:
    """A generator is only one kind of iterator; another return hint is a warning."""

    def function(model: str, messages: list, stream: bool) -> Both:
        yield ""

    async def twin(model: str, messages: list, stream: bool) -> Both:
        yield ""

    assert kinds(function) == kinds(twin, asynchronous=True) == {"*wrong-return"}
    assert not check_function(NAME, function).both_ways
    assert not check_function(TWIN, twin).both_ways


def embedding(body: str) -> Any:
    """A function for embeddings."""
    space: dict[str, Any] = {"Iterator": Iterator}
    exec(f"{body}:\n    return iter(())", space)
    return space["f"]


OTHERS = {
    "good": ("_create_embedding", "def f(model: str, input: list[str], *, size: int = 1) -> Iterator", set()),
    "lacking": ("_create_embedding", "def f(model: str, **kwargs) -> Iterator", {"missing-parameter"}),
    "wrong hint": ("_create_embedding", "def f(model: str, input: str) -> Iterator", {"wrong-hint"}),
    "order": ("_create_embedding", "def f(input: list, model: str) -> Iterator", {"*parameter-order"}),
    "required": ("_create_embedding", "def f(model: str, input: list, x) -> Iterator", {"required-option"}),
    "returns a list": ("_create_embedding", "def f(model: str, input: list) -> list", {"wrong-return"}),
    "returns a string": ("_create_embedding", "def f(model: str, input: list) -> str", {"wrong-return"}),
    "async": ("_create_embedding", "async def f(model: str, input: list) -> Iterator", {"async-function"}),
    "list": ("_list_models", "def f(**kwargs) -> Iterator", set()),
    "list of nothing": ("_list_models", "def f() -> Iterator", set()),
    "list required": ("_list_models", "def f(auth) -> Iterator", {"required-option"}),
    "list silent": ("_list_models", "def f(**kwargs)", {"*not-a-generator"}),
    "list returns": ("_list_models", "def f(**kwargs) -> list[str]", {"wrong-return"}),
}


@pytest.mark.parametrize("case", OTHERS)
def test_the_optional_functions_are_checked_alike(case: str) -> None:
    """Functions for embeddings and lists of models have their own parameters, and issues name the function."""
    name, definition, expected = OTHERS[case]
    facts = check_function(name, embedding(definition))
    assert {("" if finding.fatal else "*") + finding.kind for finding in facts.issues} == expected
    assert all(f"`{name}`" in finding.message and finding.fix for finding in facts.issues)
    if case == "good":
        assert dict(facts.options) == {"size": int}
