"""Stand between the calls and a provider, and see how each of its generators ends."""

import functools
import inspect
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

__all__ = ["Witness"]


class Witness:
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
            if inspect.isasyncgen(answer):
                return self._watch_async(answer)
            return self._watch(answer) if inspect.isgenerator(answer) else answer

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

    def _count(self, change: int) -> None:
        with self._changed:
            self._running += change
            self.begun += max(change, 0)
            self._changed.notify_all()
