"""What is known of an exchange while it runs, and how it is ended from outside."""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from g4f_lite.cancellation import CancelScope

__all__ = ["SocketGuard"]


class SocketGuard:
    """The socket of one blocking exchange, so that a cancel or a deadline can wake who waits on it.

    Attributes:
        began: `time.monotonic` when it began.
        sent: whether a byte of the request may have gone out.
        reused: whether it went out on a connection that had carried an earlier exchange.
        answered: whether anything of the response has come.
        expired: whether the deadline has passed, and the socket was shut down for that.
        renewed: whether it has to go out on a connection of its own, since a kept one was gone.
    """

    __slots__ = (
        "_cancel_alarm",
        "_forget",
        "_lock",
        "_pid",
        "_scope",
        "_socket",
        "answered",
        "began",
        "expired",
        "renewed",
        "reused",
        "sent",
    )

    def __init__(self, scope: CancelScope | None, deadline: float | None) -> None:
        self.began = time.monotonic()
        self.sent = self.reused = self.answered = self.expired = self.renewed = False
        self._scope = scope
        self._socket: socket.socket | None = None
        self._lock = threading.RLock()  # a signal handler may cancel while its own thread is in here
        self._pid = os.getpid()
        self._forget = scope.add(self._shut_down) if scope else None
        self._cancel_alarm: Callable[[], None] | None = None
        if deadline is not None:
            from g4f_lite._utils.timer import timer  # loaded by the few calls that have a deadline

            self._cancel_alarm = timer.call_at(deadline, self._expire)

    @property
    def cancelled(self) -> bool:
        """Whether the call that this exchange is part of was cancelled."""
        return self._scope is not None and self._scope.cancelled

    def check(self) -> None:
        """Raise `ConnectionAbortedError` if the exchange was ended from outside."""
        if self.expired or self.cancelled:
            raise ConnectionAbortedError

    def renew(self) -> None:
        """Begin once more, on a new connection."""
        with self._lock:
            self._socket = None
        self.sent = self.reused = False
        self.renewed = True

    def attach(self, sock: Any) -> None:
        """Watch this socket from now on."""
        with self._lock:
            self._socket = sock
        if self.cancelled or self.expired:
            self._shut_down()

    def detach(self) -> None:
        """Watch nothing any more."""
        if self._forget is not None:
            self._forget()
        if self._cancel_alarm is not None:
            self._cancel_alarm()
        with self._lock:
            self._socket = None

    def _expire(self) -> None:
        with self._lock:
            self.expired = True
            self._shut_down()

    def _shut_down(self) -> None:
        with self._lock:
            # In a forked child the connection is its parent's too.
            if self._socket is not None and self._pid == os.getpid():
                with contextlib.suppress(OSError):  # it is closed already, which is what was wanted
                    # Not the method of a TLS socket: that one takes the cipher off first, and who
                    # reads would get the last records as they stand on the wire.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
