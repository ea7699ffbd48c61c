"""The asynchronous exchange and the event loops that it runs in."""

import asyncio
import contextlib
import gc
import importlib.util
import os
import socket
import sys
import threading
import time
import warnings

import pytest

from g4f_lite import errors
from g4f_lite.cancellation import CancelScope, _current
from g4f_lite.kit import http
from g4f_lite.kit.http import astream, has_async, stream
from g4f_lite.kit.http._request import HTTPRequest
from g4f_lite.testing import Gate, Reply, Stall, Upstream

native = pytest.mark.skipif(not has_async(), reason="needs the extra `async`")


async def read(url, **fields) -> bytes:
    return b"".join([data async for data in astream(HTTPRequest(f"{url}/x", **fields))])


@contextlib.contextmanager
def nothing_left_open():
    """What is not closed when its loop ends warns when it is collected."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
        gc.collect()
    assert [str(item.message) for item in caught] == []


@native
def test_loops_one_after_another_leave_nothing_open() -> None:
    """Each `asyncio.run` has connections of its own, and closes them when it ends."""
    with Upstream(Reply(b"x")) as upstream, nothing_left_open():
        for number in range(1, 4):
            assert asyncio.run(read(upstream.url)) == b"x"
            upstream.wait_closed(number)
        assert upstream.connections == 3


@native
def test_loops_at_the_same_time_do_not_share() -> None:
    """Loops in several threads each get their answers, on connections of their own."""
    meet = threading.Barrier(4)
    got = []

    async def work(url):
        meet.wait(10)
        got.extend([await read(url) for _ in range(5)])

    with Upstream(Reply(b"x")) as upstream, nothing_left_open():
        threads = [threading.Thread(target=asyncio.run, args=(work(upstream.url),)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert got == [b"x"] * 20
        assert upstream.connections == 4
        upstream.wait_all_closed()


@native
def test_answer_left_open_is_closed_with_its_loop() -> None:
    """A stream that is still open when `asyncio.run` ends hangs up."""
    kept = []

    async def main(url):
        kept.append(astream(HTTPRequest(f"{url}/x")))
        assert await anext(kept[0]) == b"one"

    with Upstream(Reply([b"one", Stall()])) as upstream, nothing_left_open():
        asyncio.run(main(upstream.url))
        upstream.wait_closed()
        kept.clear()


@native
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_loop_that_was_closed_without_a_word_is_forgotten() -> None:
    """A loop whose generators nobody shut down costs the others nothing, and is not kept in memory."""
    from g4f_lite.kit.http._async import pool as _async_pool

    with Upstream(Reply(b"x")) as upstream:
        loop = asyncio.new_event_loop()
        assert loop.run_until_complete(read(upstream.url)) == b"x"
        assert loop in _async_pool._pools
        loop.close()
        assert asyncio.run(read(upstream.url)) == b"x"
        assert loop not in _async_pool._pools
        del loop
        gc.collect()


@native
def test_loop_goes_on_after_its_generators_were_shut_down() -> None:
    """A loop that is used again after `shutdown_asyncgens` opens a session anew."""
    with Upstream(Reply(b"x")) as upstream:
        loop = asyncio.new_event_loop()
        try:
            assert loop.run_until_complete(read(upstream.url)) == b"x"
            loop.run_until_complete(loop.shutdown_asyncgens())
            upstream.wait_closed(1)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # asyncio warns of generators that are begun after that
                assert loop.run_until_complete(read(upstream.url)) == b"x"
                loop.run_until_complete(loop.shutdown_asyncgens())
            upstream.wait_all_closed()
        finally:
            loop.close()


@native
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_forked_child_runs_a_loop_of_its_own() -> None:
    """A child does not speak on its parent's connections, and its parent goes on."""
    with Upstream(Reply(b"x")) as upstream:

        async def main():
            assert await read(upstream.url) == b"x"
            pid = os.fork()
            if pid == 0:
                code = 1
                with contextlib.suppress(BaseException):
                    asyncio._set_running_loop(None)
                    code = 0 if asyncio.run(read(upstream.url)) == b"x" else 2
                os._exit(code)
            assert (await asyncio.to_thread(os.waitpid, pid, 0))[1] == 0
            assert await read(upstream.url) == b"x"

        asyncio.run(main())
        assert upstream.connections == 2


@native
def test_tasks_share_the_pool_and_each_gets_its_own_answer() -> None:
    """Sixty-four tasks at once are answered each for itself, on no more connections than tasks."""

    async def work(url, number):
        for turn in range(3):
            word = f"{number}-{turn}"
            assert await read(f"{url}/{word}") == f"/{word}/x".encode()

    async def main(url):
        await asyncio.gather(*[work(url, number) for number in range(64)])

    with Upstream(lambda request: Reply(request.target)) as upstream, nothing_left_open():
        asyncio.run(main(upstream.url))
        assert upstream.connections <= 64


@native
def test_other_tasks_run_while_one_waits() -> None:
    """A silent service holds up nobody but who asked it."""

    async def main(url):
        slow = asyncio.ensure_future(read(url))
        await asyncio.to_thread(gate.wait_reached)
        turns = 0
        while turns < 100:
            await asyncio.sleep(0)
            turns += 1
        assert not slow.done()
        gate.open()
        assert await slow == b"x"

    gate = Gate()
    with Upstream(Reply([gate, b"x"])) as upstream:
        asyncio.run(main(upstream.url))


@native
@pytest.mark.parametrize("phase", ["head", "body"])
def test_cancel_of_a_task_and_of_its_call_do_not_mix(phase) -> None:
    """A task that is cancelled together with its call is cancelled; one whose call alone is, is not."""

    async def main(url, both):
        scope = CancelScope()
        _current.set(scope)
        task = asyncio.ensure_future(read(url))
        await asyncio.to_thread(gate.wait_reached)
        scope.cancel()
        if both:
            task.cancel()
        await asyncio.wait({task})
        if both and sys.version_info >= (3, 11):
            assert task.cancelled()
        elif not both:
            assert isinstance(task.exception(), errors.ProviderConnectionError)
            if sys.version_info >= (3, 11):
                assert task.cancelling() == 0

    head = [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHel"] if phase == "body" else []
    for both in (False, True):
        gate = Gate()
        with Upstream(Reply([*head, gate, Stall()], framing="raw")) as upstream, nothing_left_open():
            asyncio.run(main(upstream.url, both))
            upstream.wait_closed()


@native
def test_wait_for_takes_its_time_and_no_more() -> None:
    """`asyncio.wait_for` around an exchange raises its own error, and the connection is closed."""

    async def main(url):
        began = time.monotonic()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(read(url), 0.2)
        assert time.monotonic() - began < 20  # the read timeout is a minute

    with Upstream(Reply([Stall()], framing="raw")) as upstream:
        asyncio.run(main(upstream.url))
        upstream.wait_closed()


@native
def test_connection_that_was_closed_while_the_loop_stood_still_is_not_used() -> None:
    """A kept connection that the service has closed is found out before anything is sent on it."""
    answered = threading.Event()

    def serve() -> None:
        for answer in (b"x", b"y"):
            client, _ = listener.accept()
            with client:
                client.recv(65536)
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + answer)
            answered.set()

    loop = asyncio.new_event_loop()
    with socket.create_server(("127.0.0.1", 0)) as listener, contextlib.closing(loop):
        server = threading.Thread(target=serve, daemon=True)
        server.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        assert loop.run_until_complete(read(url)) == b"x"
        assert answered.wait(10)
        assert loop.run_until_complete(read(url)) == b"y"
        server.join(10)
        loop.run_until_complete(loop.shutdown_asyncgens())


@native
def test_dropped_stream_hangs_up_while_the_loop_runs_on() -> None:
    """A stream that nobody refers to any more is closed by the loop, which goes on."""

    async def main(url):
        pieces = astream(HTTPRequest(f"{url}/x"))
        assert await anext(pieces) == b"one"
        del pieces
        gc.collect()
        await asyncio.to_thread(upstream.wait_closed)

    with Upstream(Reply([b"one", Stall()])) as upstream, nothing_left_open():
        asyncio.run(main(upstream.url))


@native
@pytest.mark.parametrize(
    "framing",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nonetwo",
    ],
)
def test_what_came_before_the_break_is_handed_out(framing) -> None:
    """Text that was there when the connection broke, and not yet read, is not lost with it."""

    async def main(url):
        got = b""
        with pytest.raises(errors.ProviderConnectionError, match="cut short"):
            async for data in astream(HTTPRequest(f"{url}/x")):
                got += data
                await asyncio.to_thread(upstream.wait_all_closed)
        assert got == b"onetwo"

    half = framing.index(b"one") + 3
    gate = Gate()
    with Upstream(Reply([framing[:half], gate, framing[half:]], framing="raw")) as upstream:
        gate.open()
        asyncio.run(main(upstream.url))


@native
def test_memory_and_connections_stay_flat() -> None:
    """Exchanges that were finished, cancelled, failed and closed leave one connection, kept for the next."""

    async def main(url):
        for _ in range(50):
            upstream.script(Reply(b"x"))
            assert await read(url) == b"x"
            upstream.script(Reply([b"x", Stall()]))
            pieces = astream(HTTPRequest(f"{url}/x"))
            await anext(pieces)
            await pieces.aclose()
            upstream.script(Reply(b"", status=500))
            with pytest.raises(errors.ProviderStatusError):
                await read(url)
        await asyncio.to_thread(settle)

    def settle():
        until = time.monotonic() + 5
        while len(upstream.open_connections) > 1 and time.monotonic() < until:
            time.sleep(0.01)  # no event: the last of the closes may still be on its way
        assert len(upstream.open_connections) <= 1

    with Upstream(Reply(b"x")) as upstream, nothing_left_open():
        asyncio.run(main(upstream.url))


# --- without it -----------------------------------------------------------------------------------


def test_missing_client_is_a_missing_extra(monkeypatch) -> None:
    """Without httptools, `has_async` says so and an exchange names the extra to install."""
    monkeypatch.setattr(http, "_has_async", None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert not has_async()
    with pytest.raises(errors.MissingExtraError, match=r"g4f-lite\[async\]"):
        asyncio.run(read("http://127.0.0.1:1"))


def test_broken_client_says_why(monkeypatch) -> None:
    """A client that is installed and cannot be imported is a setup error that says why."""
    monkeypatch.setattr(http, "_has_async", True)
    for name in [name for name in sys.modules if name.startswith("g4f_lite.kit.http._async")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "httptools", None)
    with pytest.raises(errors.ProviderSetupError, match="httptools"):
        asyncio.run(read("http://127.0.0.1:1"))


def test_neither_way_is_imported_before_it_is_used() -> None:
    """Importing the kit's module loads neither client, nor asyncio."""
    import subprocess

    code = (
        "import sys; import g4f_lite.kit.http; "
        "print([name for name in ('requests', 'urllib3', 'httptools', 'asyncio', 'ssl') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_synchronous_exchange_needs_no_asynchronous_client() -> None:
    """`stream` imports no httptools."""
    with Upstream(Reply(b"x")) as upstream:
        import subprocess

        code = (
            "import sys; from g4f_lite.kit.http import HTTPRequest, stream; "
            f"list(stream(HTTPRequest({upstream.url!r} + '/x'))); print('httptools' in sys.modules)"
        )
        shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "False"
    assert stream is not astream
