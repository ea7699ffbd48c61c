"""`g4f-lite chat`: turns, commands, history, and Ctrl-C."""

import stat
import subprocess

import pytest

from g4f_lite.testing import Gate, HangUp, Reply, Stall

PROMPT = "always respond in english | "


def said(upstream):
    """Return the prompts so far, without the service's instruction."""
    return [request.json()["prompt"].removeprefix(PROMPT) for request in upstream.requests]


def test_each_piped_line_is_a_turn(run, upstream):
    """With piped input each line is a turn, and the whole conversation is sent."""
    upstream.script([Reply("One."), Reply("Two.\n"), Reply("Three.")])
    done = run("chat", stdin="first\n\nsecond\nthird")
    assert (done.returncode, done.stdout, done.stderr) == (0, "One.\nTwo.\nThree.\n", "")
    assert said(upstream) == [
        "first",
        "User: first\n\nAssistant: One.\n\nUser: second",
        "User: first\n\nAssistant: One.\n\nUser: second\n\nAssistant: Two.\n\n\nUser: third",
    ]


def test_failed_turn_is_not_kept(run, upstream):
    """After a failure the conversation is what it was, later turns go on, and the exit code tells."""
    upstream.script([Reply("One."), Reply(["Tw", HangUp()]), Reply("Three.")])
    done = run("chat", stdin="first\nsecond\nthird\n")
    assert (done.returncode, done.stdout) == (5, "One.\nTw\nThree.\n")
    assert done.stderr.startswith("g4f-lite: error: [yqcloud] ")
    assert said(upstream)[2] == "User: first\n\nAssistant: One.\n\nUser: third"


def test_commands(run, upstream):
    """/system, /reset, // and /exit do what /help says."""
    upstream.script(Reply("Yes."))
    script = "/help\n/system Be a pirate.\nfirst\n/reset\n//etc is what?\n/system\nlast\n/exit\nnever\n"
    done = run("chat", stdin=script)
    assert done.returncode == 0
    assert said(upstream) == [
        "first",
        "/etc is what?",
        "User: /etc is what?\n\nAssistant: Yes.\n\nUser: last",
    ]
    assert [request.json()["system"] for request in upstream.requests] == ["Be a pirate.", "Be a pirate.", ""]
    assert "/reset           forget the conversation" in done.stderr
    assert "g4f-lite: the conversation is forgotten\n" in done.stderr


def test_model_and_provider_can_be_changed(run, upstream, plugins):
    """/provider and /model ask somebody else from then on; what cannot be had changes nothing."""
    plugins.good(body="    yield f'{model} heard {len(messages)}'")
    done = run("chat", stdin="a\n/provider acme\nb\n/model acme-2\nc\n/provider nobody\n/model none\nd\n")
    assert done.stdout == "Hello\nacme-1 heard 3\nacme-2 heard 5\nacme-2 heard 7\n"
    assert done.returncode == 4
    assert done.stderr.splitlines()[0] == "g4f-lite: from now on: acme, acme-1"
    assert "There is no provider 'nobody'." in done.stderr


def test_a_model_that_nobody_lists_is_asked_of_who_takes_any(run, plugins):
    """/model stays with a provider that takes any model, unless another one lists the model."""
    plugins.good("other", body="    yield f'other {model}'")
    file = plugins.good("wide", body="    yield f'wide {model}'")
    file.write_text(
        f"any_model = True\n{file.read_text('utf-8')}".replace('"acme-1", "acme-2"', '"wide-1"'), "utf-8"
    )
    done = run("chat", "--provider", "wide", stdin="a\n/model unheard-of\nb\n/model acme-2\nc\n")
    assert done.stdout == "wide wide-1\nwide unheard-of\nother acme-2\n"
    assert done.returncode == 0


def test_an_address_is_for_the_provider_it_was_given_for(run, plugins):
    """After /provider, the address of the first provider is not given to another one, whose key would go there."""
    body = "    yield f'{model} {base_url} {temperature}'"
    options = "base_url: str = 'home', temperature: float = 0.0"
    plugins.good("first", body, options=options)
    plugins.good("second", body, options=options)
    asked = ("--provider", "first", "--option", "base_url=https://a.example", "--option", "temperature=0.5")
    done = run("chat", *asked, stdin="a\n/provider second\nb\n/provider first\nc\n")
    assert done.stdout == "acme-1 https://a.example 0.5\nacme-1 home 0.5\nacme-1 https://a.example 0.5\n"
    assert done.stderr.count("g4f-lite: not for second, and left out: base_url\n") == 1


def test_what_cannot_be_said_again_is_not_kept(run, plugins):
    """A refusal is part of the conversation; an answer that was no text at all is not, nor is its question."""
    plugins.good(
        body="    from g4f_lite.events import Finish, Refusal\n"
        "    last = messages[-1]['content']\n"
        "    yield Refusal('No.') if last == 'a' else Finish('stop') if last == 'b' else str(messages)"
    )
    done = run("chat", "--provider", "acme", stdin="a\nb\nc\n")
    assert "'content': 'No.'" in done.stdout
    assert "'b'" not in done.stdout
    assert "g4f-lite: the question is not kept\n" in done.stderr


def test_unknown_command_is_not_said(run, upstream):
    """A slash command that does not exist is an error, and is not sent to the model."""
    done = run("chat", stdin="/rest\n")
    assert done.returncode == 2
    assert "There is no command /rest" in done.stderr
    assert upstream.requests == []


def test_nobody_to_ask_ends_it_at_once(run):
    """A provider that cannot be had is an error before the first turn."""
    assert run("chat", "--provider", "nobody", stdin="hi\n").returncode == 3


def test_options_hold_for_every_turn(run, upstream):
    """--option and --system of the command line count in each turn."""
    assert run("chat", "-o", "network=no", "--system", "Brief.", stdin="a\nb\n").returncode == 0
    assert [(r.json()["network"], r.json()["system"]) for r in upstream.requests] == [(False, "Brief.")] * 2


# --- at a terminal --------------------------------------------------------------------------------


def test_conversation_at_a_terminal(terminal, upstream):
    """A prompt, turns, and Ctrl-D to leave."""
    upstream.script([Reply("One."), Reply("Two.")])
    shown = terminal("chat")
    shown.expect("yqcloud, gpt-3.5-turbo. /help shows the commands")
    shown.expect("> ")
    shown.type("first\n")
    shown.expect("One.\n> ")
    shown.type("second\n")
    shown.expect("Two.\n> ")
    shown.type("\x04")
    assert shown.end() == 0
    assert said(upstream)[1] == "User: first\n\nAssistant: One.\n\nUser: second"


def test_interrupt_stops_the_answer_only(terminal, upstream):
    """Ctrl-C during an answer closes the connection and keeps what was heard; the chat goes on."""
    upstream.script([Reply(["Once upon", Stall()]), Reply("Yes.")])
    shown = terminal("chat")
    shown.expect("> ")
    shown.type("a story\n")
    shown.expect("Once upon")
    shown.type("\x03")
    shown.expect("g4f-lite: stopped")
    upstream.wait_closed(1)
    shown.type("go on\n")
    shown.expect("Yes.\n> ")
    shown.type("/exit\n")
    assert shown.end() == 0
    assert said(upstream)[1] == "User: a story\n\nAssistant: Once upon\n\nUser: go on"
    assert "Traceback" not in shown.seen


def test_interrupt_before_the_answer_forgets_the_question(terminal, upstream):
    """A question that was stopped before anything came is not kept."""
    upstream.script([Reply([Gate()]), Reply("Yes.")])
    shown = terminal("chat")
    shown.expect("> ")
    shown.type("first\n")
    upstream.wait_for_requests()
    shown.type("\x03")
    shown.expect("stopped; the question is not kept")
    shown.type("second\n")
    shown.expect("Yes.\n> ")
    assert said(upstream)[1] == "second"


def test_interrupt_at_the_prompt(terminal, upstream):
    """Ctrl-C at the prompt clears the line; twice in a row it leaves."""
    shown = terminal("chat")
    shown.expect("> ")
    shown.type("never sent")
    shown.expect("> never sent")
    shown.interrupt_at_prompt()
    shown.expect("(Ctrl-C once more, or Ctrl-D, to leave)")
    shown.type("hi\n")
    shown.expect("Hello\n> ")
    shown.type("x")
    shown.expect("> x")
    shown.interrupt_at_prompt()
    shown.expect("to leave)", times=2)
    shown.type("y")
    shown.expect("> y")
    shown.interrupt_at_prompt()
    assert shown.end() == 130
    assert said(upstream) == ["hi"]
    assert "Traceback" not in shown.seen


def test_interrupt_of_a_piped_chat_ends_it(start, upstream, interrupt):
    """Where nobody types there is no session to go on with."""
    upstream.script(Reply(["Hel", Stall()]))
    child = start("chat", stdin=subprocess.PIPE)
    child.stdin.write(b"hi\nthere\n")
    child.stdin.flush()
    assert child.stdout.read(3) == b"Hel"
    code, out, err = interrupt(child)
    assert (code, out, err) == (130, b"\n", b"")
    upstream.wait_closed()


def test_answers_can_go_to_a_file(terminal, upstream, tmp_path):
    """With standard output elsewhere, the prompt is on the terminal and only answers are in the file."""
    with (tmp_path / "answers").open("wb") as file:
        shown = terminal("chat", stdout=file)
        shown.expect("> ")
        shown.type("hi\n")
        shown.expect("> ", times=2)
        shown.type("\x04")
        assert shown.end() == 0
    assert (tmp_path / "answers").read_text() == "Hello\n"


def test_history_is_kept_for_its_owner(terminal, environment, upstream, tmp_path):
    """What was typed can be recalled in the next chat, from a file that nobody else can read."""
    pytest.importorskip("readline")
    for keys in ("hello there\n", "\x1b[A\n"):  # the second time: the key "up"
        shown = terminal("chat")
        shown.expect("> ")
        shown.type(keys)
        shown.expect("Hello\n> ")
        shown.type("\x04")
        assert shown.end() == 0
    assert said(upstream) == ["hello there", "hello there"]
    file = tmp_path / "cache" / "chat-history"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "hello there" in file.read_text()
    file.unlink()
    shown = terminal("chat", "--no-history")
    shown.expect("> ")
    shown.type("hi\n")
    shown.expect("Hello\n> ")
    shown.type("\x04")
    assert shown.end() == 0
    assert not file.exists()


def test_works_without_readline(terminal, environment, upstream, tmp_path):
    """Where Python has no readline, lines are read without editing."""
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "sitecustomize.py").write_text("import sys\nsys.modules['readline'] = None\n")
    environment["PYTHONPATH"] = f"{blocked}:{environment['PYTHONPATH']}"
    shown = terminal("chat")
    shown.expect("> ")
    shown.type("hi\n")
    shown.expect("Hello\n> ")
    shown.type("\x04")
    assert shown.end() == 0
