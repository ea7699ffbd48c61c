"""The server's side of a connection: a thread that sends replies and watches the client.

The socket never blocks. Whenever the thread waits, it also waits for the client, so that a close by the client is
recorded at once: while a reply stalls, at a gate, and between any two writes.
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

__all__ = ["ClientClosed", "ServerConnection"]

_READ_SIZE = 65536
_LINGER_FORMAT = "hh" if sys.platform == "win32" else "ii"
_NO_LINGER = struct.pack(_LINGER_FORMAT, 1, 0)  # SO_LINGER with 0 seconds makes close() send RST.


@dataclass(frozen=True, slots=True)
class ClientClosed:
    """How and when a client closed a connection.

    Attributes:
        at: `time.monotonic` when the upstream saw the close.
        how: ``"eof"`` (FIN) or ``"reset"`` (RST: the client left data unread, or was killed).
        pieces: the pieces of the last reply's body that had been written by then.
        payload: the bytes of that body, before compression, that had been written by then.
    """

    at: float
    how: Literal["eof", "reset"]
    pieces: int
    payload: int


ClientClosed.__module__ = "g4f_lite.testing"


class _ClosedByClient(Exception):  # noqa: N818 - the expected end of a connection
    """The client closed the connection."""


class _ClosedByServer(Exception):  # noqa: N818 - intended by the test
    """The upstream is being closed, or its script broke the connection."""


class ServerConnection:
    """The server's side of one connection.

    `run` is its thread; `stop` may be called from any thread.

    Args:
        sock: the accepted socket.
        number: the number of the connection, from 1.
        get_reply: a function that returns the reply to a request.
        notify_change: a function that is called when `closed` or `is_ended` has changed.

    Attributes:
        number: the number of the connection.
        closed: how the client closed the connection, or None if it has not.
        is_ended: whether the thread has ended.
    """

    def __init__(
        self,
        sock: socket.socket,
        number: int,
        *,
        get_reply: Callable[[ReceivedRequest], Reply],
        notify_change: Callable[[], None],
    ) -> None:
        self.number = number
        self.closed: ClientClosed | None = None
        self.is_ended = False
        self._sock = sock
        self._get_reply = get_reply
        self._notify_change = notify_change
        self._received = bytearray()
        self._pieces = self._payload = 0
        self._is_stopping = False
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        self._configure_sockets()

    def _configure_sockets(self) -> None:
        for sock in (self._sock, self._wake_reader, self._wake_writer):
            sock.setblocking(False)
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(self._sock, selectors.EVENT_READ)
        self._selector.register(self._wake_reader, selectors.EVENT_READ)

    def stop(self) -> None:
        """End the connection, whatever it is doing. Thread-safe."""
        self._is_stopping = True
        self._wake()

    def run(self) -> None:
        """Answer requests until one side closes the connection. Blocks."""
        try:
            with contextlib.suppress(_ClosedByClient, _ClosedByServer):
                while True:
                    self._send_reply(self._get_reply(self._next_request()))
        finally:
            self._selector.close()
            for sock in (self._sock, self._wake_reader, self._wake_writer):
                sock.close()
            self.is_ended = True
            self._notify_change()

    def _wake(self) -> None:
        # A full socket wakes the thread anyway, and a closed one means that the thread has ended.
        with contextlib.suppress(OSError):
            self._wake_writer.send(b"\0")

    # --- waiting and receiving -------------------------------------------------------------------

    def _wait(self, *, to_write: bool = False, seconds: float | None = None) -> None:
        """Wait until the socket is ready, the thread is woken, or `seconds` have passed.

        Raises:
            _ClosedByClient: the client has closed the connection.
            _ClosedByServer: the upstream is being closed.
        """
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if to_write else 0)
        self._selector.modify(self._sock, events)
        ready = self._selector.select(seconds)
        if any(key.fileobj is self._wake_reader for key, _ in ready):
            self._wake_reader.recv(_READ_SIZE)
        self._receive()

    def _receive(self) -> None:
        """Receive what the client has sent, or raise if one side closes the connection."""
        if self._is_stopping:
            raise _ClosedByServer
        try:
            while data := self._sock.recv(_READ_SIZE):
                self._received += data
        except BlockingIOError:
            return
        except ConnectionError:
            self._record_close("reset")
        self._record_close("eof")

    def _record_close(self, how: Literal["eof", "reset"]) -> None:
        self.closed = ClientClosed(time.monotonic(), how, self._pieces, self._payload)
        self._notify_change()
        raise _ClosedByClient

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

    # --- sending ---------------------------------------------------------------------------------

    def _send_reply(self, reply: Reply) -> None:
        self._pieces = self._payload = 0
        for item in reply.frames():
            if isinstance(item, Frame):
                self._send_frame(item)
            else:
                self._run_step(item)
        if reply.closes:
            self._hang_up()

    def _send_frame(self, frame: Frame) -> None:
        remaining = memoryview(frame.data)
        while remaining:
            self._receive()
            try:
                remaining = remaining[self._sock.send(remaining) :]
            except BlockingIOError:
                self._wait(to_write=True)
            except ConnectionError:
                self._record_close("reset")
        if frame.payload:
            self._pieces += 1
            self._payload += frame.payload

    def _run_step(self, step: Step) -> None:
        match step:
            case Gate():
                self._wait_at_gate(step)
            case Delay():
                self._wait_until(time.monotonic() + step.seconds)
            case Stall():
                self._stall()
            case Reset():
                self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
                raise _ClosedByServer
            case HangUp():
                self._hang_up()

    def _wait_at_gate(self, gate: Gate) -> None:
        remove_waker = gate.arrive(self._wake)
        try:
            while not gate.is_open:
                self._wait()
        finally:
            remove_waker()

    def _wait_until(self, moment: float) -> None:
        while (seconds := moment - time.monotonic()) > 0:
            self._wait(seconds=seconds)

    def _stall(self) -> None:
        while True:
            self._wait()

    def _hang_up(self) -> None:
        """Send FIN and wait for the client's FIN: a reset could discard data that it has not read."""
        with contextlib.suppress(OSError):  # The client has closed it already.
            self._sock.shutdown(socket.SHUT_WR)
        self._stall()
