"""One request and what its answer means: written once, read in a ``for`` or in an ``async for``.

A provider that speaks HTTP builds an `HTTPRequest` and a decoder, and returns an `Exchange` of the two::

    def _create_completion(model: str, messages: list, stream: bool, *, auth: str | None = None) -> Exchange:
        request = HTTPRequest(url=..., json=..., headers=...)
        return Exchange(request, MyDecoder())

Since the hint says `Exchange`, which is an iterator of both kinds, the core reads it natively in
`acreate` as well: there is no second copy of anything.
"""

from collections.abc import AsyncIterator, Callable, Generator, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Protocol

from g4f_lite.kit import http

if TYPE_CHECKING:
    from g4f_lite.kit.http._async.exchange import AsyncExchange

__all__ = ["Decoder", "Exchange"]


class Decoder(Protocol):
    """What an `Exchange` drives: bytes in as they come, text and events out as soon as they are certain.

    A decoder does no I/O, and gives the same items for every way of splitting the same bytes. What it
    returns is iterated at once (a `str` is one item); where it raises in the middle of that, what it gave before is kept. One
    with an attribute `done` says there whether nothing that may follow matters any more; one with a
    method `see_headers` is told the headers as `HTTPRequest.on_headers` is.
    """

    def feed(self, data: bytes, /) -> Iterable[Any]:
        """Take more bytes, return the items that are certain now."""
        ...

    def close(self) -> Iterable[Any]:
        """Take the end of the bytes, return the rest."""
        ...


class Exchange(Iterator[Any], AsyncIterator[Any]):
    """The items of one answer. Nothing is sent before the first is asked for; it can be read once."""

    __slots__ = ("__weakref__", "_areading", "_reading", "decoder", "request")

    def __init__(self, request: http.HTTPRequest, decoder: Decoder) -> None:
        self.request = _attach_decoder(request, decoder)
        self.decoder = decoder
        self._reading: Generator[Any, None, None] | None = None
        self._areading: _Reading | None = None

    def __repr__(self) -> str:
        return f"Exchange({self.request!r})"

    @property
    def native(self) -> bool:
        """Whether it can be read in an ``async for`` here: the extra ``async`` is installed."""
        return http.has_async()

    # --- synchronously -----------------------------------------------------------------------

    def __iter__(self) -> Generator[Any, None, None]:
        if self._reading is None:
            # Not a method of this object: that would be a cycle, and dropping the exchange would not
            # close its connection before the next garbage collection.
            self._reading = _items(http.stream(self.request), self.decoder)
        return self._reading

    def __next__(self) -> Any:
        return next(iter(self))

    def close(self) -> None:
        """Close the connection, in the middle of the answer too."""
        if self._reading is not None:
            self._reading.close()

    # --- asynchronously ----------------------------------------------------------------------

    def __aiter__(self) -> "_Reading":
        if self._areading is None:
            self._areading = _Reading(self.request, self.decoder)
        return self._areading

    async def __anext__(self) -> Any:
        return await self.__aiter__().__anext__()

    async def aclose(self) -> None:
        """Close the connection, in the middle of the answer too."""
        if self._areading is not None:
            await self._areading.aclose()


def _attach_decoder(request: http.HTTPRequest, decoder: Any) -> http.HTTPRequest:
    """Return the request, which asks the decoder whether it is over and tells it the headers, if it can be."""
    changes: dict[str, Any] = {}
    if hasattr(decoder, "done"):
        changes["is_over"] = lambda: decoder.done
    see, known = getattr(decoder, "see_headers", None), request.on_headers
    if see is not None and known != see:
        changes["on_headers"] = see if known is None else _call_both(known, see)
    return request._replace(**changes) if changes else request


def _call_both(first: Callable[[Any], None], second: Callable[[Any], None]) -> Callable[[Any], None]:
    def see_headers(headers: Any) -> None:
        first(headers)
        second(headers)

    return see_headers


def _items(chunks: Iterator[bytes], decoder: Decoder) -> Generator[Any, None, None]:
    feed = decoder.feed
    try:
        for data in chunks:
            yield from _several(feed(data))
        yield from _several(decoder.close())
    finally:
        # Where the decoder raised, the exchange is still open, and lives as long as the traceback does.
        close: Any = getattr(chunks, "close", None)
        if close is not None:
            close()


def _several(found: Iterable[Any]) -> Iterable[Any]:
    """Return items; a decoder of plain text gives one that is a string, and no item is `""`."""
    if isinstance(found, str):
        return (found,) if found else ()
    return found


class _Reading(AsyncIterator[Any]):
    """The items of an answer in an event loop: one by one, or as many as came at once.

    The second is for the core. Waiting for what is there already, through several generators for each
    item, would cost more than the items do.
    """

    __slots__ = ("_decoder", "_flight", "_is_read", "_items", "_over", "_request")

    def __init__(self, request: http.HTTPRequest, decoder: Decoder) -> None:
        self._request = request
        self._decoder = decoder
        self._flight: AsyncExchange | None = None
        self._items: Iterator[Any] = iter(())
        self._over = False
        self._is_read = False

    async def next_batch(self) -> Iterable[Any] | None:
        """Return the items of the next bytes, to be read before the next call; None at the end."""
        if self._is_read:
            raise RuntimeError("another task is reading this")
        if self._over:
            return None
        self._over = self._is_read = True  # unless it goes well
        try:
            if self._flight is None:
                self._flight = http.open_async_exchange(self._request)
            data = await self._flight.read_chunk()
            if data:
                items = _several(self._decoder.feed(data))
                self._over = False
                return items
        finally:
            self._is_read = False
            if self._over:
                self._end()
        return _several(self._decoder.close())

    async def __anext__(self) -> Any:
        while True:
            try:
                for item in self._items:
                    return item
            except BaseException:
                # The exchange is still open, and lives as long as the traceback does.
                await self.aclose()
                raise
            batch = await self.next_batch()
            if batch is None:
                raise StopAsyncIteration
            self._items = iter(batch)

    async def aclose(self) -> None:
        if self._is_read:
            raise RuntimeError("another task is reading this")
        self._over = True
        self._items = iter(())
        self._end()

    def _end(self) -> None:
        flight, self._flight = self._flight, None
        if flight is not None:
            flight.release()

    def __del__(self) -> None:
        if self._flight is not None:  # nobody closed it, and nobody can any more
            self._flight.release_threadsafe()
