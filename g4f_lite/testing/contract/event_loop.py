"""The contract of event loops: calls inside a running loop, and asynchronous calls."""

import asyncio
import threading
import time
from itertools import pairwise

from g4f_lite.testing._call_variants import CallVariants
from g4f_lite.testing._generator_tracker import GeneratorTracker
from g4f_lite.testing.contract.base import ContractBase

__all__ = ["EventLoopContract"]

_BEAT_SECONDS = 0.01
_MAX_BLOCK_SECONDS = 1.0
"""Seconds that the provider may block the event loop."""


class EventLoopContract(ContractBase):
    """The requirements on calls with an event loop."""

    def test_works_inside_a_running_loop(self, caller: CallVariants) -> None:
        """The synchronous call works inside a running event loop."""

        async def main() -> tuple[str, str]:
            return "".join(caller.stream()), str(caller.answer())

        streamed, whole = asyncio.run(main())
        assert streamed
        assert whole

    def test_answers_asynchronously(self, caller: CallVariants) -> None:
        """`acreate` returns the same text as `create`, streamed and whole."""

        async def main() -> tuple[str, str]:
            stream = await caller.stream_async()
            return "".join([text async for text in stream]), str(await caller.answer_async())

        streamed, whole = asyncio.run(main())
        assert streamed
        assert whole
        if self.deterministic:
            assert streamed == whole == str(caller.answer())

    def test_does_not_block_the_loop(self, caller: CallVariants) -> None:
        """The event loop runs other tasks while the provider works on an answer."""
        beats: list[float] = []

        async def beat() -> None:
            while True:
                beats.append(time.monotonic())
                await asyncio.sleep(_BEAT_SECONDS)

        async def main() -> None:
            beating = asyncio.ensure_future(beat())
            await asyncio.sleep(0)
            async for _ in await caller.stream_async():
                pass
            beats.append(time.monotonic())
            beating.cancel()

        asyncio.run(main())
        longest = max(after - before for before, after in pairwise(beats))
        assert longest < _MAX_BLOCK_SECONDS, f"The event loop stood still for {longest:.2f} seconds"

    def test_aclose_ends_the_generator(self, caller: CallVariants, tracker: GeneratorTracker) -> None:
        """Closing an asynchronous stream after its first text ends the provider's generator."""

        async def main() -> None:
            stream = await caller.stream_async()
            await anext(stream)
            await stream.aclose()

        asyncio.run(main())
        assert tracker.started, "The provider was not asked"
        assert tracker.wait_idle(self.seconds), "The provider's generator goes on after aclose()"

    def test_cancelled_task_ends_the_generator(self, caller: CallVariants, tracker: GeneratorTracker) -> None:
        """Cancelling a task in the middle of an answer ends the provider's generator."""
        first_text = threading.Event()

        async def read() -> None:
            async for _ in await caller.stream_async():
                first_text.set()

        async def main() -> None:
            task = asyncio.ensure_future(read())
            await asyncio.to_thread(first_text.wait, self.seconds)
            task.cancel()
            done, _ = await asyncio.wait({task}, timeout=self.seconds)
            assert done, "The task goes on after it was cancelled"

        asyncio.run(main())
        assert first_text.is_set(), "The provider sent nothing"
        assert tracker.wait_idle(self.seconds), (
            "The provider's generator goes on after its task was cancelled"
        )
