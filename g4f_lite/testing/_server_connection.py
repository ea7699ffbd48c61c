"""One connection of an `Upstream`: a thread that plays replies and watches what the client does.

The socket never blocks. Whatever the thread waits for, it also waits for the client, so that a close is
noticed and stamped at once: while a reply stalls, at a gate, and between any two writes.
"""

import contextlib
import selectors
import socket
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from g4f_lite.testing.gates import Gate
from g4f_lite.testing.received import ReceivedRequest, parse_request
from g4f_lite.testing.replies import Delay, Frame, HangUp, Reply, Reset, Stall, Step

__all__ = ["ClientClosed", "Connection"]

_READ_SIZE = 65536
_LINGER = "hh" if sys.platform == "win32" else "ii"
_LINGER_NOT_AT_ALL = struct.pack(_LINGER, 1, 0)  # SO_LINGER on, 0 seconds: closing sends RST


@dataclass(frozen=True, slots=True)
class ClientClosed:
    """How a client ended a connection.

    Attributes:
        at: `time.monotonic` when the upstream saw it.
        how: ``"eof"`` (FIN) or ``"reset"`` (RST: it left data unread, or was killed).
        pieces: pieces of the last reply's body that had been written by then.
        payload: bytes of that body, before compression, that had been written by then.
    """

    at: float
    how: Literal["eof", "reset"]
    pieces: int
    payload: int


class _ClientGone(Exception):  # noqa: N818 - no error: the expected end of a connection
    """The client closed the connection."""


class _Ended(Exception):  # noqa: N818 - no error: the upstream's own doing
    """The upstream is being closed, or its script broke the connection."""


class Connection:
    """The server's side of one connection. `run` is its thread; `stop` and `closed` are for others."""

    def __init__(
        self,
        sock: socket.socket,
        number: int,
        *,
        answer: Callable[[ReceivedRequest], Reply],
        changed: Callable[[], None],
    ) -> None:
        self.number = number
        self.closed: ClientClosed | None = None
        self.ended = False
        self._sock = sock
        self._answer = answer
        self._changed = changed
        self._received = bytearray()
        self._pieces = self._payload = 0
        self._stopping = False
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        self._prepare()

    def _prepare(self) -> None:
        for sock in (self._sock, self._wake_reader, self._wake_writer):
            sock.setblocking(False)
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(self._sock, selectors.EVENT_READ)
        self._selector.register(self._wake_reader, selectors.EVENT_READ)

    def stop(self) -> None:
        """End the connection, wherever it is. From any thread."""
        self._stopping = True
        self._wake()

    def run(self) -> None:
        """Take requests and answer them until one side closes."""
        try:
            with contextlib.suppress(_ClientGone, _Ended):
                while True:
                    self._play(self._answer(self._next_request()))
        finally:
            self._selector.close()
            for sock in (self._sock, self._wake_reader, self._wake_writer):
                sock.close()
            self.ended = True
            self._changed()

    def _wake(self) -> None:
        # Full: it will wake up anyway. Closed: there is nobody left to wake.
        with contextlib.suppress(OSError):
            self._wake_writer.send(b"\0")

    # --- waiting, and what the client does meanwhile ----------------------------------------------

    def _wait(self, *, to_write: bool = False, seconds: float | None = None) -> None:
        """Wait until something happens; raise if that is the end of the connection."""
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if to_write else 0)
        self._selector.modify(self._sock, events)
        ready = self._selector.select(seconds)
        if any(key.fileobj is self._wake_reader for key, _ in ready):
            self._wake_reader.recv(_READ_SIZE)
        self._look()

    def _look(self) -> None:
        """Take in what the client has sent; raise if it closed, or if the upstream does."""
        if self._stopping:
            raise _Ended
        try:
            while data := self._sock.recv(_READ_SIZE):
                self._received += data
        except BlockingIOError:
            return
        except ConnectionError:
            self._gone("reset")
        self._gone("eof")

    def _gone(self, how: Literal["eof", "reset"]) -> None:
        self.closed = ClientClosed(time.monotonic(), how, self._pieces, self._payload)
        self._changed()
        raise _ClientGone

    def _next_request(self) -> ReceivedRequest:
        while True:
            request = parse_request(bytes(self._received))
            if request is not None:
                del self._received[: len(request.raw)]
                return ReceivedRequest(
                    request.raw,
                    request.method,
                    request.target,
                    request.headers,
                    request.body,
                    self.number,
                    time.monotonic(),
                )
            self._wait()

    # --- answering --------------------------------------------------------------------------------

    def _play(self, reply: Reply) -> None:
        self._pieces = self._payload = 0
        for item in reply.frames():
            if isinstance(item, Frame):
                self._send(item)
            else:
                self._take(item)
        if reply.closes:
            self._hang_up()

    def _send(self, frame: Frame) -> None:
        rest = memoryview(frame.data)
        while rest:
            self._look()
            try:
                rest = rest[self._sock.send(rest) :]
            except BlockingIOError:
                self._wait(to_write=True)
            except ConnectionError:
                self._gone("reset")
        if frame.payload:
            self._pieces += 1
            self._payload += frame.payload

    def _take(self, step: Step) -> None:
        match step:
            case Gate():
                self._wait_at(step)
            case Delay():
                self._wait_until(time.monotonic() + step.seconds)
            case Stall():
                self._stall()
            case Reset():
                self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT_AT_ALL)
                raise _Ended
            case HangUp():
                self._hang_up()

    def _wait_at(self, gate: Gate) -> None:
        forget = gate.arrive(self._wake)
        try:
            while not gate.is_open:
                self._wait()
        finally:
            forget()

    def _wait_until(self, moment: float) -> None:
        while (seconds := moment - time.monotonic()) > 0:
            self._wait(seconds=seconds)

    def _stall(self) -> None:
        while True:
            self._wait()

    def _hang_up(self) -> None:
        """Send FIN, then wait for the client's, so that nothing already sent is lost to a reset."""
        with contextlib.suppress(OSError):  # the client was faster
            self._sock.shutdown(socket.SHUT_WR)
        self._stall()
