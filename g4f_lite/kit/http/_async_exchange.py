"""The interface of the asynchronous transport: all that the kit expects of it."""

from collections.abc import Awaitable
from typing import Protocol

__all__ = ["AsyncExchange"]


class AsyncExchange(Protocol):
    """One request and its response in an event loop.

    A transport is a function ``open_exchange(request: HTTPRequest) -> AsyncExchange``, called in the running
    event loop, in the task that reads. `docs/async-transport.md` lists what it has to do.
    """

    def read_chunk(self) -> Awaitable[bytes]:
        """Return the next decoded bytes of the body as soon as they come, `b""` at its end.

        The first call sends the request. One task at a time calls this.

        Raises:
            G4FLiteError: the request failed, the status is not 2xx, or the call is cancelled.
        """
        ...

    def release(self) -> None:
        """End the exchange: keep the connection if the response is complete, close it at once if not.

        Called once, in the event loop, on every path. No I/O that blocks, no error.
        """
        ...

    def release_threadsafe(self) -> None:
        """Do what `release` does, from any thread; called when the exchange is garbage."""
        ...
