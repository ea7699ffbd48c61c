"""The output on a terminal: colours, escaped control characters, progress, tables that fit."""

import subprocess

import pytest

from g4f_lite.testing import Reply, Stall

pytestmark = pytest.mark.slow  # child processes

DOWNLOAD = """\
    for done in range(0, 201, 20):
        progress(done * 1_000_000, 200_000_000)
    yield "Hello"
"""
OPTION = "progress: '__import__(\"typing\").Any' = None"


def test_control_characters_are_escaped(terminal, upstream):
    """On a terminal an answer cannot move the cursor, change the title or ring the bell."""
    upstream.script(Reply(["a\x1b]0;owned\x07b\x9b2Jc\td\r\ne\x7f\rf"]))
    screen = terminal("ask", "hi")
    assert screen.end() == 0
    assert screen.text == "a\\u001b]0;owned\\u0007b\\u009b2Jc\td\ne\\u007ff\n"


def test_control_characters_of_plugins_are_escaped(terminal, plugins):
    """Names and reasons from plugins cannot control the terminal."""
    plugins.add_metadata("evil", "[g4f_lite.providers]\n\x1b[2Jx = evil\n")
    screen = terminal("providers")
    screen.end()
    assert "\x1b[2J" not in screen.text
    assert "\\u001b[" in screen.text


def test_argument_on_a_terminal_does_not_wait_for_input(terminal, upstream):
    """`ask` never reads from a terminal: without an argument, that is wrong usage."""
    assert terminal("ask", "hi").end() == 0
    assert terminal("ask").end() == 2


@pytest.mark.parametrize(
    ("variable", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
    ids=["plain", "NO_COLOR", "empty NO_COLOR", "dumb"],
)
def test_colours(terminal, environment, variable, coloured):
    """Colours are used on a terminal only, and not if NO_COLOR is set and not empty."""
    environment.update(variable)
    screen = terminal("ask", "--provider", "nobody", "hi")
    assert screen.end() == 3
    assert ("\x1b[31mg4f-lite: error:\x1b[0m There is no" in screen.text) == coloured
    assert ("\x1b" in screen.text) == coloured


def test_no_colours_in_a_pipe(run, environment):
    """Piped output has no colours, except with FORCE_COLOR."""
    assert "\x1b" not in run("providers").stdout
    assert "\x1b[1mNAME" in run("providers", env={"FORCE_COLOR": "1"}).stdout


def test_progress_is_a_bar(terminal, plugins):
    """On a terminal a download shows a bar that is redrawn, and that ends before the answer."""
    plugins.add_valid(body=DOWNLOAD, options=OPTION)
    screen = terminal("ask", "-p", "acme", "hi")
    assert screen.end() == 0
    assert screen.text.startswith("\r  0% [------------------------] 0.0 of 200.0 MB\x1b[K")
    assert screen.text.endswith("\r100% [########################] 200.0 of 200.0 MB\x1b[K\nHello\n")


@pytest.mark.parametrize("where", ["pipe", "dumb"])
def test_progress_is_lines(run, terminal, environment, plugins, where):
    """Without a smart terminal a download shows a line at each quarter."""
    plugins.add_valid(body=DOWNLOAD, options=OPTION)
    if where == "pipe":
        result = run("ask", "-p", "acme", "hi")
        assert result.stdout == "Hello\n"
        text = result.stderr
    else:
        environment["TERM"] = "dumb"
        screen = terminal("ask", "-p", "acme", "hi")
        screen.end()
        text = screen.text.removesuffix("Hello\n")
    sizes = [(0, 0), (60, 30), (100, 50), (160, 80), (200, 100)]
    assert text == "".join(f"g4f-lite: fetching {done}.0 of 200.0 MB ({part}%)\n" for done, part in sizes)


def test_progress_line_is_ended_by_an_error(terminal, plugins):
    """An error in the middle of a download begins on a line of its own."""
    plugins.add_valid(body='    progress(1, 2)\n    raise OSError("broken")\n    yield ""', options=OPTION)
    screen = terminal("ask", "-p", "acme", "hi")
    assert screen.end() == 5
    assert "MB\x1b[K\n\x1b[31mg4f-lite: error:" in screen.text


def test_provider_with_another_kind_of_progress_is_left_alone(run, plugins):
    """A provider's option `progress` that does not take a function is not set."""
    plugins.add_valid(body="    yield repr(progress)", options="progress: bool = False")
    assert run("ask", "-p", "acme", "hi").stdout == "False\n"


def test_table_fits_the_terminal(terminal, run, environment, plugins):
    """No line is wider than the terminal; in a pipe no cell is cut."""
    name = "a-provider-with-quite-a-long-name"
    plugins.add_valid(name)
    plugins.add_metadata(name, "[g4f_lite.providers]\nmissing-one = nowhere.at.all\n" + f"{name} = x\n")
    environment["G4F_LITE_BLOCK"] = name
    screen = terminal("providers")
    assert screen.end() == 0
    lines = screen.text.splitlines()
    plain = [
        line.replace("\x1b[0m", "").partition("m")[2] if line.startswith("\x1b") else line for line in lines
    ]
    assert max(map(len, plain)) <= 80
    assert "…" in screen.text
    assert name in run("providers").stdout


def test_interrupt_ends_the_line_once(terminal, upstream):
    """Ctrl-C in the middle of an answer ends its line once, for both streams."""
    upstream.script(Reply(["Hel", Stall()]))
    screen = terminal("ask", "hi")
    screen.expect("Hel")
    screen.type("\x03")
    assert screen.end() == 130
    assert screen.text == "Hel^C\n"


def test_only_streams_that_are_terminals_are_treated_so(terminal, upstream):
    """A redirected standard error is not treated as a terminal."""
    screen = terminal("ask", "--provider", "nobody", "hi", stderr=subprocess.PIPE)
    assert screen.end() == 3
    assert screen.text == ""
    assert screen.child.stderr.read().startswith(b"g4f-lite: error: There is no provider")
