"""`CancelScope`: cancellation of a call from another thread, which also wakes a waiting provider.

A generator cannot be closed while it runs, and it runs while it waits on a socket. So each call has a
`CancelScope`. Code that waits adds a callback that wakes it (the HTTP client of the kit shuts its socket down),
and a cancel from another thread runs the callbacks. Providers that use the kit need no code for this. Others
write::

    scope = current_scope()
    forget = scope.add(connection.abort) if scope else None
"""

import contextvars
import threading
from collections.abc import Callable

__all__ = ["CancelScope", "child_of", "current_scope"]


_current: "contextvars.ContextVar[CancelScope | None]" = contextvars.ContextVar(
    "g4f_lite_scope", default=None
)


class CancelScope:
    """The cancellation state of one call. Thread-safe.

    A scope that is created while another scope is current, as when a provider calls another provider, is
    cancelled together with the other scope until `release` is called.

    Attributes:
        cancelled: whether the call was cancelled.
        expired: whether it was cancelled because its deadline passed.
    """

    __slots__ = ("__weakref__", "_callbacks", "_leave_parent", "_lock", "cancelled", "expired")

    def __init__(self) -> None:
        self.cancelled = False
        self.expired = False
        self._lock = (
            threading.RLock()
        )  # re-entrant: a signal handler may cancel while its own thread holds it
        self._callbacks: dict[object, Callable[[], None]] = {}
        parent = _current.get()
        self._leave_parent = None if parent is None else parent.add(self.cancel)

    def add(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Run `callback` on cancel, or now if the scope is cancelled. Return a function that removes it.

        The callback runs in the cancelling thread. It must neither block nor raise.
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
        """Detach this scope from the scope in which it was created, because its call has ended."""
        if self._leave_parent is not None:
            self._leave_parent()

    def cancel(self) -> None:
        """Cancel the call. Does nothing if the call was cancelled before."""
        self._end(expired=False)

    def expire(self) -> None:
        """Cancel the call because its deadline passed. Does nothing if the call was cancelled before."""
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
    """Return a new scope that is cancelled together with `scope`, and can also be cancelled alone."""
    token = _current.set(scope)
    try:
        return CancelScope()
    finally:
        _current.reset(token)


def current_scope() -> CancelScope | None:
    """Return the scope of the current call, or None outside a call."""
    return _current.get()
