"""An exchange as the core reads it in an event loop: all items at once that some bytes hold."""

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
    """Joined, the batches are the items in their order; behind the last one there is None, again and again."""

    async def scene(upstream):
        reading, items = reading_of(upstream), []
        while (batch := await reading.next_batch()) is not None:
            items += batch
        assert items == ["a", "b", "c"]
        assert await reading.next_batch() is None

    with Upstream(Reply("a\nb\nc")) as upstream:
        asyncio.run(scene(upstream))


def test_a_second_reader_is_refused_and_the_first_goes_on():
    """While a task waits, another one that asks is told so, and the first gets what it waits for."""

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
