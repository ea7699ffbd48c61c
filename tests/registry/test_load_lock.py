"""The lock that never waits in a circle."""

import sys
import threading
from typing import Any

import pytest

from g4f_lite._core.registry import load_lock
from g4f_lite._core.registry.load_lock import CircularWaitError, LoadLock, modules_being_imported


def test_one_thread_at_a_time_and_the_same_thread_again() -> None:
    """A turn excludes other threads, and its owner may take it again."""
    turn, inside, most = LoadLock(), 0, []

    def work() -> None:
        nonlocal inside
        for _ in range(50):
            with turn, turn:
                inside += 1
                most.append(inside)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(most) == {1}


@pytest.mark.parametrize("length", [2, 3, 5])
def test_of_threads_in_a_circle_one_is_refused(length: int) -> None:
    """Threads that each hold a turn and want the next one's do not wait for ever: one gives way."""
    turns = [LoadLock() for _ in range(length)]
    all_hold, refused, done = threading.Barrier(length), [], []

    def work(number: int) -> None:
        with turns[number]:
            all_hold.wait(10)
            try:
                with turns[(number + 1) % length]:
                    done.append(number)
            except CircularWaitError:
                refused.append(number)

    threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(length)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)
    assert (len(refused), len(done)) == (1, length - 1)


def test_a_turn_is_given_back_when_the_work_raises() -> None:
    """An exception inside a turn frees it."""
    turn = LoadLock()
    with pytest.raises(KeyError), turn:
        raise KeyError
    thread = threading.Thread(target=turn.__enter__)
    thread.start()
    thread.join(5)
    assert not thread.is_alive()


def test_who_is_importing_waits_only_so_long(site: Any, monkeypatch: Any) -> None:
    """A thread in the middle of an import gives up in the end: import locks may close a circle unseen."""
    monkeypatch.setattr(load_lock, "_MAX_WAIT", 0.05)
    turn, release = LoadLock(), threading.Event()
    monkeypatch.setattr(sys, "_a_turn", turn, raising=False)
    held = threading.Event()

    def hold() -> None:
        with turn:
            held.set()
            release.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    site.module("waits_in_vain", "import sys\nwith sys._a_turn:\n    pass\n")
    with pytest.raises(CircularWaitError):
        __import__("waits_in_vain")
    release.set()
    thread.join()


def test_what_is_being_imported_is_known(site: Any) -> None:
    """`importing` names the modules whose bodies run below, and none besides."""
    site.module("outer_import", "import inner_import\nfound = inner_import.found\n")
    site.module(
        "inner_import",
        "from g4f_lite._core.registry.load_lock import modules_being_imported as importing\nfound = importing()\n",
    )
    assert modules_being_imported() == frozenset()
    assert __import__("outer_import").found == {"outer_import", "inner_import"}
