"""How an exchange in an event loop ends at any of its steps, and what its loop keeps."""

import asyncio
import contextlib
import gc
import warnings

import pytest

from g4f_lite import errors
from g4f_lite.cancellation import CancelScope, _current
from g4f_lite.kit.exchange import Exchange
from g4f_lite.kit.http import astream
from g4f_lite.kit.http._request import HTTPRequest
from g4f_lite.testing import Reply, Stall, Upstream

pytest.importorskip("httptools")

from g4f_lite.kit.http._async import exchange as _async_exchange
from g4f_lite.kit.http._async import pool as _async_pool

STEPS = 25
"""Turns of the loop that an exchange on this machine takes at most until its request is out."""


class Decoder:
    def feed(self, data):
        return (data.decode(),)

    def close(self):
        return ()


async def read(url, **fields) -> bytes:
    return b"".join([data async for data in astream(HTTPRequest(f"{url}/x", **fields))])


@contextlib.contextmanager
def no_complaints():
    """Neither a warning when what is left is collected, nor a word to the loop's exception handler."""
    told = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield lambda loop, context: told.append(context)
        gc.collect()
    assert [str(item.message) for item in caught] == []
    assert told == []


@pytest.mark.parametrize("json", [None, "y" * 3_000_000], ids=["small", "large"])
def test_cancel_of_the_task_at_any_step_leaves_nothing_open(json) -> None:
    """Whenever its task is cancelled, an exchange hangs up: also when its connection has just come about."""

    async def main(url, complain):
        asyncio.get_running_loop().set_exception_handler(complain)
        for turns in range(STEPS):
            task = asyncio.ensure_future(read(url, json=json))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait({task})
            assert task.cancelled()
        await asyncio.to_thread(upstream.wait_all_closed)

    reply = Reply([b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", Stall()], framing="raw")
    with Upstream(lambda request: reply) as upstream, no_complaints() as complain:
        asyncio.run(main(upstream.url, complain))


@pytest.mark.parametrize("json", [None, "y" * 3_000_000], ids=["small", "large"])
def test_cancel_of_the_call_at_any_step_is_heard(json) -> None:
    """Whenever its call is cancelled, an exchange ends at once, and none of the answer comes after that."""

    async def work(url, scope):
        _current.set(scope)
        return await read(url, json=json)

    async def main(url, complain):
        asyncio.get_running_loop().set_exception_handler(complain)
        for turns in range(STEPS):
            scope = CancelScope()
            task = asyncio.ensure_future(work(url, scope))
            for _ in range(turns):
                await asyncio.sleep(0)
            scope.cancel()
            done, _ = await asyncio.wait({task}, timeout=20)  # the read timeout is a minute
            assert done
            with pytest.raises(errors.ProviderConnectionError, match="cancelled"):
                task.result()
        await asyncio.to_thread(upstream.wait_all_closed)

    with (
        Upstream(lambda request: Reply([Stall()], framing="raw")) as upstream,
        no_complaints() as complain,
    ):
        asyncio.run(main(upstream.url, complain))


def test_nothing_comes_after_a_cancel() -> None:
    """What had come already when the call was cancelled is not handed out any more."""

    async def main(url):
        scope = CancelScope()
        _current.set(scope)
        exchange = _async_exchange.HTTP1Exchange(HTTPRequest(f"{url}/x"))
        try:
            assert await exchange.read_chunk() == b"one"
            exchange._connection.data_received(b"3\r\ntwo\r\n")
            scope.cancel()
            with pytest.raises(errors.ProviderConnectionError, match="cancelled"):
                await exchange.read_chunk()
        finally:
            exchange.release()

    with Upstream(Reply([b"one", Stall()])) as upstream:
        asyncio.run(main(upstream.url))


def test_cancel_that_comes_with_the_end_of_what_is_drained_is_not_lost() -> None:
    """A task that is cancelled in the moment in which the unneeded rest ends is cancelled."""

    async def main(url):
        exchange = _async_exchange.HTTP1Exchange(HTTPRequest(f"{url}/x", is_over=lambda: True))
        try:
            assert await exchange.read_chunk() == b"one"
            task = asyncio.ensure_future(exchange.read_chunk())
            for _ in range(5):
                await asyncio.sleep(0)
            exchange._connection.data_received(b"0\r\n\r\n")
            task.cancel()
            await asyncio.wait({task})
            assert task.cancelled()
        finally:
            exchange.release()

    with Upstream(Reply([b"one", Stall()])) as upstream:
        asyncio.run(main(upstream.url))


def test_connection_in_use_is_closed_with_its_loop() -> None:
    """An `Exchange` that somebody still holds when `asyncio.run` ends hangs up then."""
    kept = []

    async def main(url):
        kept.append(Exchange(HTTPRequest(f"{url}/x"), Decoder()))
        assert await anext(kept[0]) == "one"

    with Upstream(Reply([b"one", Stall()])) as upstream, no_complaints():
        asyncio.run(main(upstream.url))
        upstream.wait_closed()
        kept.clear()


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_end_after_the_loops_own_is_no_error() -> None:
    """An answer whose loop was closed without a word can still be closed, in another loop."""

    async def begin(url):
        pieces = astream(HTTPRequest(f"{url}/x"))
        assert await anext(pieces) == b"one"
        return pieces

    async def end(pieces):
        await pieces.aclose()

    with Upstream(Reply([b"one", Stall()])) as upstream:
        loop = asyncio.new_event_loop()
        pieces = loop.run_until_complete(begin(upstream.url))
        loop.close()
        asyncio.run(end(pieces))
        del pieces
        gc.collect()


def test_kept_connections_to_a_service_are_bounded(monkeypatch) -> None:
    """After many exchanges at once the connections of the last are kept, and the others closed."""
    monkeypatch.setattr(_async_pool, "_MAX_IDLE_PER_KEY", 4)

    async def main(url):
        running = [astream(HTTPRequest(f"{url}/x")) for _ in range(12)]
        for pieces in running:
            assert await anext(pieces) == b"x"
        for pieces in running:
            assert [data async for data in pieces] == []
        for number in range(1, 9):
            await asyncio.to_thread(upstream.wait_closed, number)
        assert await read(url) == b"x"
        assert upstream.open_connections == [9, 10, 11, 12]

    with Upstream(Reply(b"x")) as upstream, no_complaints():
        asyncio.run(main(upstream.url))


def test_services_whose_connections_are_kept_are_bounded(monkeypatch) -> None:
    """Of many services, connections to the last are kept, and those to the others closed."""
    monkeypatch.setattr(_async_pool, "_MAX_KEYS", 3)

    async def main(proxy):
        for number in range(1, 6):
            assert await read(f"http://service{number}.example", proxy=proxy) == b"x"
        for number in (1, 2):
            await asyncio.to_thread(upstream.wait_closed, number)
        assert upstream.open_connections == [3, 4, 5]

    with Upstream(Reply(b"x")) as upstream, no_complaints():
        asyncio.run(main(upstream.url))
