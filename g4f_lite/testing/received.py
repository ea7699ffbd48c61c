"""A request as it came over the wire: every byte of it, and the same taken apart."""

import json
from dataclasses import dataclass
from typing import Any

__all__ = ["BadRequestError", "ReceivedRequest", "parse_request"]

_HEAD_END = b"\r\n\r\n"


class BadRequestError(Exception):
    """What the client sent is no HTTP/1.1 request."""


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """One request that an `Upstream` received.

    Attributes:
        raw: the head and the body exactly as they came.
        method: such as ``"POST"``; `target`: what stood behind it, a path or, asked as a proxy, a URL.
        headers: name and value in the order and case in which they came.
        body: the body, without the framing of a chunked one.
        connection: the number of the connection, from 1: the same for requests that shared one.
        at: `time.monotonic` when its last byte was there.
    """

    raw: bytes
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    connection: int = 0
    at: float = 0.0

    def header(self, name: str) -> str | None:
        """Return the first value of a header, whatever its case; None if it did not come."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    def json(self) -> Any:
        """Return the body read as JSON; its keys keep their order."""
        return json.loads(self.body)


def parse_request(data: bytes) -> ReceivedRequest | None:
    """Return the request that `data` begins with, None while some of it is still missing.

    Raises:
        BadRequestError: if that cannot become an HTTP/1.1 request.
    """
    end = data.find(_HEAD_END)
    if end < 0:
        _check_beginning(data)
        return None
    method, target, headers = _parse_head(data[:end])
    fields = {name.lower(): value for name, value in headers}
    start = end + len(_HEAD_END)
    if fields.get("transfer-encoding", "").lower() == "chunked":
        unpacked = _unchunk(data, start)
        if unpacked is None:
            return None
        body, stop = unpacked
    else:
        stop = start + int(fields.get("content-length", "0"))
        body = data[start:stop]
        if len(data) < stop:
            return None
    return ReceivedRequest(data[:stop], method, target, headers, body)


def _check_beginning(data: bytes) -> None:
    """Refuse at once what is no HTTP, a TLS handshake above all, instead of waiting for the rest."""
    if data and not data[:1].isalpha():
        raise BadRequestError(f"The client sent no HTTP request: {data[:40]!r}")


def _parse_head(head: bytes) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):  # noqa: PLR2004 - method, target, version
        raise BadRequestError(f"The client sent no HTTP request line: {first!r}")
    headers = []
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise BadRequestError(f"The client sent a header without a colon: {line!r}")
        headers.append((name, value.strip()))
    return parts[0], parts[1], tuple(headers)


def _unchunk(data: bytes, start: int) -> tuple[bytes, int] | None:
    """Return the body of a chunked message and where it ends, None while some is missing."""
    body = bytearray()
    while True:
        line_end = data.find(b"\r\n", start)
        if line_end < 0:
            return None
        size = int(data[start:line_end].split(b";")[0], 16)
        start = line_end + 2
        if len(data) < start + size + 2:
            return None
        body += data[start : start + size]
        start += size + 2
        if size == 0:
            return bytes(body), start
