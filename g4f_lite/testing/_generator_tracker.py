"""A wrapper of a provider that tracks whether its generators have ended."""

import functools
import inspect
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

__all__ = ["GeneratorTracker"]


class GeneratorTracker:
    """A provider that wraps another one and counts its running generators. Thread-safe.

    It has all attributes of the other provider. The two functions are wrapped and keep their signatures.

    Attributes:
        started: the number of generators that have started.
    """

    def __init__(self, plugin: Any) -> None:
        self._plugin = plugin
        self._changed = threading.Condition()
        self._running = 0
        self.started = 0
        self._create_completion = self._wrap(plugin._create_completion)
        if getattr(plugin, "_acreate_completion", None) is not None:
            self._acreate_completion = self._wrap(plugin._acreate_completion)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._plugin, name)

    def wait_idle(self, timeout: float) -> bool:
        """Wait until every started generator has ended, and return whether it has. Blocks."""
        with self._changed:
            return self._changed.wait_for(lambda: self._running == 0, timeout)

    def _wrap(self, function: Any) -> Any:
        @functools.wraps(function)
        def tracked(**arguments: Any) -> Any:
            answer = function(**arguments)
            if isinstance(answer, Iterator) and isinstance(answer, AsyncIterator):
                return _DualIterator(self, answer)
            if inspect.isasyncgen(answer):
                return self._track_async(answer)
            return self.track(answer)

        return tracked

    def _track(self, answer: Any) -> Iterator[Any]:
        self._count(+1)
        try:
            yield from answer
        finally:
            if inspect.getgeneratorstate(answer) == inspect.GEN_CLOSED:  # A generator may ignore close().
                self._count(-1)

    async def _track_async(self, answer: Any) -> AsyncIterator[Any]:
        self._count(+1)
        try:
            async for item in answer:
                yield item
        finally:
            await answer.aclose()  # It raises if the generator ignores it, which then counts as running.
            self._count(-1)

    def track(self, answer: Any) -> Any:
        """Return an iterator over the items of a generator that tracks its end."""
        return self._track(answer) if inspect.isgenerator(answer) else answer

    def track_async(self, answer: Any) -> Any:
        """Return an asynchronous iterator over the items of a generator that tracks its end."""
        return self._track_async(answer) if hasattr(answer, "aclose") else answer

    def _count(self, change: int) -> None:
        with self._changed:
            self._running += change
            self.started += max(change, 0)
            self._changed.notify_all()


class _DualIterator(Iterator[Any], AsyncIterator[Any]):
    """A provider's answer that is an iterator and an asynchronous iterator; both are tracked."""

    def __init__(self, tracker: GeneratorTracker, answer: Any) -> None:
        self._tracker = tracker
        self._answer = answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._answer, name)

    def __iter__(self) -> Any:
        return self._tracker.track(iter(self._answer))

    def __next__(self) -> Any:
        return next(self._answer)

    def __aiter__(self) -> Any:
        return self._tracker.track_async(aiter(self._answer))

    def __anext__(self) -> Any:
        return anext(self._answer)
