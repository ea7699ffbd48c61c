"""The records of a route: the values of their arguments, and pickling and copying."""

import copy
import inspect
import pickle
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import pytest

from g4f_lite.errors import InvalidArgumentError
from g4f_lite.routes import Limits, Retry, Route, Step

RECORDS = [
    Step("a"),
    Step("a", "m", 2.5, ["k1", "k2"], {"temperature": 0.5, "stop": ["x"]}, Limits(concurrency=2)),
    Step("a", options=MappingProxyType({"seed": 7})),
    Route(["a", Step("b", weight=3, auth=("user", "key"))], "weighted"),
    Retry(3, max_wait=5),
    Limits(60, 90_000, 4),
]
WAYS: list[Callable[[Any], Any]] = [
    *(lambda it, n=n: pickle.loads(pickle.dumps(it, n)) for n in range(pickle.HIGHEST_PROTOCOL + 1)),
    copy.copy,
    copy.deepcopy,
]


@pytest.mark.parametrize("record", RECORDS)
@pytest.mark.parametrize("way", WAYS)
def test_records_can_be_sent_and_copied(record: Any, way: Callable[[Any], Any]) -> None:
    """A program may send a route to another process, or store it with its settings."""
    again = way(record)
    assert type(again) is type(record)
    assert again == record
    assert again._replace() == record


def test_a_deep_copy_shares_nothing_mutable() -> None:
    """A change to the options of a deep copy does not change those of the step."""
    step = Step("a", options={"stop": ["x"]})
    copied = copy.deepcopy(Route([step]))
    copied.steps[0].options["stop"].append("y")
    assert step.options == {"stop": ["x"]}


@pytest.mark.parametrize(
    ("make", "argument", "words"),
    [
        (
            lambda: Step("a", modle="x"),
            "modle",
            r"A Step has no 'modle'. Did you mean 'model'\? It takes: prov",
        ),
        (lambda: Step(modle="x"), "modle", "Correct its name"),
        (lambda: Step("a", temperature=1), "temperature", r"go.* into them: options=\{'temperature': ...\}"),
        (Step, "provider", "A Step needs its 'provider'"),
        (lambda: Step("a", provider="b"), "Step", "a value twice, or too many"),
        (Route, "steps", "A Route needs its 'steps'. It takes: steps, strategy"),
        (lambda: Route(["a"], stratgy="weighted"), "stratgy", "Did you mean 'strategy'"),
        (lambda: Limits(rpm=5), "rpm", "It takes: requests_per_minute, tokens_per_minute, concurrency"),
        (lambda: Limits(1, 2, 3, 4), "Limits", "too many"),
        (lambda: Retry(atempts=5), "atempts", "Did you mean 'attempts'"),
    ],
)
def test_wrong_arguments_are_named(make: Callable[[], Any], argument: str, words: str) -> None:
    """A wrong argument is an error with its name, the valid arguments, and the next step."""
    with pytest.raises(InvalidArgumentError, match=words) as caught:
        make()
    assert caught.value.argument == argument
    assert caught.value.hint
    assert caught.value.__context__ is None


def test_their_signatures_are_those_of_their_fields() -> None:
    """An editor that inspects a record sees its fields."""
    for record in (Step, Route, Retry, Limits):
        assert tuple(inspect.signature(record).parameters) == record._fields
