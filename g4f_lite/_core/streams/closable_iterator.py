"""Base classes of the public streams: an iterator over a generator that can be closed early."""

from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from types import TracebackType
from typing import Any, TypeVar

__all__ = ["AsyncClosableIterator", "ClosableIterator"]

_Item = TypeVar("_Item")
_Self = TypeVar("_Self", bound="ClosableIterator[Any]")
_AsyncSelf = TypeVar("_AsyncSelf", bound="AsyncClosableIterator[Any]")


class ClosableIterator(Iterator[_Item]):
    """An iterator over the generator `_items`, and a context manager that closes it.

    A subclass sets `_items`, and names it in its own `__slots__`: Python releases the attributes of the
    subclass first. The generator must be a module function. A method would form a cycle with the stream,
    and dropping the stream would close nothing before the next garbage collection.
    """

    __slots__ = ()

    _items: Generator[_Item, None, None]

    def __iter__(self) -> Iterator[_Item]:
        # Reading the generator itself saves the caller one Python call per item.
        return self._items

    def __next__(self) -> _Item:
        return next(self._items)

    def __enter__(self: _Self) -> _Self:  # noqa: PYI019 - Self comes with Python 3.11
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the answer now. Does nothing if it has ended."""
        self._items.close()


class AsyncClosableIterator(AsyncIterator[_Item]):
    """An asynchronous iterator over the generator `_items`, and a context manager that closes it.

    What `ClosableIterator` demands of a subclass holds here too.
    """

    __slots__ = ()

    _items: AsyncGenerator[_Item, None]

    def __aiter__(self) -> AsyncIterator[_Item]:
        # Reading the generator itself saves the caller one coroutine per item.
        return self._items

    async def __anext__(self) -> _Item:
        return await self._items.__anext__()

    async def __aenter__(self: _AsyncSelf) -> _AsyncSelf:  # noqa: PYI019 - Self comes with Python 3.11
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End the answer now. Does nothing if it has ended."""
        await self._items.aclose()
