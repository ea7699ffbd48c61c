"""What a person at a terminal sees: colours, harmless text, progress, tables that fit."""

import subprocess

import pytest

from g4f_lite.testing import Reply, Stall

DOWNLOAD = """\
    for done in range(0, 201, 20):
        progress(done * 1_000_000, 200_000_000)
    yield "Hello"
"""
OPTION = "progress: '__import__(\"typing\").Any' = None"


def test_control_characters_are_spelled_out(terminal, upstream):
    """On a terminal an answer cannot move the cursor, retitle the window or ring the bell."""
    upstream.script(Reply(["a\x1b]0;owned\x07b\x9b2Jc\td\r\ne\x7f\rf"]))
    shown = terminal("ask", "hi")
    assert shown.end() == 0
    assert shown.seen == "a\\u001b]0;owned\\u0007b\\u009b2Jc\td\ne\\u007ff\n"


def test_foreign_names_are_harmless(terminal, plugins):
    """Names and reasons that plugins bring cannot control the terminal either."""
    plugins.metadata("evil", "[g4f_lite.providers]\n\x1b[2Jx = evil\n")
    shown = terminal("providers")
    shown.end()
    assert "\x1b[2J" not in shown.seen
    assert "\\u001b[" in shown.seen


def test_argument_on_a_terminal_does_not_wait_for_input(terminal, upstream):
    """With an argument, a terminal's standard input is not read; without one, that is wrong usage."""
    assert terminal("ask", "hi").end() == 0
    assert terminal("ask").end() == 2


@pytest.mark.parametrize(
    ("variable", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
    ids=["plain", "NO_COLOR", "empty NO_COLOR", "dumb"],
)
def test_colours(terminal, environment, variable, coloured):
    """Colours are used on a terminal only, and not if NO_COLOR is set to something."""
    environment.update(variable)
    shown = terminal("ask", "--provider", "nobody", "hi")
    assert shown.end() == 3
    assert ("\x1b[31mg4f-lite: error:\x1b[0m There is no" in shown.seen) == coloured
    assert ("\x1b" in shown.seen) == coloured


def test_no_colours_in_a_pipe(run, environment):
    """What is piped has no colours, except with FORCE_COLOR."""
    assert "\x1b" not in run("providers").stdout
    assert "\x1b[1mNAME" in run("providers", env={"FORCE_COLOR": "1"}).stdout


def test_progress_is_a_bar(terminal, plugins):
    """On a terminal a download is a bar that is written over, and ended before the answer."""
    plugins.good(body=DOWNLOAD, options=OPTION)
    shown = terminal("ask", "-p", "acme", "hi")
    assert shown.end() == 0
    assert shown.seen.startswith("\r  0% [------------------------] 0.0 of 200.0 MB\x1b[K")
    assert shown.seen.endswith("\r100% [########################] 200.0 of 200.0 MB\x1b[K\nHello\n")


@pytest.mark.parametrize("where", ["pipe", "dumb"])
def test_progress_is_lines(run, terminal, environment, plugins, where):
    """Anywhere else it is a line at each quarter, and no animation."""
    plugins.good(body=DOWNLOAD, options=OPTION)
    if where == "pipe":
        done = run("ask", "-p", "acme", "hi")
        assert done.stdout == "Hello\n"
        seen = done.stderr
    else:
        environment["TERM"] = "dumb"
        shown = terminal("ask", "-p", "acme", "hi")
        shown.end()
        seen = shown.seen.removesuffix("Hello\n")
    sizes = [(0, 0), (60, 30), (100, 50), (160, 80), (200, 100)]
    assert seen == "".join(f"g4f-lite: fetching {done}.0 of 200.0 MB ({part}%)\n" for done, part in sizes)


def test_progress_line_is_ended_by_an_error(terminal, plugins):
    """An error in the middle of a download begins a line of its own."""
    plugins.good(body='    progress(1, 2)\n    raise OSError("broken")\n    yield ""', options=OPTION)
    shown = terminal("ask", "-p", "acme", "hi")
    assert shown.end() == 5
    assert "MB\x1b[K\n\x1b[31mg4f-lite: error:" in shown.seen


def test_provider_with_another_kind_of_progress_is_left_alone(run, plugins):
    """An option `progress` that is no function is the user's to give."""
    plugins.good(body="    yield repr(progress)", options="progress: bool = False")
    assert run("ask", "-p", "acme", "hi").stdout == "False\n"


def test_table_fits_the_terminal(terminal, run, environment, plugins):
    """On a terminal no line is wider than it; in a pipe nothing is cut."""
    name = "a-provider-with-quite-a-long-name"
    plugins.good(name)
    plugins.metadata(name, "[g4f_lite.providers]\nmissing-one = nowhere.at.all\n" + f"{name} = x\n")
    environment["G4F_LITE_BLOCK"] = name
    shown = terminal("providers")
    assert shown.end() == 0
    lines = shown.seen.splitlines()
    plain = [
        line.replace("\x1b[0m", "").partition("m")[2] if line.startswith("\x1b") else line for line in lines
    ]
    assert max(map(len, plain)) <= 80
    assert "…" in shown.seen
    assert name in run("providers").stdout


def test_interrupt_ends_the_line_once(terminal, upstream):
    """Ctrl-C in the middle of an answer ends its line, once for both streams."""
    upstream.script(Reply(["Hel", Stall()]))
    shown = terminal("ask", "hi")
    shown.expect("Hel")
    shown.type("\x03")
    assert shown.end() == 130
    assert shown.seen == "Hel^C\n"


def test_stderr_of_a_terminal_can_go_elsewhere(terminal, upstream):
    """Only the stream that is a terminal is treated as one."""
    shown = terminal("ask", "--provider", "nobody", "hi", stderr=subprocess.PIPE)
    assert shown.end() == 3
    assert shown.seen == ""
    assert shown.child.stderr.read().startswith(b"g4f-lite: error: There is no provider")
