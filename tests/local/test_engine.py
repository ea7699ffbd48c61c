"""The engine with the real model: cancels, several threads, forks."""

import contextvars
import gc
import itertools
import threading

import pytest

from g4f_lite import cancellation
from g4f_lite.errors import ProviderSetupError
from g4f_lite.events import Event
from g4f_lite_providers.local import engine as _engine

pytestmark = pytest.mark.model

LONG = "Write a long story about a sailor and the sea."
LONG_PROMPT = "The sea is wide and the ship is small. " * 150


@pytest.fixture
def chunks(monkeypatch):
    """Record the job of each chunk, and whether that job had been cancelled before it."""
    seen = []
    put = _engine.Job.put

    def spy(job, item):
        if isinstance(item, dict):
            seen.append((id(job), job.is_cancelled))
        put(job, item)

    monkeypatch.setattr(_engine.Job, "put", spy)
    return seen


@pytest.fixture
def scope():
    """Return the current cancel scope of a call."""
    made = cancellation.CancelScope()
    token = cancellation._current.set(made)
    yield made
    cancellation._current.reset(token)


def text(items):
    return "".join(item for item in items if isinstance(item, str))


def late(chunks):
    """Return the number of chunks that came after their job had been cancelled."""
    return sum(cancelled for _, cancelled in chunks)


def test_close_frees_the_engine_within_one_token(ask, chunks):
    """Closing the generator stops the work after at most one more token, and the next call is answered."""
    answer = ask(LONG)
    for _ in range(3):
        next(answer)
    answer.close()
    assert text(ask()) == "The capital of France is Paris."
    assert late(chunks) <= 1


def test_abandoned_answer_frees_the_engine(ask, chunks):
    """Dropping the generator has the same effect as closing it."""
    answer = ask(LONG)
    next(answer)
    del answer
    gc.collect()
    assert text(ask()) == "The capital of France is Paris."
    assert late(chunks) <= 1


def test_error_of_the_consumer_frees_the_engine(ask, chunks):
    """A loop that ends with an exception frees the engine."""

    def consume():
        for _ in ask(LONG):
            raise KeyError("consumer")

    with pytest.raises(KeyError):
        consume()
    assert text(ask()) == "The capital of France is Paris."
    assert late(chunks) <= 1


def test_cancel_while_the_prompt_is_read(ask, chunks, scope):
    """A cancel while a long prompt is read ends the work after the current batch."""
    ended = threading.Event()
    context = contextvars.copy_context()

    def consume():
        context.run(list, ask(LONG_PROMPT))
        ended.set()

    thread = threading.Thread(target=consume)
    thread.start()
    while not chunks:
        ended.wait(0.01)
    scope.cancel()
    assert ended.wait(30)
    thread.join()
    cancellation._current.set(None)
    assert text(ask()) == "The capital of France is Paris."
    assert late(chunks) <= 1


def test_cancel_wakes_the_consumer(ask, scope):
    """A cancel from another thread ends the answer at once, without a finish event and without an error."""
    list(ask(max_tokens=1))
    answer = ask(LONG)
    items = [next(answer)]
    timer = threading.Timer(0.05, scope.cancel)
    timer.start()
    items += answer
    assert scope.cancelled
    assert not any(isinstance(item, Event) for item in items)
    timer.join()


def test_cancelled_call_does_not_begin(ask, scope, chunks):
    """A call that is cancelled before its first step does nothing."""
    scope.cancel()
    assert list(ask()) == []
    assert chunks == []


def test_threads_are_answered_one_after_the_other(ask, chunks):
    """Several threads get their own complete answers, one after the other."""
    questions = {f"What is the capital of {name}?": name for name in ("France", "Italy", "Japan", "Spain")}
    alone = {question: text(ask(question, max_tokens=12)) for question in questions}
    chunks.clear()
    together = {}

    def consume(question):
        together[question] = text(ask(question, max_tokens=12))

    threads = [threading.Thread(target=consume, args=(question,)) for question in questions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone
    owners = [owner for owner, _ in chunks]
    changes = sum(before != after for before, after in itertools.pairwise(owners))
    assert changes == len(questions) - 1


def test_waiting_call_can_be_cancelled(ask, scope):
    """A call that waits for another one can be cancelled, and the other one continues."""
    with_scope = contextvars.copy_context()
    cancellation._current.set(None)
    first = ask(LONG)
    next(first)
    waiting = with_scope.run(ask)
    result = []
    thread = threading.Thread(target=lambda: result.append(with_scope.run(list, waiting)))
    thread.start()
    thread.join(0.3)
    assert thread.is_alive()
    scope.cancel()
    thread.join(5)
    assert result == [[]]
    assert next(first)
    first.close()


def test_first_calls_of_two_threads_load_one_model(programs, real_model):
    """Two threads that make their first call at the same time share one engine."""
    source = """
    import threading
    threads = [threading.Thread(target=lambda: say(words(ask("What is the capital of France?")))) for _ in "ab"]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    say(sum(thread.name == "g4f-lite-local" for thread in threading.enumerate()))
    """
    answer = "The capital of France is Paris.\n"
    assert programs.run(source) == (0, f"{answer * 2}1\n", "")


FORK = """
import warnings; warnings.simplefilter("ignore")
answer = ask("What is the capital of France?")
say(next(answer))
child = os.fork()
if child == 0:
    for attempt in (lambda: words(ask("Hello")), lambda: words(answer)):
        try:
            say("child", attempt())
        except ProviderSetupError as error:
            say("child", "spawn" in str(error))
    {leave}
say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
say(words(answer))
"""


@pytest.mark.parametrize("leave", ["os._exit(0)", "sys.exit(0)"])
def test_forked_child_gets_an_error(programs, real_model, leave):
    """In a forked child, new and running answers raise an error that names spawn, and the parent continues."""
    code, out, err = programs.run(FORK.format(leave=leave))
    # The child's queue has the chunks from before the fork, and no more.
    lines = out.splitlines()
    assert lines[0] == "The"
    assert lines[1:3] == ["child True", "child True"]
    assert lines[3:] == ["0", " capital of France is Paris."]
    assert (code, err) == (0, "")


def test_child_forked_before_the_first_call_works(programs, real_model):
    """A child that is forked before the model is loaded works."""
    source = """
    child = os.fork()
    say(words(ask("What is the capital of France?")))
    if child:
        assert os.waitpid(child, 0)[1] == 0
    """
    answer = "The capital of France is Paris.\n"
    assert programs.run(source) == (0, answer * 2, "")


def test_call_after_the_engine_is_shut_down(programs, real_model):
    """A call while the program exits raises an error, and does not wait forever."""
    source = """
    import atexit
    def late():
        try:
            words(ask("Hello"))
        except ProviderSetupError as error:
            say(error.hint)
    atexit.register(late)
    words(ask("Hello", max_tokens=1))
    """
    assert programs.run(source) == (0, "Ask before the program ends.\n", "")


def test_engine_that_cannot_start_is_explained(monkeypatch):
    """If no thread can be started, the call raises an error of this library."""

    def refuse(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(_engine, "_current_engine", None)
    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(ProviderSetupError, match="can't start new thread"):
        _engine._get_engine()
