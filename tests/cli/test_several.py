"""Several `--provider`: the order, the notes about skipped ones, and refused options."""

import json

import pytest

from g4f_lite.testing import HangUp, Reply

pytestmark = pytest.mark.slow  # child processes

DOWN = "    raise OSError('no luck')\n    yield"


def test_the_next_provider_answers_when_one_fails(run, plugins):
    """Providers are asked in order until one answers; standard error names each skipped one once."""
    plugins.add_valid("down", DOWN)
    plugins.add_valid("up", "    yield f'{model}: {messages[-1][\"content\"]}'")
    result = run("ask", "-p", "nobody", "--provider", "down", "-p", "up/acme-2", "-p", "acme", "Hello")
    assert (result.returncode, result.stdout) == (0, "acme-2: Hello\n")
    first, second = result.stderr.splitlines()
    assert first.startswith("g4f-lite: passed over nobody: There is no provider 'nobody'.")
    assert second.startswith("g4f-lite: passed over down:down: ")
    assert "no luck" in second


def test_no_provider_is_asked_after_an_answer(run, plugins):
    """If the first provider answers, no other one is asked or mentioned."""
    plugins.add_valid("up")
    plugins.add_valid("down", DOWN)
    result = run("ask", "-p", "up", "-p", "down", "-p", "nobody", "Hello")
    assert (result.returncode, result.stdout, result.stderr) == (0, "Hello\n", "")


def test_if_none_answers_each_is_named(run, plugins):
    """If no provider answers, the error has a line for each, and the JSON has the attempts."""
    plugins.add_valid("down", DOWN)
    result = run("ask", "-p", "down", "-p", "nobody", "Hello")
    assert (result.returncode, result.stdout) == (5, "")
    assert "None of the providers answered:\n  - down:down (acme-1): " in result.stderr
    assert "\n  - nobody (): There is no provider 'nobody'." in result.stderr
    facts = json.loads(run("ask", "--json", "-p", "down", "-p", "nobody", "Hello").stdout)
    assert facts["error"]["type"] == "AllProvidersFailedError"
    assert [item["outcome"] for item in facts["provenance"]["attempts"]] == ["error", "skipped"]


def test_after_the_first_text_no_other_provider_is_asked(run, upstream, plugins):
    """A failure after the first text is an error, and no other provider is asked."""
    plugins.add_valid("up", "    yield 'never'")
    upstream.script(Reply(["Hel", HangUp()]))
    result = run("ask", "-p", "yqcloud", "-p", "up", "Hello")
    assert (result.returncode, result.stdout) == (5, "Hel\n")
    assert result.stderr.startswith("g4f-lite: error: [yqcloud] ")


def test_the_model_is_for_providers_without_one(run, plugins):
    """--model applies to each provider that is named without a model."""
    plugins.add_valid("down", DOWN)
    plugins.add_valid("up", "    yield model")
    result = run("ask", "-m", "acme-2", "-p", "down/acme-1", "-p", "up", "Hello")
    assert result.stdout == "acme-2\n"
    assert "down:down: " in result.stderr


def test_options_are_converted_for_each_provider(run, plugins):
    """Each provider gets the options in its types; one that does not take an option is skipped."""
    plugins.add_valid("strict", "    yield ''")
    plugins.add_valid("typed", "    yield repr(heat)\n    raise OSError", options="heat: float = 0")
    plugins.add_valid("text", "    yield repr(heat)", options="heat: str = ''")
    command = ("ask", "-p", "strict", "-p", "text", "-p", "typed", "-o", "heat=1", "Hello")
    result = run(*command)
    assert result.stdout == "'1'\n"
    assert "passed over strict: The provider 'strict' does not take the option 'heat'" in result.stderr
    result = run(*command, "--drop-options", "--no-stream", "-p", "text")
    assert result.stdout == "'1'\n"
    result = run("ask", "-p", "text", "-p", "typed", "-o", "heat=hot", "Hello")
    assert result.returncode == 4
    assert "The option 'heat' of the provider 'typed' takes a number." in result.stderr


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
def test_options_of_one_service_are_refused(run, command, arguments, words):
    """An empty name, and an option that is meant for one service, are wrong usage."""
    result = run(command, *arguments)
    assert result.returncode == 2
    assert words in result.stderr
    assert f"See `python -m g4f_lite {command} --help`." in result.stderr


def test_a_download_shows_its_progress(run, plugins):
    """A provider with an option `progress` shows it, at any place in the route."""
    plugins.add_valid("down", DOWN)
    plugins.add_valid(
        "loader",
        "    progress(50, 100)\n    yield 'done'",
        options="progress: 'collections.abc.Callable' = None",
    )
    file = plugins.folder / "loader_loader.py"
    file.write_text(f"import collections.abc\n{file.read_text()}")
    result = run("ask", "-p", "down", "-p", "loader", "Hello")
    assert result.stdout == "done\n"
    assert "g4f-lite: fetching 0.0 of 0.0 MB (50%)" in result.stderr


def test_a_chat_tries_the_providers_in_each_turn(run, plugins):
    """Each turn of a chat begins with the first provider, until /provider names one."""
    plugins.add_valid("down", DOWN)
    plugins.add_valid("up", "    yield f'up {len(messages)}'")
    plugins.add_valid("other", "    yield f'other {len(messages)}'")
    result = run("chat", "-p", "nobody", "-p", "down", "-p", "up", stdin="a\nb\n/provider other\nc\n")
    assert (result.returncode, result.stdout) == (0, "up 1\nup 3\nother 5\n")
    assert result.stderr.count("passed over down:down") == 2
    result = run("chat", "-p", "nobody", "-p", "nobody2", stdin="a\n")
    assert result.returncode == 5
    assert "None of the providers answered:\n  - nobody (): There is no provider" in result.stderr


def test_help_says_that_it_may_be_repeated(run):
    """`ask --help` says that --provider may be repeated, with an example."""
    text = " ".join(run("ask", "--help").stdout.split())
    assert "given several times, they are asked one after the other until one answers" in text
    assert "g4f-lite ask -p groq -p openrouter/openai/gpt-4o-mini -p local" in text
