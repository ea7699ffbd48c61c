"""Batches: the core reads an exchange in an event loop by all items that some bytes contain."""

import asyncio

import pytest

from g4f_lite.kit import http
from g4f_lite.kit.exchange import Exchange
from g4f_lite.kit.lines import LineDecoder
from g4f_lite.testing import Gate, Reply, Upstream

pytestmark = pytest.mark.skipif(not http.has_async(), reason="the extra `async` is not installed")


def reading_of(upstream):
    return Exchange(http.HTTPRequest(url=upstream.url + "/x", json={}), LineDecoder()).__aiter__()


def test_the_batches_are_the_items_and_none_is_the_end():
    """The joined batches are the items in order. After the last batch, each call returns None."""

    async def scene(upstream):
        reading, items = reading_of(upstream), []
        while (batch := await reading.next_batch()) is not None:
            items += batch
        assert items == ["a", "b", "c"]
        assert await reading.next_batch() is None

    with Upstream(Reply("a\nb\nc")) as upstream:
        asyncio.run(scene(upstream))


def test_a_second_reader_is_refused_and_the_first_goes_on():
    """While a task waits for a batch, a second reader gets an error, and the first gets its batch."""

    async def scene(upstream, gate):
        reading = reading_of(upstream)
        assert list(await reading.next_batch()) == ["a"]
        first = asyncio.ensure_future(reading.next_batch())
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="another task"):
            await reading.next_batch()
        gate.open()
        assert list(await first) == ["b"]

    gate = Gate()
    with Upstream(Reply(["a\n", gate, "b\n"])) as upstream:
        asyncio.run(scene(upstream, gate))
