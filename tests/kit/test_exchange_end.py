"""The bytes after the end mark of a stream are irrelevant, but its connection is kept."""

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
    """After the end mark of a stream, the answer ends within a moment, even if the body never ends."""
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
    """The bytes between the end mark of the stream and the end of the body are read, so that the connection is reused."""
    with Upstream(Reply([b'data: {"text": "a"}\n\n', LAST, *rest])) as upstream:
        assert read(way, upstream, 5) == [["a"]] * 5
        assert upstream.connections == 1


@pytest.mark.parametrize("way", ["sync", "native"])
def test_a_flood_behind_the_end_is_not_read_for_ever(way):
    """An endless flood of bytes after the end mark does not delay the reader."""

    def flood():
        yield b'data: {"text": "a"}\n\n' + LAST
        while True:
            yield b": more\n" * 1000

    with Upstream(Reply(flood)) as upstream:
        since = time.monotonic()
        assert read(way, upstream) == [["a"]]
        assert time.monotonic() - since < 5
        upstream.wait_closed()
