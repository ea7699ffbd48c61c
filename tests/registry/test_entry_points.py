"""The parser of `entry_points.txt`."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4f_lite._core.registry.entry_points import parse_entry_points

GROUPS = ("g4f_lite.providers", "g4f_lite.hooks")
HEADING = b"[g4f_lite.providers]\n"
GOOD = b"good = package.module:thing\n"


def read(data: bytes) -> Any:
    """Parse as the scan does."""
    return parse_entry_points(data, GROUPS, distribution="dist", version="1.0", location="entry_points.txt")


@settings(deadline=None)
@given(st.binary())
def test_any_bytes_can_be_read(data: bytes) -> None:
    """No content makes the parser raise, and each problem has the number of an existing line."""
    _, problems = read(HEADING + data)
    count = len(data.decode("utf-8", "backslashreplace").splitlines()) + 1
    assert all(1 <= int(problem.location.rpartition(":")[2]) <= count + 1 for problem in problems)


@settings(deadline=None)
@given(st.text(), st.text())
def test_any_text_can_be_read(before: str, after: str) -> None:
    """No text in a group makes the parser raise."""
    read(f"{before}\n[g4f_lite.providers]\n{after}".encode("utf-8", "surrogatepass"))


LINE = st.one_of(
    st.binary(max_size=20),
    st.sampled_from(
        [b"no equals", b"= x", b"a = b c", b"x = y", b"[", b"]", b"[other]", b"[[", b"#", b"\xff\xfe"]
    ),
)


@settings(deadline=None)
@given(st.lists(LINE), st.lists(LINE))
def test_a_well_formed_line_is_found_whatever_surrounds_it(before: list[bytes], after: list[bytes]) -> None:
    """An entry under its heading is found, however malformed the lines before and after it are."""
    data = b"\n".join([*before, HEADING.strip(), GOOD.strip(), *after])
    claims, _ = read(data)
    found = [claim for claim in claims if claim.name == "good"]
    assert [(claim.module, claim.attr) for claim in found[:1]] == [("package.module", "thing")]


@settings(deadline=None)
@given(st.lists(st.binary(max_size=30)))
def test_other_groups_are_ignored(lines: list[bytes]) -> None:
    """No content of other groups' sections becomes a claim or a problem."""
    others = [line for line in lines if b"[" not in line and b"g4f_lite" not in line]
    assert read(b"[console_scripts]\n" + b"\n".join(others)) == ([], [])


@pytest.mark.parametrize(
    ("line", "target"),
    [
        ("x = a", "a"),
        ("x=a.b.c", "a.b.c"),
        ("x = a.b : c.d", "a.b:c.d"),
        ("x = a.b:c [extra, other]", "a.b:c"),
        ("  x  =  a  ", "a"),
        ("x = ä.ß", "ä.ß"),
    ],
)
def test_the_forms_of_an_entry(line: str, target: str) -> None:
    """Spaces, attributes and extras are parsed as the packaging specification defines them."""
    ((claim,), problems) = read(HEADING + line.encode())
    assert (claim.name, claim.target, claim.location, problems) == ("x", target, "entry_points.txt:2", [])


@pytest.mark.parametrize(
    "line",
    [
        "x",
        "x =",
        "= a",
        "x = a b",
        "x = .a",
        "x = a.",
        "x = a..b",
        "x = a:",
        "x = a:b:c",
        "x = a-b",
        "x = a #b",
    ],
)
def test_a_malformed_entry_is_a_problem(line: str) -> None:
    """A line of another form is reported with its number, the name that it is about, and a fix."""
    claims, (problem,) = read(HEADING + line.encode())
    assert claims == []
    assert problem.location == "entry_points.txt:2"
    assert problem.name == line.partition("=")[0].strip()
    assert line in str(problem)
    assert "reinstall dist" in problem.fix


@pytest.mark.parametrize(
    "heading", ["[g4f_lite.providers", "[g4f_lite.providers] x", "[[g4f_lite.providers]]"]
)
def test_a_malformed_heading_is_a_problem(heading: str) -> None:
    """A malformed heading of our groups is reported, and the lines after it are not assigned to any group."""
    claims, problems = read(f"[g4f_lite.hooks]\na = b\n{heading}\nx = y\n".encode())
    assert [claim.name for claim in claims] == ["a"]
    assert [problem.location for problem in problems] == ["entry_points.txt:3"]


def test_both_groups_are_read() -> None:
    """Each claim has its group, and a heading may occur twice."""
    claims, problems = read(b"[g4f_lite.hooks]\na = b\n" + HEADING + b"a = c\n[g4f_lite.hooks]\nd = e\n")
    assert [(claim.group.rpartition(".")[2], claim.name) for claim in claims] == [
        ("hooks", "a"),
        ("providers", "a"),
        ("hooks", "d"),
    ]
    assert problems == []


def test_a_repeated_line_counts_once() -> None:
    """The same line twice is one claim; a second value for a name is a problem, and the first value counts."""
    claims, problems = read(HEADING + GOOD + GOOD)
    assert (len(claims), problems) == (1, [])
    claims, (problem,) = read(HEADING + GOOD + b"good = elsewhere\n")
    assert [claim.target for claim in claims] == ["package.module:thing"]
    assert "given twice" in problem.message
