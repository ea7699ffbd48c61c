"""Stand between the calls and a provider, and see how each of its generators ends."""

import functools
import inspect
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

__all__ = ["GeneratorTracker"]


class GeneratorTracker:
    """A provider that passes everything on to another one, and notes what its generators do.

    It has all attributes of the other; the two functions are wrapped, their signatures are the same.
    """

    def __init__(self, plugin: Any) -> None:
        self._plugin = plugin
        self._changed = threading.Condition()
        self._running = 0
        self.begun = 0
        self._create_completion = self._wrapped(plugin._create_completion)
        if getattr(plugin, "_acreate_completion", None) is not None:
            self._acreate_completion = self._wrapped(plugin._acreate_completion)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._plugin, name)

    def wait_idle(self, timeout: float) -> bool:
        """Wait until every generator that began has ended; return whether that came to be."""
        with self._changed:
            return self._changed.wait_for(lambda: self._running == 0, timeout)

    def _wrapped(self, function: Any) -> Any:
        @functools.wraps(function)
        def watched(**arguments: Any) -> Any:
            answer = function(**arguments)
            if isinstance(answer, Iterator) and isinstance(answer, AsyncIterator):
                return _BothWays(self, answer)
            if inspect.isasyncgen(answer):
                return self._watch_async(answer)
            return self.watch(answer)

        return watched

    def _watch(self, answer: Any) -> Iterator[Any]:
        self._count(+1)
        try:
            yield from answer
        finally:
            if inspect.getgeneratorstate(answer) == inspect.GEN_CLOSED:  # it may ignore its closing
                self._count(-1)

    async def _watch_async(self, answer: Any) -> AsyncIterator[Any]:
        self._count(+1)
        try:
            async for item in answer:
                yield item
        finally:
            await answer.aclose()  # raises if it ignores that, and then it counts as running
            self._count(-1)

    def watch(self, answer: Any) -> Any:
        """Return an iterator that passes a generator's items on, and notes its end."""
        return self._watch(answer) if inspect.isgenerator(answer) else answer

    def watch_async(self, answer: Any) -> Any:
        """Return an asynchronous iterator that does so."""
        return self._watch_async(answer) if hasattr(answer, "aclose") else answer

    def _count(self, change: int) -> None:
        with self._changed:
            self._running += change
            self.begun += max(change, 0)
            self._changed.notify_all()


class _BothWays(Iterator[Any], AsyncIterator[Any]):
    """What a provider returned that is read either way, as it is, with a witness to each of the ways."""

    def __init__(self, witness: GeneratorTracker, answer: Any) -> None:
        self._witness = witness
        self._answer = answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._answer, name)

    def __iter__(self) -> Any:
        return self._witness.watch(iter(self._answer))

    def __next__(self) -> Any:
        return next(self._answer)

    def __aiter__(self) -> Any:
        return self._witness.watch_async(aiter(self._answer))

    def __anext__(self) -> Any:
        return anext(self._answer)
