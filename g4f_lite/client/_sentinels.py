"""Small values that programs pass to the `openai` package: "not given", and a timeout in parts."""

from typing import Any, Final, Protocol

__all__ = ["NOT_GIVEN", "NotGiven", "Omit", "Timeout", "TimeoutParts", "omit"]


class NotGiven:
    """What `NOT_GIVEN` is: an argument that says nothing."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"


class Omit:
    """What `omit` is: the same, under the newer name."""

    def __bool__(self) -> bool:
        return False


NOT_GIVEN: Final = NotGiven()
omit: Final = Omit()


class TimeoutParts(Protocol):
    """A timeout in parts, whose ever."""

    @property
    def connect(self) -> float | None:
        """Seconds to connect."""
        ...

    @property
    def read(self) -> float | None:
        """Seconds between bytes."""
        ...


_LEFT_OUT: Any = NOT_GIVEN


class Timeout:
    """A timeout in parts, of which `connect` and `read` are used.

    Args:
        timeout: seconds for each part that is not named.
        connect: seconds to connect; read: seconds between bytes; write, pool: taken, and not used.
        read: as said.
        write: as said.
        pool: as said.
    """

    def __init__(
        self,
        timeout: float | None = None,
        *,
        connect: float | None = _LEFT_OUT,
        read: float | None = _LEFT_OUT,
        write: float | None = _LEFT_OUT,
        pool: float | None = _LEFT_OUT,
    ) -> None:
        self.connect = timeout if connect is _LEFT_OUT else connect
        self.read = timeout if read is _LEFT_OUT else read
        self.write = timeout if write is _LEFT_OUT else write
        self.pool = timeout if pool is _LEFT_OUT else pool

    def __repr__(self) -> str:
        return f"Timeout(connect={self.connect}, read={self.read})"
