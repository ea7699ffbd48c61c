"""Facts that are read from a function's code, against `inspect`; and names and lines, against patterns."""

import functools
import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parameter_ids import without_addresses

from g4f_lite._core.registry.discovery import _parse_folder_name
from g4f_lite._core.registry.entry_points import _VALUE, _parse_target
from g4f_lite._core.validation.constants import is_valid_constant
from g4f_lite._core.validation.identity import is_name
from g4f_lite._utils.signature import is_async_generator, is_coroutine, is_generator, parameters_of
from g4f_lite._utils.text import normalize_name
from g4f_lite.contract import CONSTANTS

HEADS = (
    "",
    "a",
    "a, b=1",
    "a, /",
    "a, /, b, *, c",
    "a=1, /, b=2, *args, c, d=3, **kwargs",
    "*args",
    "**kwargs",
    "*, c=1, d",
    "*args, c, **kwargs",
)
BODIES = ("return 1", "yield 1")


def functions() -> list[Any]:
    """Functions of every shape, and callables that are not plain functions."""
    parsed: list[Any] = []
    for head in HEADS:
        for body in BODIES:
            for start in ("def", "async def"):
                scope: dict[str, Any] = {}
                exec(f"{start} f({head}):\n    local = 0\n    {body}", scope)
                parsed.append(scope["f"])

    class Thing:
        def method(self, a: int, b: int = 1) -> None: ...

        def __call__(self, a: int) -> None: ...

    wrapped = functools.wraps(parsed[-1])(lambda *args, **kwargs: None)
    marked = lambda a: a  # noqa: E731 - a function with an attribute
    marked.note = 1  # type: ignore[attr-defined]
    return [
        *parsed,
        Thing().method,
        Thing(),
        Thing,
        wrapped,
        marked,
        functools.partial(lambda a, b: a, 1),
        len,
    ]


@pytest.mark.parametrize("function", functions(), ids=without_addresses)
def test_parameters_are_what_inspect_says(function: Callable[..., Any]) -> None:
    """For every callable, names, order, kinds and defaults are those of `inspect.signature`."""
    expected = inspect.signature(function).parameters
    parsed = parameters_of(function)
    assert list(parsed) == list(expected)
    for name, item in expected.items():
        ours = parsed[name]
        assert ours.name == name
        assert ours.has_default == (item.default is not item.empty)
        assert ours.is_positional == (item.kind in (item.POSITIONAL_ONLY, item.POSITIONAL_OR_KEYWORD))
        assert ours.is_positional_only == (item.kind is item.POSITIONAL_ONLY)
        assert ours.is_variadic == (item.kind in (item.VAR_POSITIONAL, item.VAR_KEYWORD))
        assert ours.is_var_keyword == (item.kind is item.VAR_KEYWORD)
    assert is_generator(function) == inspect.isgeneratorfunction(function)
    assert is_coroutine(function) == inspect.iscoroutinefunction(function)
    assert is_async_generator(function) == inspect.isasyncgenfunction(function)


PIECES = st.lists(
    st.sampled_from(("a", "B", "é", "1", "_", "-", ".", ":", " ", "[", "]", "~", "=", "-py3.11", "-linux")),
    max_size=7,
).map("".join)


@given(PIECES)
def test_names_are_what_the_patterns_say(text: str) -> None:
    """Names of providers, distributions and variables are valid exactly if these patterns match."""
    assert is_name(text) == (re.fullmatch(r"[a-z0-9][a-z0-9_-]*", text) is not None)
    assert normalize_name(text) == re.sub(r"[-_.]+", "-", text).lower()
    row = next(item for item in CONSTANTS if item.name == "auth_env")
    assert is_valid_constant(text, row) == (re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text) is not None)


@given(PIECES, st.sampled_from([".dist-info", ".egg-info"]))
def test_folders_are_split_as_the_pattern_says(stem: str, ending: str) -> None:
    """The name and version in a metadata folder's name are what the pattern for both endings finds."""
    pattern = r"(?P<name>.+?)(?:-(?P<version>[^-]+?))?(?:\.dist-info|(?:-py\d[\d.]*(?:-[^-]+)?)?\.egg-info)"
    match = re.fullmatch(pattern, stem + ending)
    assert _parse_folder_name(stem + ending) == (
        (match["name"], match["version"] or "") if match else ("", "")
    )


@given(PIECES.map(str.strip).filter(bool))
def test_targets_are_what_the_pattern_says(value: str) -> None:
    """A plain value of an entry point is split as the pattern splits it."""
    match = re.fullmatch(_VALUE, value)
    assert _parse_target(value) == (match and (match["module"], match["attr"] or ""))
