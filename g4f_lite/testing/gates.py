"""Gates: places in a script where its player waits until the test opens them."""

import threading
from collections.abc import Callable

__all__ = ["Gate"]


class Gate:
    """A gate in a script: closed until a test opens it, then open for good. Thread-safe.

    Waiting neither polls nor sleeps.

    An `Upstream` waits at a gate in a reply's body, a `ScriptedProvider` at one in its script::

        gate = Gate()
        with Upstream(Reply(["Hel", gate, "lo"])) as upstream:
            ...               # start the call
            gate.wait_reached()   # "Hel" was sent, and the upstream waits
            gate.open()
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open = threading.Event()
        self._reached = threading.Event()
        self._wakers: dict[object, Callable[[], None]] = {}

    @property
    def is_open(self) -> bool:
        """Whether the gate was opened."""
        return self._open.is_set()

    @property
    def is_reached(self) -> bool:
        """Whether a script has reached this gate, open or not."""
        return self._reached.is_set()

    def open(self) -> None:
        """Let every script continue that waits here now or reaches the gate later.

        May be called again.
        """
        with self._lock:
            self._open.set()
            wakers = list(self._wakers.values())
            self._wakers.clear()
        for wake in wakers:
            wake()

    def wait_reached(self, timeout: float = 10.0) -> None:
        """Wait until a script has reached this gate. Blocks.

        Raises:
            AssertionError: no script has within `timeout` seconds.
        """
        if not self._reached.wait(timeout):
            raise AssertionError(f"No script reached this gate within {timeout:g} seconds.")

    def arrive(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Record that a script has reached the gate; call `wake` as soon as the gate is open.

        The player of a script calls this, waits until `is_open` or until it has another reason to continue, and
        then calls the returned function, which removes `wake`.
        """
        key = object()
        with self._lock:
            self._reached.set()
            if not self._open.is_set():
                self._wakers[key] = wake
                return lambda: self._remove_waker(key)
        wake()
        return lambda: None

    def _remove_waker(self, key: object) -> None:
        with self._lock:
            self._wakers.pop(key, None)
