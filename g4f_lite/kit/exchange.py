"""One request and what its answer means: written once, read in a ``for`` or in an ``async for``.

A provider that speaks HTTP builds an `HTTPRequest` and a decoder, and returns an `Exchange` of the two::

    def _create_completion(model: str, messages: list, stream: bool, *, auth: str | None = None) -> Exchange:
        request = HTTPRequest(url=..., json=..., headers=...)
        return Exchange(request, MyDecoder())

Since the hint says `Exchange`, which is an iterator of both kinds, the core reads it natively in
`acreate` as well: there is no second copy of anything.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterable, Iterator
from typing import Any, Protocol

from g4f_lite.kit import http

__all__ = ["Decoder", "Exchange"]


class Decoder(Protocol):
    """What an `Exchange` drives: bytes in as they come, text and events out as soon as they are certain.

    A decoder does no I/O, and gives the same items for every way of splitting the same bytes. What it
    returns is iterated at once (a `str` is one item); where it raises in the middle of that, what it gave before is kept. One
    with an attribute `done` says there whether nothing that may follow matters any more.
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
        if hasattr(decoder, "done"):
            ending: Any = decoder
            request = request._replace(is_over=lambda: ending.done)
        self.request = request
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
            self._areading = _Reading(http.astream(self.request), self.decoder)
        return self._areading

    async def __anext__(self) -> Any:
        return await self.__aiter__().__anext__()

    async def aclose(self) -> None:
        """Close the connection, in the middle of the answer too."""
        if self._areading is not None:
            await self._areading.aclose()


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

    __slots__ = ("_chunks", "_decoder", "_items", "_over")

    def __init__(self, chunks: AsyncGenerator[bytes, None], decoder: Decoder) -> None:
        self._chunks: Any = chunks
        self._decoder = decoder
        self._items: Iterator[Any] = iter(())
        self._over = False

    async def next_batch(self) -> Iterable[Any] | None:
        """Return the items of the next bytes, to be read before the next call; None at the end."""
        if self._over:
            if self._chunks.ag_running:
                raise RuntimeError("another task is reading this")
            return None
        self._over = True  # unless it goes well
        try:
            data = await self._chunks.__anext__()
        except StopAsyncIteration:
            return _several(self._decoder.close())
        try:
            items = _several(self._decoder.feed(data))
        except BaseException:
            await self.aclose()
            raise
        self._over = False
        return items

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
        self._over = True
        self._items = iter(())
        await self._chunks.aclose()
