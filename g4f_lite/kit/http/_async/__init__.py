"""The asynchronous transport: HTTP/1.1 over asyncio and httptools.

The rest of the kit uses `open_exchange` and nothing else of this package, so that another transport can take
its place: `docs/async-transport.md` says how, and why this one exists.
"""

from typing import TYPE_CHECKING

from g4f_lite.kit.http._async.exchange import HTTP1Exchange

if TYPE_CHECKING:
    from g4f_lite.kit.http._async_exchange import AsyncExchange
    from g4f_lite.kit.http._request import HTTPRequest

__all__ = ["open_exchange"]


def open_exchange(request: "HTTPRequest") -> "AsyncExchange":
    """Return the exchange of `request` in the running event loop. No I/O before its first `read_chunk`."""
    return HTTP1Exchange(request)
