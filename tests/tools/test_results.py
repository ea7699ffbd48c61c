"""What a model is told of what a tool returned."""

import dataclasses
import enum
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from g4f_lite.structured._serialization import serialize


class Level(enum.Enum):
    HIGH = "high"


class Row(NamedTuple):
    level: Level
    when: date


@dataclasses.dataclass
class Report:
    rows: tuple[Row, ...]
    scores: dict[Any, float]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        ({"a": (1, 2.5)}, '{"a": [1, 2.5]}'),
        ({3}, "[3]"),
        ("ü", '"ü"'),
        (
            Report((Row(Level.HIGH, date(2026, 1, 31)),), {1: 0.5}),
            '{"rows": [{"level": "high", "when": "2026-01-31"}], "scores": {"1": 0.5}}',
        ),
        (Decimal("1.50"), '"1.50"'),
        (Path("/tmp/x"), '"/tmp/x"'),
        ([float("nan"), float("inf")], '["nan", "inf"]'),
        ({Level.HIGH: 1}, '{"high": 1}'),
        ("\ud800", '"?"'),
    ],
)
def test_everything_has_its_json(value: Any, text: str) -> None:
    """Classes are objects, sequences and sets are arrays, and anything else is what `str` says of it."""
    assert serialize(value) == text
    json.loads(text)


def test_what_holds_itself_ends() -> None:
    """A list that is a part of itself is cut there."""
    loop: list[Any] = [1]
    loop.append(loop)
    assert serialize(loop) == '[1, "..."]'


def test_a_pydantic_model_is_an_object() -> None:
    """It writes itself, in JSON's types."""
    pydantic = pytest.importorskip("pydantic")
    model = pydantic.create_model("Model", when=(date, ...))
    assert serialize([model(when=date(2026, 1, 31))]) == '[{"when": "2026-01-31"}]'
