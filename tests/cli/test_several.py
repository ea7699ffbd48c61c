"""Several `--provider`: who answers, what is told of the others, and what cannot be said to all."""

import json

import pytest

from g4f_lite.testing import HangUp, Reply

DOWN = "    raise OSError('no luck')\n    yield"


def test_the_next_answers_when_one_fails(run, plugins):
    """They are asked in the order given until one answers; standard error tells of the others, each once."""
    plugins.good("down", DOWN)
    plugins.good("up", "    yield f'{model}: {messages[-1][\"content\"]}'")
    done = run("ask", "-p", "nobody", "--provider", "down", "-p", "up/acme-2", "-p", "acme", "Hello")
    assert (done.returncode, done.stdout) == (0, "acme-2: Hello\n")
    first, second = done.stderr.splitlines()
    assert first.startswith("g4f-lite: passed over nobody: There is no provider 'nobody'.")
    assert second.startswith("g4f-lite: passed over down:down: ")
    assert "no luck" in second


def test_the_first_is_enough(run, plugins):
    """Nobody else is asked, or spoken of, when the first answers."""
    plugins.good("up")
    plugins.good("down", DOWN)
    done = run("ask", "-p", "up", "-p", "down", "-p", "nobody", "Hello")
    assert (done.returncode, done.stdout, done.stderr) == (0, "Hello\n", "")


def test_when_none_answers_each_is_named(run, plugins):
    """The error has a line for each, and with --json the attempts are in the provenance."""
    plugins.good("down", DOWN)
    done = run("ask", "-p", "down", "-p", "nobody", "Hello")
    assert (done.returncode, done.stdout) == (5, "")
    assert "None of the providers answered:\n  - down:down (acme-1): " in done.stderr
    assert "\n  - nobody (): There is no provider 'nobody'." in done.stderr
    facts = json.loads(run("ask", "--json", "-p", "down", "-p", "nobody", "Hello").stdout)
    assert facts["error"]["type"] == "AllProvidersFailedError"
    assert [item["outcome"] for item in facts["provenance"]["attempts"]] == ["error", "skipped"]


def test_after_the_first_text_nobody_else_is_asked(run, upstream, plugins):
    """What was written stays, and the error follows."""
    plugins.good("up", "    yield 'never'")
    upstream.script(Reply(["Hel", HangUp()]))
    done = run("ask", "-p", "yqcloud", "-p", "up", "Hello")
    assert (done.returncode, done.stdout) == (5, "Hel\n")
    assert done.stderr.startswith("g4f-lite: error: [yqcloud] ")


def test_the_model_is_for_those_that_name_none(run, plugins):
    """--model is asked of each provider that is named without a model."""
    plugins.good("down", DOWN)
    plugins.good("up", "    yield model")
    done = run("ask", "-m", "acme-2", "-p", "down/acme-1", "-p", "up", "Hello")
    assert done.stdout == "acme-2\n"
    assert "down:down: " in done.stderr


def test_options_are_read_as_each_has_them(run, plugins):
    """Each gets the options in its own types; who does not take one is passed over, or not given it."""
    plugins.good("strict", "    yield ''")
    plugins.good("typed", "    yield repr(heat)\n    raise OSError", options="heat: float = 0")
    plugins.good("text", "    yield repr(heat)", options="heat: str = ''")
    command = ("ask", "-p", "strict", "-p", "text", "-p", "typed", "-o", "heat=1", "Hello")
    done = run(*command)
    assert done.stdout == "'1'\n"
    assert "passed over strict: The provider 'strict' does not take the option 'heat'" in done.stderr
    done = run(*command, "--drop-options", "--no-stream", "-p", "text")
    assert done.stdout == "'1'\n"
    done = run("ask", "-p", "text", "-p", "typed", "-o", "heat=hot", "Hello")
    assert done.returncode == 4
    assert "The option 'heat' of the provider 'typed' takes a number." in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-p", "a", "-p", " "], "One of the --provider is empty"),
        (["-p", "a", "-p", "b", "-o", "base_url=http://x"], "The option 'base_url' is meant for one service"),
        (
            ["-p", "a", "-p", "b", "-o", 'extra_headers={"A": "1"}'],
            "The option 'extra_headers' is meant for one",
        ),
        (["-p", "a", "-p", "b", "-p"], "expected one argument"),
    ],
)
@pytest.mark.parametrize("command", ["ask", "chat"])
def test_what_cannot_be_said_to_several(run, command, arguments, words):
    """An empty name, and what is one service's, are wrong usage."""
    done = run(command, *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert f"See `python -m g4f_lite {command} --help`." in done.stderr


def test_who_watches_a_download_is_given_the_progress(run, plugins):
    """The provider that has such an option shows it, wherever in the row it stands."""
    plugins.good("down", DOWN)
    plugins.good(
        "loader",
        "    progress(50, 100)\n    yield 'done'",
        options="progress: 'collections.abc.Callable' = None",
    )
    file = plugins.folder / "loader_loader.py"
    file.write_text(f"import collections.abc\n{file.read_text()}")
    done = run("ask", "-p", "down", "-p", "loader", "Hello")
    assert done.stdout == "done\n"
    assert "g4f-lite: fetching 0.0 of 0.0 MB (50%)" in done.stderr


def test_a_chat_goes_along_them_in_each_turn(run, plugins):
    """Each turn begins with the first; /provider leaves the row."""
    plugins.good("down", DOWN)
    plugins.good("up", "    yield f'up {len(messages)}'")
    plugins.good("other", "    yield f'other {len(messages)}'")
    done = run("chat", "-p", "nobody", "-p", "down", "-p", "up", stdin="a\nb\n/provider other\nc\n")
    assert (done.returncode, done.stdout) == (0, "up 1\nup 3\nother 5\n")
    assert done.stderr.count("passed over down:down") == 2
    done = run("chat", "-p", "nobody", "-p", "nobody2", stdin="a\n")
    assert done.returncode == 5
    assert "None of the providers answered:\n  - nobody (): There is no provider" in done.stderr


def test_help_says_that_it_may_be_repeated(run):
    """`ask --help` has the option and an example."""
    shown = " ".join(run("ask", "--help").stdout.split())
    assert "given several times, they are asked one after the other until one answers" in shown
    assert "g4f-lite ask -p groq -p openrouter/openai/gpt-4o-mini -p local" in shown
