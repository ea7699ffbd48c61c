"""`Exchange`: one HTTP request and the decoder of its response, read in a ``for`` or an ``async for``.

A provider that speaks HTTP builds an `HTTPRequest` and a decoder, and returns an `Exchange` of the two::

    def _create_completion(model: str, messages: list, stream: bool, *, auth: str | None = None) -> Exchange:
        request = HTTPRequest(url=..., json=..., headers=...)
        return Exchange(request, MyDecoder())

`Exchange` is an iterator of both kinds. Because the return type says so, the core reads it natively in
`acreate` as well, and the provider needs no second, asynchronous function.
"""

from collections.abc import AsyncIterator, Callable, Generator, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Protocol

from g4f_lite.kit import http

if TYPE_CHECKING:
    from g4f_lite.kit.http._async_exchange import AsyncExchange

__all__ = ["Decoder", "Exchange"]


class Decoder(Protocol):
    """The interface of a decoder: it takes bytes as they arrive, and returns items as soon as they are certain.

    Items are text and events. A decoder does no I/O, and returns the same items for every way of splitting the
    same bytes. Its result is iterated at once (a `str` is one item); if it raises during the iteration, the
    items before are kept.

    A decoder may have two more members: an attribute `done`, which is true when the rest of the response is
    irrelevant, and a method `see_headers`, which is called with the headers as `HTTPRequest.on_headers` is.
    """

    def feed(self, data: bytes, /) -> Iterable[Any]:
        """Take more bytes, and return the items that are certain now."""
        ...

    def close(self) -> Iterable[Any]:
        """Take the end of the bytes, and return the remaining items."""
        ...


class Exchange(Iterator[Any], AsyncIterator[Any]):
    """The items of one answer, which can be read once. The request is sent when the first item is read.

    Attributes:
        request: the request to send.
        decoder: the decoder of the response's body.
    """

    __slots__ = ("__weakref__", "_async_reader", "_sync_reader", "decoder", "request")

    def __init__(self, request: http.HTTPRequest, decoder: Decoder) -> None:
        self.request = _attach_decoder(request, decoder)
        self.decoder = decoder
        self._sync_reader: Generator[Any, None, None] | None = None
        self._async_reader: _AsyncReader | None = None

    def __repr__(self) -> str:
        return f"Exchange({self.request!r})"

    @property
    def native(self) -> bool:
        """Whether an ``async for`` can read it, because the extra ``async`` is installed."""
        return http.has_async()

    # --- synchronously -----------------------------------------------------------------------

    def __iter__(self) -> Generator[Any, None, None]:
        if self._sync_reader is None:
            # Not a method of this object: the reference cycle would keep the connection open until the next
            # garbage collection when the caller drops the exchange.
            self._sync_reader = _iterate_items(http.stream(self.request), self.decoder)
        return self._sync_reader

    def __next__(self) -> Any:
        return next(iter(self))

    def close(self) -> None:
        """Close the connection, even in the middle of the answer."""
        if self._sync_reader is not None:
            self._sync_reader.close()

    # --- asynchronously ----------------------------------------------------------------------

    def __aiter__(self) -> "_AsyncReader":
        if self._async_reader is None:
            self._async_reader = _AsyncReader(self.request, self.decoder)
        return self._async_reader

    async def __anext__(self) -> Any:
        return await self.__aiter__().__anext__()

    async def aclose(self) -> None:
        """Close the connection, even in the middle of the answer."""
        if self._async_reader is not None:
            await self._async_reader.aclose()


def _attach_decoder(request: http.HTTPRequest, decoder: Any) -> http.HTTPRequest:
    """Return `request` with the callbacks for the optional members of `decoder`."""
    changes: dict[str, Any] = {}
    if hasattr(decoder, "done"):
        changes["is_over"] = lambda: decoder.done
    see_headers, on_headers = getattr(decoder, "see_headers", None), request.on_headers
    if see_headers is not None and on_headers != see_headers:
        changes["on_headers"] = see_headers if on_headers is None else _call_both(on_headers, see_headers)
    return request._replace(**changes) if changes else request


def _call_both(first: Callable[[Any], None], second: Callable[[Any], None]) -> Callable[[Any], None]:
    def see_headers(headers: Any) -> None:
        first(headers)
        second(headers)

    return see_headers


def _iterate_items(chunks: Iterator[bytes], decoder: Decoder) -> Generator[Any, None, None]:
    feed = decoder.feed
    try:
        for data in chunks:
            yield from _as_items(feed(data))
        yield from _as_items(decoder.close())
    finally:
        # If the decoder raised, the exchange is still open and lives as long as the traceback.
        close: Any = getattr(chunks, "close", None)
        if close is not None:
            close()


def _as_items(result: Iterable[Any]) -> Iterable[Any]:
    """Return the items of a decoder's result. A string is one item; `""` yields nothing."""
    if isinstance(result, str):
        return (result,) if result else ()
    return result


class _AsyncReader(AsyncIterator[Any]):
    """The items of an answer in an event loop, one by one or in batches.

    The core reads batches: to await each item that has already arrived, through several generators, would
    cost more than the items.
    """

    __slots__ = ("_decoder", "_exchange", "_is_over", "_is_reading", "_items", "_request")

    def __init__(self, request: http.HTTPRequest, decoder: Decoder) -> None:
        self._request = request
        self._decoder = decoder
        self._exchange: AsyncExchange | None = None
        self._items: Iterator[Any] = iter(())
        self._is_over = False
        self._is_reading = False

    async def next_batch(self) -> Iterable[Any] | None:
        """Return the items of the next bytes, or None at the end. Read them before the next call."""
        if self._is_reading:
            raise RuntimeError("another task is reading this")
        if self._is_over:
            return None
        self._is_over = self._is_reading = True  # an exception ends the answer
        try:
            if self._exchange is None:
                self._exchange = http.open_async_exchange(self._request)
            data = await self._exchange.read_chunk()
            if data:
                items = _as_items(self._decoder.feed(data))
                self._is_over = False
                return items
        finally:
            self._is_reading = False
            if self._is_over:
                self._release()
        return _as_items(self._decoder.close())

    async def __anext__(self) -> Any:
        while True:
            try:
                for item in self._items:
                    return item
            except BaseException:
                # The exchange is still open and lives as long as the traceback.
                await self.aclose()
                raise
            batch = await self.next_batch()
            if batch is None:
                raise StopAsyncIteration
            self._items = iter(batch)

    async def aclose(self) -> None:
        if self._is_reading:
            raise RuntimeError("another task is reading this")
        self._is_over = True
        self._items = iter(())
        self._release()

    def _release(self) -> None:
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            exchange.release()

    def __del__(self) -> None:
        if self._exchange is not None:  # the caller has not closed it
            self._exchange.release_threadsafe()
