"""`EnvReader`, which reads environment variables on each call."""

import os

import pytest

from g4f_lite._utils.env import EnvReader

NAMES = ("G4F_LITE_TEST_ONE", "g4f_lite_test_two")


@pytest.mark.parametrize("plain", [False, True], ids=["the environment", "a dictionary in its place"])
def test_the_values_are_those_of_now(monkeypatch, plain):
    """`values` returns the current values in the order of the names, None for a variable that is not set."""
    if plain:
        monkeypatch.setattr(os, "environ", dict(os.environ))
    variables = EnvReader(*NAMES)
    assert variables.values() == (None, None)
    monkeypatch.setitem(os.environ, NAMES[1], "second")
    assert variables.values() == (None, "second")
    monkeypatch.setitem(os.environ, NAMES[0], "")
    assert variables.values() == ("", "second")
    monkeypatch.delitem(os.environ, NAMES[0])
    monkeypatch.delitem(os.environ, NAMES[1])
    assert variables.values() == (None, None)
