"""The least that a streamed answer costs in an event loop: asyncio reads it, and nothing looks at it."""

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

import clients

__all__ = ["count_reads"]

_LAST_CHUNK = b"\r\n0\r\n\r\n"


class _Counter(asyncio.Protocol):
    """A protocol that sends one request and counts the reads of its answer."""

    def __init__(self, path: str) -> None:
        self.reads = 0
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._path = path

    def connection_made(self, transport: Any) -> None:
        body = json.dumps(clients.STREAM_BODY)
        transport.write(
            f"POST {self._path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )

    def data_received(self, data: bytes) -> None:
        self.reads += 1
        if data.endswith(_LAST_CHUNK) and not self.ended.done():
            self.ended.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(exc or EOFError())


async def count_reads(base: str) -> str:
    """Return in how many reads a streamed answer of `base` came."""
    parts = urlsplit(f"{base}/v1/chat/completions")
    transport, counter = await asyncio.get_running_loop().create_connection(
        lambda: _Counter(parts.path), parts.hostname, parts.port
    )
    await counter.ended
    transport.close()
    return str(counter.reads)
