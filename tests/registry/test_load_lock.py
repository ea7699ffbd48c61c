"""The lock that refuses to wait in a circle."""

import sys
import threading
from typing import Any

import pytest

from g4f_lite._core.registry import load_lock
from g4f_lite._core.registry.load_lock import CircularWaitError, LoadLock, modules_being_imported


def test_one_thread_at_a_time_and_the_same_thread_again() -> None:
    """The lock excludes other threads, and its owner may acquire it again."""
    lock, inside, most = LoadLock(), 0, []

    def work() -> None:
        nonlocal inside
        for _ in range(50):
            with lock, lock:
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
def test_one_thread_of_a_circle_is_refused(length: int) -> None:
    """If each thread has a lock and waits for the next one's, one of them is refused."""
    locks = [LoadLock() for _ in range(length)]
    all_hold, refused, done = threading.Barrier(length), [], []

    def work(number: int) -> None:
        with locks[number]:
            all_hold.wait(10)
            try:
                with locks[(number + 1) % length]:
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


def test_an_exception_releases_the_lock() -> None:
    """An exception inside the `with` releases the lock."""
    lock = LoadLock()
    with pytest.raises(KeyError), lock:
        raise KeyError
    thread = threading.Thread(target=lock.__enter__)
    thread.start()
    thread.join(5)
    assert not thread.is_alive()


def test_an_importing_thread_waits_for_a_limited_time(site: Any, monkeypatch: Any) -> None:
    """A thread that is importing gives up in the end, since import locks may close an invisible circle."""
    monkeypatch.setattr(load_lock, "_MAX_WAIT", 0.05)
    lock, release = LoadLock(), threading.Event()
    monkeypatch.setattr(sys, "_a_turn", lock, raising=False)
    held = threading.Event()

    def hold() -> None:
        with lock:
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


def test_modules_being_imported_are_known(site: Any) -> None:
    """The names are those of the modules that this thread is importing, and no others."""
    site.module("outer_import", "import inner_import\nfound = inner_import.found\n")
    site.module(
        "inner_import",
        "from g4f_lite._core.registry.load_lock import modules_being_imported as importing\nfound = importing()\n",
    )
    assert modules_being_imported() == frozenset()
    assert __import__("outer_import").found == {"outer_import", "inner_import"}
