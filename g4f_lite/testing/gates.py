"""A place in a script where whoever plays it waits until the test lets it go on."""

import threading
from collections.abc import Callable

__all__ = ["Gate"]


class Gate:
    """Closed until a test opens it; then open for good. Nothing polls and nothing sleeps.

    An `Upstream` waits at a gate in a reply's body, a `ScriptedProvider` at one in its script::

        gate = Gate()
        with Upstream(Reply(["Hel", gate, "lo"])) as upstream:
            ...               # start the call
            gate.wait_reached()   # "Hel" is on its way and the upstream waits
            gate.open()
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open = threading.Event()
        self._reached = threading.Event()
        self._wakers: dict[object, Callable[[], None]] = {}

    @property
    def is_open(self) -> bool:
        """Whether it was opened."""
        return self._open.is_set()

    @property
    def is_reached(self) -> bool:
        """Whether a script came as far as this gate, open or not."""
        return self._reached.is_set()

    def open(self) -> None:
        """Let through whoever waits here and whoever comes later; a second time does nothing."""
        with self._lock:
            self._open.set()
            wakers = list(self._wakers.values())
            self._wakers.clear()
        for wake in wakers:
            wake()

    def wait_reached(self, timeout: float = 10.0) -> None:
        """Wait until a script has come as far as this gate.

        Raises:
            AssertionError: if none has within `timeout` seconds.
        """
        if not self._reached.wait(timeout):
            raise AssertionError(f"No script reached this gate within {timeout:g} seconds.")

    def arrive(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Note that a script is here, and call `wake` when the gate opens, or now if it is open.

        Whoever plays a script calls this, waits until `is_open` or until it has another reason to go on,
        and then calls the function returned, which takes `wake` back.
        """
        key = object()
        with self._lock:
            self._reached.set()
            if not self._open.is_set():
                self._wakers[key] = wake
                return lambda: self._forget(key)
        wake()
        return lambda: None

    def _forget(self, key: object) -> None:
        with self._lock:
            self._wakers.pop(key, None)
