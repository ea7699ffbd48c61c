"""The state of one blocking exchange, and the way to end it from another thread."""

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
    """The guard of one exchange: a cancel or the deadline shuts its socket down, which wakes the reader.

    Attributes:
        started_at: time of `time.monotonic` at which the exchange started.
        is_sent: whether a byte of the request may have been sent.
        is_reused: whether the connection had carried an earlier exchange.
        is_answered: whether a byte of the response has been received.
        is_expired: whether the deadline has passed and has shut the socket down.
        needs_new_connection: whether a kept connection must not be used, because the last one was closed.
    """

    __slots__ = (
        "_cancel_alarm",
        "_leave_scope",
        "_lock",
        "_pid",
        "_scope",
        "_socket",
        "is_answered",
        "is_expired",
        "is_reused",
        "is_sent",
        "needs_new_connection",
        "started_at",
    )

    def __init__(self, scope: CancelScope | None, deadline: float | None) -> None:
        self.started_at = time.monotonic()
        self.is_sent = self.is_reused = self.is_answered = False
        self.is_expired = self.needs_new_connection = False
        self._scope = scope
        self._socket: socket.socket | None = None
        self._lock = (
            threading.RLock()
        )  # re-entrant: a signal handler may cancel while its own thread holds it
        self._pid = os.getpid()
        self._leave_scope = scope.add(self._shut_down) if scope else None
        self._cancel_alarm: Callable[[], None] | None = None
        if deadline is not None:
            from g4f_lite._utils.timer import timer  # loaded by the few calls that have a deadline

            self._cancel_alarm = timer.call_at(deadline, self._expire)

    @property
    def is_cancelled(self) -> bool:
        """Whether the call that this exchange belongs to was cancelled."""
        return self._scope is not None and self._scope.cancelled

    def check(self) -> None:
        """Raise `ConnectionAbortedError` if the exchange was ended from outside."""
        if self.is_expired or self.is_cancelled:
            raise ConnectionAbortedError

    def reset_connection(self) -> None:
        """Forget the connection, so that the request is sent again on a new one."""
        with self._lock:
            self._socket = None
        self.is_sent = self.is_reused = False
        self.needs_new_connection = True

    def attach(self, sock: Any) -> None:
        """Guard `sock` from now on."""
        with self._lock:
            self._socket = sock
        if self.is_cancelled or self.is_expired:
            self._shut_down()

    def detach(self) -> None:
        """End the guard: neither a cancel nor the deadline touches the socket any more."""
        if self._leave_scope is not None:
            self._leave_scope()
        if self._cancel_alarm is not None:
            self._cancel_alarm()
        with self._lock:
            self._socket = None

    def _expire(self) -> None:
        with self._lock:
            self.is_expired = True
            self._shut_down()

    def _shut_down(self) -> None:
        with self._lock:
            # In a forked child the connection also belongs to the parent.
            if self._socket is not None and self._pid == os.getpid():
                with contextlib.suppress(OSError):  # the socket is already closed
                    # The method of a TLS socket is not used: it removes the cipher first, and the reader
                    # would get the last records still encrypted.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
