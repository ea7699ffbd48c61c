"""Answers of the real model."""

import pytest

from g4f_lite.errors import InvalidArgumentError, ProviderResponseError, ProviderSetupError
from g4f_lite.events import Event, Finish, Usage
from g4f_lite_providers import local
from g4f_lite_providers.local import engine as _engine
from g4f_lite_providers.local import runtime as _runtime

pytestmark = pytest.mark.model


def text(items):
    return "".join(item for item in items if isinstance(item, str))


def events(items):
    return [item for item in items if isinstance(item, Event)]


def test_answers_a_question(ask):
    """At temperature 0 the model knows the capital of France, and streams its answer in several deltas."""
    items = list(ask())
    assert text(items) == "The capital of France is Paris."
    assert sum(isinstance(item, str) for item in items) > 3
    assert events(items) == items[-2:] == [Usage(items[-2].prompt_tokens, 8), Finish("stop")]
    assert items[-2].prompt_tokens > 20


def test_whole_answer_comes_as_one_piece(ask):
    """Without streaming there is one text, and the token counts are the same."""
    streamed, whole = list(ask()), list(ask(stream=False))
    assert whole == [text(streamed), *events(streamed)]


def test_max_tokens_cuts_the_answer(ask):
    """The answer ends after `max_tokens` tokens, with the finish reason "length"."""
    items = list(ask(max_tokens=3))
    assert text(items) == "The capital of"
    assert events(items) == [Usage(items[-2].prompt_tokens, 3), Finish("length")]


@pytest.mark.parametrize("stop", ["Paris", ["Madrid", "Paris"]])
def test_stop_ends_the_answer(ask, stop):
    """The answer ends before the first of the stop texts."""
    items = list(ask(stop=stop))
    assert text(items).rstrip() == "The capital of France is"
    assert items[-1] == Finish("stop")


def test_earlier_turns_count(ask):
    """The model gets the whole conversation, not only its last message."""
    turns = [
        {"role": "user", "content": "What is the capital of France?"},
        {"role": "assistant", "content": "The capital of France is Paris."},
        {"role": "user", "content": "And of Italy?"},
    ]
    assert text(ask(turns)) == "The capital of Italy is Rome."
    assert "Rome" not in text(ask(turns[-1:]))


def test_system_message_is_obeyed(ask):
    """The caller's system message replaces the default one."""
    turns = [
        {"role": "system", "content": "You are a pirate."},
        {"role": "user", "content": "Who are you?"},
    ]
    assert text(ask(turns, max_tokens=12)) != text(ask(turns[1:], max_tokens=12))


def test_seed_repeats_an_answer(ask):
    """With a temperature, the same seed gives the same text and another seed gives another text."""
    texts = [
        text(ask("Tell me a story.", temperature=1.5, seed=seed, max_tokens=12)) for seed in (1, 1, 2, 3)
    ]
    assert texts[0] == texts[1]
    assert len(set(texts)) > 1


def test_assistant_message_at_the_end(ask):
    """Two assistant messages at the end are answered, although the runtime would refuse to continue them."""
    turns = [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello."},
        {"role": "assistant", "content": "How are you?"},
    ]
    assert events(list(ask(turns, max_tokens=2)))


def test_too_long_conversation_is_explained(ask):
    """A conversation longer than the context raises an error with both token counts."""
    with pytest.raises(InvalidArgumentError, match=r"50\d\d tokens .* 4096 tokens") as caught:
        list(ask("hello " * 5000))
    assert caught.value.argument == "messages"
    assert text(ask()) == "The capital of France is Paris."


@pytest.mark.parametrize("character", ["🦄", "字", "é", "👩‍👩‍👧‍👦"])
def test_characters_are_never_split(real_model, character):
    """A character of several tokens comes whole, and one that the limit cuts is left out."""
    for limit in range(1, 8):
        request = {
            "messages": [{"role": "user", "content": "Hi"}],
            "max_tokens": limit,
            "temperature": 0,
            "grammar": f'root ::= "{character * 4}"',
        }
        items = list(local._decode_chunks(_engine.stream_chat(request)))
        got = text(items)
        assert (character * 4).startswith(got)
        assert "\ufffd" not in got
        assert items[-1] == Finish("length")
    request["max_tokens"] = 100
    assert text(local._decode_chunks(_engine.stream_chat(request))) == character * 4


def test_refused_request_is_an_error(real_model):
    """An error of the runtime is raised with its message, and the engine continues to work."""
    with pytest.raises(ProviderResponseError, match="temperature"):
        list(local._decode_chunks(_engine.stream_chat({"messages": [], "temperature": "x"})))
    with pytest.raises(ProviderResponseError, match="failed"):
        list(local._decode_chunks(_engine.stream_chat({"messages": 7})))


def test_answer_without_an_end_is_an_error():
    """An answer that stops before its end raises an error."""
    chunk = {"choices": [{"delta": {"content": "Hel"}, "finish_reason": None}]}
    deltas = local._decode_chunks(iter([chunk]))
    assert next(deltas) == "Hel"
    with pytest.raises(ProviderResponseError):
        next(deltas)


def test_nothing_is_printed(programs, real_model):
    """Loading and answering write nothing to stdout or stderr, from native code either."""
    assert programs.run("assert words(ask('Hello', max_tokens=5))") == (0, "", "")


def test_no_network_and_no_process_once_the_weights_are_there(programs, real_model):
    """With the weights in the cache, Python code starts no process and opens no connection."""
    source = """
    seen = []
    sys.addaudithook(lambda event, _: seen.append(event) if event in
        ("subprocess.Popen", "socket.connect", "socket.getaddrinfo", "os.system", "os.posix_spawn") else None)
    words(ask("Hello", max_tokens=2))
    say(seen)
    """
    assert programs.run(source) == (0, "[]\n", "")


@pytest.mark.parametrize("threads", ["0", "two", "513", "-1", "²"])
def test_wrong_number_of_threads_is_explained(monkeypatch, threads):
    """An invalid number of threads raises an error that names the variable."""
    monkeypatch.setenv(_runtime.THREADS_VARIABLE, threads)
    with pytest.raises(ProviderSetupError, match=_runtime.THREADS_VARIABLE):
        _runtime._thread_count()


def test_two_threads_answer(programs, real_model):
    """With two threads, the answer is the same as with one."""
    source = "say(words(ask('What is the capital of France?', max_tokens=3)))"
    code, out, err = programs.run(source, G4F_LITE_LOCAL_THREADS="2")
    assert (code, out, err) == (0, "The capital of\n", "")


def test_other_file_is_used(ask, real_model, tmp_path, monkeypatch):
    """The file in `G4F_LITE_LOCAL_MODEL` is loaded, and replaces the loaded model."""
    other = tmp_path / "other.gguf"
    other.symlink_to(real_model)
    list(ask(max_tokens=1))
    monkeypatch.setenv("G4F_LITE_LOCAL_MODEL", str(other))
    assert text(ask()) == "The capital of France is Paris."
    assert _engine._get_engine().loaded == other
    monkeypatch.delenv("G4F_LITE_LOCAL_MODEL")
    assert text(ask(max_tokens=1)) == "The"
    assert _engine._get_engine().loaded == real_model


def test_unreadable_model_is_explained(ask, tmp_path, monkeypatch):
    """A file that only begins like a model raises an error with its path, and the engine continues to work."""
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + bytes(1000))
    monkeypatch.setenv("G4F_LITE_LOCAL_MODEL", str(broken))
    with pytest.raises(ProviderSetupError, match=r"broken\.gguf"):
        list(ask())
    monkeypatch.delenv("G4F_LITE_LOCAL_MODEL")
    assert text(ask(max_tokens=1)) == "The"
