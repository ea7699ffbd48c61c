"""`g4f-lite ask`: the prompt, the answer, the options."""

import json
import subprocess
import sys

import pytest

from g4f_lite.testing import Gate, HangUp, Reply

PROMPT = "always respond in english | "


def sent_prompt(upstream, number=-1):
    """Return the prompt of a request, without the service's instruction."""
    return upstream.requests[number].json()["prompt"].removeprefix(PROMPT)


@pytest.mark.parametrize(
    ("arguments", "stdin", "prompt"),
    [
        (["Hi there"], "", "Hi there"),
        (["Hi", "there"], "", "Hi there"),
        ([], "Hi there\n", "Hi there"),
        (["Summarise:"], "line 1\nline 2\n", "Summarise:\n\nline 1\nline 2"),
        (["--", "--json"], "", "--json"),
    ],
    ids=["argument", "words", "stdin", "both", "dashes"],
)
def test_prompt_comes_from_argument_and_stdin(run, upstream, arguments, stdin, prompt):
    """The prompt is the argument, standard input, or both with an empty line between."""
    result = run("ask", *arguments, stdin=stdin)
    assert (result.returncode, result.stdout, result.stderr) == (0, "Hello\n", "")
    assert sent_prompt(upstream) == prompt


@pytest.mark.parametrize("stdin", ["", "  \n\n"])
def test_no_prompt_is_wrong_usage(run, upstream, stdin):
    """Without an argument and without input, `ask` is a usage error and sends nothing."""
    result = run("ask", stdin=stdin)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == (
        "g4f-lite: error: There is no prompt: pass one as the argument, or pipe it in. "
        "See `python -m g4f_lite ask --help`.\n"
    )
    assert upstream.requests == []


def test_undecodable_stdin_is_wrong_usage(run, upstream):
    """Input that cannot be decoded is a usage error with the position of the first bad byte."""
    result = run("ask", stdin=b"abc\xff")
    assert result.returncode == 2
    assert "byte 4" in result.stderr


def test_closed_stdin_is_no_prompt(environment, upstream):
    """A process without standard input uses the argument as the prompt."""
    shell = f"exec {sys.executable} -m g4f_lite ask hi <&-"
    result = subprocess.run(
        ["bash", "-c", shell], check=False, env=environment, capture_output=True, timeout=30
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, b"Hello\n", b"")


def test_system_message_is_sent(run, upstream):
    """--system is sent as the system message."""
    assert run("ask", "--system", "Be brief.", "hi").returncode == 0
    assert upstream.requests[0].json()["system"] == "Be brief."


def test_answer_is_written_as_it_comes(start, upstream):
    """Each piece of an answer is written before the service sends the next."""
    gate = Gate()
    upstream.script(Reply(["Hel", gate, "lo\n"]))
    child = start("ask", "hi")
    assert child.stdout.read(3) == b"Hel"
    gate.open()
    assert child.stdout.read() == b"lo\n"
    assert child.wait(20) == 0


def test_no_stream_waits_for_the_whole_answer(run, upstream):
    """--no-stream prints the same text, and its provenance is not streamed."""
    result = run("ask", "--no-stream", "--json", "hi")
    assert json.loads(result.stdout)["text"] == "Hello"
    assert json.loads(result.stdout)["provenance"]["streamed"] is False


def test_piped_answer_is_exact(run, upstream):
    """In a pipe an answer is written unchanged, including control characters."""
    text = "\x1b[31mred\x1b[0m \x07 \x9b2J tab\t \r\n é 漢 😀"
    upstream.script(Reply([text]))
    assert run("ask", "hi").stdout == text + "\n"


def test_json_is_one_object(run, upstream):
    """--json prints text, finish_reason, usage and provenance at the end, on one line."""
    result = run("ask", "--json", "hi", "--model", "gpt-3.5-turbo", "--provider", "yqcloud")
    assert result.stdout.count("\n") == 1
    answer = json.loads(result.stdout)
    assert sorted(answer) == ["finish_reason", "provenance", "text", "usage"]
    assert answer["text"] == "Hello"
    assert answer["usage"] is None
    assert answer["provenance"]["provider"] == "yqcloud"
    assert answer["provenance"]["model_asked"] == "gpt-3.5-turbo"
    assert answer["provenance"]["attempts"][0]["outcome"] == "ok"


def test_json_of_usage(run, plugins):
    """The JSON has the token counts and the finish reason that the provider reports."""
    plugins.add_valid(
        body="    from g4f_lite import Finish, Usage\n"
        '    yield "Hi"\n    yield Usage(3, 4)\n    yield Finish("length")'
    )
    result = run("ask", "--provider", "acme", "--json", "hi")
    answer = json.loads(result.stdout)
    assert answer["usage"] == {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
    assert answer["finish_reason"] == "length"
    assert result.stderr == "g4f-lite: the answer was cut at its largest length\n"


@pytest.mark.parametrize(
    ("events", "note", "expected"),
    [
        (["Refusal('I will not.')"], "the model refused: I will not.", {"refusal": "I will not."}),
        (
            ["ToolCallDelta(0, 'c1', 'weather', '{\"city\": \"Bonn\"}')", "Finish('tool_calls')"],
            'the model wants a tool called, which is not done here: weather({"city": "Bonn"})',
            {
                "tool_calls": [
                    {"id": "c1", "name": "weather", "arguments": '{"city": "Bonn"}', "signature": None}
                ]
            },
        ),
        (["'Hi'", "Finish('content_filter')"], "the answer was cut by a content filter", {}),
        (
            ["Media('image', 'https://x.example/1.png')"],
            "pictures and sounds are in the answer, and not shown here: 1",
            {"media": [{"kind": "image", "url": "https://x.example/1.png"}]},
        ),
        (["Reasoning('Hm.')", "'Hi'"], "", {"reasoning": "Hm."}),
        (["Finish('stop')"], "the answer is empty", {}),
    ],
    ids=["refusal", "tool call", "filter", "media", "reasoning", "nothing"],
)
def test_parts_that_are_not_text_are_reported(run, plugins, events, note, expected):
    """Parts of an answer that are not text are in a note on standard error, and in the JSON."""
    names = "Finish, Media, Reasoning, Refusal, ToolCallDelta"
    plugins.add_valid(body=f"    from g4f_lite.events import {names}\n    yield from [{', '.join(events)}]")
    plain = run("ask", "--provider", "acme", "hi")
    assert plain.returncode == 0
    assert plain.stderr == (f"g4f-lite: {note}\n" if note else "")
    answer = json.loads(run("ask", "--provider", "acme", "--json", "hi").stdout)
    parts = {name: answer[name] for name in answer.keys() - {"text", "finish_reason", "usage", "provenance"}}
    if "media" in parts:
        parts["media"] = [
            {name: value for name, value in item.items() if value is not None} for item in parts["media"]
        ]
    assert parts == expected


def test_json_of_a_failure(run, upstream):
    """With --json a failure prints an object with the error, the exit code and the text so far."""
    upstream.script(Reply(["Hel", HangUp()]))
    result = run("ask", "--json", "hi")
    answer = json.loads(result.stdout)
    assert result.returncode == 5 == answer["error"]["exit_code"]
    assert answer["error"]["type"] == "ProviderConnectionError"
    assert answer["text"] == "Hel"
    assert result.stderr.startswith("g4f-lite: error: [yqcloud] ")


def test_failure_keeps_the_text_so_far(run, upstream):
    """After a failure the text so far stays, its line is ended, and standard error has the error."""
    upstream.script(Reply(["Hel", HangUp()]))
    result = run("ask", "hi")
    assert (result.returncode, result.stdout) == (5, "Hel\n")
    assert result.stderr.startswith("g4f-lite: error: [yqcloud] The connection to ")
    assert result.stderr.count("\n") == 1


def test_options_are_converted_to_their_type_hints(run, upstream):
    """The values of --option reach the provider in the types of its hints."""
    result = run("ask", "-o", "network=off", "--option", "user_id=7", "-o", "always_english=no", "hi")
    assert result.returncode == 0
    body = upstream.requests[0].json()
    assert (body["network"], body["userId"], body["prompt"]) == (False, "7", "hi")


def test_options_of_every_kind(run, plugins):
    """Numbers, lists, literals, unions and untyped options are converted."""
    plugins.add_valid(
        body="    yield repr((count, rate, names, mode, limit, anything))",
        options='count: int = 0, rate: float = 0.0, names: "list[str] | str | None" = None, '
        "mode: \"__import__('typing').Literal['a', 'b']\" = \"a\", limit: \"int | None\" = 3, anything=None",
    )
    assignments = ["count=3", "rate=1", 'names=["x"]', "mode=b", "limit=null", 'anything={"k": 1}']
    result = run("ask", "-p", "acme", "hi", *(part for item in assignments for part in ("-o", item)))
    assert result.stdout == "(3, 1.0, ['x'], 'b', None, {'k': 1})\n", result.stderr


@pytest.mark.parametrize(
    ("assignment", "code", "message"),
    [
        ("network=maybe", 4, "takes true or false"),
        ("netwrk=1", 4, "Did you mean 'network'? "),
        ("netwrk=1", 4, "pass --drop-options"),
        ("timeout=3", 2, "is set by --timeout"),
        ("network", 2, "takes NAME=VALUE"),
        ("=1", 2, "takes NAME=VALUE"),
        ("auth=hunter2hunter2", 2, "into the environment"),
    ],
)
def test_wrong_options_are_refused(run, upstream, assignment, code, message):
    """A wrong option is refused by name, with a hint, and its value is not repeated."""
    result = run("ask", "-o", assignment, "hi")
    assert (result.returncode, result.stdout) == (code, "")
    assert message in result.stderr
    assert "hunter2" not in result.stderr
    assert upstream.requests == []


def test_options_can_be_dropped(run, upstream):
    """--drop-options leaves out options that the provider does not take, with a note."""
    result = run("ask", "--drop-options", "-o", "temperature=1", "hi")
    assert (result.returncode, result.stdout) == (0, "Hello\n")
    assert result.stderr == "g4f-lite: yqcloud does not take, and was not given: temperature\n"


def test_timeout_reaches_the_provider(run, upstream):
    """--timeout limits the wait, and the error says how to wait longer."""
    upstream.script(Reply([Gate()]))
    result = run("ask", "--timeout", "5,0.2", "hi")
    assert result.returncode == 5
    assert "for 0.2 seconds" in result.stderr
    assert result.stderr.endswith("pass a larger --timeout.\n")


@pytest.mark.parametrize("value", ["soon", "0", "-1", "1,2,3", "inf"])
def test_wrong_timeout_is_wrong_usage(value, capsys):
    """A timeout that is not a positive number is a usage error."""
    from g4f_lite.cli import main

    assert main(["ask", f"--timeout={value}", "hi"]) == 2
    assert "--timeout takes seconds" in capsys.readouterr().err


def test_skipped_providers_are_reported(run, plugins):
    """Standard error names the providers of the model that were skipped because they are broken."""
    plugins.add(
        "broken", 'model = ["acme-1"]\nurl = ""\nsupports_stream = needs_auth = False\nraise OSError("x")'
    )
    plugins.add_valid("zebra")
    result = run("ask", "--model", "acme-1", "hi")
    assert (result.returncode, result.stdout) == (0, "Hello\n")
    assert "passed over broken:broken: " in result.stderr


def test_key_comes_from_the_environment(run, plugins):
    """A provider's key is read from its variable; if it is missing, the error names the variable."""
    plugins.add_valid(body="    yield auth[::-1]", options="auth: str = ''")
    file = plugins.folder / "acme_acme.py"
    file.write_text(file.read_text().replace("needs_auth = False", "needs_auth = True"))
    result = run("ask", "-p", "acme", "hi", env={"ACME_API_KEY": "secret-key"})
    assert result.stdout == "yek-terces\n"
    result = run("ask", "-p", "acme", "hi")
    assert result.returncode == 4
    assert result.stderr.endswith(
        "Set the environment variable ACME_API_KEY, or run `g4f-lite keys set acme`.\n"
    )
