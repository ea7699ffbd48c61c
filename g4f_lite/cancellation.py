"""How a caller's cancel reaches a provider that is waiting for its service.

A generator cannot be closed while it runs, and while it waits on a socket it runs. So each call has a
`CancelScope`; whoever waits registers there what wakes it up (the HTTP kit shuts its socket down), and a
cancel from another thread runs that. Providers on the HTTP kit get this without doing anything.
"""

import contextvars
import threading
from collections.abc import Callable

__all__ = ["CancelScope", "child_of", "current_scope"]


_current: "contextvars.ContextVar[CancelScope | None]" = contextvars.ContextVar(
    "g4f_lite_scope", default=None
)


class CancelScope:
    """The cancel of one call. All methods may be called from any thread.

    A scope that is made while another one is current, as by a provider that asks another provider, is
    cancelled with it, until it is released.

    Attributes:
        cancelled: whether it was; `expired`: whether it was because the call's deadline passed.
    """

    __slots__ = ("__weakref__", "_callbacks", "_leave_parent", "_lock", "cancelled", "expired")

    def __init__(self) -> None:
        self.cancelled = False
        self.expired = False
        self._lock = threading.RLock()  # a signal handler may cancel while its own thread is in here
        self._callbacks: dict[object, Callable[[], None]] = {}
        parent = _current.get()
        self._leave_parent = None if parent is None else parent.add(self.cancel)

    def add(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Run `callback` on cancel, or now if that has been; return a function that takes it back.

        The callback runs in the cancelling thread, must not block and must not raise.
        """
        key = object()
        with self._lock:
            if not self.cancelled:
                self._callbacks[key] = callback
                return lambda: self._discard(key)
        callback()
        return lambda: None

    def _discard(self, key: object) -> None:
        with self._lock:
            self._callbacks.pop(key, None)

    def release(self) -> None:
        """Let go of the scope that this one was made in: its call has ended."""
        if self._leave_parent is not None:
            self._leave_parent()

    def cancel(self) -> None:
        """Cancel the call; a second time does nothing."""
        self._end(expired=False)

    def expire(self) -> None:
        """Cancel the call since its time is over; does nothing if it was cancelled before."""
        self._end(expired=True)

    def _end(self, *, expired: bool) -> None:
        with self._lock:
            if self.cancelled:
                return
            self.expired = expired
            self.cancelled = True
            callbacks = list(self._callbacks.values())
            self._callbacks.clear()
        for callback in callbacks:
            callback()


def child_of(scope: CancelScope) -> CancelScope:
    """Return a scope that is cancelled with another one, and can be cancelled alone."""
    token = _current.set(scope)
    try:
        return CancelScope()
    finally:
        _current.reset(token)


def current_scope() -> CancelScope | None:
    """Return the scope of the call that this code runs for, None outside a call."""
    return _current.get()
