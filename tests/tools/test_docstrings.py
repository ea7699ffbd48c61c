"""What a model is told of a function comes from its docstring, in the three styles that there are."""

import inspect
from dataclasses import dataclass
from typing import NamedTuple

import pytest

from g4f_lite.structured._docstrings import docstring_of, parse_docstring

GOOGLE = """
    Say what the weather
    will be.

    Longer words.

    Args:
        city (str): the city: its
            name in English

        days: how many days
        **others: what else

    Returns:
        text: no parameter
    """
NUMPY = """
    Say what the weather
    will be.

    Parameters
    ----------
    city : str
        the city: its
        name in English
    days, others
        how many days

    Returns
    -------
    text
        no parameter
    """
SPHINX = """
    Say what the weather
    will be.

    :param str city: the city: its
        name in English
    :param days: how many days
    :type days: int
    :returns: no parameter
    """


@pytest.mark.parametrize("text", [GOOGLE, NUMPY, SPHINX])
def test_the_first_paragraph_and_the_parameters_are_read(text: str) -> None:
    """Each style has the same summary and the same words about the parameters."""
    read = parse_docstring(text if text.startswith("Args") else inspect.cleandoc(text))
    assert read.summary == "Say what the weather will be."
    assert read.parameters["city"] == "the city: its name in English"
    assert read.parameters["days"] == "how many days"
    assert set(read.parameters) <= {"city", "days", "others"}


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("", ""),
        ("One line.", "One line."),
        ("Args:\n    x: a number", ""),
        ("Parameters\n----------\nx : int\n    a number", ""),
        (":param x: a number", ""),
        ("A summary\nArgs:\n    x: a number", "A summary"),
    ],
)
def test_a_docstring_may_lack_any_part(text: str, summary: str) -> None:
    """Where there is no summary there is none, and a section is never one."""
    read = parse_docstring(text if text.startswith("Args") else inspect.cleandoc(text))
    assert read.summary == summary
    assert read.parameters == ({"x": "a number"} if "x" in text else {})


def test_what_python_writes_itself_says_nothing() -> None:
    """The signature that dataclasses and named tuples get as a docstring is not for the model."""

    @dataclass
    class Point:
        x: int

    class Row(NamedTuple):
        x: int

    class Child(Point):
        pass

    for cls in (Point, Row, Child):
        assert docstring_of(cls) == ("", {})
        assert inspect.getdoc(cls)  # there is one
