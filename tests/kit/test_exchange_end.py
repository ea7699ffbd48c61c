"""What follows the end of a stream: its bytes matter no more, its connection does."""

import asyncio
import time

import pytest

from g4f_lite.kit import http
from g4f_lite.kit.exchange import Exchange
from g4f_lite.kit.json_events import JSONStream
from g4f_lite.testing import Reply, Stall, Upstream

LAST = b"data: [DONE]\n\n"


class Handler:
    def event(self, name, value):
        yield value["text"]

    def end(self):
        return ()


def exchange(upstream):
    return Exchange(http.HTTPRequest(url=upstream.url, json={}), JSONStream(Handler()))


async def gathered(upstream, times):
    async def one():
        return [item async for item in exchange(upstream)]

    return [await one() for _ in range(times)]


def read(way, upstream, times=1):
    if way == "sync":
        return [list(exchange(upstream)) for _ in range(times)]
    return asyncio.run(gathered(upstream, times))


@pytest.mark.parametrize("way", ["sync", "native"])
@pytest.mark.parametrize("framing", ["chunked", "close"])
def test_a_service_that_never_hangs_up_is_not_waited_for(way, framing):
    """Behind the stream's own end mark, an answer is over within a moment, though the body goes on for ever."""
    with Upstream(Reply([b'data: {"text": "a"}\n\n', LAST, Stall()], framing=framing)) as upstream:
        since = time.monotonic()
        assert read(way, upstream) == [["a"]]
        assert time.monotonic() - since < 5  # the read timeout is a minute
        upstream.wait_closed()


@pytest.mark.parametrize("way", ["sync", "native"])
@pytest.mark.parametrize(
    "rest", [[], [b": bye\n\n"], [b'data: {"text": "late"}\n\n']], ids=["nothing", "comment", "event"]
)
def test_the_connection_is_used_again(way, rest):
    """What stands between the stream's end mark and the body's is read, so one connection serves many streams."""
    with Upstream(Reply([b'data: {"text": "a"}\n\n', LAST, *rest])) as upstream:
        assert read(way, upstream, 5) == [["a"]] * 5
        assert upstream.connections == 1


@pytest.mark.parametrize("way", ["sync", "native"])
def test_a_flood_behind_the_end_is_not_read_for_ever(way):
    """Bytes that never stop coming behind the end mark hold nobody up."""

    def flood():
        yield b'data: {"text": "a"}\n\n' + LAST
        while True:
            yield b": more\n" * 1000

    with Upstream(Reply(flood)) as upstream:
        since = time.monotonic()
        assert read(way, upstream) == [["a"]]
        assert time.monotonic() - since < 5
        upstream.wait_closed()
