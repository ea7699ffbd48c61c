"""The policy of the environment about plugins."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4f_lite._core.registry.policy import parse_policy


@pytest.mark.parametrize(
    ("allow", "block", "name", "distribution", "builtin", "expected"),
    [
        (None, None, "p", "d", False, None),
        ("", None, "p", "d", False, "G4F_LITE_PLUGINS"),
        ("  ,, ", None, "p", "d", False, "G4F_LITE_PLUGINS"),
        ("", None, "p", "g4f-lite", True, None),
        ("p", None, "p", "d", False, None),
        ("d", None, "p", "d", False, None),
        ("d:p", None, "p", "d", False, None),
        ("other:p d:other", None, "p", "d", False, "G4F_LITE_PLUGINS"),
        ("My.Dist , X", None, "p", "my-dist", False, None),
        ("my_dist:MY_P", None, "my-p", "my-dist", False, None),
        (None, "", "p", "d", False, None),
        (None, "p", "p", "g4f-lite", True, "G4F_LITE_BLOCK"),
        (None, "d:p", "p", "d", False, "G4F_LITE_BLOCK"),
        ("p", "p", "p", "d", False, "G4F_LITE_BLOCK"),
    ],
)
def test_blocked_names(
    allow: str, block: str, name: str, distribution: str, builtin: bool, expected: str
) -> None:
    """Names, distributions and full names match in any spelling, and the block list wins."""
    policy = parse_policy((allow, block, None))
    assert policy.blocking_variable(name, distribution, builtin=builtin) == expected


@pytest.mark.parametrize("value", [None, "", " ", "0", "false", "No", "OFF"])
def test_not_strict(value: str) -> None:
    """Unset, empty and the usual words for no mean that warnings are only warnings."""
    assert not parse_policy((None, None, value)).strict


@pytest.mark.parametrize("value", ["1", "true", "yes", " on "])
def test_strict(value: str) -> None:
    """Any other value means that warnings are errors."""
    assert parse_policy((None, None, value)).strict


@settings(deadline=None)
@given(st.text(), st.text())
def test_any_lists_can_be_read(allow: str, block: str) -> None:
    """No value of the variables makes the parser raise."""
    parse_policy((allow, block, allow)).blocking_variable("p", "d", builtin=False)
