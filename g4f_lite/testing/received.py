"""The requests that an `Upstream` receives: the raw bytes, and the parsed request."""

import json
from dataclasses import dataclass
from typing import Any

__all__ = ["BadRequestError", "ReceivedRequest", "parse_request"]

_HEAD_END = b"\r\n\r\n"


class BadRequestError(Exception):
    """The client did not send an HTTP/1.1 request."""


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """One request that an `Upstream` received.

    Attributes:
        raw: the bytes of the head and the body, unchanged.
        method: the method, such as ``"POST"``.
        target: the request target: a path or, if the upstream is used as a proxy, a URL.
        headers: the names and values, in their order and case.
        body: the body, without the framing of the chunked transfer coding.
        connection: the number of the connection, from 1. Requests on the same connection have the same number.
        at: `time.monotonic` when the last byte had arrived.
    """

    raw: bytes
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    connection: int = 0
    at: float = 0.0

    def header(self, name: str) -> str | None:
        """Return the first value of a header, in any case, or None if it is missing."""
        name = name.lower()
        return next((value for key, value in self.headers if key.lower() == name), None)

    def json(self) -> Any:
        """Return the body parsed as JSON. Keys keep their order."""
        return json.loads(self.body)


def parse_request(data: bytes) -> ReceivedRequest | None:
    """Return the request at the start of `data`, or None if it is not complete.

    Raises:
        BadRequestError: `data` cannot become an HTTP/1.1 request.
    """
    end = data.find(_HEAD_END)
    if end < 0:
        _check_beginning(data)
        return None
    method, target, headers = _parse_head(data[:end])
    fields = {name.lower(): value for name, value in headers}
    start = end + len(_HEAD_END)
    if fields.get("transfer-encoding", "").lower() == "chunked":
        decoded = _decode_chunks(data, start)
        if decoded is None:
            return None
        body, stop = decoded
    else:
        stop = start + int(fields.get("content-length", "0"))
        body = data[start:stop]
        if len(data) < stop:
            return None
    return ReceivedRequest(data[:stop], method, target, headers, body)


def _check_beginning(data: bytes) -> None:
    """Raise at once if `data` is not HTTP, such as a TLS handshake; its end may never come."""
    if data and not data[:1].isalpha():
        raise BadRequestError(f"The client sent no HTTP request: {data[:40]!r}")


def _parse_head(head: bytes) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    request_line, *lines = head.decode("latin-1").split("\r\n")
    parts = request_line.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):  # noqa: PLR2004 - method, target, version
        raise BadRequestError(f"The client sent no HTTP request line: {request_line!r}")
    headers = []
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise BadRequestError(f"The client sent a header without a colon: {line!r}")
        headers.append((name, value.strip()))
    return parts[0], parts[1], tuple(headers)


def _decode_chunks(data: bytes, start: int) -> tuple[bytes, int] | None:
    """Return the body of a chunked message and the offset of its end, or None if incomplete."""
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
