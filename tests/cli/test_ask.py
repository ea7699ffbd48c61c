"""`g4f-lite ask`: the prompt, the answer, the options."""

import json
import subprocess
import sys

import pytest

from g4f_lite.testing import Gate, HangUp, Reply

PROMPT = "always respond in english | "


def asked(upstream, number=-1):
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
    done = run("ask", *arguments, stdin=stdin)
    assert (done.returncode, done.stdout, done.stderr) == (0, "Hello\n", "")
    assert asked(upstream) == prompt


@pytest.mark.parametrize("stdin", ["", "  \n\n"])
def test_no_prompt_is_wrong_usage(run, upstream, stdin):
    """Neither an argument nor anything piped in is a usage error, and nothing is asked."""
    done = run("ask", stdin=stdin)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "g4f-lite: error: There is no prompt: pass one as the argument, or pipe it in. "
        "See `python -m g4f_lite ask --help`.\n"
    )
    assert upstream.requests == []


def test_stdin_that_is_no_text_is_wrong_usage(run, upstream):
    """Bytes that are no text are refused, with the place of the first."""
    done = run("ask", stdin=b"abc\xff")
    assert done.returncode == 2
    assert "byte 4" in done.stderr


def test_closed_stdin_is_no_prompt(environment, upstream):
    """A process without standard input takes its prompt from the argument."""
    shell = f"exec {sys.executable} -m g4f_lite ask hi <&-"
    done = subprocess.run(
        ["bash", "-c", shell], check=False, env=environment, capture_output=True, timeout=30
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"Hello\n", b"")


def test_system_message_is_sent(run, upstream):
    """--system goes to the service as the system message."""
    assert run("ask", "--system", "Be brief.", "hi").returncode == 0
    assert upstream.requests[0].json()["system"] == "Be brief."


def test_answer_is_written_as_it_comes(start, upstream):
    """Each piece is on standard output before the next has left the service."""
    gate = Gate()
    upstream.script(Reply(["Hel", gate, "lo\n"]))
    child = start("ask", "hi")
    assert child.stdout.read(3) == b"Hel"
    gate.open()
    assert child.stdout.read() == b"lo\n"
    assert child.wait(20) == 0


def test_no_stream_waits_for_the_whole_answer(run, upstream):
    """--no-stream gives the same text, and the provenance says that it came whole."""
    done = run("ask", "--no-stream", "--json", "hi")
    assert json.loads(done.stdout)["text"] == "Hello"
    assert json.loads(done.stdout)["provenance"]["streamed"] is False


def test_piped_answer_is_exact(run, upstream):
    """Where no terminal is, control characters and everything else go out as they came."""
    text = "\x1b[31mred\x1b[0m \x07 \x9b2J tab\t \r\n é 漢 😀"
    upstream.script(Reply([text]))
    assert run("ask", "hi").stdout == text + "\n"


def test_json_is_one_object(run, upstream):
    """--json prints text, finish_reason, usage and provenance at the end, on one line."""
    done = run("ask", "--json", "hi", "--model", "gpt-3.5-turbo", "--provider", "yqcloud")
    assert done.stdout.count("\n") == 1
    answer = json.loads(done.stdout)
    assert sorted(answer) == ["finish_reason", "provenance", "text", "usage"]
    assert answer["text"] == "Hello"
    assert answer["usage"] is None
    assert answer["provenance"]["provider"] == "yqcloud"
    assert answer["provenance"]["model_asked"] == "gpt-3.5-turbo"
    assert answer["provenance"]["attempts"][0]["outcome"] == "ok"


def test_json_of_usage(run, plugins):
    """Token counts and the reason for the end are in the JSON where the provider tells them."""
    plugins.good(
        body="    from g4f_lite import Finish, Usage\n"
        '    yield "Hi"\n    yield Usage(3, 4)\n    yield Finish("length")'
    )
    done = run("ask", "--provider", "acme", "--json", "hi")
    answer = json.loads(done.stdout)
    assert answer["usage"] == {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
    assert answer["finish_reason"] == "length"
    assert done.stderr == "g4f-lite: the answer was cut at its largest length\n"


@pytest.mark.parametrize(
    ("events", "note", "facts"),
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
def test_what_is_no_text_is_told(run, plugins, events, note, facts):
    """What comes beside the text, or instead of it, is a note on standard error, and in the JSON."""
    names = "Finish, Media, Reasoning, Refusal, ToolCallDelta"
    plugins.good(body=f"    from g4f_lite.events import {names}\n    yield from [{', '.join(events)}]")
    plain = run("ask", "--provider", "acme", "hi")
    assert plain.returncode == 0
    assert plain.stderr == (f"g4f-lite: {note}\n" if note else "")
    answer = json.loads(run("ask", "--provider", "acme", "--json", "hi").stdout)
    beside = {name: answer[name] for name in answer.keys() - {"text", "finish_reason", "usage", "provenance"}}
    if "media" in beside:
        beside["media"] = [
            {name: value for name, value in item.items() if value is not None} for item in beside["media"]
        ]
    assert beside == facts


def test_json_of_a_failure(run, upstream):
    """A failure is an object too, with the text that had come; the exit code says the same."""
    upstream.script(Reply(["Hel", HangUp()]))
    done = run("ask", "--json", "hi")
    answer = json.loads(done.stdout)
    assert done.returncode == 5 == answer["error"]["exit_code"]
    assert answer["error"]["type"] == "ProviderConnectionError"
    assert answer["text"] == "Hel"
    assert done.stderr.startswith("g4f-lite: error: [yqcloud] ")


def test_failure_midway_leaves_what_came(run, upstream):
    """What had come stays on standard output, ends its line, and the error follows on standard error."""
    upstream.script(Reply(["Hel", HangUp()]))
    done = run("ask", "hi")
    assert (done.returncode, done.stdout) == (5, "Hel\n")
    assert done.stderr.startswith("g4f-lite: error: [yqcloud] The connection to ")
    assert done.stderr.count("\n") == 1


def test_options_are_converted_by_their_hints(run, upstream):
    """--option values reach the provider in the type of its hint."""
    done = run("ask", "-o", "network=off", "--option", "user_id=7", "-o", "always_english=no", "hi")
    assert done.returncode == 0
    body = upstream.requests[0].json()
    assert (body["network"], body["userId"], body["prompt"]) == (False, "7", "hi")


def test_options_of_every_kind(run, plugins):
    """Numbers, lists, literals, unions and untyped options arrive as what they are meant to be."""
    plugins.good(
        body="    yield repr((count, rate, names, mode, limit, anything))",
        options='count: int = 0, rate: float = 0.0, names: "list[str] | str | None" = None, '
        "mode: \"__import__('typing').Literal['a', 'b']\" = \"a\", limit: \"int | None\" = 3, anything=None",
    )
    given = ["count=3", "rate=1", 'names=["x"]', "mode=b", "limit=null", 'anything={"k": 1}']
    done = run("ask", "-p", "acme", "hi", *(part for item in given for part in ("-o", item)))
    assert done.stdout == "(3, 1.0, ['x'], 'b', None, {'k': 1})\n", done.stderr


@pytest.mark.parametrize(
    ("given", "code", "says"),
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
def test_wrong_options_are_refused(run, upstream, given, code, says):
    """A wrong option is named, with what would be right; nothing is asked, and no value is repeated."""
    done = run("ask", "-o", given, "hi")
    assert (done.returncode, done.stdout) == (code, "")
    assert says in done.stderr
    assert "hunter2" not in done.stderr
    assert upstream.requests == []


def test_options_can_be_dropped(run, upstream):
    """--drop-options leaves out what the provider does not take, and says so."""
    done = run("ask", "--drop-options", "-o", "temperature=1", "hi")
    assert (done.returncode, done.stdout) == (0, "Hello\n")
    assert done.stderr == "g4f-lite: yqcloud does not take, and was not given: temperature\n"


def test_timeout_reaches_the_provider(run, upstream):
    """--timeout bounds the wait, and the error says how to wait longer."""
    upstream.script(Reply([Gate()]))
    done = run("ask", "--timeout", "5,0.2", "hi")
    assert done.returncode == 5
    assert "for 0.2 seconds" in done.stderr
    assert done.stderr.endswith("pass a larger --timeout.\n")


@pytest.mark.parametrize("value", ["soon", "0", "-1", "1,2,3", "inf"])
def test_wrong_timeout_is_wrong_usage(value, capsys):
    """A timeout that is no time is a usage error."""
    from g4f_lite.cli import main

    assert main(["ask", f"--timeout={value}", "hi"]) == 2
    assert "--timeout takes seconds" in capsys.readouterr().err


def test_passed_over_providers_are_told(run, plugins):
    """Who could not be asked for the model, before one was found that could, is told on standard error."""
    plugins.add(
        "broken", 'model = ["acme-1"]\nurl = ""\nsupports_stream = needs_auth = False\nraise OSError("x")'
    )
    plugins.good("zebra")
    done = run("ask", "--model", "acme-1", "hi")
    assert (done.returncode, done.stdout) == (0, "Hello\n")
    assert "passed over broken:broken: " in done.stderr


def test_key_comes_from_the_environment(run, plugins):
    """A provider that needs a key gets it from its variable; without it, the error names the variable."""
    plugins.good(body="    yield auth[::-1]", options="auth: str = ''")
    file = plugins.folder / "acme_acme.py"
    file.write_text(file.read_text().replace("needs_auth = False", "needs_auth = True"))
    done = run("ask", "-p", "acme", "hi", env={"ACME_API_KEY": "secret-key"})
    assert done.stdout == "yek-terces\n"
    done = run("ask", "-p", "acme", "hi")
    assert done.returncode == 4
    assert done.stderr.endswith(
        "Set the environment variable ACME_API_KEY, or run `g4f-lite keys set acme`.\n"
    )
