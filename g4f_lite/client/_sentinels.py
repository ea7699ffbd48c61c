"""Values that programs pass to the `openai` package: the sentinels for "not given", and `Timeout`."""

from typing import Any, Final, Protocol

__all__ = ["NOT_GIVEN", "NotGiven", "Omit", "Timeout", "TimeoutParts", "omit"]


class NotGiven:
    """The type of `NOT_GIVEN`, the sentinel for an omitted argument."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"


class Omit:
    """The type of `omit`, the newer sentinel for an omitted argument."""

    def __bool__(self) -> bool:
        return False


NOT_GIVEN: Final = NotGiven()
omit: Final = Omit()


class TimeoutParts(Protocol):
    """Any object with a connect timeout and a read timeout, such as `Timeout` or ``httpx.Timeout``."""

    @property
    def connect(self) -> float | None:
        """Seconds to connect, or None for no limit."""
        ...

    @property
    def read(self) -> float | None:
        """Seconds between bytes, or None for no limit."""
        ...


_OMITTED: Any = NOT_GIVEN


class Timeout:
    """A timeout with separate parts, in seconds; None means no limit.

    Args:
        timeout: the default of each part.
        connect: seconds to connect.
        read: seconds between bytes.
        write: accepted, but not used.
        pool: accepted, but not used.
    """

    def __init__(
        self,
        timeout: float | None = None,
        *,
        connect: float | None = _OMITTED,
        read: float | None = _OMITTED,
        write: float | None = _OMITTED,
        pool: float | None = _OMITTED,
    ) -> None:
        self.connect = timeout if connect is _OMITTED else connect
        self.read = timeout if read is _OMITTED else read
        self.write = timeout if write is _OMITTED else write
        self.pool = timeout if pool is _OMITTED else pool

    def __repr__(self) -> str:
        return f"Timeout(connect={self.connect}, read={self.read})"
