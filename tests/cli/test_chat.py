"""`g4f-lite chat`: turns, commands, history, and Ctrl-C."""

import stat
import subprocess

import pytest

from g4f_lite.testing import Gate, HangUp, Reply, Stall

pytestmark = pytest.mark.slow  # child processes

PROMPT = "always respond in english | "


def sent_prompts(upstream):
    """Return the prompts so far, without the service's instruction."""
    return [request.json()["prompt"].removeprefix(PROMPT) for request in upstream.requests]


def test_each_piped_line_is_a_turn(run, upstream):
    """Each line of piped input is a turn, and each turn sends the whole conversation."""
    upstream.script([Reply("One."), Reply("Two.\n"), Reply("Three.")])
    result = run("chat", stdin="first\n\nsecond\nthird")
    assert (result.returncode, result.stdout, result.stderr) == (0, "One.\nTwo.\nThree.\n", "")
    assert sent_prompts(upstream) == [
        "first",
        "User: first\n\nAssistant: One.\n\nUser: second",
        "User: first\n\nAssistant: One.\n\nUser: second\n\nAssistant: Two.\n\n\nUser: third",
    ]


def test_failed_turn_is_not_kept(run, upstream):
    """A failed turn is not kept, later turns continue, and the exit code is that of the failure."""
    upstream.script([Reply("One."), Reply(["Tw", HangUp()]), Reply("Three.")])
    result = run("chat", stdin="first\nsecond\nthird\n")
    assert (result.returncode, result.stdout) == (5, "One.\nTw\nThree.\n")
    assert result.stderr.startswith("g4f-lite: error: [yqcloud] ")
    assert sent_prompts(upstream)[2] == "User: first\n\nAssistant: One.\n\nUser: third"


def test_commands(run, upstream):
    """/system, /reset, // and /exit do what /help says."""
    upstream.script(Reply("Yes."))
    script = "/help\n/system Be a pirate.\nfirst\n/reset\n//etc is what?\n/system\nlast\n/exit\nnever\n"
    result = run("chat", stdin=script)
    assert result.returncode == 0
    assert sent_prompts(upstream) == [
        "first",
        "/etc is what?",
        "User: /etc is what?\n\nAssistant: Yes.\n\nUser: last",
    ]
    assert [request.json()["system"] for request in upstream.requests] == ["Be a pirate.", "Be a pirate.", ""]
    assert "/reset           forget the conversation" in result.stderr
    assert "g4f-lite: the conversation is forgotten\n" in result.stderr


def test_model_and_provider_can_be_changed(run, upstream, plugins):
    """/provider and /model change the target, unless the new one cannot be used."""
    plugins.add_valid(body="    yield f'{model} heard {len(messages)}'")
    result = run("chat", stdin="a\n/provider acme\nb\n/model acme-2\nc\n/provider nobody\n/model none\nd\n")
    assert result.stdout == "Hello\nacme-1 heard 3\nacme-2 heard 5\nacme-2 heard 7\n"
    assert result.returncode == 4
    assert result.stderr.splitlines()[0] == "g4f-lite: from now on: acme, acme-1"
    assert "There is no provider 'nobody'." in result.stderr


def test_an_unlisted_model_stays_with_a_provider_of_any_model(run, plugins):
    """/model keeps a provider that takes any model, unless another one lists the model."""
    plugins.add_valid("other", body="    yield f'other {model}'")
    file = plugins.add_valid("wide", body="    yield f'wide {model}'")
    file.write_text(
        f"any_model = True\n{file.read_text('utf-8')}".replace('"acme-1", "acme-2"', '"wide-1"'), "utf-8"
    )
    result = run("chat", "--provider", "wide", stdin="a\n/model unheard-of\nb\n/model acme-2\nc\n")
    assert result.stdout == "wide wide-1\nwide unheard-of\nother acme-2\n"
    assert result.returncode == 0


def test_an_address_is_only_for_its_provider(run, plugins):
    """The provider of /provider does not get the old one's address: its key would go there."""
    body = "    yield f'{model} {base_url} {temperature}'"
    options = "base_url: str = 'home', temperature: float = 0.0"
    plugins.add_valid("first", body, options=options)
    plugins.add_valid("second", body, options=options)
    asked = ("--provider", "first", "--option", "base_url=https://a.example", "--option", "temperature=0.5")
    result = run("chat", *asked, stdin="a\n/provider second\nb\n/provider first\nc\n")
    assert result.stdout == "acme-1 https://a.example 0.5\nacme-1 home 0.5\nacme-1 https://a.example 0.5\n"
    assert result.stderr.count("g4f-lite: not for second, and left out: base_url\n") == 1


def test_an_answer_without_text_is_not_kept(run, plugins):
    """A refusal is kept in the conversation; an answer without text and its question are not."""
    plugins.add_valid(
        body="    from g4f_lite.events import Finish, Refusal\n"
        "    last = messages[-1]['content']\n"
        "    yield Refusal('No.') if last == 'a' else Finish('stop') if last == 'b' else str(messages)"
    )
    result = run("chat", "--provider", "acme", stdin="a\nb\nc\n")
    assert "'content': 'No.'" in result.stdout
    assert "'b'" not in result.stdout
    assert "g4f-lite: the question is not kept\n" in result.stderr


def test_unknown_command_is_not_sent(run, upstream):
    """A slash command that does not exist is an error, and is not sent to the model."""
    result = run("chat", stdin="/rest\n")
    assert result.returncode == 2
    assert "There is no command /rest" in result.stderr
    assert upstream.requests == []


def test_unknown_provider_ends_the_chat(run):
    """An unknown provider is an error before the first turn."""
    assert run("chat", "--provider", "nobody", stdin="hi\n").returncode == 3


def test_options_apply_to_every_turn(run, upstream):
    """--option and --system of the command line apply to each turn."""
    assert run("chat", "-o", "network=no", "--system", "Brief.", stdin="a\nb\n").returncode == 0
    assert [(r.json()["network"], r.json()["system"]) for r in upstream.requests] == [(False, "Brief.")] * 2


# --- at a terminal --------------------------------------------------------------------------------


def test_conversation_at_a_terminal(terminal, upstream):
    """A terminal shows a prompt for each turn, and Ctrl-D ends the chat."""
    upstream.script([Reply("One."), Reply("Two.")])
    screen = terminal("chat")
    screen.expect("yqcloud, gpt-3.5-turbo. /help shows the commands")
    screen.expect("> ")
    screen.type("first\n")
    screen.expect("One.\n> ")
    screen.type("second\n")
    screen.expect("Two.\n> ")
    screen.type("\x04")
    assert screen.end() == 0
    assert sent_prompts(upstream)[1] == "User: first\n\nAssistant: One.\n\nUser: second"


def test_interrupt_stops_the_answer_only(terminal, upstream):
    """Ctrl-C during an answer closes the connection and keeps the text so far; the chat continues."""
    upstream.script([Reply(["Once upon", Stall()]), Reply("Yes.")])
    screen = terminal("chat")
    screen.expect("> ")
    screen.type("a story\n")
    screen.expect("Once upon")
    screen.type("\x03")
    screen.expect("g4f-lite: stopped")
    upstream.wait_closed(1)
    screen.type("go on\n")
    screen.expect("Yes.\n> ")
    screen.type("/exit\n")
    assert screen.end() == 0
    assert sent_prompts(upstream)[1] == "User: a story\n\nAssistant: Once upon\n\nUser: go on"
    assert "Traceback" not in screen.text


def test_interrupt_before_the_answer_forgets_the_question(terminal, upstream):
    """Ctrl-C before the first text of an answer removes the question."""
    upstream.script([Reply([Gate()]), Reply("Yes.")])
    screen = terminal("chat")
    screen.expect("> ")
    screen.type("first\n")
    upstream.wait_for_requests()
    screen.type("\x03")
    screen.expect("stopped; the question is not kept")
    screen.type("second\n")
    screen.expect("Yes.\n> ")
    assert sent_prompts(upstream)[1] == "second"


def test_interrupt_at_the_prompt(terminal, upstream):
    """Ctrl-C at the prompt clears the line; twice in a row it ends the chat."""
    screen = terminal("chat")
    screen.expect("> ")
    screen.type("never sent")
    screen.expect("> never sent")
    screen.interrupt_at_prompt()
    screen.expect("(Ctrl-C once more, or Ctrl-D, to leave)")
    screen.type("hi\n")
    screen.expect("Hello\n> ")
    screen.type("x")
    screen.expect("> x")
    screen.interrupt_at_prompt()
    screen.expect("to leave)", times=2)
    screen.type("y")
    screen.expect("> y")
    screen.interrupt_at_prompt()
    assert screen.end() == 130
    assert sent_prompts(upstream) == ["hi"]
    assert "Traceback" not in screen.text


def test_interrupt_of_a_piped_chat_ends_it(start, upstream, interrupt):
    """Ctrl-C ends a chat with piped input."""
    upstream.script(Reply(["Hel", Stall()]))
    child = start("chat", stdin=subprocess.PIPE)
    child.stdin.write(b"hi\nthere\n")
    child.stdin.flush()
    assert child.stdout.read(3) == b"Hel"
    code, out, err = interrupt(child)
    assert (code, out, err) == (130, b"\n", b"")
    upstream.wait_closed()


def test_answers_can_go_to_a_file(terminal, upstream, tmp_path):
    """If standard output is a file, it gets only the answers, and the prompt is on the terminal."""
    with (tmp_path / "answers").open("wb") as file:
        screen = terminal("chat", stdout=file)
        screen.expect("> ")
        screen.type("hi\n")
        screen.expect("> ", times=2)
        screen.type("\x04")
        assert screen.end() == 0
    assert (tmp_path / "answers").read_text() == "Hello\n"


def test_history_is_kept_for_its_owner(terminal, environment, upstream, tmp_path):
    """Typed lines can be recalled in the next chat, from a file that only its owner can read."""
    pytest.importorskip("readline")
    for keys in ("hello there\n", "\x1b[A\n"):  # the second time: the key "up"
        screen = terminal("chat")
        screen.expect("> ")
        screen.type(keys)
        screen.expect("Hello\n> ")
        screen.type("\x04")
        assert screen.end() == 0
    assert sent_prompts(upstream) == ["hello there", "hello there"]
    file = tmp_path / "cache" / "chat-history"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "hello there" in file.read_text()
    file.unlink()
    screen = terminal("chat", "--no-history")
    screen.expect("> ")
    screen.type("hi\n")
    screen.expect("Hello\n> ")
    screen.type("\x04")
    assert screen.end() == 0
    assert not file.exists()


def test_works_without_readline(terminal, environment, upstream, tmp_path):
    """If Python has no readline, lines are read without editing."""
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "sitecustomize.py").write_text("import sys\nsys.modules['readline'] = None\n")
    environment["PYTHONPATH"] = f"{blocked}:{environment['PYTHONPATH']}"
    screen = terminal("chat")
    screen.expect("> ")
    screen.type("hi\n")
    screen.expect("Hello\n> ")
    screen.type("\x04")
    assert screen.end() == 0
