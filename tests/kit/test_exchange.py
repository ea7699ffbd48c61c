"""An exchange, read in a ``for`` and in an ``async for``."""

import asyncio
import gc

import pytest

from g4f_lite.errors import ProviderConnectionError, ProviderResponseError, ProviderStatusError
from g4f_lite.kit import http
from g4f_lite.kit.exchange import Exchange
from g4f_lite.testing import Reply, Reset, Stall, Upstream

SOON = 0.5
"""Seconds in which a cancel must reach the upstream; many times the usual time, for a busy machine."""


class Lines:
    """A decoder of complete lines, which adds their number at the end."""

    def __init__(self, fails_at=None):
        self.rest = b""
        self.count = 0
        self.fails_at = fails_at

    def feed(self, data):
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            self.count += 1
            yield line.decode()
            if self.count == self.fails_at:
                raise ProviderResponseError("The service said so.")

    def close(self):
        return (self.count,)


def exchange_with(upstream, decoder=None):
    return Exchange(http.HTTPRequest(url=upstream.url + "/x", json={}), decoder or Lines())


def read(exchange):
    items = []
    try:
        for item in exchange:
            items.append(item)  # noqa: PERF402 - the items before an error are kept
    except Exception as error:
        return items, error
    return items, None


async def aread(exchange):
    items = []
    try:
        async for item in exchange:
            items.append(item)  # noqa: PERF401 - the items before an error are kept
    except Exception as error:
        return items, error
    return items, None


def in_way(way, exchange):
    if way == "sync":
        return read(exchange)
    if not http.has_async():
        pytest.skip("the extra `async` is not installed")
    return asyncio.run(aread(exchange))


WAYS = pytest.mark.parametrize("way", ["sync", "async"])


@WAYS
@pytest.mark.parametrize("framing", ["chunked", "length", "close"])
def test_both_ways_give_the_same_items(way, framing):
    """For each framing, the items are those of the decoder, including the items of `close`."""
    with Upstream(Reply(["a\nb", "b\n", "ccc\nrest"], framing=framing)) as upstream:
        assert in_way(way, exchange_with(upstream)) == (["a", "bb", "ccc", 3], None)


@WAYS
def test_an_item_is_there_with_its_bytes(way):
    """An item is yielded when its bytes have arrived, even if the answer never ends."""

    async def first(exchange):
        item = await exchange.__anext__()
        await exchange.aclose()
        return item

    with Upstream(Reply(["a\nb", Stall()])) as upstream:
        exchange = exchange_with(upstream)
        if way == "sync":
            assert next(exchange) == "a"
            exchange.close()
        elif http.has_async():
            assert asyncio.run(first(exchange)) == "a"
        else:
            pytest.skip("the extra `async` is not installed")
        upstream.wait_closed(timeout=SOON * 10)


def test_nothing_is_sent_before_the_first_item_is_asked_for():
    """An exchange that is not read sends nothing, and can be closed."""
    with Upstream(Reply("a\n")) as upstream:
        exchange = exchange_with(upstream)
        iter(exchange)
        exchange.close()
        asyncio.run(exchange.aclose())
        assert upstream.connections == 0


@WAYS
def test_an_error_of_the_decoder_closes_the_connection(way):
    """If the decoder raises, the items before are kept, and the connection is closed while the error is alive."""

    async def scene(exchange, upstream):
        found = await aread(exchange)
        await asyncio.to_thread(
            upstream.wait_closed, timeout=SOON * 10
        )  # before the loop ends, which closes everything
        return found

    with Upstream(Reply(["a\n", "b\n", "c\n", Stall()])) as upstream:
        exchange = exchange_with(upstream, Lines(fails_at=2))
        if way == "sync":
            items, error = read(exchange)
            upstream.wait_closed(timeout=SOON * 10)
        elif http.has_async():
            items, error = asyncio.run(scene(exchange, upstream))
        else:
            pytest.skip("the extra `async` is not installed")
    assert items == ["a", "b"]
    assert isinstance(error, ProviderResponseError)


@WAYS
def test_an_error_of_the_connection_comes_behind_the_items(way):
    """If the connection breaks, the items before are kept."""
    with Upstream(Reply(["a\nb", Reset()])) as upstream:
        items, error = in_way(way, exchange_with(upstream))
    assert items == ["a"]
    assert isinstance(error, ProviderConnectionError)


@WAYS
def test_a_status_is_an_error_before_any_item(way):
    """A status other than 2xx raises the error that `on_status` returns."""
    request = http.HTTPRequest(
        url="", on_status=lambda status, headers, body: ProviderStatusError(status, body=body.decode())
    )
    with Upstream(Reply("sorry", status=418)) as upstream:
        items, error = in_way(way, Exchange(request._replace(url=upstream.url), Lines()))
    assert items == []
    assert (error.status, error.body) == (418, "sorry")


@pytest.mark.parametrize("how", ["close", "drop", "drop the iterator", "throw"])
def test_every_way_to_leave_closes_the_connection(how):
    """The upstream sees the connection closed after a close, a drop or an error."""
    with Upstream(Reply(["a\n", Stall()])) as upstream:
        exchange = exchange_with(upstream)
        if how == "close":
            next(exchange)
            exchange.close()
            assert list(exchange) == []
        elif how == "drop":
            next(exchange)
            del exchange
        elif how == "drop the iterator":
            pieces = iter(exchange)
            next(pieces)
            del exchange, pieces
        else:
            with pytest.raises(ZeroDivisionError):
                iter(exchange).throw(ZeroDivisionError())
            pieces = exchange_with(upstream)
            next(pieces)
            with pytest.raises(ZeroDivisionError):
                iter(pieces).throw(ZeroDivisionError())
        upstream.wait_closed(timeout=SOON * 10)


def test_dropping_needs_no_collector():
    """An exchange is not in a reference cycle, so that dropping it closes the connection at once."""
    gc.disable()
    try:
        with Upstream(Reply(["a\n", Stall()])) as upstream:
            exchange = exchange_with(upstream)
            next(exchange)
            del exchange
            upstream.wait_closed(timeout=SOON * 10)
    finally:
        gc.enable()


@pytest.mark.parametrize("how", ["aclose", "cancel"])
def test_every_way_to_leave_an_async_for_closes_the_connection(how):
    """The upstream sees the connection closed after a close, or a cancel of the waiting task."""
    if not http.has_async():
        pytest.skip("the extra `async` is not installed")

    async def scene(upstream):
        exchange = exchange_with(upstream)
        assert await exchange.__anext__() == "a"
        if how == "aclose":
            await exchange.aclose()
        else:
            task = asyncio.ensure_future(exchange.__anext__())
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        await asyncio.to_thread(upstream.wait_closed, timeout=SOON * 10)

    with Upstream(Reply(["a\n", Stall()])) as upstream:
        asyncio.run(scene(upstream))


def test_it_is_read_once():
    """A second loop continues the first one, and an exchange that has ended yields nothing."""
    with Upstream(Reply("a\n")) as upstream:
        exchange = exchange_with(upstream)
        assert iter(exchange) is iter(exchange)
        assert list(exchange) == ["a", 1]
        assert list(exchange) == []
        assert len(upstream.requests) == 1


def test_it_shows_no_key():
    """The `repr` of an exchange contains neither the body nor a key."""
    request = http.HTTPRequest(
        url="http://h/planted-key-77",
        json={"a": "words"},
        headers={"x": "planted-key-77"},
        secrets=("planted-key-77",),
    )
    shown = repr(Exchange(request, Lines()))
    assert "planted-key-77" not in shown
    assert "words" not in shown
    assert Exchange(request, Lines()).native is http.has_async()
